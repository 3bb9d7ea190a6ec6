// SPDX-License-Identifier: Apache-2.0
#include "state/folder.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>

#include "base/errno_text.hpp"
#include "base/text.hpp"

namespace dbi::state {

namespace {

constexpr std::size_t kMaxNameBytes = 128;
constexpr mode_t kFolderMode = S_IRWXU;

bool is_folder(const std::filesystem::path& path) {
  struct stat facts {};
  return ::stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
}

// mkdir -p in which every new folder is private from its first moment.
Status make_folders(const std::filesystem::path& path) {
  if (is_folder(path)) return {};
  if (path.has_parent_path() && path.parent_path() != path) DBI_TRY(make_folders(path.parent_path()));
  if (::mkdir(path.c_str(), kFolderMode) == 0 || is_folder(path)) return {};
  return fail(ErrorKind::State, fmt::format("cannot create the folder {}: {}", path.string(), errno_text(errno)),
              "Name a folder that this user may write with --state-dir or DBI_STATE_DIR.");
}

// A pipeline folder that somebody made by hand may be open to others; what is written into it is for its owner alone.
Status make_private(const std::filesystem::path& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) == 0 && (facts.st_mode & (S_IRWXG | S_IRWXO)) == 0) return {};
  if (::chmod(path.c_str(), kFolderMode) == 0) return {};
  return fail(ErrorKind::State, fmt::format("cannot make the folder {} private: {}", path.string(), errno_text(errno)),
              "The state folder must belong to the user who runs the pipeline.");
}

std::optional<std::string> set_value(const EnvironmentLookup& environment, const std::string& name) {
  auto value = environment(name);
  if (value && value->empty()) value.reset();
  return value;
}

}  // namespace

std::optional<std::string> process_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nothing here calls setenv
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Status check_name(std::string_view what, std::string_view name) {
  constexpr std::string_view kAllowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:@-";
  const bool good = !name.empty() && name.size() <= kMaxNameBytes && name.front() != '.' &&
                    name.find_first_not_of(kAllowed) == std::string_view::npos;
  if (good) return {};
  return fail(ErrorKind::Usage, fmt::format("{}: '{}' cannot be the name of a file", what, name),
              "Use up to 128 letters, digits and . _ : @ - with no dot in front.");
}

Result<std::filesystem::path> resolve_root(const FolderRequest& request, const EnvironmentLookup& environment) {
  if (request.state_dir && !request.state_dir->empty()) return std::filesystem::path(*request.state_dir);
  if (const auto dir = set_value(environment, "DBI_STATE_DIR")) return std::filesystem::path(*dir);
  // systemd.exec(5), StateDirectory=: several folders are separated by colons.
  if (const auto dirs = set_value(environment, "STATE_DIRECTORY")) return std::filesystem::path(split(*dirs, ':')[0]);
  // XDG Base Directory Specification: a relative path is invalid and to be ignored.
  if (const auto dir = set_value(environment, "XDG_STATE_HOME"); dir && dir->front() == '/') {
    return std::filesystem::path(*dir) / "dbi";
  }
  if (const auto home = set_value(environment, "HOME")) return std::filesystem::path(*home) / ".local/state/dbi";
  return fail(ErrorKind::State,
              "no state folder: neither DBI_STATE_DIR, STATE_DIRECTORY, XDG_STATE_HOME nor HOME is set",
              "Name one with --state-dir.");
}

Result<StateFolder> StateFolder::open(const FolderRequest& request, const EnvironmentLookup& environment) {
  DBI_TRY(check_name("--pipeline", request.pipeline));
  DBI_TRY_ASSIGN(const auto root, resolve_root(request, environment));
  StateFolder folder(root / request.pipeline);
  DBI_TRY(make_folders(folder.path()));
  DBI_TRY(make_private(folder.path()));
  return folder;
}

Result<std::filesystem::path> StateFolder::folder(std::string_view first, std::string_view second) const {
  auto path = path_ / first;
  if (!second.empty()) path /= second;
  DBI_TRY(make_folders(path));
  return path;
}

Result<std::filesystem::path> StateFolder::telemetry() const {
  return folder("telemetry");
}

Result<std::filesystem::path> StateFolder::spool(std::string_view sink) const {
  DBI_TRY(check_name("sink", sink));
  return folder("spool", sink);
}

Result<std::filesystem::path> StateFolder::baseline(std::string_view target) const {
  DBI_TRY(check_name("target", target));
  DBI_TRY_ASSIGN(const auto parent, folder("baselines"));
  return parent / fmt::format("{}.json", target);
}

Result<std::filesystem::path> StateFolder::texts(std::string_view target) const {
  DBI_TRY(check_name("target", target));
  DBI_TRY_ASSIGN(const auto parent, folder("texts"));
  return parent / target;
}

Result<std::filesystem::path> StateFolder::ack(std::string_view target, std::string_view exporter) const {
  DBI_TRY(check_name("target", target));
  DBI_TRY(check_name("exporter", exporter));
  DBI_TRY_ASSIGN(const auto parent, folder("acks", target));
  return parent / exporter;
}

Result<std::filesystem::path> StateFolder::rejects(std::string_view tool, std::string_view name) const {
  DBI_TRY(check_name("--name", name));
  DBI_TRY_ASSIGN(const auto parent, folder("rejects"));
  return parent / fmt::format("{}@{}.ndjson", tool, name);
}

Result<std::filesystem::path> StateFolder::instance(std::string_view tool, std::string_view name) const {
  DBI_TRY(check_name("--name", name));
  return path_ / fmt::format("{}@{}.json", tool, name);
}

}  // namespace dbi::state
