// The verifier: a filter that compares records with what they should be, and lets through what may leave.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "ledger/ledger.hpp"
#include "record/record.hpp"
#include "stream/filter.hpp"
#include "stream/record_clock.hpp"
#include "telemetry/counter.hpp"
#include "verify/canary.hpp"
#include "verify/cardinality.hpp"
#include "verify/identity.hpp"
#include "verify/inspector.hpp"
#include "verify/notices.hpp"
#include "verify/report.hpp"
#include "verify/rewrite.hpp"
#include "verify/target_watch.hpp"
#include "verify/text_search.hpp"
#include "verify/verify_options.hpp"

namespace dbi::verify {

/// What a verifier counts. Lives as long as the verifier.
struct VerifyFigures {
  telemetry::Counter invalid;              ///< records with a breach of their table
  telemetry::Counter dropped_invalid;      ///< dropped for that
  telemetry::Counter personal;             ///< records in which personal data was found
  telemetry::Counter dropped_personal;     ///< dropped for that
  telemetry::Counter over_limit;           ///< records with a value that is one too many
  telemetry::Counter dropped_cardinality;  ///< dropped for that
  telemetry::Counter canaries;             ///< records with a canary that got through
};

/// Looks at each record in this order: shape, times, quality; personal data; cardinality; identities. Control records
/// are looked at and never dropped. A record of which nothing is changed leaves as its own bytes.
class Verifier final : public stream::Filter {
 public:
  /// The options for on_reload; an error leaves all as it was.
  using Reread = std::function<Result<VerifyOptions>()>;

  struct Setup {
    std::string tool;
    std::string name;  ///< of the instance
    bool replay = false;
    const Clock* clock = nullptr;                            ///< outlives the verifier
    std::size_t max_record_bytes = record::kMaxRecordBytes;  ///< of what is written
    bool report = false;                   ///< write tables of what there is at the end, and no record
    std::uint64_t* got_through = nullptr;  ///< counts records with a canary; outlives the verifier
    Reread reread;
  };

  /// Fails with ErrorKind::Usage where a pattern cannot be compiled.
  static Result<std::unique_ptr<Verifier>> make(VerifyOptions options, Setup setup);

  Status on_record(const record::Record& record, stream::Writer& out) override;
  Status flush() override;
  [[nodiscard]] std::optional<MonotonicTime> next_deadline() const override;
  Status on_deadline(MonotonicTime now, stream::Writer& out) override;
  Status on_reload() override;
  Status on_end(stream::Writer& out) override;
  void on_cut_off(const record::Record& record) override { ledger_.cut_off(record); }
  void save_state(std::string& lines) const override;
  void save_pending(std::string& lines) const override { ledger_.save(lines); }
  [[nodiscard]] bool loaded_has_left() const override { return ledger_.loaded_has_left(); }
  Status load_line(const record::Record& line) override;

  [[nodiscard]] const VerifyFigures& figures() const { return figures_; }
  [[nodiscard]] const WatchFigures& watch_figures() const { return watch_.figures(); }
  /// In how many records each pattern was found, by its name; those of a reload that are new are not in it.
  [[nodiscard]] const std::map<std::string, telemetry::Counter, std::less<>>& pattern_finds() const {
    return pattern_finds_;
  }
  /// About how many values each limited member has, by its name; those of a reload that are new are not in it before
  /// it.
  [[nodiscard]] const std::map<std::string, telemetry::Gauge>& distinct_values() const { return distinct_values_; }

 private:
  Verifier(VerifyOptions options, Setup setup, Scanner scanner);

  Status check_shape(const record::Record& record, const Inspection& found, Timestamp time, stream::Writer& out);
  void hide_identities(const Inspection& found);
  Status count_values(const Inspection& found, stream::Writer& out);
  Status tell_limit(const MarkedMember& marked, stream::Writer& out);
  [[nodiscard]] std::optional<ledger::Reason> why_drop(const Inspection& found) const;
  [[nodiscard]] bool drops_for_cardinality() const;
  void change(const record::Record& record, const Inspection& found);
  Status write_changed(const record::Record& record, const Inspection& found, stream::Writer& out);
  Status tell_breaches(const Inspection& found, stream::Writer& out);
  void count_patterns();
  void tag_invalid(const record::Record& record, const Inspection& found);
  Status take_into_report(const record::Record& record, const Inspection& found, stream::Writer& out);
  Status pass(const record::Record& record, const Inspection& found, stream::Writer& out);
  void drop(const record::Record& record, ledger::Reason reason);
  void look_for_canaries(std::string_view json);
  void publish();

  VerifyOptions options_;
  Setup setup_;
  stream::RunClock clock_;
  ledger::Ledger ledger_;
  Notices notices_;
  TargetWatch watch_;
  Inspector inspector_;
  TextSearch texts_;
  Cardinality cardinality_;
  std::map<std::string, telemetry::Gauge> distinct_values_;
  std::map<std::string, telemetry::Counter, std::less<>> pattern_finds_;
  IdentityHash identity_hash_;
  Canaries canaries_;
  Rewrite rewrite_;
  std::vector<MarkedMember> over_;  // members whose value is one too many
  bool tags_only_ = true;           // what rewrite_ holds may be left out
  Report report_;
  VerifyFigures figures_;
  RecordNames names_;
  MonotonicTime publish_at_{};
  std::string target_, scratch_;  // for unescaped texts
};

}  // namespace dbi::verify
