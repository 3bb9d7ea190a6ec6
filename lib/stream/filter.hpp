// The interface of every filter and sink: what the one loop asks of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "record/record.hpp"
#include "stream/line_taker.hpp"
#include "stream/lines.hpp"
#include "stream/writer.hpp"

namespace dbi::stream {

/// A filter decides about records one at a time. All calls come from one thread. An error ends the run with its exit
/// status, except where said otherwise; a fault of `out` is passed on as it is.
class Filter {
 public:
  virtual ~Filter() = default;

  /// A checked record, in the order of the input. What is kept is appended to `out`; `record` is a view that is valid
  /// during the call only.
  virtual Status on_record(const record::Record& record, Writer& out) = 0;

  /// Who looks at the lines before they are read as records; asked once, before the first. nullptr: nobody.
  [[nodiscard]] virtual LineTaker* line_taker() { return nullptr; }

  /// Asked behind every on_record: true where the filter did not take the record, of which it then wrote and counted
  /// nothing. The loop hands the same one in again once next_deadline(), which must say when, has passed, and after
  /// whatever else ends the wait; until it is taken nothing is read. A stop goes its usual way: the record is left to a
  /// later run (a file) or cut off (a pipe).
  [[nodiscard]] virtual bool holds_back() const { return false; }

  /// The loop is about to wait, or done: what goes elsewhere than to `out` and lies in a buffer is written out
  /// (DivertFile).
  virtual Status flush() { return {}; }

  /// When on_deadline is next wanted; nothing for never. Asked before every wait and once per block of input.
  [[nodiscard]] virtual std::optional<MonotonicTime> next_deadline() const { return std::nullopt; }

  /// The deadline has passed.
  virtual Status on_deadline(MonotonicTime /*now*/, Writer& /*out*/) { return {}; }

  /// The loop's Waker was used, for instance by a worker that completed the head of its OrderedQueue.
  virtual Status on_wake(Writer& /*out*/) { return {}; }

  /// SIGHUP: read the configuration again. An error is reported, the run goes on with what was.
  virtual Status on_reload() { return {}; }

  /// The last call of a run that came to its end: what is held is written, and the drop ledger. Not called where a stop
  /// with --resume leaves both to the next run.
  virtual Status on_end(Writer& /*out*/) { return {}; }

  /// A stop with --resume: work under way is completed and written, nothing that belongs to the end.
  virtual Status on_pause(Writer& /*out*/) { return {}; }

  /// A record that was read, or was written to `out`, and will not leave: count it as dropped (`shutdown`).
  virtual void on_cut_off(const record::Record& /*record*/) {}

  /// The output failed: appends, as NDJSON lines, the records that were taken and are not written yet, and gives them
  /// up. on_cut_off comes for each.
  virtual void take_held(std::string& /*lines*/) {}

  /// Memory is short (soft limit): give back what can be computed again.
  virtual void shrink() {}

  /// Appends what decides about later records, as NDJSON lines with a `kind` of the filter's own; for --resume.
  virtual void save_state(std::string& /*lines*/) const {}

  /// Appends, in the same form, what the tool remembers between its runs where there is no --resume: what it has seen,
  /// its rates. Called every few seconds and at the end.
  virtual void save_memory(Lines& /*lines*/) const {}

  /// Appends the pending drop ledger in the same form. Also used where the ledger could not be written any more.
  virtual void save_pending(std::string& /*lines*/) const {}

  /// True once nothing is pending any more of what load_line took of save_pending's lines. Here: once nothing is.
  [[nodiscard]] virtual bool loaded_has_left() const {
    std::string lines;
    save_pending(lines);
    return lines.empty();
  }

  /// A line that save_state, save_memory or save_pending wrote; unknown kinds are ignored. Called before the first
  /// record.
  virtual Status load_line(const record::Record& /*line*/) { return {}; }
};

}  // namespace dbi::stream
