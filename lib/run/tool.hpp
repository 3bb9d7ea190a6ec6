// The tool runner: arguments -> checked options -> the tool's body -> exit status, the same for every tool.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <any>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "cli/option.hpp"
#include "cli/program.hpp"
#include "run/common_options.hpp"
#include "state/folder.hpp"

namespace dbi::run {

/// What surrounds a run. Tests set their own.
struct Process {
  std::vector<std::string> arguments;  ///< without the program's name
  state::EnvironmentLookup environment = state::process_environment;
  const Clock* clock = nullptr;  ///< not owned; nullptr: the machine's
  int output = 1;                ///< closed at the end of the run, so that a late fault is seen
  int diagnostics = 2;
};

/// What the runner hands to a tool's body besides the tool's own options.
struct Context {
  std::string tool;              ///< the program, "dbi-collect"
  CommonOptions common;          ///< name, pipeline and state folder as asked for
  const Clock* clock = nullptr;  ///< never nullptr in a body
  const Log* log = nullptr;      ///< never nullptr in a body
  const cli::Tree* tree = nullptr;
  const Process* process = nullptr;
  bool terminal = false;  ///< standard error is a terminal
  int raise_at_end = 0;   ///< a body that SIGINT ended sets it: the process ends by that signal

  /// The options of a reload under way, so that all who ask reread() within it get the same, of one look at the file;
  /// where there is none each call reads anew. Empty until the first has asked.
  mutable std::optional<std::any> reloading;

  /// Whether a flag, a variable or the configuration gave `name` ("--interval").
  [[nodiscard]] bool given(std::string_view name) const { return tree->given(name); }
  /// For state::StateFolder::open and resolve_root.
  [[nodiscard]] state::FolderRequest folder_request() const { return {common.state_dir, common.pipeline}; }
};

/// A tool: its name, its flag table and its work. `describe` declares the options (common ones are added by the
/// runner); `body` gets them checked and bound. A body that returns an error ends with the error's exit status.
template <typename Options>
struct Tool {
  cli::Program program;
  void (*describe)(cli::Tree& tree, Options& options);
  Result<ExitStatus> (*body)(const Options& options, Context& context);
};

/// What the variables made from a tool's flags begin with: "dbi-collect" -> "DBI_COLLECT_".
[[nodiscard]] std::string environment_prefix(std::string_view tool);

namespace detail {

using Describe = std::function<void(cli::Tree&)>;
using Body = std::function<Result<ExitStatus>(Context&)>;

/// Arguments, variables and configuration into the members that `tree` is bound to, then the body. Diagnostics go to
/// the log. What is thrown on the way is reported like an error of kind Internal.
int run(const cli::Program& program, const Describe& describe, const Body& body, const Process& process);
/// The same once more, without printing help: what SIGHUP asks for.
Status reread(const cli::Program& program, const Describe& describe, const Context& context);
/// Holds the descriptors 0 to 2 that are closed by /dev/null, opened the wrong way round: a file of ours that took such
/// a number would be written to by mistake, while reading or writing this one fails (EBADF), as a closed one does.
Status hold_standard_descriptors();
/// Tells of an error that ends the run. Returns its exit status.
int report_error(std::string_view tool, const Error& error);
/// To be called in a handler: tells of the exception that is handled. Returns the exit status of a bug.
int report_exception(std::string_view tool, int diagnostics) noexcept;

}  // namespace detail

/// Runs a tool in this process. Returns its exit status.
template <typename Options>
int run_tool(const Tool<Options>& tool, const Process& process) noexcept try {
  Options options;
  return detail::run(
      tool.program, [&](cli::Tree& tree) { tool.describe(tree, options); },
      [&](Context& context) { return tool.body(options, context); }, process);
} catch (...) {
  return detail::report_exception(tool.program.name, process.diagnostics);
}

template <typename Options>
int run_tool(const Tool<Options>& tool, int argc, char** argv) noexcept try {
  if (const Status held = detail::hold_standard_descriptors(); !held) {
    return detail::report_error(tool.program.name, held.error());
  }
  Process process;
  process.arguments.assign(argv + (argc > 0 ? 1 : 0), argv + argc);
  return run_tool(tool, process);
} catch (...) {
  return detail::report_exception(tool.program.name, STDERR_FILENO);
}

/// The options as the sources give them now, for a reload: the configuration is read again, flags and variables stay.
/// Fails like a start would; the first of several faults is the error, all go to the log.
template <typename Options>
Result<Options> reread(const Tool<Options>& tool, const Context& context) {
  if (context.reloading) {
    if (const auto* known = std::any_cast<Options>(&*context.reloading)) return *known;
  }
  Options options;
  DBI_TRY(detail::reread(
      tool.program, [&](cli::Tree& tree) { tool.describe(tree, options); }, context));
  if (context.reloading) *context.reloading = options;
  return options;
}

}  // namespace dbi::run
