// SPDX-License-Identifier: Apache-2.0
#include "db/mysql_target.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "db/option_file.hpp"
#include "db/target.hpp"

namespace dbi::db {

namespace {

constexpr std::string_view kNoPassword =
    "Leave the password to an option file (~/.my.cnf), MYSQL_PWD, or password_file in the configuration.";
constexpr std::string_view kForm = "Write mysql://user@host:port/database, or with ?option_file=FILE or ?group=NAME.";
constexpr std::string_view kNameIt = "Give the target a name in the configuration, or use a group of an option file.";

struct TlsWord {
  std::string_view word;
  TlsMode mode;
};
constexpr std::array kTlsWords{TlsWord{"off", TlsMode::Off}, TlsWord{"preferred", TlsMode::Preferred},
                               TlsWord{"required", TlsMode::Required}, TlsWord{"verify", TlsMode::Verify}};

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return value == nullptr ? std::string() : value;
}

std::string login_name() {
  std::array<char, 4096> bytes{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::geteuid(), &entry, bytes.data(), bytes.size(), &found) == 0 && found != nullptr) {
    return found->pw_name;
  }
  return environment("USER");
}

std::optional<unsigned> hex_digit(char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto at = kDigits.find(static_cast<char>(c >= 'A' && c <= 'F' ? c | 0x20 : c));
  if (at == std::string_view::npos) return std::nullopt;
  return static_cast<unsigned>(at);
}

// Nothing for a % without two digits, and for a byte of 0.
std::optional<std::string> percent_decode(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      plain += text[at];
      continue;
    }
    if (text.size() - at < 3) return std::nullopt;
    const auto high = hex_digit(text[at + 1]);
    const auto low = hex_digit(text[at + 2]);
    if (!high || !low || (*high == 0 && *low == 0)) return std::nullopt;
    plain += static_cast<char>((*high << 4U) | *low);
    at += 2;
  }
  return plain;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, port);
  if (read.ec != std::errc{} || read.ptr != end || port == 0) return std::nullopt;
  return port;
}

// Takes what stands before the first of these characters off the text.
std::string_view take_until(std::string_view& text, std::string_view ends) {
  const auto part = text.substr(0, text.find_first_of(ends));
  text.remove_prefix(part.size());
  return part;
}

struct Url {
  std::string_view user;
  std::string_view host;
  std::string_view port;
  std::string_view database;
  std::string_view parameters;
  bool password = false;
};

std::optional<Url> split_url(std::string_view text) {
  text.remove_prefix(text.find("://") + 3);
  Url url;
  auto authority = take_until(text, "/?");
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    url.user = authority.substr(0, at);
    authority.remove_prefix(at + 1);
    if (const auto colon = url.user.find(':'); colon != std::string_view::npos) {
      url.password = true;
      url.user = url.user.substr(0, colon);
    }
  }
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    url.host = authority.substr(1, end - 1);
    authority.remove_prefix(end + 1);
    if (!authority.empty() && authority.front() != ':') return std::nullopt;
  } else {
    url.host = take_until(authority, ":");
  }
  if (!authority.empty()) url.port = authority.substr(1);
  if (text.starts_with('/')) {
    text.remove_prefix(1);
    url.database = take_until(text, "?");
  }
  if (!text.empty()) url.parameters = text.substr(1);
  return url;
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" || host == "ip6-localhost" || host.starts_with("127.");
}

// What the option files say of TLS. They cannot make it less than the target's own rule: a file made for another
// program does not say what a collector may send in the clear.
TlsMode at_least(TlsMode mode, const FileOptions& options) {
  const auto says = [&](std::string_view name, std::string_view word) {
    const auto found = options.find(name);
    return found != options.end() && found->second == word;
  };
  const auto on = [&](std::string_view name) {
    return options.contains(name) && !says(name, "0") && !says(name, "OFF") && !says(name, "FALSE");
  };
  auto wanted = TlsMode::Off;
  if (on("ssl") || on("ssl-ca") || on("ssl-capath") || on("ssl-cert")) wanted = TlsMode::Required;
  if (says("ssl-mode", "REQUIRED") || says("ssl-mode", "VERIFY_CA")) wanted = TlsMode::Required;
  if (says("ssl-mode", "VERIFY_IDENTITY") || on("ssl-verify-server-cert")) wanted = TlsMode::Verify;
  return std::max(mode, wanted);
}

