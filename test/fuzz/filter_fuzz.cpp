// Any bytes as the input of the filters: nothing crashes, what leaves are records, and what entered left or is counted.
// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.hpp"
#include "base/descriptor.hpp"
#include "base/log.hpp"
#include "breaker/breaker.hpp"
#include "limit/limit_filter.hpp"
#include "record/record.hpp"
#include "sampling/sampler.hpp"
#include "stream/filter_run.hpp"
#include "verify/verifier.hpp"

namespace {

using namespace dbi;

constexpr std::string_view kTool = "dbi-fuzz";

void require(bool condition) {
  if (!condition) std::abort();
}

// A file in memory.
class Memory {
 public:
  explicit Memory(std::string_view content) : file_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    require(file_.valid());
    require(::write(file_.get(), content.data(), content.size()) == static_cast<ssize_t>(content.size()));
    rewind();
  }
  void rewind() const { require(::lseek(file_.get(), 0, SEEK_SET) == 0); }
  [[nodiscard]] int descriptor() const { return file_.get(); }
  [[nodiscard]] std::string content() const {
    rewind();
    std::string bytes(static_cast<std::size_t>(::lseek(file_.get(), 0, SEEK_END)), '\0');
    require(::pread(file_.get(), bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
    return bytes;
  }

 private:
  Descriptor file_;
};

// Records of a stream, and what `dropped` records of the tool count among them. Sums wrap: a count that came in may be
// any number.
struct Tally {
  std::uint64_t records = 0;
  std::uint64_t own = 0;  // `dropped` and `event` records of the tool
  std::uint64_t dropped = 0;
  std::uint64_t malformed = 0;
};

Tally tally(std::string text) {
  Tally tally;
  record::Reader reader;
  record::Record record;
  std::string scratch;
  const std::size_t size = text.size();
  text.append(record::kPadding, '\0');
  for (std::size_t begin = 0; begin < size;) {
    const std::size_t end = std::min(text.find('\n', begin), size);
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    begin = end + 1;
    if (line.empty() || line == "\r") continue;
    if (!reader.parse(line, record)) {
      ++tally.malformed;
      continue;
    }
    ++tally.records;
    if (record.text("tool", scratch) != kTool) continue;
    const auto kind = record.text("kind", scratch);
    if (kind == "event") ++tally.own;
    if (kind != "dropped") continue;
    ++tally.own;
    tally.dropped += static_cast<std::uint64_t>(record.integer("count").value_or(0));
  }
  return tally;
}

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

void run(stream::Filter& filter, std::string_view input) {
  const Memory in(input);
  const Memory out("");
  auto loop = stream::Loop::open();
  require(loop.has_value());
  stream::StreamCounters counters;
  const Log log("fuzz", LogLevel::Error, -1);
  stream::StreamOptions options;
  options.max_record_bytes = 1 << 16;
  options.input = in.descriptor();
  options.output = out.descriptor();
  const auto summary = stream::run_filter(filter, options, {&*loop, &system_clock(), &log, &counters, {}, {}, {}});
  require(summary.has_value());
  const Tally entered = tally(std::string(input));
  const Tally left = tally(out.content());
  require(left.malformed == 0);
  require(summary->malformed == (entered.malformed > 0));
  // A `dropped` record of the tool's own name that came in passes like every control record.
  require(entered.records - entered.own == left.records - left.own + (left.dropped - entered.dropped));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);  // NOLINT: bytes as text
  sampling::Sampler::Setup setup{.tool = std::string(kTool),
                                 .name = std::string(kTool),
                                 .clock = {stream::ClockMode::Record, true, system_clock()},
                                 .reread = {}};
  const auto sampler = sampling::Sampler::make({}, std::move(setup));
  require(sampler.has_value());
  run(**sampler, input);

  limit::LimitOptions options;
  options.default_rps = 1;
  options.default_burst = 2;
  const auto limits = limit::settings_of(options);
  require(limits.has_value());
  limit::LimitSurroundings around;
  around.tool = around.name = kTool;
  around.replay = true;
  around.clock = &system_clock();
  limit::LimitFilter limiter(*limits, limit::Over::Drop, std::nullopt, around);
  run(limiter, input);

  breaker::Settings settings;
  settings.rules.minimum_calls = 1;
  settings.on_open = breaker::OnOpen::Drop;
  breaker::Surroundings surroundings;
  surroundings.tool = surroundings.name = kTool;
  surroundings.replay = true;
  surroundings.clock = &system_clock();
  const Log log("fuzz", LogLevel::Error, -1);
  surroundings.log = &log;
  const auto breaker = breaker::Breaker::make(settings, std::move(surroundings));
  require(breaker.has_value());
  run(**breaker, input);

  verify::VerifyOptions checks;
  checks.personal.action = verify::OnPersonal::Redact;
  checks.cardinality_limits = {{"query_id", 2}, {"database", 2}};
  checks.identity = verify::OnIdentity::Drop;
  for (const bool drops : {false, true}) {
    checks.on_invalid = drops ? verify::OnInvalid::Drop : verify::OnInvalid::Tag;
    checks.on_cardinality = drops ? verify::OnCardinality::Drop : verify::OnCardinality::Collapse;
    const auto verifier = verify::Verifier::make(checks, {.tool = std::string(kTool),
                                                          .name = std::string(kTool),
                                                          .replay = true,
                                                          .clock = &system_clock(),
                                                          .max_record_bytes = 1 << 16,
                                                          .report = false,
                                                          .got_through = nullptr,
                                                          .reread = {}});
    require(verifier.has_value());
    run(**verifier, input);
  }
  return 0;
}
