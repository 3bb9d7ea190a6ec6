// The drop ledger: every record that a tool drops on purpose is counted, by key, cycle and reason, in the stream itself
// (DESIGN.md section 2).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "ledger/dropped.hpp"
#include "ledger/reason.hpp"
#include "record/record.hpp"
#include "stream/record_clock.hpp"
#include "stream/writer.hpp"

namespace dbi::ledger {

/// Counts what one tool drops and writes it as `dropped` records. Bounded: at most kMaxKeys keys, beyond which counts
/// are folded into one for each target, cycle and reason, without database; should those become kMaxKeys too, before()
/// writes all at once, and what comes until then is folded by reason alone. Sums are exact up to 2^53. Not shared
/// between threads.
class Ledger {
 public:
  static constexpr std::size_t kMaxKeys = 1000;
  /// Lines that are kept as they are; more than that are counted like any record.
  static constexpr std::size_t kMaxOthers = 10'000;
  static constexpr std::size_t kMaxOtherBytes = std::size_t{8} << 20U;
  /// Longest time by the run's clock that a count waits where no scrape comes.
  static constexpr std::chrono::seconds kMaxWait{10};

  /// `tool` is the program, `name` its instance (written where it differs). `clock` stamps what is written and is not
  /// owned.
  Ledger(std::string tool, std::string name, const stream::RunClock& clock);

  /// Counts a record as dropped; its weight is the one it carries. For Reason::Sampled only `count` grows.
  void drop(const record::Record& record, Reason reason);
  /// The same with the weight that the record had at the step that dropped it.
  void drop(const record::Record& record, Reason reason, double weight);

  /// To be called with every record before it is decided upon: a scrape is preceded by the counts of its target, and
  /// counts that have waited for kMaxWait are written. `now` is RunClock::now(), the same for all targets; where it has
  /// gone back, what came later counts as come now.
  Status before(const record::Record& record, Timestamp now, stream::Writer& out);

  /// Writes all that is pending; at the end.
  Status end(stream::Writer& out);

  /// A record that was read, or written to the output, and will not leave: counted as dropped (shutdown). A `dropped`
  /// record of this very instance takes its counts back; one of another tool and this instance's own `event`, which
  /// nobody has read as a record, are kept (kMaxOthers, kMaxOtherBytes) and leave with what is pending, so that the
  /// ledger holds over a whole pipe.
  void cut_off(const record::Record& record);

  /// Appends what is pending as NDJSON lines, and takes such a line back (true where it was one).
  void save(std::string& lines) const;
  bool load_line(const record::Record& line);

  /// Nothing is pending of what load_line took.
  [[nodiscard]] bool loaded_has_left() const { return loaded_ == 0 && !loaded_others_; }

  [[nodiscard]] bool empty() const { return entries_.empty() && others_.empty(); }

 private:
  struct Entry {
    std::optional<std::string> target;
    std::optional<std::string> database;
    std::optional<std::string> cycle;
    Reason reason = Reason::Rule;
    bool folded = false;
    Timestamp since;  ///< when the first count came
    Amounts amounts;
    bool loaded = false;  ///< holds counts of load_line
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const;
  };

  static DroppedKey key_of(const Entry& entry);
  DroppedKey key_of(const record::Record& record, Reason reason, bool folded);
  Entry& add(DroppedKey key, const Amounts& amounts, Timestamp since);
  Entry* find(const DroppedKey& key);
  Entry& insert(const DroppedKey& key, Timestamp since);
  void load(Entry& entry);
  bool keep(std::string_view line);
  bool take_back(const record::Record& record);
  const std::string& index_key(const DroppedKey& key);
  void stand_clock_that_went_back();
  Status write_others(stream::Writer& out);
  Status write_if(const std::function<bool(const Entry&)>& wanted, stream::Writer& out);

  std::string tool_;
  std::string name_;
  const stream::RunClock* clock_;
  std::list<Entry> entries_;         // in the order in which they came
  std::vector<std::string> others_;  // records that are kept as they are
  std::size_t other_bytes_ = 0;
  std::unordered_map<std::string, std::list<Entry>::iterator, Hash, std::equal_to<>> index_;
  std::size_t folded_ = 0;  // entries that are folded
  std::size_t loaded_ = 0;  // entries that are loaded
  bool loaded_others_ = false;
  Timestamp oldest_{};  // not after any entry
  Timestamp newest_{};  // not before any entry
  Timestamp now_{};
  std::string index_key_;                         // scratch
  std::string target_, database_, cycle_, text_;  // scratch for unescaped texts
};

}  // namespace dbi::ledger
