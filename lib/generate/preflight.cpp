// SPDX-License-Identifier: Apache-2.0
#include "generate/preflight.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "base/descriptor.hpp"
#include "base/errno_text.hpp"
#include "base/text.hpp"

namespace dbi::generate {

namespace {

// What the state of a busy pipeline takes at most, its spool apart; the original's preflight asked for as much.
constexpr std::uintmax_t kRoomBytes = std::uintmax_t{1} << 30U;

PreflightLine check_password_file(const TargetFacts& target) {
  PreflightLine line{true, fmt::format("password file of {}: {}", target.name, target.password_file), {}};
  const auto fault = [&line](std::string_view why, std::string hint) {
    line.good = false;
    line.what += fmt::format(": {}", why);
    line.hint = std::move(hint);
    return line;
  };
  struct stat facts {};
  if (::stat(target.password_file.c_str(), &facts) != 0) {
    return fault(errno_text(errno), "Write the password into its first line, mode 600.");
  }
  if (!S_ISREG(facts.st_mode)) return fault("not a regular file", "Name a file.");
  if ((facts.st_mode & 0077U) != 0) {
    return fault(fmt::format("mode {:04o}, others than its owner may use it", facts.st_mode & 07777U),
                 fmt::format("chmod 600 {}", target.password_file));
  }
  if (facts.st_size == 0) return fault("it is empty", "Write the password into its first line.");
  return line;
}

// The nearest folder above that is there: the rest is made by the tools.
std::filesystem::path standing_part(std::filesystem::path path) {
  std::error_code ignored;
  while (!std::filesystem::exists(path, ignored) && path.has_relative_path()) path = path.parent_path();
  return path;
}

PreflightLine check_state(const std::filesystem::path& root) {
  const auto standing = standing_part(root);
  PreflightLine line{true, fmt::format("state folder: {}", root.string()), {}};
  if (::access(standing.c_str(), W_OK | X_OK) == 0) return line;
  line.what += fmt::format(": {}: {}", standing.string(), errno_text(errno));
  line.good = false;
  line.hint = "Name a folder of your own with --state-dir.";
  return line;
}

PreflightLine check_room(const std::filesystem::path& root) {
  std::error_code fault;
  const auto space = std::filesystem::space(standing_part(root), fault);
  if (fault) return {false, fmt::format("disk of the state folder: {}", fault.message()), {}};
  const double gibibytes = static_cast<double>(space.available) / static_cast<double>(kRoomBytes);
  PreflightLine line{
      space.available >= kRoomBytes, fmt::format("disk of the state folder: {:.1f} GiB free", gibibytes), {}};
  if (!line.good) line.hint = "Make room: 1 GiB at least.";
  return line;
}

// What a program prints on both outputs, and its exit status.
struct Spoken {
  int status = -1;
  std::string text;
};

Spoken run(const std::vector<std::string>& words) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {-1, errno_text(errno)};
  Descriptor reading(ends[0]);
  Descriptor writing(ends[1]);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, writing.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, writing.get(), STDERR_FILENO);
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t pid = 0;
  const int fault = ::posix_spawnp(&pid, arguments.front(), &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  static_cast<void>(writing.close());
  if (fault != 0) return {-1, fmt::format("{}: {}", words.front(), errno_text(fault))};
  Spoken out;
  std::array<char, 4096> block{};
  for (;;) {
    const ssize_t got = ::read(reading.get(), block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    out.text.append(block.data(), static_cast<std::size_t>(got));
  }
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  out.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return out;
}

// The document as a file that goes away with the object; for programs that read one.
class TemporaryDocument {
 public:
  explicit TemporaryDocument(const std::string& text) {
    const char* folder = ::getenv("TMPDIR");
    path_ = fmt::format("{}/dbi-preflight.XXXXXX", folder == nullptr || *folder == '\0' ? "/tmp" : folder);
    const Descriptor file(::mkstemp(path_.data()));
    good_ = file.valid() && write_all(file.get(), text);
  }
  TemporaryDocument(const TemporaryDocument&) = delete;
  TemporaryDocument& operator=(const TemporaryDocument&) = delete;
  ~TemporaryDocument() { ::unlink(path_.c_str()); }

  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  bool good_ = false;
};

PreflightLine probe(const TargetFacts& target, const std::string& document, const PreflightSetup& setup) {
  const Spoken spoken = run({setup.collector.string(), "--config", document, "--probe", target.name});
  PreflightLine line{spoken.status == 0, fmt::format("target {}: dbi-collect --probe", target.name), {}};
  if (!line.good) line.what += fmt::format(" ended with {}", spoken.status);
  line.hint = std::string(trim(spoken.text));
  return line;
}

}  // namespace

std::vector<PreflightLine> preflight(const Deployment& deployment, const PreflightSetup& setup) {
  std::vector<PreflightLine> out{{true, fmt::format("document {}, with its variables", deployment.pipeline), {}}};
  for (const TargetFacts& target : deployment.targets) {
    if (!target.password_file.empty()) out.push_back(check_password_file(target));
  }
  out.push_back(check_state(setup.state_root));
  out.push_back(check_room(setup.state_root));
  const TemporaryDocument document(deployment.document);
  if (!document.good()) {
    out.push_back(
        {false, fmt::format("no room for {}", document.path()), "Set TMPDIR to a folder that can be written."});
    return out;
  }
  for (const TargetFacts& target : deployment.targets) out.push_back(probe(target, document.path(), setup));
  return out;
}

std::string format_preflight(const std::vector<PreflightLine>& lines) {
  std::string out;
  for (const PreflightLine& line : lines) {
    out += fmt::format("{}  {}\n", line.good ? "ok  " : "FAIL", line.what);
    if (line.hint.empty()) continue;
    for (const auto hint : split(line.hint, '\n')) out += fmt::format("        {}\n", hint);
  }
  return out;
}

}  // namespace dbi::generate
