// SPDX-License-Identifier: Apache-2.0
#include "state/lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/errno_text.hpp"
#include "base/text.hpp"
#include "state/atomic_file.hpp"

namespace dbi::state {

namespace {

constexpr std::size_t kMaxOwnerBytes = 4096;

std::string boot_id() {
  const auto text = read_whole("/proc/sys/kernel/random/boot_id");
  return text && *text ? std::string(trim(**text)) : std::string{};
}

// State and start time of a process. proc(5): the name, field 2, is in parentheses and may hold anything, so the fields
// are counted from its last ')': state is field 3, starttime field 22.
struct ProcessFacts {
  char state = 'X';
  std::uint64_t start_time = 0;
};

std::optional<ProcessFacts> process_facts(pid_t pid) {
  const auto text = read_whole(fmt::format("/proc/{}/stat", pid));
  if (!text || !*text) return std::nullopt;
  const std::string_view stat = **text;
  const auto name_end = stat.rfind(')');
  if (name_end == std::string_view::npos || name_end + 2 > stat.size()) return std::nullopt;
  const auto fields = split(stat.substr(name_end + 2), ' ');
  constexpr std::size_t kStartTime = 22 - 3;
  if (fields.size() <= kStartTime || fields[0].empty()) return std::nullopt;
  ProcessFacts facts{fields[0].front(), 0};
  const auto field = fields[kStartTime];
  std::from_chars(field.data(), field.data() + field.size(), facts.start_time);
  return facts;
}

std::string read_from(int descriptor) {
  std::array<char, kMaxOwnerBytes> bytes{};
  const ssize_t count = ::pread(descriptor, bytes.data(), bytes.size(), 0);
  return count > 0 ? std::string(bytes.data(), static_cast<std::size_t>(count)) : std::string{};
}

tl::unexpected<Error> owned(const std::filesystem::path& path, int descriptor) {
  const auto owner = parse_owner(read_from(descriptor));
  const auto who = owner ? fmt::format("{}, process {}", owner->tool, owner->pid) : std::string("another process");
  return fail(ErrorKind::Owned, fmt::format("{} is in use by {}", path.string(), who),
              "Give this run another --name, --pipeline or --state-dir, or end the other one.");
}

tl::unexpected<Error> fail_errno(const std::filesystem::path& path) {
  return fail(ErrorKind::State, fmt::format("cannot lock {}: {}", path.string(), errno_text(errno)));
}

}  // namespace

Owner this_process(std::string_view tool) {
  const auto facts = process_facts(::getpid());
  return {boot_id(), ::getpid(), facts ? facts->start_time : 0, std::string(tool)};
}

bool is_alive(const Owner& owner) {
  if (owner.boot_id != boot_id()) return false;
  const auto facts = process_facts(owner.pid);
  return facts && facts->start_time == owner.start_time && facts->state != 'Z' && facts->state != 'X';
}

std::string format_owner(const Owner& owner) {
  const nlohmann::ordered_json body{
      {"boot_id", owner.boot_id}, {"pid", owner.pid}, {"start_time", owner.start_time}, {"tool", owner.tool}};
  return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::optional<Owner> parse_owner(std::string_view text) {
  try {
    const auto body = nlohmann::json::parse(text);
    return Owner{body.at("boot_id"), body.at("pid"), body.at("start_time"), body.at("tool")};
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

Result<Lock> Lock::acquire(const std::filesystem::path& path, const Owner& owner) {
  const auto file = path.string() + ".lock";
  Lock lock(Descriptor(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR)));
  const int descriptor = lock.descriptor_.get();
  if (descriptor < 0) return fail_errno(path);
  // The kernel drops a flock(2) with its holder, however that ends, so a name left in a file that can be locked is a
  // dead owner's.
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return owned(path, descriptor);
    return fail_errno(path);
  }
  const auto text = format_owner(owner) + "\n";
  if (::ftruncate(descriptor, 0) != 0) return fail_errno(path);
  if (::pwrite(descriptor, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) return fail_errno(path);
  return lock;
}

void Lock::release() noexcept {
  if (!descriptor_.valid()) return;
  // A name that cannot be wiped is harmless: nobody believes it without the flock.
  [[maybe_unused]] const int wiped = ::ftruncate(descriptor_.get(), 0);
  descriptor_ = Descriptor();
}

Result<Lock> lock_briefly(const std::filesystem::path& path, std::string_view owner) {
  constexpr int kTries = 100;
  for (int i = 1;; ++i) {
    auto lock = Lock::acquire(path, this_process(owner));
    if (lock || lock.error().kind != ErrorKind::Owned || i == kTries) return lock;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace dbi::state
