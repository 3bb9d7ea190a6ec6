// Is dbi-sample unbiased? Runs samplers over one stream with many seeds and compares the weighted sums of what is left,
// plus what `dropped` records count, with those of the input: for the whole stream, for every database, for every
// statement. Prints a line a configuration; status 1 where one is off.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.hpp"
#include "bench/record_generator.hpp"
#include "config/apply.hpp"
#include "config/yaml.hpp"
#include "sampling/sampler.hpp"

namespace {

using namespace dbi;

// What is summed up of a record.
enum Sum : std::size_t { kRecords, kCalls, kTotalMs };
constexpr std::array<std::string_view, 3> kSumWords = {"records", "calls", "total_ms"};
using Sums = std::array<double, 3>;

struct Configuration {
  std::string_view name;
  std::vector<std::string> samplers;      // one behind the other, of one name
  bool drops_more_than_the_coin = false;  // then `dropped` has a part that is of no statement
  bool interval_is_known = true;          // no sum of squares is lost with what a limit drops
};

// The section adaptive_sampler with a default rate and what is told beside it.
std::string section(std::string_view rate, std::string_view rest) {
  return fmt::format(R"(
adaptive_sampler:
  sampled_kinds: [query_stats, session, lock_wait, query_sample, plan, log_event]
  default_sample_rate: {}{})",
                     rate, rest);
}

std::string coin(std::string_view rate) {
  return section(rate, R"(
  max_records_per_second: 0
  rules: []
  deduplication: {enabled: false}
)");
}

constexpr std::string_view kRules = R"(
  max_records_per_second: 0
  slow_query_threshold_ms: 50
  rules:
    - {name: busy, priority: 5, sample_rate: 0.05, conditions: [{attribute: calls, operator: gt, value: 20}]}
    - {name: waits, priority: 3, sample_rate: 0.5, conditions: [{attribute: wait_type, operator: exists}]}
  deduplication: {enabled: false}
)";
constexpr std::string_view kGoalRules = R"(
  max_records_per_second: GOAL
  goal_window_seconds: 15
  rules:
    - {name: busy, priority: 5, conditions: [{attribute: calls, operator: gt, value: 20}]}
    - {name: waits, priority: 3, conditions: [{attribute: wait_type, operator: exists}]}
  deduplication: {enabled: false}
)";
constexpr std::string_view kDeduplication = R"(
  max_records_per_second: 0
  rules: []
  deduplication: {hash_attribute: query_signature, window_seconds: 20}
)";
constexpr std::string_view kLimit = R"(
  max_records_per_second: 0
  rules: [{name: few, sample_rate: 0.3, max_per_minute: 50, conditions: [{attribute: calls, operator: gt, value: 5}]}]
  deduplication: {enabled: false}
)";

// ---- The stream ----

struct Stream {
  std::string text;
  std::vector<record::Record> records;
  double seconds = 0;
};

std::optional<std::string> read_file(const char* path) {
  const Descriptor file(::open(path, O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!file.valid() || ::fstat(file.get(), &status) != 0) return std::nullopt;
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  for (std::size_t at = 0; at < text.size();) {
    const auto n = ::read(file.get(), text.data() + at, text.size() - at);
    if (n <= 0) return std::nullopt;
    at += static_cast<std::size_t>(n);
  }
  return text;
}

// Calls `take(record)` with every line; `text` has record::kPadding spare bytes behind it.
template <typename Take>
void each_record(std::string_view text, record::Reader& reader, record::Record& record, Take take) {
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    if (reader.parse(text.substr(0, end), record)) take(record);
    text.remove_prefix(end + 1);
  }
}

void index(Stream& stream) {
  const std::size_t size = stream.text.size();
  stream.text.append(record::kPadding, '\0');
  record::Reader reader;
  record::Record record;
  stream::RecordClock clock;
  std::optional<Timestamp> first;
  each_record(std::string_view(stream.text).substr(0, size), reader, record, [&](const record::Record& one) {
    stream.records.push_back(one);
    clock.observe(one);
    if (!first) first = clock.newest();
  });
  if (first && clock.newest()) stream.seconds = std::chrono::duration<double>(*clock.newest() - *first).count();
}

