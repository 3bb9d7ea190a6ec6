// Formats: cgroups(7), /proc/PID/cgroup; proc(5), /proc/PID/mountinfo.
// SPDX-License-Identifier: Apache-2.0
#include "resource/control_group.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"

namespace dbi::resource {

namespace {

namespace fs = std::filesystem;

// The two versions: how their mount and their file of the limit are told.
struct Version {
  std::string_view file_system;
  std::string_view controller;  // empty: all are in one hierarchy
  std::string_view limit_file;
};

constexpr Version kFirst{"cgroup", "memory", "memory.limit_in_bytes"};
constexpr Version kSecond{"cgroup2", "", "memory.max"};

// What version 1 says where there is no limit: the greatest count of whole pages, a few kB below 2^63.
constexpr std::uint64_t kUnlimited = std::uint64_t{1} << 62U;

// A place where a hierarchy is mounted, and the group that is seen there.
struct Mount {
  std::string root;
  std::string point;
};

bool lists(std::string_view words, std::string_view word) {
  const auto all = split(words, ',');
  return std::find(all.begin(), all.end(), word) != all.end();
}

std::vector<std::string> lines_of(const fs::path& path) {
  std::vector<std::string> lines;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// "36 31 0:33 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory": behind the dash the file system, its source and
// the options of the hierarchy.
std::optional<Mount> find_mount(const fs::path& root, const Version& version) {
  for (const std::string& line : lines_of(root / "proc/self/mountinfo")) {
    const auto fields = split(line, ' ');
    const auto dash = std::find(fields.begin(), fields.end(), "-");
    if (fields.end() - dash < 4 || dash - fields.begin() < 5 || dash[1] != version.file_system) continue;
    if (version.controller.empty() || lists(dash[3], version.controller)) {
      return Mount{std::string(fields[3]), std::string(fields[4])};
    }
  }
  return std::nullopt;
}

// "4:memory:/system.slice/x.service", in version 2 "0::/system.slice/x.service".
std::optional<std::string> find_group(const fs::path& root, const Version& version) {
  for (const std::string& line : lines_of(root / "proc/self/cgroup")) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string_view controllers = std::string_view(line).substr(first + 1, second - first - 1);
    const bool found = version.controller.empty() ? line.starts_with("0::") : lists(controllers, version.controller);
    if (found) return line.substr(second + 1);
  }
  return std::nullopt;
}

std::optional<std::uint64_t> read_limit(const fs::path& file) {
  const auto lines = lines_of(file);
  if (lines.empty()) return std::nullopt;
  const std::string_view text = lines[0];  // "max" is no number
  std::uint64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{} || value >= kUnlimited) return std::nullopt;
  return value;
}

// In a container the group's path may begin above what is mounted: then the mount is the group.
fs::path group_below(const Mount& mount, const std::string& group) {
  if (mount.root == "/") return fs::path(group).relative_path();
  if (!group.starts_with(mount.root)) return {};
  return fs::path(group.substr(mount.root.size())).relative_path();
}

std::optional<std::uint64_t> least_limit(const fs::path& root, const Version& version) {
  const auto mount = find_mount(root, version);
  const auto group = find_group(root, version);
  if (!mount || !group) return std::nullopt;
  const fs::path top = root / fs::path(mount->point).relative_path();
  std::optional<std::uint64_t> least;
  for (fs::path below = group_below(*mount, *group);; below = below.parent_path()) {
    const auto limit = read_limit(top / below / version.limit_file);
    if (limit) least = std::min(least.value_or(*limit), *limit);
    if (below.empty()) return least;
  }
}

}  // namespace

std::optional<std::uint64_t> read_control_group_limit(const fs::path& root) {
  const auto first = least_limit(root, kFirst);
  const auto second = least_limit(root, kSecond);
  if (first && second) return std::min(*first, *second);
  return first ? first : second;
}

}  // namespace dbi::resource
