// SPDX-License-Identifier: Apache-2.0
#include "run/instance_memory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <xxhash.h>

#include <cerrno>

#include "base/errno_text.hpp"
#include "record/event.hpp"
#include "record/record.hpp"
#include "state/document.hpp"
#include "stream/lines.hpp"

namespace dbi::run {

namespace {

constexpr std::string_view kFormat = "filter_memory";
constexpr int kVersion = 1;

constexpr std::size_t kMaxHeader = 4096;

std::string header() {
  return fmt::format("{{\"format\":\"{}\",\"version\":{}}}\n", kFormat, kVersion);
}

// Looks whether the file is whole and of a version that is read, and leaves the descriptor behind its first line.
Status pass_header(const std::filesystem::path& path, int file) {
  std::string first(kMaxHeader, '\0');
  const auto got = ::pread(file, first.data(), first.size(), 0);
  if (got < 0) return fail(ErrorKind::State, fmt::format("cannot read {}: {}", path.string(), errno_text(errno)));
  first.resize(static_cast<std::size_t>(got));
  const std::size_t end = first.find('\n');
  if (end == std::string::npos) return fail(ErrorKind::Malformed, "it ends in its first line");
  first.append(record::kPadding, '\0');
  record::Reader reader;
  record::Record line;
  DBI_TRY(reader.parse(std::string_view(first).substr(0, end), line));
  std::string scratch;
  const auto format = line.text("format", scratch);
  const auto version = line.integer("version");
  if (!format || !version) return fail(ErrorKind::Malformed, "no format and version");
  DBI_TRY(state::check_format(path, {kFormat, kVersion}, *format, *version));
  char last = 0;
  const off_t size = ::lseek(file, 0, SEEK_END);
  if (::pread(file, &last, 1, size - 1) != 1 || last != '\n') {
    return fail(ErrorKind::Malformed, "its last line is cut off");
  }
  ::lseek(file, static_cast<off_t>(end) + 1, SEEK_SET);
  return {};
}

}  // namespace

InstanceMemory::InstanceMemory(const Context& context, const InstanceState& held, bool wanted) : context_(context) {
  if (wanted && held.folder) file_ = held.file;
  next_ = context.clock->monotonic() + kInterval;
}

Result<Descriptor> InstanceMemory::open(std::string& events) const {
  if (!file_) return Descriptor();
  Descriptor file(::open(file_->c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid() && errno == ENOENT) return file;
  if (!file.valid()) {
    return fail(ErrorKind::State, fmt::format("cannot open {}: {}", file_->string(), errno_text(errno)));
  }
  const Status passed = pass_header(*file_, file.get());
  if (passed) return file;
  if (passed.error().kind != ErrorKind::Malformed) return fail(Error(passed.error()));
  DBI_TRY_ASSIGN(const state::Damage damage, state::set_aside(*file_, passed.error().message));
  context_.log->warning(damage.message);
  record::Event event{.tool = context_.tool, .name = context_.common.name, .event = "state_corrupt"};
  event.severity = record::Severity::Warning;
  event.message = damage.message;
  record::write_event(events, event, context_.clock->now());
  return Descriptor();
}

void InstanceMemory::store_when_due(const stream::Filter& filter, MonotonicTime now) {
  if (!file_ || now < next_) return;
  next_ = now + kInterval;
  const Status stored = write(filter, state::Durability::Fast);
  if (!stored && !warned_) context_.log->warning(stored.error());
  warned_ = !stored;
}

Status InstanceMemory::store(const stream::Filter& filter) {
  if (!file_) return {};
  return write(filter, state::Durability::Durable);
}

// A file that would not change is not replaced: who looks at it sees when it last did.
Status InstanceMemory::write(const stream::Filter& filter, state::Durability durability) {
  DBI_TRY_ASSIGN(state::AtomicFile file, state::AtomicFile::create(*file_, durability));
  DBI_TRY(file.append(header()));
  std::uint64_t hash = 0;
  stream::Lines lines([&](std::string_view piece) -> Status {
    hash = XXH3_64bits_withSeed(piece.data(), piece.size(), hash);
    return file.append(piece);
  });
  filter.save_memory(lines);
  DBI_TRY(lines.end());
  const bool lasts = durable_ || durability == state::Durability::Fast;
  if (written_ == hash && lasts) return {};
  DBI_TRY(file.commit());
  written_ = hash;
  durable_ = durability == state::Durability::Durable;
  return {};
}

}  // namespace dbi::run