// ---- Groups ----

// The whole stream, a database, a statement. Numbers stand for them, so that a record's are looked up once.
class Groups {
 public:
  struct Group {
    std::string name;
    int level = 0;  // 0: all, 1: database, 2: statement
    Sums truth{};
  };

  // Of a record: all, database, statement; nothing for control records.
  std::optional<std::array<std::size_t, 3>> of(const record::Record& record) {
    const auto* row = record::schema::find_kind(record.text("kind", scratch_).value_or(""));
    if (row == nullptr || row->kind_class == record::schema::KindClass::Control) return std::nullopt;
    const std::string database(record.text("database", scratch_).value_or(""));
    const std::string statement(record.text("query_signature", scratch_).value_or(""));
    return std::array{number({}, 0), number(database, 1), number(database + '/' + statement, 2)};
  }
  std::array<std::size_t, 2> of_dropped(const record::Record& record) {
    return {number({}, 0), number(std::string(record.text("database", scratch_).value_or("")), 1)};
  }
  std::vector<Group> groups;

 private:
  std::size_t number(const std::string& name, int level) {
    const auto [found, is_new] = numbers_.try_emplace({level, name}, groups.size());
    if (is_new) groups.push_back({name, level, {}});
    return found->second;
  }
  std::map<std::pair<int, std::string>, std::size_t> numbers_;
  std::string scratch_;
};

Sums amounts_of(const record::Record& record) {
  return {1, record.number("calls").value_or(0), record.number("total_ms").value_or(0)};
}

// ---- A run ----

class NoClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return {}; }
  [[nodiscard]] MonotonicTime monotonic() const override { return {}; }
};

Result<sampling::SamplerOptions> options_of(std::string yaml, double goal) {
  if (const auto at = yaml.find("GOAL"); at != std::string::npos) yaml.replace(at, 4, fmt::format("{}", goal));
  sampling::SamplerOptions options;
  cli::Tree tree;
  sampling::describe_sampler_options(tree, options);
  DBI_TRY_ASSIGN(const config::Document document, config::parse_yaml(yaml, "bench.yaml"));
  for (const auto& error : config::apply(document, tree, [](const std::string&) { return std::nullopt; })) {
    return fail(error);
  }
  DBI_TRY(tree.run_checks());
  return options;
}

class Run {
 public:
  Run(const Stream& stream, double goal) : stream_(&stream), goal_(goal) {}

  // Of each record of the stream the rate at which all samplers together keep it, which no seed changes: every sampler
  // is asked about every record.
  Result<std::vector<double>> rates(const Configuration& configuration) {
    std::vector<double> out(stream_->records.size(), 1);
    const Descriptor nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    for (const auto& yaml : configuration.samplers) {
      DBI_TRY_ASSIGN(const auto sampler, make(yaml, 1));
      stream::Writer writer(nowhere.get());
      for (std::size_t i = 0; i < out.size(); ++i) {
        DBI_TRY(sampler->on_record(stream_->records[i], writer));
        // What a rate of 0 drops is counted with its weight: that is no chance.
        if (sampler->latest_rate() > 0) out[i] *= sampler->latest_rate();
      }
    }
    return out;
  }