// Where the target says nothing. `trusts`: it names whom to trust. `shows`: it names a certificate to show, of which
// one that cannot be used must not go unseen.
TlsMode choose_tls(std::string_view host, bool trusts, bool shows, const FileOptions& options) {
  if (host.empty()) return TlsMode::Off;
  if (trusts) return at_least(TlsMode::Verify, options);
  return at_least(is_loopback(host) && !shows ? TlsMode::Preferred : TlsMode::Required, options);
}

}  // namespace

std::optional<TlsMode> parse_tls_mode(std::string_view word) {
  for (const auto& row : kTlsWords) {
    if (row.word == word) return row.mode;
  }
  return std::nullopt;
}

bool is_mysql_target(std::string_view text) {
  return text.starts_with("mysql://") || text.starts_with("mariadb://");
}

Status MysqlTarget::set_parameter(std::string_view name, std::string value, ErrorKind kind) {
  if (name == "password" || name == "passwd" || name == "pwd") {
    return fail(kind, "a target must not hold a password (password)", std::string(kNoPassword));
  }
  if (name == "tls") {
    tls_ = parse_tls_mode(value);
    if (!tls_) return fail(kind, "a target's tls is one of off, preferred, required, verify");
    return {};
  }
  const std::array<std::pair<std::string_view, std::string*>, 7> texts{{{"socket", &socket_},
                                                                        {"option_file", &option_file_},
                                                                        {"group", &group_},
                                                                        {"tls_ca", &tls_ca_},
                                                                        {"tls_capath", &tls_capath_},
                                                                        {"tls_cert", &tls_cert_},
                                                                        {"tls_key", &tls_key_}}};
  for (const auto& [known, member] : texts) {
    if (name != known) continue;
    *member = std::move(value);
    return {};
  }
  return fail(kind, "cannot read the target: a parameter that it cannot have",
              "Those of mysql:// are socket, option_file, group, tls, tls_ca, tls_capath, tls_cert, tls_key.");
}

Result<MysqlTarget> MysqlTarget::read(std::string_view text, ErrorKind kind) {
  const auto refuse = [&](std::string_view why) {
    return fail(kind, fmt::format("cannot read the target: {}", why), std::string(kForm));
  };
  if (!is_mysql_target(text)) return fail(kind, "not a MySQL or MariaDB target", std::string(kForm));
  const auto url = split_url(text);
  if (!url) return refuse("an address in brackets has no end");
  if (url->password) return fail(kind, "a target must not hold a password", std::string(kNoPassword));
  MysqlTarget target;
  if (text.starts_with("mariadb:")) target.system_ = sql::System::MariaDb;
  auto user = percent_decode(url->user);
  auto host = percent_decode(url->host);
  auto database = percent_decode(url->database);
  if (!user || !host || !database) return refuse("a % that is not followed by two digits");
  target.user_ = std::move(*user);
  (host->starts_with('/') ? target.socket_ : target.host_) = std::move(*host);
  target.database_ = std::move(*database);
  if (!url->port.empty()) {
    target.port_ = parse_port(url->port);
    if (!target.port_) return refuse("the port is no number from 1 to 65535");
  }
  auto rest = url->parameters;
  while (!rest.empty()) {
    const auto parameter = take_until(rest, "&");
    if (!rest.empty()) rest.remove_prefix(1);
    const auto sign = parameter.find('=');
    if (sign == std::string_view::npos) return refuse("a parameter without a value");
    auto value = percent_decode(parameter.substr(sign + 1));
    if (!value) return refuse("a % that is not followed by two digits");
    DBI_TRY(target.set_parameter(parameter.substr(0, sign), std::move(*value), kind));
  }
  if (!target.host_.empty() && !target.socket_.empty()) return refuse("it has both a host and a socket");
  return target;
}

