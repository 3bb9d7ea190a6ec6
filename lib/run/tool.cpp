// SPDX-License-Identifier: Apache-2.0
#include "run/tool.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <exception>

#include "base/descriptor.hpp"
#include "base/errno_text.hpp"
#include "cli/parser.hpp"
#include "cli/print.hpp"
#include "config/apply.hpp"
#include "config/file.hpp"

namespace dbi::run {

std::string environment_prefix(std::string_view tool) {
  std::string out(tool);
  std::ranges::transform(out, out.begin(), [](char c) {
    if (c == '-') return '_';
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  });
  return out + "_";
}

namespace detail {

namespace {

/// What is printed from the flag table to build dbi with.
struct Maintenance {
  std::optional<cli::Shell> completion;
  bool manual_options = false;
};

void describe_maintenance(cli::Tree& tree, Maintenance& options) {
  tree.choice("--print-completion", &options.completion,
              {{"bash", cli::Shell::Bash}, {"zsh", cli::Shell::Zsh}, {"fish", cli::Shell::Fish}},
              "print the completion file of a shell")
      .maintenance();
  tree.toggle("--print-manual-options", &options.manual_options, "print the OPTIONS part of the manual page")
      .maintenance();
}

// The whole flag table of a tool, and the values that are not the tool's own.
struct Table {
  Table(const cli::Program& program, const Describe& describe) : tree(environment_prefix(program.name)) {
    common.name = program.name;
    describe(tree);
    describe_common_options(tree, common);
    cli::declare_help(tree);
    describe_maintenance(tree, maintenance);
  }

