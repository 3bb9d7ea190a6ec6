// The options of dbi-plan's section, plan_extractor.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "cli/option.hpp"
#include "extract/bare_input.hpp"
#include "extract/plan_gate.hpp"
#include "history/history.hpp"
#include "plan/finding.hpp"

namespace dbi::extract {

/// What becomes of literals in plans.
enum class Literals : std::uint8_t { Remove, Keep };

/// Bytes of a plan that a millisecond of `timeout_ms` stands for: a budget in steps, so that the same plan is refused
/// on every machine. About half of what a core of 2025 reads and judges (test/bench/plan_bench.cpp).
inline constexpr double kBytesPerMillisecond = 100'000;

/// Values of the options; their ranges are those of describe_extract_options().
struct ExtractOptions {
  InputKind input = InputKind::Unknown;
  std::string target;     ///< of plans that stand in no record; empty: none
  std::string database;   ///< the same
  std::string plan_name;  ///< the same; empty: the input's file name
  Literals literals = Literals::Remove;
  std::optional<std::uint64_t> compress;  ///< plans from so many bytes on
  double timeout_ms = 100;
  std::uint32_t nodes = 10;   ///< entries of plan_nodes
  std::uint32_t workers = 1;  ///< threads that read plans; 1: the one that does all
  std::uint32_t cache_entries = 10'000;
  std::uint64_t cache_bytes = std::uint64_t{4} << 20U;
  bool history = true;
  history::Limits remembered;  ///< of the history
  GateOptions gate;
  plan::Thresholds thresholds;
  /// Whether trees are kept for what differs.
  [[nodiscard]] bool compares() const { return history || gate.wanted(); }
};

void describe_extract_options(cli::Tree& tree, ExtractOptions& options);

}  // namespace dbi::extract
