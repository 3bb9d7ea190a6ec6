// What a stream contains, as tables for people.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "verify/cardinality.hpp"
#include "verify/notices.hpp"
#include "verify/targets.hpp"

namespace dbi::verify {

/// Counts records by kind and by target. Bounded: what is beyond kMaxNames names is counted under "(others)".
class Report {
 public:
  static constexpr std::size_t kMaxNames = 10'000;
  /// Rows of a table; it says how many more there are.
  static constexpr std::size_t kMaxRows = 100;

  struct Span {
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;
    std::optional<Timestamp> from;
    std::optional<Timestamp> until;
  };

  /// A record of this kind and target; empty names are shown as "-".
  void take(std::string_view kind, std::string_view target, std::optional<Timestamp> ts, std::size_t bytes);

  /// The tables, with what else is known: quality by target, values by member, findings. Ends with LF.
  [[nodiscard]] std::string print(const Targets& targets, const Cardinality& values, const Notices& findings) const;

 private:
  using Spans = std::map<std::string, Span, std::less<>>;
  static Span& span_of(Spans& spans, std::string_view name);

  Spans kinds_;
  Spans targets_;
};

}  // namespace dbi::verify
