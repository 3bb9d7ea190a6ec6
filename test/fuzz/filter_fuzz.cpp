// Any bytes as the input of a filter, through the loop that all of them take: no crash, and what came in left or is
// counted. The filter is dbi-ratelimit with low limits, so that both happen.
// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/descriptor.hpp"
#include "limit/limit_filter.hpp"
#include "stream/filter_run.hpp"

using namespace dbi;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

Descriptor memory_file(std::string_view content) {
  Descriptor file(::memfd_create("fuzz", MFD_CLOEXEC));
  require(file.valid() && write_all(file.get(), content) && ::lseek(file.get(), 0, SEEK_SET) == 0);
  return file;
}

std::string content_of(const Descriptor& file) {
  std::string content(static_cast<std::size_t>(::lseek(file.get(), 0, SEEK_END)), '\0');
  require(::pread(file.get(), content.data(), content.size(), 0) == static_cast<ssize_t>(content.size()));
  return content;
}

// Records that left, with those that `dropped` records of this run count instead of them.
std::uint64_t accounted(std::string output) {
  const std::size_t size = output.size();
  output.append(record::kPadding, '\0');
  record::Reader reader;
  record::Record line;
  std::string scratch;
  std::uint64_t count = 0;
  for (std::size_t begin = 0; begin < size;) {
    const std::size_t end = output.find('\n', begin);
    require(end != std::string::npos);
    require(reader.parse(std::string_view(output).substr(begin, end - begin), line).has_value());
    const bool own = line.text("tool", scratch) == "fuzzed filter";
    count += own ? static_cast<std::uint64_t>(line.integer("count").value_or(0)) : 1;
    begin = end + 1;
  }
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.find("fuzzed filter") != std::string_view::npos) return 0;
  const SystemClock clock;
  const Log log("fuzz", LogLevel::Error);
  stream::StreamCounters counters;
  limit::LimitOptions limits;
  limits.default_rps = 1;
  limits.default_burst = 2;
  limits.max_keys = 3;
  limits.global_max_rps = 2;
  limits.global_max_burst = 5;
  limit::LimitSurroundings around;
  around.tool = around.name = "fuzzed filter";
  around.replay = true;
  around.clock = &clock;
  around.counters = &counters;
  limit::LimitFilter filter(limit::settings_of(limits).value(), limit::Over::Drop, std::nullopt, around);
  const Descriptor input = memory_file(text);
  const Descriptor output = memory_file({});
  static stream::Loop loop = stream::Loop::open().value();
  stream::StreamOptions options;
  options.input = input.get();
  options.output = output.get();
  options.max_record_bytes = 4096;
  stream::StreamContext context;
  context.loop = &loop;
  context.clock = &clock;
  context.log = &log;
  context.counters = &counters;
  require(stream::run_filter(filter, options, context).has_value());
  require(accounted(content_of(output)) == counters.records_in.value());
  return 0;
}
