// Shows the stream to people: redrawn in place on a terminal, a block a cycle elsewhere.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "export/sink.hpp"
#include "terminal/screen.hpp"

namespace dbi::exporting {

struct TableOptions {
  bool color = false;
  std::size_t statements = 20;  ///< rows a target
  std::size_t width = 120;      ///< columns where there is no terminal
  /// Asked before every drawing on a terminal; empty: there is none.
  std::function<terminal::WindowSize()> window;
};

/// On a terminal the latest view of every target is redrawn in one write, at most ten times a second and when the
/// window changes; at the end it stays, uncut. Elsewhere each cycle gives a block at its `scrape`, and what has none is
/// drawn at the end.
std::unique_ptr<Sink> make_table_sink(TableOptions options, const Clock& clock);

}  // namespace dbi::exporting
