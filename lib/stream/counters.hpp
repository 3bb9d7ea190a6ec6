// What a run counts, for telemetry: every tool has these.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "telemetry/counter.hpp"

namespace dbi::stream {

/// Written by the loop's thread, readable from any.
struct StreamCounters {
  telemetry::Counter records_in;
  telemetry::Counter records_out;
  telemetry::Counter bytes_in;
  telemetry::Counter bytes_out;
  telemetry::Counter rejects;
  /// Records that did not leave: counted as dropped (shutdown), kept, or, its own `dropped` ones, taken back.
  telemetry::Counter cut_off;
  telemetry::Counter write_stall_us;  ///< time spent in writes of the output
};

}  // namespace dbi::stream
