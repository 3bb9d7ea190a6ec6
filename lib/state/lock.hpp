// Who may write what: a lock file beside each guarded path, which names its owner.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/descriptor.hpp"
#include "base/result.hpp"

namespace dbi::state {

/// A process, told from every other one that ever had its pid.
struct Owner {
  std::string boot_id;  ///< /proc/sys/kernel/random/boot_id
  pid_t pid = 0;
  std::uint64_t start_time = 0;  ///< field 22 of /proc/PID/stat: clock ticks since the boot
  std::string tool;              ///< what to call it in messages: "dbi-collect" or "dbi-sample (first)"
  friend bool operator==(const Owner&, const Owner&) = default;
};

/// This process under the name `tool`.
[[nodiscard]] Owner this_process(std::string_view tool);

/// True while that very process runs (same boot, same pid, same start time; a zombie runs no more).
[[nodiscard]] bool is_alive(const Owner& owner);

/// {"boot_id":"...","pid":7,"start_time":8,"tool":"..."} and back; nothing for a text that is no owner.
[[nodiscard]] std::string format_owner(const Owner& owner);
[[nodiscard]] std::optional<Owner> parse_owner(std::string_view text);

/// An exclusive hold on `path`, kept in the file `path`.lock, until the object is destroyed or the process ends in any
/// way. The lock file itself stays; an empty one has no owner. Movable; not shared between threads.
class Lock {
 public:
  /// Takes the lock; a dead owner's is taken over. Fails with ErrorKind::Owned, naming the owner's tool and pid, where
  /// another live process (or another Lock of this one) holds it, and with ErrorKind::State on a fault of the file.
  static Result<Lock> acquire(const std::filesystem::path& path, const Owner& owner);

  Lock(Lock&&) noexcept = default;
  Lock& operator=(Lock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() { release(); }

 private:
  explicit Lock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
  void release() noexcept;

  Descriptor descriptor_;
};

/// A lock that nobody holds for longer than a write takes: waits for it up to two seconds. Fails like Lock::acquire.
Result<Lock> lock_briefly(const std::filesystem::path& path, std::string_view owner);

}  // namespace dbi::state
