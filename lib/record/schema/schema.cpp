// SPDX-License-Identifier: Apache-2.0
#include "record/schema/schema.hpp"

#include <algorithm>

#include "record/schema/rows.hpp"
#include "record/schema/tables.hpp"

namespace dbi::record::schema {

namespace {

constexpr std::array<std::string_view, 3> kSystemWords{"postgresql", "mysql", "mariadb"};

constexpr std::array<std::string_view, 1> kCircuitWords{"open"};

constexpr std::array kRouting{
    required(count("v", "", "the version of the schema: 1")),
    required(text("kind", "what the record is")),
    required(member("ts", MemberType::Time, "when it was so: the server's clock where one was read")),
    with(member("observed_ts", MemberType::Time, "the same by the collector's clock"), Presence::Collected),
    with(text("target", "the server, as the user calls it"), Presence::Collected),
    text("database", "the database; absent for what concerns the whole server"),
    with(text("cycle", "the collection cycle: 32 hex digits that ascend, also its trace id"), Presence::Collected),
    with(word("system", kSystemWords, "the kind of server"), Presence::Collected),
    text("host", "the server's host"),
    count("port", "", "the server's port"),
};

constexpr std::array kCommon{
    number("weight", "", "how many records this one stands for, at least 1; absent: 1; never on a gauge"),
    text("tool", "the program that wrote the record, where it is a filter"),
    text("name", "the instance of the program, where it has another name"),
    word("circuit", kCircuitWords, "it came although the circuit of its target, database or host is open"),
    text("sample_rule", "with dbi-sample --explain-decision: the rule, threshold or default that decided"),
    number("sample_rate", "", "with dbi-sample --explain-decision: the rate at which it was kept"),
    texts("invalid", "with dbi-verify --invalid tag: what is wrong, as MEMBER:CHECK"),
    texts("personal_data", "with dbi-verify --personal-data tag: the patterns of what its texts hold"),
};

MemberRow const* find_row(std::span<const MemberRow> rows, std::string_view name) {
  const auto found = std::ranges::find(rows, name, &MemberRow::name);
  return found == rows.end() ? nullptr : &*found;
}

KindRow gauge(std::string_view name, std::string_view meaning) {
  return {.name = name, .kind_class = KindClass::Gauge, .meaning = meaning, .members = {}, .defined_later = true};
}

// In the order of DESIGN.md section 2.
std::array<KindRow, 16> make_kinds() {
  return {
      KindRow{"query_stats", KindClass::Data, "one statement over one interval", query_stats_members()},
      KindRow{"session", KindClass::Data, "one session at one moment: any that is not plainly idle, or blocks another",
              session_members()},
      KindRow{"lock_wait", KindClass::Data, "one session that waits for a lock", lock_wait_members()},
      KindRow{"query_sample", KindClass::Data, "one finished execution, from a log", query_sample_members()},
      KindRow{"plan", KindClass::Data, "how a statement is carried out", plan_members()},
      gauge("database_stats", "the state of one database"),
      gauge("table_stats", "the state of one table"),
      gauge("index_stats", "the state of one index"),
      gauge("server_stats", "the state of the server"),
      gauge("replication", "the state of one replica"),
      gauge("setting", "the value of one setting"),
      KindRow{"log_event", KindClass::Data, "one entry of the server's log that is no execution", {}, true},
      KindRow{"error", KindClass::Control, "something could not be read", error_members()},
      KindRow{"scrape", KindClass::Control, "the last record of a target's cycle", scrape_members()},
      KindRow{"event", KindClass::Control, "something an operator wants to know", event_members()},
      KindRow{"dropped", KindClass::Control,
              "records that a filter dropped on purpose, counted by key, cycle and reason", dropped_members()},
  };
}

}  // namespace

std::span<const MemberRow> routing_members() {
  return kRouting;
}

std::span<const MemberRow> common_members() {
  return kCommon;
}

std::span<const KindRow> kinds() {
  static const std::array kKinds = make_kinds();
  return kKinds;
}

const KindRow* find_kind(std::string_view name) {
  const auto found = std::ranges::find(kinds(), name, &KindRow::name);
  return found == kinds().end() ? nullptr : &*found;
}

bool is_control(std::string_view kind) {
  const auto* row = find_kind(kind);
  return row != nullptr && row->kind_class == KindClass::Control;
}

const MemberRow* find_member(const KindRow& kind, std::string_view name) {
  for (const auto rows : {routing_members(), kind.members, common_members()}) {
    if (const auto* row = find_row(rows, name)) return row;
  }
  return nullptr;
}

std::string_view type_word(MemberType type) {
  constexpr std::array<std::string_view, 9> kWords{
      "text", "time", "integer", "number", "boolean", "list of texts", "object", "text or object", "list of objects"};
  return kWords[static_cast<std::size_t>(type)];
}

}  // namespace dbi::record::schema
