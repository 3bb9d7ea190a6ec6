// An option tree with one option of each common kind, for the tests of what is read into it and printed from it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

#include "cli/option.hpp"
#include "cli/parser.hpp"
#include "cli/print.hpp"

namespace dbi::cli {

using namespace std::chrono_literals;

enum class Colour : std::uint8_t { Auto, Never };

struct Options {
  std::chrono::microseconds interval = 10s;
  int top = 500;
  bool quiet = false;
  Colour colour = Colour::Auto;
  std::vector<std::string> kinds;
  std::vector<std::string> sinks;
  std::vector<std::string> targets;
};

class ExampleTree : public ::testing::Test {
 protected:
  ExampleTree() : tree_("DBI_TEST_") {
    tree_.duration("--interval", &options_.interval, "read every DURATION").key("collector.interval").range(100ms, 24h);
    tree_.integer("--top", &options_.top, "how many").at_least(1);
    tree_.toggle("-q, --quiet", &options_.quiet, "don't tell [much]");
    tree_.choice("--colour", &options_.colour, {{"auto", Colour::Auto, "on a terminal"}, {"never", Colour::Never}},
                 "when to colour");
    tree_.texts("--kinds", &options_.kinds, "what to read").choices({{"session", ""}, {"error", ""}});
    tree_.texts("--to", &options_.sinks, "where to").value("SINK").repeatable();
    tree_.positional("TARGET", &options_.targets, "what to read");
    declare_help(tree_);
  }

  Result<Request> read(const std::vector<std::string>& arguments) { return parse(tree_, arguments); }
  Error refusal(const std::vector<std::string>& arguments) {
    const auto request = read(arguments);
    return request ? Error{} : request.error();
  }

  Options options_;
  Tree tree_;
  static constexpr Program kProgram{"dbi-test", "for tests"};
};

}  // namespace dbi::cli
