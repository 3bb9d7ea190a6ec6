// The state folder: where it is, which pipeline's part of it a run uses, what is kept where (DESIGN.md section 4).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace dbi::state {

inline constexpr std::string_view kDefaultPipeline = "default";

/// How a run names its folder.
struct FolderRequest {
  std::optional<std::string> state_dir;  ///< --state-dir
  std::string pipeline{kDefaultPipeline};
};

/// The value of an environment variable; nothing where it is not set.
using EnvironmentLookup = std::function<std::optional<std::string>(const std::string& name)>;

/// Looks into the process's environment.
[[nodiscard]] std::optional<std::string> process_environment(const std::string& name);

/// Accepts what may become a file name: [A-Za-z0-9._:@-]+, at most 128 bytes, no leading dot. Fails with
/// ErrorKind::Usage and says that `what` ("--pipeline") was wrong.
Status check_name(std::string_view what, std::string_view name);

/// The root that holds all pipelines: --state-dir, else $DBI_STATE_DIR, $STATE_DIRECTORY (its first entry),
/// $XDG_STATE_HOME/dbi where that is absolute, $HOME/.local/state/dbi. Fails with ErrorKind::State where none is set.
Result<std::filesystem::path> resolve_root(const FolderRequest& request, const EnvironmentLookup& environment);

/// One pipeline's folder. A value; the paths it gives are not created unless said so.
class StateFolder {
 public:
  /// Creates root and pipeline folder (mode 0700) where missing. Fails with ErrorKind::Usage for a bad name, with
  /// ErrorKind::State where the folder cannot be made.
  static Result<StateFolder> open(const FolderRequest& request,
                                  const EnvironmentLookup& environment = process_environment);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Folders; each is made with mode 0700 where missing. Fail with ErrorKind::State.
  Result<std::filesystem::path> telemetry() const;
  Result<std::filesystem::path> spool(std::string_view sink) const;

  /// Files in folders that are made where missing. `target`, `tool`, `name` and `exporter` are checked by check_name.
  Result<std::filesystem::path> baseline(std::string_view target) const;
  Result<std::filesystem::path> texts(std::string_view target) const;
  Result<std::filesystem::path> ack(std::string_view target, std::string_view exporter) const;
  Result<std::filesystem::path> rejects(std::string_view tool, std::string_view name) const;

  /// What a tool remembers between runs: <tool>@<name>.json; also the path that an instance locks.
  Result<std::filesystem::path> instance(std::string_view tool, std::string_view name) const;

  /// Files of the pipeline as a whole, shared between tools.
  [[nodiscard]] std::filesystem::path circuits() const { return path_ / "circuits.json"; }
  [[nodiscard]] std::filesystem::path overrides() const { return path_ / "overrides.json"; }

 private:
  explicit StateFolder(std::filesystem::path path) : path_(std::move(path)) {}
  Result<std::filesystem::path> folder(std::string_view first, std::string_view second = {}) const;

  std::filesystem::path path_;
};

}  // namespace dbi::state
