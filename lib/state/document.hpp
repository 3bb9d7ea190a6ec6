// Versioned JSON documents in the state folder: the previous version is read, a newer one is left alone, a damaged file
// is set aside so that work starts afresh.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "state/atomic_file.hpp"

namespace dbi::state {

/// What a kind of document is called and which version this program writes. It reads that one and the one before.
struct DocumentFormat {
  std::string_view name;  ///< the member `format`: "circuits", "baselines"
  int version = 1;        ///< the member `version`
};

/// What becomes of a damaged file. Whoever moves it must hold the path's lock (lock.hpp): between the reading and the
/// moving somebody else may have put a whole one in its place.
enum class OnDamage : std::uint8_t {
  SetAside,         ///< the caller holds the lock, or is the only one who writes the file
  LockAndSetAside,  ///< the lock is taken for it, and the file read once more
  Report            ///< it stays: the caller only looks
};

/// A file that could not be read and was moved out of the way. The caller writes it as an `event`.
struct Damage {
  std::filesystem::path set_aside;  ///< where it lies now: <path>.corrupt; empty where it was left (OnDamage::Report)
  std::string message;              ///< what was wrong, with the path; ready for an `event` and for standard error
};

/// Refuses a name or a version that this program does not read: ErrorKind::State for a newer version (the file is left
/// untouched; the hint says so), ErrorKind::Malformed for another name or a version too old.
Status check_format(const std::filesystem::path& path, const DocumentFormat& format, std::string_view name,
                    std::int64_t version);

/// Moves the damaged file to <path>.corrupt, over an earlier one. Fails with ErrorKind::State.
Result<Damage> set_aside(const std::filesystem::path& path, std::string_view why);

/// What became of a file that was to be read.
struct Loaded {
  bool found = false;            ///< `accept` took the content
  std::optional<Damage> damage;  ///< the file was there, and is damaged
};

/// The ground of load_document for formats with a parser of their own: `accept` refuses what is damaged with
/// ErrorKind::Malformed, upon which the file is set aside; any other error is passed on. No file is no error.
Result<Loaded> load_text(const std::filesystem::path& path, const std::function<Status(std::string_view text)>& accept,
                         OnDamage on_damage = OnDamage::SetAside);

/// Takes over the content of a document of the given version; ErrorKind::Malformed says that it is damaged. It
/// should change nothing before it knows that the whole is good.
using AcceptDocument = std::function<Status(const nlohmann::ordered_json& body, int version)>;

/// Reads a document and hands it to `accept`. What is no document of this format, or is refused by `accept` as
/// malformed, is set aside. Fails with ErrorKind::State for a newer version and where the file cannot be read or moved.
Result<Loaded> load_document(const std::filesystem::path& path, const DocumentFormat& format,
                             const AcceptDocument& accept, OnDamage on_damage = OnDamage::SetAside);

/// Writes `body` (an object) with `format` and `version` as its first members; see write_atomic.
Status store_document(const std::filesystem::path& path, const DocumentFormat& format,
                      const nlohmann::ordered_json& body, Durability durability);

}  // namespace dbi::state