Result<MysqlTarget> MysqlTarget::parse(std::string_view text) {
  DBI_TRY_ASSIGN(auto target, read(text, ErrorKind::Usage));
  DBI_TRY_ASSIGN(const auto login, target.login_without_password_file());
  if (!target.group_.empty() && target.host_.empty() && target.socket_.empty()) {
    target.name_ = target.group_;
  } else {
    target.name_ = fmt::format("{}:{}", login.host.empty() ? "local" : login.host, login.port);
  }
  if (!is_target_name(target.name_)) {
    return fail(ErrorKind::Usage, "the target's group or host is no name for records ([A-Za-z0-9._:-]+)",
                std::string(kNameIt));
  }
  return target;
}

Result<MysqlTarget> MysqlTarget::configure(std::string name, std::string_view url, std::filesystem::path password_file,
                                           std::optional<TlsMode> tls) {
  if (!is_target_name(name)) {
    return fail(ErrorKind::Configuration,
                fmt::format("target name \"{}\" is not of the form [A-Za-z0-9._:-]+", mask_before_at(name)));
  }
  auto target = read(url, ErrorKind::Configuration);
  if (!target) {
    auto error = std::move(target).error();
    error.message = fmt::format("target {}: {}", name, error.message);
    return fail(std::move(error));
  }
  target->name_ = std::move(name);
  target->password_file_ = std::move(password_file);
  if (tls) target->tls_ = tls;
  return target;
}

Result<MysqlLogin> MysqlTarget::login_without_password_file() const {
  std::vector<std::string> groups{"client", "client-server", "client-mariadb", "dbi-collect"};
  if (!group_.empty()) groups.push_back(group_);
  FileOptions options;
  if (option_file_.empty()) {
    for (const auto& file : default_option_files()) DBI_TRY(read_option_file(file, groups, false, options));
  } else {
    DBI_TRY(read_option_file(option_file_, groups, true, options));
  }
  const auto choose = [&](const std::string& given, std::string_view option, const char* variable) {
    if (!given.empty()) return given;
    if (const auto found = options.find(option); found != options.end() && !found->second.empty()) {
      return found->second;
    }
    return variable == nullptr ? std::string() : environment(variable);
  };
  MysqlLogin login;
  if (socket_.empty()) login.host = choose(host_, "host", "MYSQL_HOST");
  // In an option file and the environment, localhost means the socket, as for the servers' own clients.
  if (host_.empty() && login.host == "localhost") login.host.clear();
  if (login.host.empty()) login.socket = choose(socket_, "socket", "MYSQL_UNIX_PORT");
  if (port_) {
    login.port = *port_;
  } else if (const auto text = choose({}, "port", "MYSQL_TCP_PORT"); !text.empty()) {
    const auto port = parse_port(text);
    if (!port) {
      return fail(ErrorKind::Configuration, "the port of the option files or of MYSQL_TCP_PORT is no port");
    }
    login.port = *port;
  }
  login.user = choose(user_, "user", nullptr);
  if (login.user.empty()) login.user = login_name();
  login.password = choose({}, "password", "MYSQL_PWD");
  login.database = choose(database_, "database", nullptr);
  login.tls_ca = choose(tls_ca_, "ssl-ca", nullptr);
  login.tls_capath = choose(tls_capath_, "ssl-capath", nullptr);
  login.tls_cert = choose(tls_cert_, "ssl-cert", nullptr);
  login.tls_key = choose(tls_key_, "ssl-key", nullptr);
  const bool trusts = !tls_ca_.empty() || !tls_capath_.empty();
  const bool shows = !tls_cert_.empty() || !tls_key_.empty();
  login.tls = tls_ ? *tls_ : choose_tls(login.host, trusts, shows, options);
  return login;
}

Result<MysqlLogin> MysqlTarget::login() const {
  DBI_TRY_ASSIGN(auto login, login_without_password_file());
  if (!password_file_.empty()) {
    DBI_TRY_ASSIGN(login.password, read_password(name_, password_file_));
  }
  return login;
}

MysqlTarget MysqlTarget::with_database(std::string database) const {
  auto other = *this;
  other.database_ = std::move(database);
  return other;
}

}  // namespace dbi::db
