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
#include "sql/statement.hpp"
#include "state/document.hpp"

namespace dbi::collect {

/// What is known of a statement's text.
struct StatementText {
  std::string query;                     ///< redacted; cut to TextLimits::text_bytes
  std::optional<std::string> signature;  ///< none from EXPLAIN texts and where sql::normalize gives none
  bool truncated = false;                ///< the text was cut here or by the source
  bool own = false;                      ///< recognised as the collector's own
};

/// Bounds of a TextStore; what was not seen for longest goes first.
struct TextLimits {
  std::size_t entries = 20000;
  std::size_t bytes = std::size_t{64} << 20U;
  std::size_t text_bytes = 4096;
};

/// When to read texts: at most once in `interval`, which doubles while a read costs more than 1 % of it.
class TextSchedule {
 public:
  explicit TextSchedule(std::chrono::microseconds interval) : base_(interval) {}

  [[nodiscard]] bool due(Timestamp now) const;
  /// Notes a read that ended at `now` and took `cost`.
  void record_read(Timestamp now, std::chrono::microseconds cost);

  [[nodiscard]] std::chrono::microseconds interval() const;
  [[nodiscard]] std::optional<Timestamp> last_read() const { return last_read_; }
  [[nodiscard]] std::chrono::microseconds last_cost() const { return last_cost_; }

 private:
  std::chrono::microseconds base_;
  std::optional<Timestamp> last_read_;
  std::chrono::microseconds last_cost_{0};
};

/// Texts by statement key and signatures by query id. Not shared between threads.
class TextStore {
 public:
  explicit TextStore(TextLimits limits = {}, std::chrono::microseconds interval = std::chrono::minutes{5})
      : limits_(limits), schedule_(interval) {}

  /// Reads the file; none is an empty store. A damaged file is set aside and the store stays empty. Fails with
  /// ErrorKind::State for a newer version and where the file cannot be read.
  Result<state::Loaded> load(const std::filesystem::path& path);

  /// Writes the file. Fails with ErrorKind::State; the caller may go on, texts are then read again by the next run.
  Status save(const std::filesystem::path& path);

  /// True where something was learned or evicted since the last load or save.
  [[nodiscard]] bool changed() const { return changed_; }

  /// Notes which keys this snapshot shows, sets `own` of the rows that are known as such, and returns the indexes of
  /// the rows whose text is not known.
  std::vector<std::size_t> see(StatementSnapshot& snapshot);

  /// Takes in a text as the server keeps it: redacts it, names it and forgets the original. `own`: the caller
  /// recognised the collector's own statement.
  void learn(const StatementRow& row, std::string_view text, const sql::Dialect& dialect, bool own, Timestamp now);

  /// Nothing where the text is not known (yet). Valid until the next learn() or load().
  [[nodiscard]] const StatementText* find(std::string_view key) const;

  /// The signature known for a query id, whoever ran it; never from an EXPLAIN's own row.
  [[nodiscard]] std::optional<std::string_view> signature_of(std::string_view query_id) const;

  [[nodiscard]] TextSchedule& schedule() { return schedule_; }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    StatementText text;
    std::string query_id;
    Timestamp last_seen{};
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  template <typename T>
  using Table = std::unordered_map<std::string, T, Hash, std::equal_to<>>;

  void insert(std::string key, Entry entry);
  void evict();

  TextLimits limits_;
  TextSchedule schedule_;
  Table<Entry> entries_;
  Table<std::string> signatures_;  ///< by query id
  std::size_t bytes_ = 0;
  bool changed_ = false;
};

}  // namespace dbi::collect