  // The output, with the spare bytes behind it that a reader wants.
  Result<std::string> sample(const Configuration& configuration, std::uint64_t seed) {
    std::string text;
    bool first = true;
    for (const auto& yaml : configuration.samplers) {
      DBI_TRY_ASSIGN(const auto sampler, make(yaml, seed));
      const Descriptor file(::memfd_create("out", MFD_CLOEXEC));
      stream::Writer out(file.get());
      if (first) {
        for (const auto& record : stream_->records) DBI_TRY(sampler->on_record(record, out));
      } else {
        Status status;
        const auto size = text.size() - record::kPadding;
        each_record(std::string_view(text).substr(0, size), reader_, record_, [&](const record::Record& one) {
          if (status) status = sampler->on_record(one, out);
        });
        DBI_TRY(status);
      }
      DBI_TRY(sampler->on_end(out));
      DBI_TRY(out.flush());
      std::string written(static_cast<std::size_t>(::lseek(file.get(), 0, SEEK_CUR)), '\0');
      if (::pread(file.get(), written.data(), written.size(), 0) != static_cast<ssize_t>(written.size())) {
        return fail(ErrorKind::Input, "what was written cannot be read");
      }
      text = std::move(written).append(record::kPadding, '\0');
      first = false;
    }
    return text;
  }

  record::Reader reader_;
  record::Record record_;

 private:
  Result<std::unique_ptr<sampling::Sampler>> make(std::string_view yaml, std::uint64_t seed) {
    DBI_TRY_ASSIGN(sampling::SamplerOptions options, options_of(std::string(yaml), goal_));
    options.seed = seed;
    sampling::Sampler::Setup setup{
        .tool = "dbi-sample", .name = "dbi-sample", .clock = {stream::ClockMode::Record, true, clock_}, .reread = {}};
    return sampling::Sampler::make(options, std::move(setup));
  }

  const Stream* stream_;
  double goal_;
  NoClock clock_;
};

// ---- The comparison ----

struct Estimate {
  Sums sum{};
  Sums variance{};  // estimated of what survived: sum of w(w-1)y^2 (Horvitz and Thompson, JASA 1952)
  double survivors = 0;
};

// Of a group, over all seeds: the sums of the estimates, and what theory says of one of them.
struct OverSeeds {
  Sums sum{};
  Sums variance{};  // sum of y^2(1/rate - 1)
  double survivors = 0;
};

struct Verdict {
  double kept = 0;                  // share
  double worst_mean = 0;            // |mean/truth - 1| of the whole stream
  std::array<double, 3> worst_z{};  // by level, in standard errors of the mean
  std::array<std::size_t, 3> tested{};
  std::size_t too_few = 0;  // groups with too few survivors over all seeds for a normal distribution
  std::size_t intervals = 0;
  std::size_t covered = 0;
  bool good = true;
};

void add_survivor(std::span<Estimate> estimates, std::span<const std::size_t> groups, const Sums& amounts,
                  double weight) {
  for (const std::size_t group : groups) {
    Estimate& one = estimates[group];
    ++one.survivors;
    for (std::size_t i = 0; i < amounts.size(); ++i) {
      one.sum.at(i) += weight * amounts.at(i);
      one.variance.at(i) += weight * (weight - 1) * amounts.at(i) * amounts.at(i);
    }
  }
}

// What a reason other than the coin dropped: its records are known by their sums only, so that their part of the
// variance is that of records of equal weight.
void add_dropped(std::span<Estimate> estimates, std::span<const std::size_t> groups, const record::Record& record) {
  const double count = record.number("count").value_or(0);
  const double weight = record.number("weight").value_or(0);
  for (const std::size_t group : groups) {
    Estimate& one = estimates[group];
    one.sum[kRecords] += weight;
    one.sum[kCalls] += record.number("calls").value_or(0);
    one.sum[kTotalMs] += record.number("total_ms").value_or(0);
    if (weight > 0) one.variance[kRecords] += weight * (weight / count - 1);
  }
}

constexpr double kFewSurvivors = 100;    // over all seeds
constexpr double kManySurvivors = 1000;  // of a seed
constexpr double kStandardErrors = 4;
constexpr double kCoverage = 0.93;
constexpr double kWholeOff = 0.01;

