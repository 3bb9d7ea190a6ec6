// One pass over a record's members: compares them with the table of its kind and gathers those that later steps need.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "record/record.hpp"
#include "verify/kind_table.hpp"

namespace dbi::verify {

/// How a record differs from its table.
enum class Breach : std::uint8_t {
  Missing,
  WrongType,
  UnknownWord,
  OutOfRange,
  NotAllowed,
  UnknownKind,
  UnknownVersion
};

/// "is missing", "is of another type": what follows the member's name in a message.
[[nodiscard]] std::string_view breach_words(Breach breach);
/// "missing", "wrong_type" ...: one word for a member of a record.
[[nodiscard]] std::string_view breach_word(Breach breach);

struct ShapeFinding {
  Breach breach = Breach::Missing;
  const MemberRule* rule = nullptr;  ///< of the table; its name holds nothing of the record
};

/// A member that a later step looks at.
struct MarkedMember {
  const record::Member* member = nullptr;
  const MemberRule* rule = nullptr;
};

/// What the pass found. Views of the record and of the tables.
struct Inspection {
  const KindTable* table = nullptr;
  std::vector<ShapeFinding> findings;
  std::vector<MarkedMember> personal;
  std::vector<MarkedMember> identities;
  std::vector<MarkedMember> limited;
  std::array<const record::Member*, static_cast<std::size_t>(Role::kCount)> roles{};
  std::optional<Timestamp> ts;           ///< where it is a time
  std::optional<Timestamp> observed_ts;  ///< the same
  std::size_t required = 0;              ///< members that the record has to have
  std::size_t missing = 0;               ///< of these
  std::size_t members = 0;
  std::size_t empty = 0;  ///< members that are an empty text or null

  [[nodiscard]] const record::Member* role(Role role) const { return roles[static_cast<std::size_t>(role)]; }
};

/// Makes Inspections and reuses their memory: once warm, nothing is allocated for a record without breach. Not shared
/// between threads.
class Inspector {
 public:
  explicit Inspector(const MemberChoices& choices) : tables_(choices) {}

  /// Valid until the next call, or until the record goes.
  const Inspection& inspect(const record::Record& record);

 private:
  // The time of a text that comes again and again: records of a cycle share it.
  struct KnownTime {
    std::string raw;
    Timestamp time;
  };

  void look_at(const record::Member& member, const MemberRule& rule);
  void check(const record::Member& member, const MemberRule& rule);
  [[nodiscard]] bool in_range(const record::Value& value, Range range) const;
  [[nodiscard]] std::optional<Timestamp> time_of(const record::Value& value, KnownTime& known);
  void check_weight(const record::Value& value, const MemberRule& rule);
  void count_missing(std::uint64_t present);
  void add(Breach breach, const MemberRule& rule) { found_.findings.push_back({breach, &rule}); }

  KindTables tables_;
  Inspection found_;
  KnownTime ts_, observed_ts_;
  std::string scratch_, name_;
};

}  // namespace dbi::verify