  CommonOptions common;
  Maintenance maintenance;
  cli::Tree tree;
};

LogLevel level_of(const CommonOptions& common) {
  return common.quiet ? LogLevel::Error : common.log_level;
}

// A tool's name and its pipeline's become parts of file names.
Status check_names(const CommonOptions& common) {
  DBI_TRY(state::check_name("--pipeline", common.pipeline));
  return state::check_name("--name", common.name);
}

std::vector<Error> read_configuration(Table& table, const Process& process, const Log& log) {
  if (table.common.no_config) return {};
  const auto path = config::find_file(table.common.config, process.environment);
  if (!path) {
    log.info("no configuration file");
    return {};
  }
  log.info(fmt::format("configuration: {}", path->string()));
  const auto document = config::read_file(*path);
  if (!document) return {document.error()};
  return config::apply(*document, table.tree, process.environment);
}

// Everything but the flags, which are in already; then the rules that look at several values.
std::vector<Error> read_the_rest(Table& table, const Process& process, Log& log) {
  std::vector<Error> errors = cli::read_environment(table.tree, process.environment);
  if (!errors.empty()) return errors;
  log.set_level(level_of(table.common));
  errors = read_configuration(table, process, log);
  if (!errors.empty()) return errors;
  log.set_level(level_of(table.common));
  if (auto named = check_names(table.common); !named) errors.push_back(std::move(named).error());
  if (auto checked = table.tree.run_checks(); !checked) errors.push_back(std::move(checked).error());
  return errors;
}

Status print(int descriptor, std::string_view text) {
  if (write_all(descriptor, text) || errno == EPIPE) return {};
  return fail(ErrorKind::Output, "standard output: " + errno_text(errno));
}

// A text for people or for the build instead of a run; empty for a run.
std::string text_instead(const cli::Program& program, const Table& table, cli::Request request) {
  switch (request) {
    case cli::Request::BriefHelp:
      return cli::brief_help(program, table.tree);
    case cli::Request::FullHelp:
      return cli::full_help(program, table.tree);
    case cli::Request::Version:
      return cli::version_line(program);
    case cli::Request::Run:
      break;
  }
  if (table.maintenance.completion) return cli::completion(program, table.tree, *table.maintenance.completion);
  if (table.maintenance.manual_options) return cli::manual_options(table.tree);
  return {};
}

// What the kernel held back until now is told by close(2). A descriptor that was never open says nothing.
Status close_output(int descriptor) {
  if (::close(descriptor) == 0 || errno == EBADF || errno == EINTR) return {};
  return fail(ErrorKind::Output, "standard output: " + errno_text(errno));
}

// Of the exception that is handled.
Error bug() {
  const std::string hint = "This is a bug in dbi; please report it.";
  try {
    throw;
  } catch (const std::exception& exception) {
    return {ErrorKind::Internal, fmt::format("unexpected exception: {}", exception.what()), hint};
  } catch (...) {
    return {ErrorKind::Internal, "unexpected exception", hint};
  }
}

ExitStatus report(const Log& log, const Error& error) {
  log.error(error);
  return exit_status(error.kind);
}

ExitStatus report(const Log& log, const std::vector<Error>& errors) {
  for (const Error& error : errors) log.error(error);
  return exit_status(errors.front().kind);
}

// The signal's own end, so that a shell sees 128 + signal and a script stops.
void end_by(int signal) {
  ::signal(signal, SIG_DFL);
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, signal);
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  ::raise(signal);
}

ExitStatus run_body(const cli::Program& program, Table& table, const Body& body, const Process& process, const Log& log,
                    int& raise_at_end) {
  const SystemClock machine;
  Context context;
  context.tool = program.name;
  context.common = table.common;
  context.clock = process.clock == nullptr ? &machine : process.clock;
  context.log = &log;
  context.tree = &table.tree;
  context.process = &process;
  context.terminal = ::isatty(process.diagnostics) == 1;
  const auto result = body(context);
  raise_at_end = context.raise_at_end;
  return result ? *result : report(log, result.error());
}

ExitStatus run_table(const cli::Program& program, Table& table, const Body& body, const Process& process, Log& log,
                     int& raise_at_end) {
  const auto request = cli::parse(table.tree, process.arguments);
  if (!request) return report(log, request.error());
  if (const std::string text = text_instead(program, table, *request); !text.empty()) {
    const Status written = print(process.output, text);
    return written ? ExitStatus::Done : report(log, written.error());
  }
  log.set_level(level_of(table.common));
  if (const auto errors = read_the_rest(table, process, log); !errors.empty()) return report(log, errors);
  return run_body(program, table, body, process, log, raise_at_end);
}

ExitStatus guarded(const cli::Program& program, const Describe& describe, const Body& body, const Process& process,
                   Log& log, int& raise_at_end) try {
  Table table(program, describe);
  return run_table(program, table, body, process, log, raise_at_end);
} catch (...) {
  return report(log, bug());
}

}  // namespace

Status hold_standard_descriptors() {
  constexpr std::array kWays{O_WRONLY, O_RDONLY, O_RDWR};
  for (std::size_t i = 0; i < kWays.size(); ++i) {
    if (::fcntl(static_cast<int>(i), F_GETFD) != -1 || errno != EBADF) continue;
    // The lowest free number is this one.
    if (::open("/dev/null", kWays.at(i)) == static_cast<int>(i)) continue;
    return fail(ErrorKind::Output,
                "a standard descriptor is closed, and /dev/null cannot be opened in its place: " + errno_text(errno));
  }
  return {};
}

int report_error(std::string_view tool, const Error& error) {
  return static_cast<int>(report(Log{std::string(tool), LogLevel::Error, STDERR_FILENO}, error));
}

int report_exception(std::string_view tool, int diagnostics) noexcept try {
  Log{std::string(tool), LogLevel::Error, diagnostics}.error(bug());
  return static_cast<int>(ExitStatus::Bug);
} catch (...) {
  return static_cast<int>(ExitStatus::Bug);  // not even the message found room
}

int run(const cli::Program& program, const Describe& describe, const Body& body, const Process& process) {
  // A reader that is gone is told by the failing write.
  ::signal(SIGPIPE, SIG_IGN);
  Log log{std::string(program.name), LogLevel::Warning, process.diagnostics};
  int raise_at_end = 0;
  ExitStatus status = guarded(program, describe, body, process, log, raise_at_end);
  if (const Status closed = close_output(process.output); !closed) {
    log.error(closed.error());
    if (status == ExitStatus::Done || status == ExitStatus::MalformedInput) status = ExitStatus::InputOutput;
  }
  if (raise_at_end != 0) end_by(raise_at_end);
  return static_cast<int>(status);
}

Status reread(const cli::Program& program, const Describe& describe, const Context& context) {
  const Process& process = *context.process;
  Log log{std::string(program.name), level_of(context.common), process.diagnostics};
  Table table(program, describe);
  DBI_TRY_ASSIGN(const cli::Request request, cli::parse(table.tree, process.arguments));
  static_cast<void>(request);  // the first run has answered the others
  const auto errors = read_the_rest(table, process, log);
  if (errors.empty()) return {};
  for (std::size_t i = 1; i < errors.size(); ++i) log.error(errors[i]);
  return fail(errors.front());
}

}  // namespace detail

}  // namespace dbi::run