Result<Verdict> compare(const Configuration& configuration, const Stream& stream, Groups& groups, double goal,
                        std::uint64_t seeds, bool strict) {
  Verdict verdict;
  Run run(stream, goal);
  std::vector<OverSeeds> over(groups.groups.size());
  DBI_TRY_ASSIGN(const std::vector<double> rates, run.rates(configuration));
  for (std::size_t i = 0; i < rates.size(); ++i) {
    const auto of = groups.of(stream.records[i]);
    if (!of) continue;
    const Sums amounts = amounts_of(stream.records[i]);
    for (const std::size_t group : *of) {
      over[group].survivors += rates[i];
      for (std::size_t k = 0; k < amounts.size(); ++k) {
        over[group].variance.at(k) += amounts.at(k) * amounts.at(k) * (1 / rates[i] - 1);
      }
    }
  }
  std::vector<std::vector<Estimate>> by_seed;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    DBI_TRY_ASSIGN(const std::string text, run.sample(configuration, seed));
    std::vector<Estimate> estimates(groups.groups.size());
    std::string scratch;
    const auto size = text.size() - record::kPadding;
    each_record(std::string_view(text).substr(0, size), run.reader_, run.record_, [&](const record::Record& one) {
      if (one.text("kind", scratch) == "dropped") return add_dropped(estimates, groups.of_dropped(one), one);
      if (const auto of = groups.of(one)) {
        add_survivor(estimates, *of, amounts_of(one), one.number("weight").value_or(1));
      }
    });
    for (std::size_t i = 0; i < over.size(); ++i) {
      for (std::size_t k = 0; k < kSumWords.size(); ++k) over[i].sum.at(k) += estimates[i].sum.at(k);
      verdict.kept += groups.groups[i].level == 0 ? estimates[i].survivors / groups.groups[i].truth[kRecords] : 0;
    }
    by_seed.push_back(std::move(estimates));
  }
  const auto n = static_cast<double>(seeds);
  verdict.kept /= n;
  for (std::size_t i = 0; i < over.size(); ++i) {
    const auto& group = groups.groups[i];
    const auto level = static_cast<std::size_t>(group.level);
    if (group.level == 2 && configuration.drops_more_than_the_coin) continue;
    if (over[i].survivors * n < kFewSurvivors) {
      ++verdict.too_few;
      continue;
    }
    const bool many = over[i].survivors >= kManySurvivors;
    for (std::size_t k = 0; k < kSumWords.size(); ++k) {
      const double truth = group.truth.at(k);
      if (truth == 0) continue;
      // An input that carries weights would want them in the variance; what dbi-collect records has none.
      const double error = std::abs(over[i].sum.at(k) / n - truth);
      const double standard_error = std::sqrt(over[i].variance.at(k) / n);
      ++verdict.tested.at(level);
      // What is kept whole has no variance; its sum differs by rounding alone.
      const double z = error <= 1e-9 * truth ? 0 : error / standard_error;
      verdict.worst_z.at(level) = std::max(verdict.worst_z.at(level), z);
      if (group.level == 0) verdict.worst_mean = std::max(verdict.worst_mean, error / truth);
      if (!many || !configuration.interval_is_known) continue;
      for (const auto& estimates : by_seed) {
        const double half = 1.96 * std::sqrt(estimates[i].variance.at(k));
        ++verdict.intervals;
        if (std::abs(estimates[i].sum.at(k) - truth) <= half + 1e-9 * truth) ++verdict.covered;
      }
    }
  }
  const bool covers = static_cast<double>(verdict.covered) >= kCoverage * static_cast<double>(verdict.intervals);
  verdict.good = std::ranges::max(verdict.worst_z) <= kStandardErrors;
  if (strict) verdict.good = verdict.good && verdict.worst_mean <= kWholeOff && covers;
  return verdict;
}

std::string interval_text(const Verdict& verdict) {
  if (verdict.intervals == 0) return "-";
  return fmt::format("{:.1f}% of {}",
                     100.0 * static_cast<double>(verdict.covered) / static_cast<double>(verdict.intervals),
                     verdict.intervals);
}

