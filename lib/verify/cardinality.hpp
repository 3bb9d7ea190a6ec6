// Limits on how many different values members may have: what a receiver pays for by the value is held to a number.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "record/record.hpp"
#include "verify/hyperloglog.hpp"

namespace dbi::verify {

/// Numbers that were put in, at most a given count of them. Twelve bytes or so each.
class NumberSet {
 public:
  explicit NumberSet(std::size_t most) : most_(most) {}

  [[nodiscard]] bool contains(std::uint64_t number) const;
  /// False where it is full.
  bool insert(std::uint64_t number);
  [[nodiscard]] std::size_t size() const { return size_; }
  void clear();
  [[nodiscard]] std::vector<std::uint64_t> values() const;

 private:
  [[nodiscard]] std::size_t slot_of(std::uint64_t number) const;
  void grow();

  std::size_t most_;
  std::size_t size_ = 0;
  std::vector<std::uint64_t> slots_;  // open addressing; 0 is free, and 0 itself is kept as 1
};

/// The first `limit` values of a member pass, then only these, until the window is over; then it begins anew. All
/// values are counted by a HyperLogLog. Not shared between threads.
class Cardinality {
 public:
  /// `limits` are by member; their order is that of look(). `window` of 0 never ends.
  Cardinality(const std::map<std::string, std::uint64_t>& limits, microseconds window);

  enum class Verdict : std::uint8_t { Known, New, Over };

  /// What a value of the `index`th member is. A new one is remembered by admit_new() only.
  Verdict look(std::size_t index, std::string_view value, Timestamp now);
  /// Lets the values pass that look() has called new since the last call of either of these; allocates where there are
  /// any.
  void admit_new();
  /// Forgets them: their record does not pass.
  void refuse_new() { new_.clear(); }
  /// How many there were in this window, about.
  [[nodiscard]] double estimate(std::size_t index) const { return members_[index].all.estimate(); }

  [[nodiscard]] std::size_t size() const { return members_.size(); }
  [[nodiscard]] const std::string& name(std::size_t index) const { return members_[index].name; }
  [[nodiscard]] std::uint64_t limit(std::size_t index) const { return members_[index].limit; }
  /// Takes over the values of those of the other's members whose limit is the same.
  void take_over(Cardinality& other);

  void save(std::string& lines) const;
  bool load_line(const record::Record& line);

 private:
  struct Limited {
    std::string name;
    std::uint64_t limit = 0;
    NumberSet admitted{0};
    HyperLogLog all;
  };

  void turn_window(Timestamp now);

  microseconds window_;
  std::optional<Timestamp> since_;  // begin of the window
  std::vector<Limited> members_;
  std::vector<std::pair<std::size_t, std::uint64_t>> new_;  // member and hash
};

}  // namespace dbi::verify
