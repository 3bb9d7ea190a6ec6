// Deduplication: what was kept a short while ago.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/lru_map.hpp"
#include "record/record.hpp"
#include "stream/lines.hpp"

namespace dbi::sampling {

/// A set of the records that were kept, by (target, database, query_signature, an attribute), of each 16 bytes.
/// Bounded: the one asked for longest ago makes room. A record is remembered for `window`, which later ones do not
/// extend. Not shared between threads.
class RecentlySeen {
 public:
  RecentlySeen(std::size_t max, std::chrono::seconds window, std::string attribute);

  /// Takes other bounds; what is remembered stays.
  void set(std::size_t max, std::chrono::seconds window, std::string attribute);

  /// True for a record like one that was kept in the window up to `now`, the time of its target. Else remembers it:
  /// to be asked last, about a record that is kept if this says no. One without the attribute is never like another.
  bool seen(const record::Record& record, Timestamp now);

  /// Fewer than this are not worth giving back.
  static constexpr std::size_t kShrinkAbove = 1000;
  /// Forgets the half that was asked for longest ago, but no more than leaves kShrinkAbove.
  void shrink() { kept_.shrink_to(std::max(kShrinkAbove, kept_.size() / 2)); }

  [[nodiscard]] std::size_t size() const { return kept_.size(); }
  [[nodiscard]] std::uint64_t evictions() const { return kept_.evictions(); }

  /// NDJSON lines of kind `recently_seen`, and back; load_line says false to other lines.
  void save(stream::Lines& lines) const;
  bool load_line(const record::Record& line);

 private:
  using Digest = std::array<char, 16>;
  [[nodiscard]] std::optional<Digest> digest_of(const record::Record& record);

  std::chrono::seconds window_;
  std::string attribute_;
  LruMap<Timestamp> kept_;  // when
  std::string key_;
  std::string scratch_;
};

}  // namespace dbi::sampling
