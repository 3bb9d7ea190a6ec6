// SPDX-License-Identifier: Apache-2.0
#include "config/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "base/descriptor.hpp"
#include "base/errno_text.hpp"

namespace dbi::config {

namespace {

constexpr std::string_view kSystemFile = "/etc/dbi/dbi.yaml";

std::optional<std::filesystem::path> user_folder(const cli::EnvironmentLookup& environment) {
  if (const auto xdg = environment("XDG_CONFIG_HOME"); xdg && xdg->starts_with('/')) return *xdg;
  if (const auto home = environment("HOME"); home && home->starts_with('/')) {
    return std::filesystem::path(*home) / ".config";
  }
  return std::nullopt;
}

tl::unexpected<Error> unreadable(const std::filesystem::path& path, int fault) {
  return fail(ErrorKind::Configuration, fmt::format("cannot read {}: {}", path.string(), errno_text(fault)));
}

Result<std::string> read_all(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return unreadable(path, errno);
  std::string text;
  std::array<char, 65536> block{};
  for (;;) {
    const ssize_t got = ::read(file.get(), block.data(), block.size());
    if (got == 0) return text;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unreadable(path, errno);
    text.append(block.data(), static_cast<std::size_t>(got));
    if (text.size() > kMaxFileBytes) {
      return fail(ErrorKind::Configuration, fmt::format("{} is longer than {} bytes", path.string(), kMaxFileBytes));
    }
  }
}

}  // namespace

std::optional<std::filesystem::path> find_file(const std::optional<std::string>& named,
                                               const cli::EnvironmentLookup& environment) {
  if (named) return *named;
  std::error_code ignored;
  if (const auto folder = user_folder(environment)) {
    auto path = *folder / "dbi" / "dbi.yaml";
    if (std::filesystem::exists(path, ignored)) return path;
  }
  if (std::filesystem::exists(kSystemFile, ignored)) return kSystemFile;
  return std::nullopt;
}

Result<Document> read_file(const std::filesystem::path& path, Role role) {
  DBI_TRY_ASSIGN(const std::string text, read_all(path));
  return parse_yaml(text, path.string(), role);
}

}  // namespace dbi::config
