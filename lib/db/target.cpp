// SPDX-License-Identifier: Apache-2.0
#include "db/target.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <system_error>

#include "base/credential.hpp"
#include "base/descriptor.hpp"
#include "base/errno_text.hpp"
#include "base/text.hpp"

namespace dbi::db {

namespace {

constexpr std::string_view kNoPassword =
    "Leave the password to ~/.pgpass, a service file, PGPASSWORD, or password_file in the configuration.";
constexpr std::string_view kNameIt = "Give the target a name in the configuration, or use a service.";
constexpr std::size_t kMaxPasswordBytes = 4096;

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using ConninfoOptions = std::unique_ptr<PQconninfoOption, FreeOptions>;

// libpq quotes pieces of the text, and any piece may be one of a password: what stands before the first quote is kept.
std::string harmless_reason(const char* message) {
  std::string_view reason = message == nullptr ? "out of memory" : message;
  reason = reason.substr(0, reason.find_first_of("\"\n"));
  while (!reason.empty() && (reason.back() == ' ' || reason.back() == ':')) reason.remove_suffix(1);
  return reason == "missing" ? "not of the form keyword=value" : std::string(reason);
}

// What PG* variables and the service of PGSERVICE say.
std::string default_of(std::string_view keyword) {
  const ConninfoOptions defaults(PQconndefaults());
  for (const auto* option = defaults.get(); option != nullptr && option->keyword != nullptr; ++option) {
    if (option->keyword == keyword && option->val != nullptr) return option->val;
  }
  return {};
}

std::string given(const PostgresqlTarget::Keywords& keywords, std::string_view keyword) {
  for (const auto& [name, value] : keywords) {
    if (name == keyword) return value;
  }
  return {};
}

std::string first_of_list(const std::string& text) {
  return text.substr(0, text.find(','));
}

std::string given_or_default(const PostgresqlTarget::Keywords& keywords, std::string_view keyword) {
  auto value = given(keywords, keyword);
  return first_of_list(value.empty() ? default_of(keyword) : value);
}

std::string name_of(const PostgresqlTarget::Keywords& keywords) {
  if (auto service = given(keywords, "service"); !service.empty()) return service;
  auto host = given(keywords, "host");
  if (host.empty()) host = given(keywords, "hostaddr");
  if (host.empty()) {
    if (auto service = default_of("service"); !service.empty()) return service;
    host = given_or_default(keywords, "host");
  }
  host = first_of_list(host);
  const auto port = given_or_default(keywords, "port");
  const bool local = host.empty() || host.front() == '/' || host.front() == '@';
  return fmt::format("{}:{}", local ? "local" : host, port.empty() ? "5432" : port);
}

bool is_number(std::string_view text, int least, int most) {
  text = trim(text);
  int number = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc{} && read.ptr == end && number >= least && number <= most;
}

// libpq looks at numbers as late as it connects. What is none is not repeated: a password stands behind the colon where
// the host was forgotten.
Status check_number(std::string_view keyword, std::string_view value, ErrorKind kind) {
  if (keyword == "port") {
    for (const auto port : split(value, ',')) {
      if (!port.empty() && !is_number(port, 1, 65535)) {
        return fail(kind, "the port is not a number from 1 to 65535",
                    "Write postgresql://user@host:port/database, without a password.");
      }
    }
  }
  if (keyword == "connect_timeout" &&
      !is_number(value, std::numeric_limits<int>::min(), std::numeric_limits<int>::max())) {
    return fail(kind, "connect_timeout is not a number of seconds");
  }
  return {};
}

Result<std::string> read_password_file(const std::filesystem::path& path, bool check_mode) {
  const auto refuse = [&](std::string_view why, std::string hint = {}) {
    return fail(ErrorKind::Configuration, fmt::format("password_file {}: {}", path.string(), why), std::move(hint));
  };
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid()) return refuse(errno_text(errno));
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0) return refuse(errno_text(errno));
  if (!S_ISREG(facts.st_mode)) return refuse("not a regular file");
  if (check_mode && (facts.st_mode & 07777U & ~0600U) != 0) {
    return refuse("others than its owner may use it", fmt::format("chmod 600 {}", path.string()));
  }
  std::array<char, kMaxPasswordBytes> bytes{};
  const auto read = ::read(file.get(), bytes.data(), bytes.size());
  if (read < 0) return refuse(errno_text(errno));
  std::string_view line(bytes.data(), static_cast<std::size_t>(read));
  line = line.substr(0, line.find_first_of("\r\n"));
  if (line.empty()) return refuse("it is empty");
  if (line.size() == bytes.size()) return refuse("its first line is too long");
  return std::string(line);
}

}  // namespace

