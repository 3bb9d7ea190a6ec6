// Any bytes as the rules of dbi-sample, and any lines as what they decide about: no crash, every refusal names the
// file, every record leaves or is counted. The configuration ends at the first line "...", the end of a YAML document.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.hpp"
#include "base/text.hpp"
#include "cli/option.hpp"
#include "config/apply.hpp"
#include "config/yaml.hpp"
#include "record/record.hpp"
#include "sampling/sampler.hpp"
#include "sampling/sampler_options.hpp"
#include "stream/writer.hpp"

namespace {

using namespace dbi;

constexpr std::string_view kEnd = "\n...\n";

class NoClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return {}; }
  [[nodiscard]] MonotonicTime monotonic() const override { return {}; }
};

std::optional<std::string> variable(const std::string& name) {
  if (name.size() > 3) return std::nullopt;
  return name;
}

// The options of the document, or nothing where it is refused.
std::optional<sampling::SamplerOptions> read_options(std::string_view text) {
  const auto document = config::parse_yaml(text, "dbi.yaml");
  if (!document) return std::nullopt;
  sampling::SamplerOptions options;
  cli::Tree tree;
  sampling::describe_sampler_options(tree, options);
  const auto errors = config::apply(*document, tree, variable);
  for (const auto& error : errors) {
    if (!error.message.starts_with("dbi.yaml:")) std::abort();
  }
  if (!errors.empty() || !tree.run_checks()) return std::nullopt;
  return options;
}

// Calls `take` with every line that is a record, at most `most` of them; says how many were.
template <typename Take>
std::uint64_t each_record(std::string_view text, std::uint64_t most, Take take) {
  record::Reader reader;
  record::Record record;
  std::uint64_t count = 0;
  while (!text.empty() && count < most) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string line(text.substr(0, end));
    line.append(record::kPadding, 'x');
    if (reader.parse(std::string_view(line).substr(0, end), record)) {
      ++count;
      take(record);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return count;
}

std::vector<std::string_view> sorted_lines(std::string_view text) {
  auto lines = split(text, '\n');
  std::ranges::sort(lines);
  return lines;
}

std::unique_ptr<sampling::Sampler> make_sampler(const sampling::SamplerOptions& options, const Clock& clock) {
  auto made = sampling::Sampler::make(
      options, {.tool = "dbi-sample", .name = "f", .clock = {stream::ClockMode::Record, true, clock}, .reread = {}});
  if (!made) std::abort();  // what the checks let pass can be compiled
  return std::move(made).value();
}

// Records that left and records that are counted as dropped.
std::uint64_t accounted_for(std::string_view output) {
  std::uint64_t sum = 0;
  each_record(output, UINT64_MAX, [&](const record::Record& record) {
    std::string scratch;
    const bool ledger = record.text("kind", scratch) == "dropped";
    sum += ledger ? static_cast<std::uint64_t>(record.integer("count").value_or(0)) : 1;
  });
  return sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);  // NOLINT: bytes as text
  const std::size_t end = std::min(text.find(kEnd), size);
  const auto options = read_options(text.substr(0, end));
  if (!options) return 0;
  const NoClock clock;
  const auto sampler = make_sampler(*options, clock);
  const Descriptor nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  stream::Writer out(nowhere.get());
  // So few that the output stays in the writer's buffer.
  std::string_view lines = end < size ? text.substr(end + kEnd.size()) : std::string_view();
  lines = lines.substr(0, stream::Writer::kChunk / 8);
  const std::uint64_t in = each_record(lines, 100, [&](const record::Record& record) {
    if (!sampler->on_record(record, out)) std::abort();
  });
  std::string state;
  sampler->save_state(state);
  sampler->save_pending(state);
  const auto next = make_sampler(*options, clock);
  each_record(state, UINT64_MAX, [&](const record::Record& line) {
    if (!next->load_line(line)) std::abort();
  });
  std::string again;
  next->save_state(again);
  next->save_pending(again);
  if (sorted_lines(again) != sorted_lines(state)) std::abort();  // clocks come in no order
  if (!sampler->on_end(out)) std::abort();
  const bool looks_like_a_ledger =
      lines.find("dropped") != std::string_view::npos || lines.find('\\') != std::string_view::npos;
  if (!looks_like_a_ledger && accounted_for(out.buffer()) != in) std::abort();
  return 0;
}
