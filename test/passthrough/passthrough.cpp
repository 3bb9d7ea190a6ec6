// dbi-passthrough: passes every record, or drops every Nth into the ledger. Lives in the tests: it runs stream/ alone,
// without the options and the state folder of lib/run.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>

#include "base/units.hpp"
#include "ledger/ledger.hpp"
#include "state/atomic_file.hpp"
#include "stream/filter_run.hpp"
#include "stream/signals.hpp"

namespace {

using namespace dbi;

struct Options {
  stream::StreamOptions stream;
  std::uint64_t drop_every = 0;  // 0: never
  std::string resume;            // file of --resume
  std::string pending;           // file for a ledger that could not be written
};

class Passthrough final : public stream::Filter {
 public:
  Passthrough(std::uint64_t drop_every, const Clock& clock)
      : drop_every_(drop_every),
        clock_(stream::ClockMode::Record, false, clock),
        ledger_("dbi-passthrough", "dbi-passthrough", clock_) {}

  Status on_record(const record::Record& record, stream::Writer& out) override {
    if (drop_every_ != 0) {
      DBI_TRY(ledger_.before(record, clock_.observe(record), out));
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

Result<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return fail(ErrorKind::Usage, "not a number");
  return value;
}

Status take(Options& options, std::string_view flag, const std::string& value) {
  if (flag == "--max-record-bytes") {
    DBI_TRY_ASSIGN(options.stream.max_record_bytes, number(value));
  } else if (flag == "--drop-every") {
    DBI_TRY_ASSIGN(options.drop_every, number(value));
  } else if (flag == "--drain") {
    DBI_TRY_ASSIGN(options.stream.drain, parse_duration(value));
  } else if (flag == "--rejects") {
    options.stream.rejects.file = value;
  } else if (flag == "--rejects-content") {
    options.stream.rejects.content = value == "full" ? stream::RejectsContent::Full : stream::RejectsContent::Redacted;
  } else if (flag == "--rejects-max-bytes") {
    DBI_TRY_ASSIGN(options.stream.rejects.max_bytes, number(value));
  } else if (flag == "--resume") {
    options.resume = value;
    options.stream.resume = true;
  } else if (flag == "--pending") {
    options.pending = value;
  } else {
    return fail(ErrorKind::Usage, fmt::format("unknown flag {}", flag));
  }
  return {};
}

Result<Options> read_options(std::span<char*> arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string argument = arguments[i];
    if (argument == "--strict") {
      options.stream.strict = true;
    } else if (argument.starts_with("--") && i + 1 < arguments.size()) {
      DBI_TRY(take(options, argument, arguments[++i]));
    } else {
      options.stream.files.push_back(argument);
    }
  }
  for (const auto& file : {options.resume, options.pending}) {
    if (file.empty()) continue;
    DBI_TRY_ASSIGN(const auto content, state::read_whole(file));
    options.stream.resume_from += content.value_or("");
  }
  return options;
}

Result<ExitStatus> run(const Options& options, const Log& log) {
  const SystemClock clock;
  DBI_TRY_ASSIGN(stream::Loop loop, stream::Loop::open());
  const stream::Signals signals(loop.waker());
  stream::StreamCounters counters;
  Passthrough filter(options.drop_every, clock);
  DBI_TRY_ASSIGN(const auto summary,
                 stream::run_filter(filter, options.stream, {&loop, &clock, &log, &counters, {}, {}}));
  if (!options.resume.empty()) {
    DBI_TRY(state::write_atomic(options.resume, summary.resume, state::Durability::Fast));
  }
  if (!options.pending.empty()) {
    DBI_TRY(state::write_atomic(options.pending, summary.pending, state::Durability::Fast));
  }
  if (!summary.reader_gone) DBI_TRY(stream::close_output(1));
  return summary.exit_status();
}

}  // namespace

int main(int argc, char** argv) {
  const Log log("dbi-passthrough");
  const auto options = read_options(std::span(argv, static_cast<std::size_t>(argc)).subspan(1));
  const auto status = options ? run(*options, log) : Result<ExitStatus>(fail(Error(options.error())));
  if (!status) log.error(status.error());
  if (stream::Signals::interrupted()) stream::end_by_interrupt();
  return static_cast<int>(status ? *status : exit_status(status.error().kind));
}
