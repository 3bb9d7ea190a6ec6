// The options that filters and sinks share (DESIGN.md section 3).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/option.hpp"
#include "record/record.hpp"
#include "resource/memory_limiter.hpp"
#include "stream/record_clock.hpp"
#include "stream/rejects.hpp"

namespace dbi::run {

/// Values of the shared options. A tool sets other defaults before it declares them.
struct FilterOptions {
  std::vector<std::string> files;  ///< none: standard input
  std::size_t max_record_bytes = record::kMaxRecordBytes;
  bool strict = false;
  std::optional<std::string> rejects;
  stream::RejectsContent rejects_content = stream::RejectsContent::Redacted;
  std::chrono::microseconds drain = std::chrono::seconds{10};
  stream::ClockMode clock = stream::ClockMode::Record;
  bool replay = false;
  std::optional<std::string> resume;
  std::optional<std::uint64_t> memory_limit;  ///< see resource::choose_limits
  std::optional<std::uint64_t> memory_spike;
};

/// The limits of a run with these options, in the control group that this process is in now.
[[nodiscard]] resource::MemoryLimits memory_limits(const FilterOptions& options);

/// Declares FILE and the flags of every filter and sink under the heading "Input". `what` is in the files.
void describe_filter_options(cli::Tree& tree, FilterOptions& options, std::string_view what = "records");

/// Declares --clock and --replay, for filters whose decisions go by time.
void describe_clock_options(cli::Tree& tree, FilterOptions& options);

/// Declares --replay alone, for filters that have a clock but decide by none.
void describe_replay_option(cli::Tree& tree, FilterOptions& options);

}  // namespace dbi::run
