// The options of dbi-plan's views: what --format, --color and --width say.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/result.hpp"
#include "cli/option.hpp"
#include "extract/extract_options.hpp"
#include "planview/view.hpp"
#include "terminal/screen.hpp"

namespace dbi::extract {

/// What dbi-plan writes.
enum class Format : std::uint8_t { Records, Tree, Html, Svg };

struct ViewOptions {
  Format format = Format::Records;
  terminal::Color color = terminal::Color::Auto;
  std::optional<std::uint32_t> width;
};

void describe_view_options(cli::Tree& tree, ViewOptions& options);

/// ErrorKind::Usage for what goes with records only: a gate.
Status check_view_options(const ViewOptions& view, const ExtractOptions& options);

/// What --format asks for, which is not Records. How a tree looks depends on what stands behind the descriptor:
/// --width, else its columns, else 100.
[[nodiscard]] std::unique_ptr<planview::View> make_view(const ViewOptions& options, int descriptor,
                                                        const terminal::Environment& environment);

}  // namespace dbi::extract
