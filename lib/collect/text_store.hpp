// Remembers each statement's redacted text and signature, so that the texts, which cost a server far more to read than
// the counters, are read once. Kept in the state folder as texts/<target>.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "collect/snapshot.hpp"
#include "collect/text_schedule.hpp"
#include "sql/statement.hpp"
#include "state/document.hpp"

namespace dbi::collect {

class JsonCursor;

/// What is known of a statement's text.
struct StatementText {
  std::string query;       ///< redacted; cut to TextLimits::text_bytes
  bool truncated = false;  ///< the text was cut here or by the source
  bool own = false;        ///< recognised as the collector's own
};

/// The longest text that is remembered and written where nobody says otherwise.
inline constexpr std::size_t kDefaultQueryBytes = 4096;

/// How often texts are read where nobody says otherwise.
inline constexpr std::chrono::microseconds kDefaultTextInterval = std::chrono::minutes{5};

/// Bounds of a TextStore; what was not seen for longest goes first. What the newest snapshot shows stays even where it
/// alone exceeds them, since it would be read again and again: its number is bounded by the server.
struct TextLimits {
  std::size_t bytes = std::size_t{64} << 20U;
  std::size_t text_bytes = kDefaultQueryBytes;
};

/// Texts by statement key and signatures by query id. A query id keeps the first signature that was learned for it: the
/// spellings that share an id share the server's row and its text too. Not shared between threads.
class TextStore {
 public:
  explicit TextStore(TextLimits limits = {}, std::chrono::microseconds interval = kDefaultTextInterval)
      : limits_(limits), schedule_(interval) {}

  /// Reads the file; none is an empty store. Texts that were cut shorter than text_bytes are left out. A damaged file
  /// is set aside and the store stays empty. Fails with ErrorKind::State for a newer version and where the file cannot
  /// be read.
  Result<state::Loaded> load(const std::filesystem::path& path);

  /// Writes the file. Fails with ErrorKind::State; the caller may go on, texts are then read again by the next run.
  Status save(const std::filesystem::path& path);

  /// True where something was learned or evicted since the last load or save.
  [[nodiscard]] bool changed() const { return changed_; }

  /// Notes which keys this snapshot shows, sets `own` of the rows that are known as such, evicts others above the limit
  /// and returns the indexes of the rows whose text is not known.
  std::vector<std::size_t> see(StatementSnapshot& snapshot);

  /// Takes in a text of the last seen snapshot as the server keeps it: redacts it, names it and forgets the original.
  /// `own`: the caller recognised the collector's own statement.
  void learn(const StatementRow& row, std::string_view text, const sql::Dialect& dialect, bool own, Timestamp now,
             sql::TextFacts facts = {});

  /// Nothing where the text is not known (yet). Valid until the next learn() or load().
  [[nodiscard]] const StatementText* find(std::string_view key) const;

  /// The signature known for a query id, whoever ran it; never from an EXPLAIN's own row.
  [[nodiscard]] std::optional<std::string_view> signature_of(std::string_view query_id) const;

  [[nodiscard]] const TextSchedule& schedule() const { return schedule_; }
  /// Notes an attempt to read texts, successful or not; the file keeps it.
  void record_read(Timestamp now, std::chrono::microseconds cost) {
    schedule_.record_read(now, cost);
    changed_ = true;
  }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    StatementText text;
    std::string query_id;
    std::optional<std::string> signature;  ///< none from an EXPLAIN and where sql::normalize gives none
    Timestamp last_seen{};
  };
  using KeyedEntry = std::pair<std::string, Entry>;
  struct Signature {
    std::string value;        ///< empty = none
    std::size_t entries = 0;  ///< how many entries of that query id there are
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  template <typename T>
  using Table = std::unordered_map<std::string, T, Hash, std::equal_to<>>;

  void insert(const std::string& key, Entry entry);
  void erase(Table<Entry>::iterator entry);
  void evict();
  [[nodiscard]] std::string format() const;
  static KeyedEntry read_entry(JsonCursor& cursor);
  void read_member(JsonCursor& cursor, std::string_view member);
  Status parse(const std::filesystem::path& path, std::string_view text);

  TextLimits limits_;
  std::size_t saved_text_bytes_ = 0;  ///< limits_.text_bytes of the file that is being read
  TextSchedule schedule_;
  Table<Entry> entries_;
  Table<Signature> signatures_;  ///< by query id
  std::size_t bytes_ = 0;
  Timestamp shown_{};  ///< `taken` of the newest snapshot
  bool changed_ = false;
};

}  // namespace dbi::collect
