// SPDX-License-Identifier: Apache-2.0
#include "run/filter_options.hpp"

#include "resource/control_group.hpp"

namespace dbi::run {

resource::MemoryLimits memory_limits(const FilterOptions& options) {
  return resource::choose_limits(options.memory_limit, options.memory_spike, resource::read_control_group_limit());
}

void describe_filter_options(cli::Tree& tree, FilterOptions& options, std::string_view what) {
  tree.group("Input");
  tree.positional("FILE", &options.files, std::string(what) + " to read instead of standard input")
      .text("- is standard input.")
      .completes(cli::Completion::File);
  tree.size("--max-record-bytes", &options.max_record_bytes, "refuse longer lines")
      .range(std::uint64_t{64}, std::uint64_t{1} << 30U);
  tree.toggle("--strict", &options.strict, "stop at the first malformed line");
  tree.file("--rejects", &options.rejects, "keep malformed lines in FILE").default_text("rejects/ in the state folder");
  tree.choice("--rejects-content", &options.rejects_content,
              {{"redacted", stream::RejectsContent::Redacted, "length and hash"},
               {"full", stream::RejectsContent::Full, "the line itself"}},
              "what is kept of a malformed line");
  tree.duration("--drain", &options.drain, "how long a stopped run reads on what a pipe still brings")
      .range(std::chrono::microseconds{0}, std::chrono::hours{1});
  tree.file("--resume", &options.resume, "go on where FILE says, and write there where to go on")
      .text(
          "Offset, what decides about later records and counts of dropped records are kept, so that the next run goes "
          "on as if this one had not stopped. FILE is written where a run ends; one that is killed is repeated by the "
          "next from where it began.");
  tree.size("--memory-limit", &options.memory_limit, "pause reading above this much resident memory")
      .text(
          "0 is no limit. Caches shrink first. A pause that does not help ends after 5 seconds: reading goes on "
          "slowly, and a warning says so. A record that leaves changed, is diverted or is kept as malformed is held "
          "twice "
          "meanwhile: with records of the longest size that --max-record-bytes allows give a control group 3 times "
          "that.")
      .default_text("512MiB, or nine tenths of the control group's limit where that is less")
      .key("memory_limiter.limit");
  tree.size("--memory-spike", &options.memory_spike, "shrink caches this far below the limit")
      .default_text("a quarter of the limit")
      .key("memory_limiter.spike");
  tree.check([&options] { return resource::check_limits(memory_limits(options)); });
}

void describe_clock_options(cli::Tree& tree, FilterOptions& options) {
  tree.choice("--clock", &options.clock,
              {{"record", stream::ClockMode::Record, "the records' own time"},
               {"wall", stream::ClockMode::Wall, "the machine's"}},
              "which time decides");
  describe_replay_option(tree, options);
}

void describe_replay_option(cli::Tree& tree, FilterOptions& options) {
  tree.toggle("--replay", &options.replay, "let nothing but the records decide")
      .text("Implies record time; the state folder is neither read nor written.");
}

}  // namespace dbi::run
