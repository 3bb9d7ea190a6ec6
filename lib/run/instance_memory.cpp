// SPDX-License-Identifier: Apache-2.0
#include "run/instance_memory.hpp"

#include <fmt/format.h>

#include "record/event.hpp"
#include "record/record.hpp"
#include "state/document.hpp"

namespace dbi::run {

namespace {

constexpr std::string_view kFormat = "filter_memory";
constexpr int kVersion = 1;

std::string header() {
  return fmt::format("{{\"format\":\"{}\",\"version\":{}}}\n", kFormat, kVersion);
}

// Takes `text` apart into the header, which is checked, and the filter's lines.
Status accept(const std::filesystem::path& path, std::string_view text, std::string& lines) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return fail(ErrorKind::Malformed, "it ends in its first line");
  std::string first(text.substr(0, end));
  first.append(record::kPadding, '\0');
  record::Reader reader;
  record::Record line;
  DBI_TRY(reader.parse(std::string_view(first).substr(0, end), line));
  std::string scratch;
  const auto format = line.text("format", scratch);
  const auto version = line.integer("version");
  if (!format || !version) return fail(ErrorKind::Malformed, "no format and version");
  DBI_TRY(state::check_format(path, {kFormat, kVersion}, *format, *version));
  lines = text.substr(end + 1);
  if (!lines.empty() && lines.back() != '\n') return fail(ErrorKind::Malformed, "its last line is cut off");
  return {};
}

}  // namespace

InstanceMemory::InstanceMemory(const Context& context, const InstanceState& held, bool wanted) : context_(context) {
  if (wanted && held.folder) file_ = held.file;
  next_ = context.clock->monotonic() + kInterval;
}

Result<std::string> InstanceMemory::load(std::string& events) {
  if (!file_) return std::string();
  std::string lines;
  DBI_TRY_ASSIGN(const state::Loaded loaded,
                 state::load_text(*file_, [&](std::string_view text) { return accept(*file_, text, lines); }));
  if (!loaded.found) lines.clear();
  if (loaded.damage) {
    context_.log->warning(loaded.damage->message);
    record::Event event{.tool = context_.tool, .name = context_.common.name, .event = "state_corrupt"};
    event.severity = record::Severity::Warning;
    event.message = loaded.damage->message;
    record::write_event(events, event, context_.clock->now());
  }
  written_ = lines;
  return lines;
}

void InstanceMemory::store_when_due(const stream::Filter& filter, MonotonicTime now) {
  if (!file_ || now < next_) return;
  next_ = now + kInterval;
  const Status stored = write(filter, state::Durability::Fast);
  if (stored || warned_) return;
  warned_ = true;
  context_.log->warning(stored.error());
}

Status InstanceMemory::store(const stream::Filter& filter) {
  if (!file_) return {};
  return write(filter, state::Durability::Durable);
}

Status InstanceMemory::write(const stream::Filter& filter, state::Durability durability) {
  std::string lines;
  filter.save_memory(lines);
  if (lines == written_) return {};
  DBI_TRY(state::write_atomic(*file_, header() + lines, durability));
  written_ = std::move(lines);
  return {};
}

}  // namespace dbi::run
