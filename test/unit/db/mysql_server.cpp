// SPDX-License-Identifier: Apache-2.0
#include "mysql_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "shell.hpp"

namespace dbi::db::test {

namespace {

sockaddr_in loopback_address(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

sockaddr* generic(sockaddr_in& address) {
  void* bytes = &address;
  return static_cast<sockaddr*>(bytes);
}

std::string with(const std::string& url, const std::string& more) {
  if (more.empty()) return url;
  return url + (url.find('?') == std::string::npos ? "?" : "&") + more;
}

// Passes on what is there; false at the end.
bool pass(int from, int to, bool greeting) {
  std::array<char, 16384> bytes{};
  const auto size = ::read(from, bytes.data(), bytes.size());
  if (size <= 0) return false;
  if (greeting) {
    // Behind length, number, protocol and version: the thread id.
    const auto version_end = std::string_view(bytes.data() + 5).size() + 5;
    bytes[version_end + 1] = static_cast<char>(bytes[version_end + 1] ^ 0x55);
  }
  return ::write(to, bytes.data(), static_cast<std::size_t>(size)) == size;
}

}  // namespace

MysqlServer::MysqlServer(const std::string& settings) : folder_(output_of("mktemp -d")) {
  runs_ = runs_well("chmod 755 " + folder_) && runs_well(DBI_SOURCE_DIR "/scripts/private-mariadb start " + folder_ +
                                                         "/server " + settings + " >" + folder_ + "/start.log 2>&1");
}

MysqlServer::~MysqlServer() {
  runs_well(DBI_SOURCE_DIR "/scripts/private-mariadb remove " + folder_ + "/server >/dev/null 2>&1");
  runs_well("rm -rf " + folder_);
}

std::string MysqlServer::port() const {
  return output_of("cat " + folder_ + "/server/port");
}

std::string MysqlServer::local(const std::string& user, const std::string& more) const {
  return with("mysql://" + user + "@:" + port() + "?socket=" + folder_ + "/server/socket", more);
}

std::string MysqlServer::loopback(const std::string& user, const std::string& more) const {
  return with("mysql://" + user + "@127.0.0.1:" + port(), more);
}

std::string MysqlServer::sql(const std::string& text) const {
  return output_of("mariadb --no-defaults -N -B -S " + folder_ + "/server/socket -u root -D app -e \"" + text +
                   "\" 2>&1");
}

bool MysqlServer::control(const std::string& verb) const {
  return runs_well(DBI_SOURCE_DIR "/scripts/private-mariadb " + verb + " " + folder_ + "/server >/dev/null 2>&1");
}

bool MysqlServer::is_mysql() const {
  return sql("select version()").find("MariaDB") == std::string::npos;
}

const MysqlServer& mysql_server() {
  static const MysqlServer one;
  return one;
}

Outcome<MysqlConnection> open_mysql(const std::string& url, const std::string& password, Guards guards, Limits limits,
                                    std::stop_token stop) {
  std::string file;
  if (!password.empty()) {
    file = output_of("mktemp");
    std::ofstream(file) << password << '\n';
  }
  auto opened =
      MysqlConnection::open(MysqlTarget::configure("test", url, file).value(), guards, limits, std::move(stop));
  if (!file.empty()) ::unlink(file.c_str());
  return opened;
}

std::string make_certificates() {
  const auto folder = output_of("mktemp -d");
  // An end in the past needs openssl's "ca"; -not_before came with OpenSSL 3.4.
  const std::string script = R"(set -e; cd )" + folder + R"(
for c in ca other-ca; do
  openssl req -new -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=dbi test $c" -keyout $c.key -out $c.pem \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=keyCertSign,cRLSign
done
printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' >ext
for s in server expired; do openssl req -new -newkey rsa:2048 -nodes -subj /CN=localhost -keyout $s.key -out $s.csr; done
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 825 -extfile ext -out server.pem
: >index; echo 1000 >serial
printf '[ca]\ndefault_ca=d\n[d]\ndatabase=index\nnew_certs_dir=.\nserial=serial\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n' >cnf
openssl ca -batch -config cnf -cert ca.pem -keyfile ca.key -in expired.csr -extfile ext -startdate 20200101000000Z \
  -enddate 20200102000000Z -notext -out expired.pem
chmod 755 . ; chmod 644 *)";
  std::ofstream(folder + "/make") << script;
  return runs_well("bash " + folder + "/make >/dev/null 2>&1") ? folder : std::string();
}

FakeServer::FakeServer(Talk talk) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  auto address = loopback_address(0);
  socklen_t size = sizeof address;
  if (::bind(socket_.get(), generic(address), size) != 0 || ::listen(socket_.get(), 8) != 0 ||
      ::getsockname(socket_.get(), generic(address), &size) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread([this, talk = std::move(talk)] {
    while (true) {
      const Descriptor client(::accept(socket_.get(), nullptr, nullptr));
      if (!client.valid()) return;
      talk(client.get());
    }
  });
}

FakeServer::~FakeServer() {
  ::shutdown(socket_.get(), SHUT_RDWR);
}

std::string FakeServer::url(const std::string& more, const std::string& user) const {
  return with("mysql://" + user + "@127.0.0.1:" + std::to_string(port_), more);
}

std::string fake_greeting(bool tls) {
  using namespace std::string_literals;
  std::string body = "\x0a"s + "5.5.5-10.11.0-MariaDB\0"s + "\x07\0\0\0"s + "abcdefgh\0"s + "\xfe"s +
                     (tls ? "\xff"s : "\xf7"s) + "\x2d\x02\0\xff\x81\x15"s + std::string(10, '\0') +
                     "ijklmnopqrst\0mysql_native_password\0"s;
  return std::string(1, static_cast<char>(body.size())) + "\0\0\0"s + body;
}

std::string read_some(int client) {
  std::array<char, 4096> bytes{};
  const auto size = ::read(client, bytes.data(), bytes.size());
  return size > 0 ? std::string(bytes.data(), static_cast<std::size_t>(size)) : std::string();
}

void relay_as_proxy(int client, const std::string& port) {
  const Descriptor server(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  auto address = loopback_address(std::stoi(port));
  if (::connect(server.get(), generic(address), sizeof address) != 0) return;
  std::array<pollfd, 2> ends{pollfd{client, POLLIN, 0}, pollfd{server.get(), POLLIN, 0}};
  bool greeting = true;
  while (::poll(ends.data(), ends.size(), -1) > 0) {
    if (ends[1].revents != 0 && !pass(server.get(), client, std::exchange(greeting, false))) return;
    if (ends[0].revents != 0 && !pass(client, server.get(), false)) return;
  }
}

}  // namespace dbi::db::test