// With `strict` also the mean of the whole stream and the coverage of the intervals count. They want a stream in which
// no few records are most of a sum, as they are in one that is generated.
int report(const Stream& stream, std::uint64_t seeds, bool strict) {
  Groups groups;
  std::uint64_t data = 0;
  for (const auto& record : stream.records) {
    const auto of = groups.of(record);
    if (!of) continue;
    ++data;
    const double weight = record.number("weight").value_or(1);
    const Sums amounts = amounts_of(record);
    for (const std::size_t group : *of) {
      for (std::size_t k = 0; k < amounts.size(); ++k) groups.groups[group].truth.at(k) += weight * amounts.at(k);
    }
  }
  const double goal = static_cast<double>(data) / std::max(1.0, stream.seconds) / 5;
  const std::array<Configuration, 6> configurations = {{
      {"coin of 0.1", {coin("0.1")}},
      {"rules and floor", {section("0.2", kRules)}},
      {"goal of a fifth", {section("1", kGoalRules)}},
      {"deduplication", {section("0.2", kDeduplication)}, true},
      {"max_per_minute", {section("0.2", kLimit)}, true, false},
      {"two of one seed in a row", {coin("0.1"), coin("0.4")}},
  }};
  fmt::print(
      "{} records over {:.0f} s, {} groups, {} seeds; means of the weighted sums of records, calls and total_ms\n",
      data, stream.seconds, groups.groups.size(), seeds);
  fmt::print("{:<26}{:>8}{:>12}{:>26}{:>26}{:>10}{:>22}\n", "", "kept", "whole off", "databases, worst",
             "statements, worst", "too few", "95 % interval covers");
  bool good = true;
  for (const auto& configuration : configurations) {
    const auto verdict = compare(configuration, stream, groups, goal, seeds, strict);
    if (!verdict) {
      fmt::print(stderr, "sampling_bias: {}: {}\n", configuration.name, verdict.error().message);
      return 2;
    }
    const auto level = [&](std::size_t i) {
      return verdict->tested.at(i) == 0
                 ? std::string("-")
                 : fmt::format("{:.2f} SE of {} sums", verdict->worst_z.at(i), verdict->tested.at(i));
    };
    fmt::print("{:<26}{:>7.1f}%{:>11.3f}%{:>26}{:>26}{:>10}{:>22}{}\n", configuration.name, 100 * verdict->kept,
               100 * verdict->worst_mean, level(1), level(2), verdict->too_few, interval_text(*verdict),
               verdict->good ? "" : "  FAILED");
    good = good && verdict->good;
  }
  return good ? 0 : 1;
}

struct Options {
  const char* file = nullptr;
  std::uint64_t records = 100'000;
  std::uint64_t seeds = 200;
};

std::optional<Options> read_options(std::span<char*> arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view word = arguments[i];
    if (word != "--records" && word != "--seeds") {
      options.file = arguments[i];
      continue;
    }
    if (++i == arguments.size()) return std::nullopt;
    const std::string_view value = arguments[i];
    auto& number = word == "--records" ? options.records : options.seeds;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
    if (read.ec != std::errc{} || read.ptr != value.data() + value.size() || number == 0) return std::nullopt;
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = read_options(std::span(argv, static_cast<std::size_t>(argc)).subspan(1));
  if (!options) {
    std::fputs("usage: dbi_sampling_bias [--seeds N] [FILE | --records N]\n", stderr);
    return 2;
  }
  Stream stream;
  if (options->file != nullptr) {
    auto text = read_file(options->file);
    if (!text) {
      std::perror(options->file);
      return 2;
    }
    stream.text = *std::move(text);
  } else {
    bench::RecordGenerator generator(1);
    for (std::uint64_t i = 0; i < options->records; ++i) generator.append(stream.text);
  }
  index(stream);
  return report(stream, options->seeds, options->file != nullptr);
}
