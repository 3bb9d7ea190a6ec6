// Records for the tests of sampling/, made from lines.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <string_view>

#include "record/record.hpp"

namespace dbi::sampling {

/// Parses lines and keeps them, so that records stay valid as long as this.
class Lines {
 public:
  const record::Record& parse(std::string line) {
    Held& held = held_.emplace_back();
    held.line = std::move(line);
    const std::size_t size = held.line.size();
    held.line.append(record::kPadding, '\0');
    EXPECT_TRUE(reader_.parse(std::string_view(held.line).substr(0, size), held.record)) << held.line;
    return held.record;
  }

 private:
  struct Held {
    std::string line;
    record::Record record;
  };
  record::Reader reader_;
  std::deque<Held> held_;
};

}  // namespace dbi::sampling
