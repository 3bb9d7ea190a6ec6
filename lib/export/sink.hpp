// The sink seam: what every destination of dbi-export is to the rest.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "record/record.hpp"
#include "stream/writer.hpp"

namespace dbi::exporting {

/// The mode of a file that a sink makes. One that is there keeps its own, and hands it on when it is rotated.
inline constexpr mode_t kSinkFileMode = 0600;

/// A destination of records. All calls come from one thread. After an error the sink is not called again; what it had
/// accepted and not delivered is lost, whole records or whole cycles at a time.
class Sink {
 public:
  virtual ~Sink() = default;

  /// As it was asked for: "sqlite:/var/lib/dbi/records.db".
  [[nodiscard]] virtual std::string_view name() const = 0;

  /// What it delivers goes to standard output; without that, finish() has nothing to do.
  [[nodiscard]] virtual bool draws() const { return false; }

  /// Tells dbi-collect which cycles it holds, as the exporter of that name (--commit exported).
  [[nodiscard]] virtual bool acknowledges(std::string_view /*exporter*/) const { return false; }

  /// Takes a record, a view that is valid during the call. `out` is standard output, for sinks that draw.
  virtual Status accept(const record::Record& record, stream::Writer& out) = 0;

  /// When on_deadline is next wanted; a time in the past: before the next wait.
  [[nodiscard]] virtual std::optional<MonotonicTime> next_deadline() const { return std::nullopt; }
  virtual Status on_deadline(MonotonicTime /*now*/, stream::Writer& /*out*/) { return {}; }

  /// Memory is short: what is held for later goes elsewhere, where that is worth the effort.
  virtual Status shrink() { return {}; }

  /// The last call: all that was accepted is delivered.
  virtual Status finish(stream::Writer& out) = 0;
};

}  // namespace dbi::exporting
