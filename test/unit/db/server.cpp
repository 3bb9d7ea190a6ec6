// SPDX-License-Identifier: Apache-2.0
#include "server.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "shell.hpp"

namespace dbi::db::test {

namespace {

struct Server {
  std::string folder = output_of("mktemp -d");
  bool started = runs_well("chmod 755 " + folder + " && " DBI_SOURCE_DIR "/scripts/private-postgres start " + folder +
                           " max_prepared_transactions=5 >/dev/null 2>&1");
  Server() = default;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() { runs_well(DBI_SOURCE_DIR "/scripts/private-postgres remove " + folder + " >/dev/null 2>&1"); }
};

const Server& server() {
  static const Server one;
  return one;
}

}  // namespace

bool have_server() {
  return server().started;
}
std::string server_folder() {
  return server().folder;
}
std::string server_port() {
  return output_of("cat " + server().folder + "/port");
}

std::string psql(const std::string& sql) {
  return output_of("env -u PGOPTIONS psql -XqAt -h " + server_folder() + " -p " + server_port() +
                   " -U postgres -d app -c \"" + sql + "\" 2>&1");
}

std::string local(const std::string& role) {
  return "host=" + server_folder() + " port=" + server_port() + " user=" + role + " dbname=app";
}

std::string loopback(const std::string& port, const std::string& role) {
  return "host=127.0.0.1 port=" + port + " user=" + role + " dbname=app";
}

Outcome<Connection> open(const std::string& target, Guards guards, Limits limits, std::stop_token stop) {
  return Connection::open(PostgresqlTarget::parse(target).value(), guards, limits, std::move(stop));
}

Pooler::Pooler(const std::string& ignored_parameters, const std::string& mode) : folder_(output_of("mktemp -d")) {
  port_ = std::to_string(33000 + getpid() % 1000 + (ignored_parameters.empty() ? 0 : 1000));
  std::ofstream(folder_ + "/users") << "\"dbi_monitor\" \"\"\n\"app\" \"\"\n\"postgres\" \"\"\n";
  std::ofstream(folder_ + "/ini") << "[databases]\n* = host=" << server_folder() << " port=" << server_port()
                                  << " user=app\n[pgbouncer]\nlisten_addr=127.0.0.1\nlisten_port=" << port_
                                  << "\nunix_socket_dir=\nauth_type=trust\nauth_file=" << folder_
                                  << "/users\npool_mode=" << mode
                                  << "\ndefault_pool_size=1\nignore_startup_parameters=" << ignored_parameters << "\n";
  runs_well("chmod -R a+rX " + folder_);
  const auto program = output_of("PATH=$PATH:/usr/sbin command -v pgbouncer");
  if (program.empty()) return;
  process_ = fork();
  if (process_ == 0) {
    const auto file = folder_ + "/ini";
    if (getuid() == 0) {
      execlp("setpriv", "setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", program.c_str(), "-q",
             file.c_str(), nullptr);
    } else {
      execl(program.c_str(), program.c_str(), "-q", file.c_str(), nullptr);
    }
    _exit(127);
  }
  for (int attempt = 0; attempt < 200 && !answers_; ++attempt) {
    answers_ = runs_well("(: </dev/tcp/127.0.0.1/" + port_ + ") 2>/dev/null || bash -c ': </dev/tcp/127.0.0.1/" +
                         port_ + "' 2>/dev/null");
    if (!answers_) std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
}

Pooler::~Pooler() {
  if (process_ > 0) {
    kill(process_, SIGTERM);
    kill(process_, SIGQUIT);
    waitpid(process_, nullptr, 0);
  }
  runs_well("rm -rf " + folder_);
}

}  // namespace dbi::db::test
