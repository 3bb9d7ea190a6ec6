// SPDX-License-Identifier: Apache-2.0
#include "db/option_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/descriptor.hpp"
#include "base/errno_text.hpp"
#include "base/text.hpp"

namespace dbi::db {

namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{1} << 20U;
constexpr int kMaxIncludes = 10;  // deep; a circle ends there

// \b \t \n \r \\ and \s for a space; before anything else the backslash stays.
std::string unescape(std::string_view text) {
  constexpr std::string_view kLetters = "btnr\\s";
  constexpr std::string_view kBytes = "\b\t\n\r\\ ";
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto letter = text[at] == '\\' && at + 1 < text.size() ? kLetters.find(text[at + 1]) : std::string_view::npos;
    if (letter == std::string_view::npos) {
      plain += text[at];
    } else {
      plain += kBytes[letter];
      ++at;
    }
  }
  return plain;
}

// A value in quotes is what stands between them; else a # begins a comment.
std::string value_of(std::string_view text) {
  text = trim(text);
  if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'')) {
    const auto end = text.find(text.front(), 1);
    if (end != std::string_view::npos) return unescape(text.substr(1, end - 1));
  }
  return unescape(trim(text.substr(0, text.find('#'))));
}

std::string name_of(std::string_view text) {
  text = trim(text.substr(0, text.find('#')));
  std::string name(text);
  std::replace(name.begin(), name.end(), '_', '-');
  if (name.starts_with("loose-")) name.erase(0, std::strlen("loose-"));
  return name;
}

void read_include(std::string_view line, std::vector<std::string>* includes) {
  if (includes == nullptr) return;
  for (const std::string_view word : {"!includedir", "!include"}) {
    if (!line.starts_with(word)) continue;
    auto path = std::string(trim(line.substr(word.size())));
    if (word == "!includedir" && !path.ends_with('/')) path += '/';
    includes->push_back(std::move(path));
    return;
  }
}

struct File {
  std::string text;
  mode_t mode = 0;
};

Result<File> read_file(const std::filesystem::path& path) {
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorKind::Configuration, fmt::format("option file {}: {}", path.string(), why));
  };
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid()) return refuse(errno_text(errno));
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0) return refuse(errno_text(errno));
  if (!S_ISREG(facts.st_mode)) return refuse("not a regular file");
  File result{.text = {}, .mode = facts.st_mode};
  std::array<char, 4096> bytes{};
  while (true) {
    const auto read = ::read(file.get(), bytes.data(), bytes.size());
    if (read < 0 && errno == EINTR) continue;
    if (read < 0) return refuse(errno_text(errno));
    if (read == 0) return result;
    result.text.append(bytes.data(), static_cast<std::size_t>(read));
    if (result.text.size() > kMaxFileBytes) return refuse("too large");
  }
}

// The files that a line of !include or !includedir names.
std::vector<std::filesystem::path> files_of(const std::string& include) {
  if (!include.ends_with('/')) return {include};
  std::vector<std::filesystem::path> files;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(include, ignored)) {
    if (entry.path().extension() == ".cnf") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

Status read_with_includes(const std::filesystem::path& path, std::span<const std::string> groups, bool required,
                          int depth, FileOptions& options) {
  auto file = read_file(path);
  if (!file) {
    if (!required) return {};
    return fail(std::move(file).error());
  }
  if ((file->mode & S_IWOTH) != 0) {
    if (!required) return {};
    return fail(ErrorKind::Configuration, fmt::format("option file {}: everybody can write it", path.string()),
                fmt::format("chmod o-rwx {}", path.string()));
  }
  FileOptions own;
  std::vector<std::string> includes;
  read_options(file->text, groups, own, &includes);
  const auto password = own.find("password");
  if (password != own.end() && !password->second.empty() && (file->mode & S_IROTH) != 0) {
    return fail(ErrorKind::Configuration, fmt::format("option file {}: everybody can read its password", path.string()),
                fmt::format("chmod 600 {}", path.string()));
  }
  for (auto& [name, value] : own) options.insert_or_assign(name, std::move(value));
  if (depth >= kMaxIncludes) return {};
  for (const auto& include : includes) {
    for (const auto& included : files_of(include)) {
      DBI_TRY(read_with_includes(included, groups, false, depth + 1, options));
    }
  }
  return {};
}

}  // namespace

void read_options(std::string_view text, std::span<const std::string> groups, FileOptions& options,
                  std::vector<std::string>* includes) {
  bool inside = false;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '!') {
      read_include(line, includes);
    } else if (line.front() == '[') {
      const auto name = trim(line.substr(1, line.find(']') - 1));
      inside = std::find(groups.begin(), groups.end(), name) != groups.end();
    } else if (inside) {
      const auto sign = line.find('=');
      auto name = name_of(line.substr(0, sign));
      options.insert_or_assign(std::move(name),
                               sign == std::string_view::npos ? std::string() : value_of(line.substr(sign + 1)));
    }
  }
}

Status read_option_file(const std::filesystem::path& path, std::span<const std::string> groups, bool required,
                        FileOptions& options) {
  return read_with_includes(path, groups, required, 0, options);
}

std::vector<std::filesystem::path> default_option_files() {
  std::vector<std::filesystem::path> files{"/etc/my.cnf", "/etc/mysql/my.cnf"};
  const char* home = std::getenv("HOME");  // NOLINT(concurrency-mt-unsafe): nobody sets it
  if (home != nullptr && *home != '\0') files.emplace_back(std::filesystem::path(home) / ".my.cnf");
  return files;
}

}  // namespace dbi::db
