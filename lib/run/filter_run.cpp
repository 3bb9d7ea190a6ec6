// SPDX-License-Identifier: Apache-2.0
#include "run/filter_run.hpp"

#include <fmt/format.h>

#include <csignal>
#include <filesystem>
#include <system_error>
#include <utility>

#include "resource/memory_limiter.hpp"
#include "state/atomic_file.hpp"
#include "state/lock.hpp"
#include "stream/filter_run.hpp"
#include "stream/signals.hpp"

namespace dbi::run {

namespace {

// This instance's part of the state folder, held for the run.
struct Hold {
  std::optional<state::StateFolder> folder;
  std::optional<state::Lock> lock;
  std::optional<std::filesystem::path> pending;  // counts of dropped records that an earlier run could not write
};

std::string owner_name(const Context& context) {
  if (context.common.name == context.tool) return context.tool;
  return fmt::format("{} ({})", context.tool, context.common.name);
}

Result<Hold> take_state(const Context& context) {
  Hold hold;
  DBI_TRY_ASSIGN(state::StateFolder folder,
                 state::StateFolder::open(context.folder_request(), context.process->environment));
  DBI_TRY_ASSIGN(const std::filesystem::path instance, folder.instance(context.tool, context.common.name));
  auto lock = state::Lock::acquire(instance, state::this_process(owner_name(context)));
  if (!lock && lock.error().kind == ErrorKind::Owned && context.terminal) {
    context.log->warning(fmt::format("going on without state: {}", lock.error().message));
    return hold;
  }
  if (!lock) return fail(std::move(lock).error());
  hold.folder = std::move(folder);
  hold.lock = std::move(*lock);
  hold.pending = instance.string() + ".pending";
  return hold;
}

// The content of a file that may not be there; with `remove` it is gone afterwards.
Result<std::string> take_lines(const std::filesystem::path& path, bool remove) {
  DBI_TRY_ASSIGN(auto content, state::read_whole(path));
  std::error_code ignored;
  if (content && remove) std::filesystem::remove(path, ignored);
  return std::move(content).value_or(std::string());
}

Result<stream::StreamOptions> stream_options(const FilterOptions& options, const Context& context, const Hold& hold) {
  stream::StreamOptions out;
  out.files = options.files;
  out.max_record_bytes = options.max_record_bytes;
  out.strict = options.strict;
  out.drain = options.drain;
  out.output = context.process->output;
  out.rejects.content = options.rejects_content;
  if (options.rejects) {
    out.rejects.file = *options.rejects;
  } else if (hold.folder) {
    DBI_TRY_ASSIGN(out.rejects.file, hold.folder->rejects(context.tool, context.common.name));
  }
  out.resume = options.resume.has_value();
  if (options.resume) {
    DBI_TRY_ASSIGN(out.resume_from, take_lines(*options.resume, false));
  }
  if (hold.pending) {
    DBI_TRY_ASSIGN(const std::string pending, take_lines(*hold.pending, true));
    out.resume_from += pending;
  }
  return out;
}

// What the next run of this instance begins with.
Status keep_for_next(const stream::RunSummary& summary, const FilterOptions& options, const Hold& hold) {
  if (options.resume) DBI_TRY(state::write_atomic(*options.resume, summary.resume, state::Durability::Durable));
  if (hold.pending && !summary.pending.empty()) {
    DBI_TRY(state::write_atomic(*hold.pending, summary.pending, state::Durability::Durable));
  }
  return {};
}

}  // namespace

Result<ExitStatus> run_filter(const FilterOptions& options, Context& context, const MakeFilter& make) {
  DBI_TRY_ASSIGN(stream::Loop loop, stream::Loop::open());
  const stream::Signals signals(loop.waker());
  Hold hold;
  if (!options.replay) {
    DBI_TRY_ASSIGN(hold, take_state(context));
  }
  DBI_TRY_ASSIGN(const stream::StreamOptions streaming, stream_options(options, context, hold));

  stream::StreamCounters counters;
  DBI_TRY_ASSIGN(const std::unique_ptr<stream::Filter> filter, make({loop.waker(), &counters, hold.folder}));
  resource::MemoryLimiter limiter({options.memory_limit, options.memory_spike}, *context.clock);
  stream::StreamContext around{&loop, context.clock, context.log, &counters, {}, {}};
  if (options.memory_limit != 0 && !options.replay) around.memory_pressure = [&] { return limiter.pressure(); };

  const auto summary = stream::run_filter(*filter, streaming, around);
  if (stream::Signals::interrupted()) context.raise_at_end = SIGINT;
  if (!summary) return fail(Error(summary.error()));
  DBI_TRY(keep_for_next(*summary, options, hold));
  return summary->exit_status();
}

}  // namespace dbi::run
