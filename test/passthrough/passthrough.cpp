// dbi-passthrough: passes every record, or drops every Nth into the ledger. Lives in the tests: what they show of it
// holds for every filter, since all of them take this way through lib/run and lib/stream.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <string>

#include "ledger/ledger.hpp"
#include "run/filter_run.hpp"
#include "run/tool.hpp"
#include "stream/record_clock.hpp"

namespace {

using namespace dbi;

struct Options {
  run::FilterOptions filter;
  std::uint64_t drop_every = 0;  // 0: never
};

class Passthrough final : public stream::Filter {
 public:
  Passthrough(const Options& options, const run::Context& context)
      : drop_every_(options.drop_every),
        clock_(options.filter.clock, options.filter.replay, *context.clock),
        ledger_(context.tool, context.common.name, clock_) {}

  Status on_record(const record::Record& record, stream::Writer& out) override {
    if (drop_every_ != 0) {
      clock_.observe(record);
      DBI_TRY(ledger_.before(record, clock_.now(), out));
      if (++seen_ % drop_every_ == 0) {
        ledger_.drop(record, ledger::Reason::Rule);
        return {};
      }
    }
    return out.append(record.line());
  }

  Status on_end(stream::Writer& out) override { return ledger_.end(out); }
  Status on_reload() override { return fail(ErrorKind::Configuration, "nothing to reload"); }
  void on_cut_off(const record::Record& record) override { ledger_.cut_off(record); }
  void save_state(std::string& lines) const override {
    clock_.records().save(lines);
    lines += fmt::format("{{\"v\":1,\"kind\":\"passthrough\",\"seen\":{}}}\n", seen_);
  }
  void save_pending(std::string& lines) const override { ledger_.save(lines); }
  [[nodiscard]] bool loaded_has_left() const override { return ledger_.loaded_has_left(); }
  Status load_line(const record::Record& line) override {
    if (ledger_.load_line(line) || clock_.records().load_line(line)) return {};
    const auto* seen = line.find("seen");
    if (seen != nullptr) seen_ = static_cast<std::uint64_t>(seen->value.integer().value_or(0));
    return {};
  }

 private:
  std::uint64_t drop_every_;
  std::uint64_t seen_ = 0;
  stream::RunClock clock_;
  ledger::Ledger ledger_;
};

void describe(cli::Tree& tree, Options& options) {
  run::describe_filter_options(tree, options.filter);
  run::describe_clock_options(tree, options.filter);
  tree.group("Dropping");
  tree.integer("--drop-every", &options.drop_every, "drop each Nth record").value("N");
}

Result<ExitStatus> body(const Options& options, run::Context& context) {
  return run::run_filter(options.filter, context,
                         [&](const run::FilterSetup&) -> Result<std::unique_ptr<stream::Filter>> {
                           return std::make_unique<Passthrough>(options, context);
                         });
}

const run::Tool<Options> kTool{{"dbi-passthrough", "pass records on, for tests"}, describe, body};

}  // namespace

int main(int argc, char** argv) {
  return run::run_tool(kTool, argc, argv);
}
