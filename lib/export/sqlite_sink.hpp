// Writes records to a SQLite database: a table a kind, one transaction a cycle.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/log.hpp"
#include "export/acknowledger.hpp"
#include "export/sink.hpp"

namespace dbi::exporting {

struct SqliteOptions {
  std::string name = "dbi-export";                  ///< of this instance
  std::optional<microseconds> retain;               ///< rows whose `ts` is older by the machine's clock are deleted
  std::size_t held_bytes = std::size_t{64} << 20U;  ///< of cycles without their scrape; beyond it they go to a file
  bool uncounted = false;                           ///< cycles may lack records, their scrape included
  std::optional<Acknowledger> acknowledger;         ///< whom dbi-collect waits for under --commit exported
  /// Asked while another process keeps the database from being written: true ends the wait with a fault. Empty: after
  /// ten seconds.
  std::function<bool()> gives_up;
};

/// Opens or makes the database, see SqliteDatabase. While another process has it locked for writing the sink waits, and
/// what comes waits in the pipe; of a long wait `log` hears.
///
/// The records of a (target, cycle) are held until its `scrape` and
/// then written in one transaction with it, so a reader, or a kill, never sees half a cycle. A cycle whose scrape
/// waits for the acknowledger's exporter, or for another one that has filled this database before, is taken only where
/// judge_cycle() says so; of one that is refused the control
/// records but the scrape are written and a `dropped` record; then dbi-collect is told what is held. Other cycles are
/// taken as they are; what is missing of them is counted in a `dropped` record. Records without a cycle go with
/// the next transaction, at the latest after a second.
///
/// A cycle is over without a `scrape` when a newer one of its target begins, when more than 256 are held, or at the end
/// of the stream. It was cut off, and the next difference may hold its figures again: its data records are left out and
/// counted in one `dropped` record (`incomplete`), its control records are written. With `uncounted` it is written as
/// it is, unless its target has scrapes. Fails with ErrorKind::Output.
Result<std::unique_ptr<Sink>> open_sqlite_sink(const std::string& path, const SqliteOptions& options,
                                               const Clock& clock, const Log* log = nullptr);

}  // namespace dbi::exporting