bool is_postgresql_target(std::string_view text) {
  return text.starts_with("postgresql://") || text.starts_with("postgres://") ||
         (text.find("://") == std::string_view::npos && text.find('=') != std::string_view::npos) ||
         (text.find("://") != std::string_view::npos && text.find('=') < text.find("://"));
}

bool is_target_name(std::string_view name) {
  constexpr std::string_view kOthers = "._:-";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kOthers.find(c) != std::string_view::npos;
  });
}

Result<PostgresqlTarget> PostgresqlTarget::read(std::string_view text, ErrorKind kind) {
  char* message = nullptr;
  const ConninfoOptions options(PQconninfoParse(std::string(text).c_str(), &message));
  const std::unique_ptr<char, decltype(&PQfreemem)> owned(message, &PQfreemem);
  if (!options) return fail(kind, fmt::format("cannot read the target: {}", harmless_reason(message)));
  PostgresqlTarget target;
  for (const auto* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr || *option->val == '\0') continue;
    // "*" marks the secrets among libpq's options (password, sslpassword).
    if (std::strchr(option->dispchar, '*') != nullptr) {
      return fail(kind, fmt::format("a target must not hold a password ({})", option->keyword),
                  std::string(kNoPassword));
    }
    if (std::string_view(option->keyword) == "replication") {
      return fail(kind, "a target must not ask for a replication connection");
    }
    DBI_TRY(check_number(option->keyword, option->val, kind));
    target.keywords_.emplace_back(option->keyword, option->val);
  }
  return target;
}

Result<PostgresqlTarget> PostgresqlTarget::parse(std::string_view text) {
  if (!is_postgresql_target(text)) return fail(ErrorKind::Usage, "not a PostgreSQL target", std::string(kNameIt));
  DBI_TRY_ASSIGN(auto target, read(text, ErrorKind::Usage));
  target.name_ = name_of(target.keywords_);
  if (!is_target_name(target.name_)) {
    return fail(ErrorKind::Usage, "the target's service or host is no name for records ([A-Za-z0-9._:-]+)",
                std::string(kNameIt));
  }
  return target;
}

Result<PostgresqlTarget> PostgresqlTarget::configure(std::string name, std::string_view connection,
                                                     std::filesystem::path password_file) {
  if (!is_target_name(name)) {
    return fail(ErrorKind::Configuration,
                fmt::format("target name \"{}\" is not of the form [A-Za-z0-9._:-]+", mask_before_at(name)));
  }
  auto target = read(connection, ErrorKind::Configuration);
  if (!target) {
    auto error = std::move(target).error();
    error.message = fmt::format("target {}: {}", name, error.message);
    return fail(std::move(error));
  }
  target->name_ = std::move(name);
  target->password_file_ = std::move(password_file);
  return target;
}

Result<std::string> read_password(const std::string& target_name, const std::filesystem::path& path) {
  if (const char* folder = std::getenv("CREDENTIALS_DIRECTORY"); folder != nullptr && *folder != '\0') {
    const auto credential = std::filesystem::path(folder) / credential_name(target_name);
    if (std::error_code ignored; std::filesystem::exists(credential, ignored)) {
      return read_password_file(credential, false);
    }
  }
  return read_password_file(path, true);
}

}  // namespace dbi::db
