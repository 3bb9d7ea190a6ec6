// The filter of dbi-breaker: charges the circuits with what `scrape` and `error` records say, and tags, drops or
// diverts what still comes of a target or database whose circuit is open (DESIGN.md section 6).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "breaker/circuit_files.hpp"
#include "breaker/keeper.hpp"
#include "breaker/panel.hpp"
#include "breaker/settings.hpp"
#include "ledger/ledger.hpp"
#include "record/record.hpp"
#include "resource/host.hpp"
#include "stream/divert_file.hpp"
#include "stream/filter.hpp"
#include "stream/record_clock.hpp"
#include "telemetry/counter.hpp"

namespace dbi::breaker {

/// Figures of a run, for its telemetry.
struct Figures {
  telemetry::Counter trips;             ///< circuits that opened
  telemetry::Counter refusals;          ///< records and errors of databases that found no room
  telemetry::Counter evictions;         ///< circuits that made room for others
  telemetry::Counter tagged;            ///< records
  telemetry::Counter blocked;           ///< records dropped or diverted
  telemetry::Gauge circuits;            ///< that are known
  telemetry::Gauge circuits_of_others;  ///< of targets that the run has had no records of
  telemetry::Gauge open_circuits;       ///< not closed, or opened by an operator
  telemetry::Gauge recovery_time_s;     ///< how long the one that closed last had not been closed
};

/// The settings as they are now, and the file to divert to, opened anew: it may have been rotated.
struct Reloaded {
  Settings settings;
  std::optional<stream::DivertFile> divert;
};

/// What a filter finds around it. Pointers are not owned.
struct Surroundings {
  std::string tool;  ///< the program
  std::string name;  ///< its instance
  stream::ClockMode clock_mode = stream::ClockMode::Record;
  bool replay = false;
  const Clock* clock = nullptr;
  const Log* log = nullptr;
  resource::HostProbe* host = nullptr;       ///< nullptr: the circuit of the host is never charged
  std::optional<CircuitFiles> files;         ///< nothing: a run without state
  std::optional<stream::DivertFile> divert;  ///< for OnOpen::Divert
  std::function<Result<Reloaded>()> reread;  ///< for SIGHUP; empty: the settings stay
};

/// Control records pass untouched. Of the others those are blocked whose target, whose database or whose host has an
/// open circuit that is not over by the record's own time, or one that an operator opened; so the records of a cycle
/// that is the first probe pass. States change at scrapes; each change is an `event` in front of the scrape.
class Breaker final : public stream::Filter {
 public:
  /// Takes over what the files hold. Fails with ErrorKind::State where they cannot be read.
  static Result<std::unique_ptr<Breaker>> make(const Settings& settings, Surroundings around);

  Status on_record(const record::Record& record, stream::Writer& out) override;
  Status flush() override;
  [[nodiscard]] std::optional<MonotonicTime> next_deadline() const override;
  Status on_deadline(MonotonicTime now, stream::Writer& out) override;
  /// Fails as a whole: nothing of bad settings takes effect.
  Status on_reload() override;
  Status on_end(stream::Writer& out) override;
  Status on_pause(stream::Writer& out) override;
  void on_cut_off(const record::Record& record) override { ledger_.cut_off(record); }
  void shrink() override;
  void save_state(std::string& lines) const override;
  void save_memory(stream::Lines& lines) const override;
  void save_pending(std::string& lines) const override { ledger_.save(lines); }
  [[nodiscard]] bool loaded_has_left() const override { return ledger_.loaded_has_left(); }
  Status load_line(const record::Record& line) override;

  [[nodiscard]] const Figures& figures() const { return figures_; }

 private:
  Breaker(const Settings& settings, Surroundings around);

  Status on_control(std::string_view kind, const record::Record& record, Timestamp now, stream::Writer& out);
  Status block(const record::Record& record, stream::Writer& out);
  void look(stream::Writer& out);
  void tell(std::string_view cycle, stream::Writer& out);
  void write_event(const Change& change, std::string_view cycle, std::string& out) const;
  void tell_damages(stream::Writer& out);
  void count();
  void count_open();
  Status load();
  Status store();

  Settings settings_;
  Surroundings around_;
  stream::RunClock clock_;
  ledger::Ledger ledger_;
  Panel panel_;
  std::optional<Keeper> keeper_;
  Figures figures_;
  std::uint64_t evictions_counted_ = 0;
  std::uint64_t refusals_counted_ = 0;
  std::optional<MonotonicTime> open_counted_;
  std::vector<Change> changes_;
  std::string text_, cycle_;  // scratch
};

}  // namespace dbi::breaker
