// The counters that the next deltas are taken from: `committed`, and up to 8 `pending` by cycle, in the state folder's
// baselines/<target>.json. The protocol is DESIGN.md section 4, "Commit".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "collect/snapshot.hpp"
#include "state/document.hpp"

namespace dbi::collect {

class JsonCursor;

/// Most baselines that may wait for their commit.
inline constexpr std::size_t kMaxPending = 8;

/// One target's baselines. What is in memory is what the file holds: a change whose write fails is not made. The caller
/// holds the lock of the collector's instance. Not shared between threads.
class BaselineStore {
 public:
  /// A store that keeps nothing on disk (a terminal run without state).
  BaselineStore() = default;

  /// Reads the file; none, or a damaged one (set aside, see damage()), is an empty store. Fails with ErrorKind::State
  /// for a newer version and where the file cannot be read.
  static Result<BaselineStore> open(std::filesystem::path path);

  /// Set where open() found a damaged file: the caller writes it as an `event`.
  [[nodiscard]] const std::optional<state::Damage>& damage() const { return damage_; }

  /// The counters that the next cycle starts from: the newest pending, else the committed ones; nullptr on a first run.
  /// Rows have only key, since and counters; marks only `before`. Valid until the next change of the store.
  [[nodiscard]] const StatementSnapshot* start() const;

  /// The cycle of start(), the newest of the file; empty on a first run. It is the `starts_from` of the next cycle,
  /// whose id has to follow it.
  [[nodiscard]] std::string_view start_cycle() const;

  [[nodiscard]] std::string_view committed_cycle() const {
    return content_.committed ? std::string_view(content_.committed->cycle) : "";
  }
  [[nodiscard]] std::size_t pending() const { return content_.pending.size(); }

  /// The cycles that wait for their commit, ascending. Valid until the next change of the store.
  [[nodiscard]] std::vector<std::string_view> pending_cycles() const;

  /// Stores the counters that a cycle read, before its `scrape` is written. `cycle` must be newer than all others and
  /// at most kMaxPending - 1 may be pending (ErrorKind::Internal otherwise). Fails with ErrorKind::State.
  Status store_pending(std::string_view cycle, StatementSnapshot snapshot);

  /// Takes a pending baseline back, whose `scrape` could not be written, and those that start from it; none of that
  /// cycle: nothing to do. Fails with ErrorKind::State: then the interval is lost, but never counted twice.
  Status withdraw(std::string_view cycle);

  /// Makes a pending baseline the committed one and forgets the older ones; none of that cycle: nothing to do. Under
  /// --commit written each cycle first promotes start_cycle(): what a killed run left pending is where it starts
  /// anyway, and would otherwise pile up. Fails with ErrorKind::State: the baseline stays pending, and the next cycle
  /// starts from it all the same.
  Status promote(std::string_view cycle);

  /// Before each cycle under --commit exported, with what the exporter acknowledged (cycle ids, empty for none):
  /// promotes `held`, forgets the pending cycles up to `seen` that are not held and those that start from them. Where
  /// nothing is pending then and what is committed is not what the exporter holds, that is forgotten too and the next
  /// cycle begins a new baseline. Fails with ErrorKind::State: the store is as it was.
  Status settle(std::string_view held, std::string_view seen);

 private:
  struct Entry {
    std::string cycle;
    std::string starts_from;
    /// The snapshot as it stands in the file: megabytes, which a copy of the entry shares.
    std::shared_ptr<const std::string> counters;
  };

  struct Content {
    std::optional<Entry> committed;
    std::vector<Entry> pending;  ///< ascending
  };

  static bool settle(Content& content, std::string_view held, std::string_view seen);
  static bool promote(Content& content, std::string_view cycle);
  static std::string format(const Content& content);
  static Entry read_entry(JsonCursor& cursor);
  static Result<Content> parse(const std::filesystem::path& path, std::string_view text);

  /// Writes the file, then takes the content over.
  Status replace(Content content);
  Status check();
  Status restart();
  [[nodiscard]] const Entry* newest() const;

  std::filesystem::path path_;  ///< empty: nothing is kept on disk
  Content content_;
  std::optional<StatementSnapshot> start_;
  std::optional<state::Damage> damage_;
};

}  // namespace dbi::collect
