// What the command line and the configuration of dbi-export say.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "cli/option.hpp"
#include "terminal/screen.hpp"

namespace dbi::exporting {

/// As given; what is absent does not limit.
struct ExportOptions {
  std::vector<std::string> to;  ///< none: a table, on a terminal
  bool fail_on_scrape = false;
  terminal::Color color = terminal::Color::Auto;
  std::uint32_t rows = 20;
  std::uint32_t width = 120;
  std::optional<std::uint64_t> rotate_size;
  std::optional<microseconds> rotate_age;
  std::optional<std::uint64_t> keep_files;
  std::optional<std::uint64_t> keep_bytes;
  std::optional<microseconds> retain;
  bool uncounted = false;
};

/// Declares them; sinks and their bounds are the section `exporter` of the configuration.
void describe_export_options(cli::Tree& tree, ExportOptions& options);

}  // namespace dbi::exporting
