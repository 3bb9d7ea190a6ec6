// The tables are sound, and the check says what is wrong with a record.
// SPDX-License-Identifier: Apache-2.0
#include "record/schema/schema.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <set>

#include "ledger/reason.hpp"
#include "record/lines.hpp"
#include "record/schema/alias.hpp"
#include "record/schema/check.hpp"
#include "record/schema/print.hpp"

namespace dbi::record::schema {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Code = Finding::Code;

// Routing members of a record from dbi-collect, without the brace that closes it.
std::string start(std::string_view kind) {
  return "{\"v\":1,\"kind\":\"" + std::string(kind) +
         "\",\"ts\":\"2026-05-28T20:28:20.000000Z\",\"observed_ts\":\"2026-05-28T20:28:21.000000Z\",\"target\":"
         "\"prod\","
         "\"cycle\":\"019e70448800700080000000000000ff\",\"system\":\"postgresql\"";
}

std::vector<Finding> findings(const std::string& line) {
  return check_record(Parsed(line).record());
}

std::vector<std::string> messages(const std::string& line) {
  std::vector<std::string> texts;
  for (const auto& finding : findings(line)) texts.push_back(finding.message);
  return texts;
}

std::string stats(std::string_view more) {
  return start("query_stats") + ",\"query_id\":\"1\",\"quality\":\"exact\"" + std::string(more) + "}";
}

TEST(Tables, HaveEveryKindOfTheDesign) {
  std::vector<std::string_view> names;
  for (const auto& kind : kinds()) names.push_back(kind.name);
  EXPECT_THAT(names, ElementsAre("query_stats", "session", "lock_wait", "query_sample", "plan", "database_stats",
                                 "table_stats", "index_stats", "server_stats", "replication", "setting", "log_event",
                                 "error", "scrape", "event", "dropped"));
  EXPECT_EQ(find_kind("no_such_kind"), nullptr);
  for (const auto name : names) EXPECT_EQ(find_kind(name)->name, name);
}

TEST(Tables, ClassKindsAsFiltersTreatThem) {
  for (const auto* name : {"error", "scrape", "event", "dropped"}) {
    EXPECT_EQ(find_kind(name)->kind_class, KindClass::Control) << name;
  }
  for (const auto* name : {"database_stats", "table_stats", "index_stats", "server_stats", "replication", "setting"}) {
    EXPECT_EQ(find_kind(name)->kind_class, KindClass::Gauge) << name;
  }
  for (const KindRow& kind : kinds()) EXPECT_EQ(is_control(kind.name), kind.kind_class == KindClass::Control);
  EXPECT_FALSE(is_control("scrapes"));
  EXPECT_FALSE(is_control(""));
}

TEST(Tables, NameNoMemberTwice) {
  for (const auto& kind : kinds()) {
    std::set<std::string_view> names;
    for (const auto rows : {routing_members(), kind.members}) {
      for (const auto& row : rows) EXPECT_TRUE(names.insert(row.name).second) << kind.name << "." << row.name;
    }
  }
}

TEST(Tables, RowsAreWritten) {
  for (const auto& kind : kinds()) {
    EXPECT_FALSE(kind.meaning.empty());
    EXPECT_EQ(kind.members.empty(), kind.defined_later) << kind.name;
    for (const auto rows : {routing_members(), kind.members, common_members()}) {
      for (const auto& row : rows) {
        const std::string name(row.name);
        EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789"), std::string::npos) << name;
        EXPECT_FALSE(row.meaning.empty()) << name;
        EXPECT_NE(row.meaning.back(), '.') << name;
        EXPECT_NE(row.systems & kAllSystems, 0) << name;
        if (name.ends_with("_ms")) {
          EXPECT_EQ(row.unit, "ms") << name;
        }
        if (name.ends_with("_s") && row.type == MemberType::Number) {
          EXPECT_EQ(row.unit, "s") << name;
        }
        if (name.ends_with("_bytes")) {
          EXPECT_EQ(row.unit, "bytes") << name;
        }
        if (name.ends_with("_pct")) {
          EXPECT_EQ(row.unit, "%") << name;
        }
        // Ids are texts (DESIGN.md section 2).
        if (name.ends_with("_id") || name == "pid") {
          EXPECT_EQ(row.type, MemberType::Text) << name;
        }
      }
    }
  }
}

TEST(Tables, RoutingMembersLeadInTheirOrder) {
  std::vector<std::string_view> names;
  for (const auto& row : routing_members()) names.push_back(row.name);
  EXPECT_THAT(names,
              ElementsAre("v", "kind", "ts", "observed_ts", "target", "database", "cycle", "system", "host", "port"));
}

TEST(Tables, FindMembersOfEveryPart) {
  const auto& kind = *find_kind("query_stats");
  EXPECT_EQ(find_member(kind, "target")->type, MemberType::Text);
  EXPECT_EQ(find_member(kind, "calls")->type, MemberType::Integer);
  EXPECT_EQ(find_member(kind, "weight")->type, MemberType::Number);
  EXPECT_EQ(find_member(kind, "outcome"), nullptr);
}

TEST(Tables, ReasonsAreThoseOfTheLedger) {
  EXPECT_THAT(find_member(*find_kind("dropped"), "reason")->words, testing::ElementsAreArray(ledger::kReasonWords));
}

// The columns of pg_stat_statements 1.7 to 1.12, less the keys, the text, the moments and the times that say since
// when.
TEST(Tables, HaveEveryCounterOfPgStatStatements) {
  const auto& kind = *find_kind("query_stats");
  for (const auto* name : {"calls",
                           "rows",
                           "plans",
                           "shared_blks_hit",
                           "shared_blks_read",
                           "shared_blks_dirtied",
                           "shared_blks_written",
                           "local_blks_hit",
                           "local_blks_read",
                           "local_blks_dirtied",
                           "local_blks_written",
                           "temp_blks_read",
                           "temp_blks_written",
                           "blk_read_time",
                           "blk_write_time",
                           "shared_blk_read_time",
                           "shared_blk_write_time",
                           "local_blk_read_time",
                           "local_blk_write_time",
                           "temp_blk_read_time",
                           "temp_blk_write_time",
                           "wal_records",
                           "wal_fpi",
                           "wal_bytes",
                           "wal_buffers_full",
                           "jit_functions",
                           "jit_generation_time",
                           "jit_inlining_count",
                           "jit_inlining_time",
                           "jit_optimization_count",
                           "jit_optimization_time",
                           "jit_emission_count",
                           "jit_emission_time",
                           "jit_deform_count",
                           "jit_deform_time",
                           "parallel_workers_to_launch",
                           "parallel_workers_launched"}) {
    const auto* row = find_member(kind, name);
    ASSERT_NE(row, nullptr) << name;
    EXPECT_NE(row->systems & kPostgreSql, 0) << name;
    const bool is_time = std::string_view(name).ends_with("_time");
    EXPECT_EQ(row->type, is_time ? MemberType::Number : MemberType::Integer) << name;
  }
  for (const auto* name : {"min_exec_time", "max_exec_time", "min_plan_time", "mean_exec_time", "stats_since"}) {
    EXPECT_EQ(find_member(kind, name), nullptr) << name;
  }
}

TEST(Check, FindsNothingInAGoodRecord) {
  EXPECT_THAT(messages(stats("")), IsEmpty());
  EXPECT_THAT(messages(stats(R"(,"weight":1,"calls":18446744073709551616,"duration_ms":0.5,"missing":[])")), IsEmpty());
  EXPECT_THAT(messages(stats(R"(,"unknown":null,"other":{})")), IsEmpty());
  EXPECT_THAT(messages(start("table_stats") + ",\"n_live_tup\":5}"), IsEmpty());
}

TEST(Check, FindsMembersInAnyOrderAndUnderEscapedNames) {
  EXPECT_THAT(
      messages(
          R"({"quality":"exact","query_id":"1","system":"mysql","cycle":"c","target":"t",)"
          R"("observed_ts":"2026-05-28T20:28:21Z","ts":"2026-05-28T20:28:21+02:00","k\u0069nd":"query_stats","v":1})"),
      IsEmpty());
}

TEST(Check, NamesWhatIsMissing) {
  EXPECT_THAT(messages("{}"), ElementsAre("member 'v' is missing", "member 'kind' is missing", "member 'ts' is missing",
                                          "member 'observed_ts' is missing", "member 'target' is missing",
                                          "member 'cycle' is missing", "member 'system' is missing"));
  EXPECT_THAT(messages(start("query_stats") + "}"),
              ElementsAre("member 'query_id' is missing", "member 'quality' is missing"));
  const auto found = findings(start("error") + ",\"error_class\":\"other\"}");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].code, Code::Missing);
  EXPECT_EQ(found[0].member, "message");
}

TEST(Check, AsksLessOfWhatAFilterWrites) {
  const std::string dropped =
      R"("kind":"dropped","ts":"2026-05-28T20:28:20Z","reason":"rule","count":1,"weight":0,"calls":0,"total_ms":0})";
  EXPECT_THAT(messages("{\"v\":1,\"tool\":\"dbi-sample\"," + dropped), IsEmpty());
  EXPECT_THAT(messages("{\"v\":1," + dropped), testing::SizeIs(4));
}

struct Wrong {
  std::string more;
  Code code;
  std::string message;
};

class WrongMember : public testing::TestWithParam<Wrong> {};

TEST_P(WrongMember, IsToldWithItsReason) {
  const auto found = findings(stats(GetParam().more));
  ASSERT_EQ(found.size(), 1U) << GetParam().more;
  EXPECT_EQ(found[0].code, GetParam().code);
  EXPECT_EQ(found[0].message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, WrongMember,
    testing::Values(Wrong{R"(,"calls":"1")", Code::WrongType, "member 'calls' is a text, not an integer"},
                    Wrong{R"(,"calls":1.0)", Code::WrongType, "member 'calls' is 1.0, not an integer"},
                    Wrong{R"(,"calls":1e2)", Code::WrongType, "member 'calls' is 1e2, not an integer"},
                    Wrong{R"(,"calls":null)", Code::WrongType, "member 'calls' is null, not an integer"},
                    Wrong{R"(,"c\u0061lls":true)", Code::WrongType, "member 'calls' is a boolean, not an integer"},
                    Wrong{R"(,"duration_ms":[])", Code::WrongType, "member 'duration_ms' is a list, not a number"},
                    Wrong{R"(,"duration_ms":{})", Code::WrongType, "member 'duration_ms' is an object, not a number"},
                    Wrong{R"(,"toplevel":1)", Code::WrongType, "member 'toplevel' is a number, not a boolean"},
                    Wrong{R"(,"toplevel":"true")", Code::WrongType, "member 'toplevel' is a text, not a boolean"},
                    Wrong{R"(,"query":1)", Code::WrongType, "member 'query' is a number, not a text"},
                    Wrong{R"(,"missing":"a")", Code::WrongType, "member 'missing' is a text, not a list of texts"},
                    Wrong{R"(,"missing":["a",1])", Code::WrongType,
                          "member 'missing' is a list of other values, not a list of texts"},
                    Wrong{R"(,"missing":[["a"]])", Code::WrongType,
                          "member 'missing' is a list of other values, not a list of texts"},
                    Wrong{R"(,"weight":0)", Code::NotAllowed, "member 'weight' is 0, less than 1"},
                    Wrong{R"(,"weight":0.99)", Code::NotAllowed, "member 'weight' is 0.99, less than 1"},
                    Wrong{R"(,"weight":"2")", Code::WrongType, "member 'weight' is a text, not a number"},
                    Wrong{R"(,"port":"5432")", Code::WrongType, "member 'port' is a text, not an integer"},
                    Wrong{R"(,"database":null)", Code::WrongType, "member 'database' is null, not a text"}));

TEST(Check, ReadsListsOfTextsWithBracketsAndQuotesInside) {
  EXPECT_THAT(messages(stats(R"(,"missing":[ "a\"]" , "\\" , ",1" ])")), IsEmpty());
}

TEST(Check, KnowsTheWordsOfAMember) {
  const auto line = start("query_stats") + R"(,"query_id":"1","quality":"great"})";
  EXPECT_THAT(messages(line), ElementsAre("member 'quality' is 'great', not one of exact, lower_bound, baseline"));
  EXPECT_EQ(findings(line)[0].code, Code::UnknownWord);
  const auto scrape = [](std::string_view unclean) {
    return start("scrape") + ",\"outcome\":\"ok\",\"cycle_ms\":1,\"records\":0,\"unclean\":" + std::string(unclean) +
           "}";
  };
  EXPECT_THAT(messages(scrape(R"(["evicted","reset"])")), IsEmpty());
  EXPECT_THAT(messages(scrape(R"(["evicted","x"])")), ElementsAre(HasSubstr("member 'unclean' is 'x', not one of")));
}

TEST(Check, KnowsKindsAndVersions) {
  EXPECT_THAT(messages(start("query_stat") + "}"), ElementsAre("kind 'query_stat' is not known"));
  EXPECT_EQ(findings(start("query_stat") + "}")[0].code, Code::UnknownKind);
  std::string line = stats("");
  line.replace(line.find("\"v\":1"), 5, "\"v\":2");
  EXPECT_THAT(messages(line), ElementsAre("version 2 is not known"));
  EXPECT_EQ(findings(line)[0].code, Code::UnknownKind);
}

TEST(Check, TimesAreThoseOfRfc3339) {
  std::string line = stats("");
  line.replace(line.find("2026-05-28T20:28:20.000000Z"), 27, "28 May 2026");
  EXPECT_THAT(messages(line), ElementsAre("member 'ts' is '28 May 2026', not a time"));
  EXPECT_EQ(findings(line)[0].code, Code::WrongType);
}

TEST(Check, GaugesHaveNoWeight) {
  EXPECT_THAT(messages(start("setting") + ",\"weight\":1}"), ElementsAre("kind 'setting' has no weight"));
  EXPECT_EQ(findings(start("setting") + ",\"weight\":1}")[0].code, Code::NotAllowed);
}

TEST(Check, APlanIsATextOrAnObject) {
  EXPECT_THAT(messages(start("plan") + R"(,"plan":{"Plan":{}},"plan_format":"json"})"), IsEmpty());
  EXPECT_THAT(messages(start("plan") + R"(,"plan":"Seq Scan"})"), IsEmpty());
  EXPECT_THAT(messages(start("plan") + R"(,"plan":[]})"), ElementsAre("member 'plan' is a list, not a text or object"));
}

TEST(Aliases, ResolveToMembersThatExist) {
  std::set<std::string_view> names;
  for (const auto& alias : aliases()) {
    EXPECT_TRUE(names.insert(alias.name).second) << alias.name;
    bool found = false;
    for (const auto& kind : kinds()) found |= find_member(kind, alias.member) != nullptr;
    EXPECT_TRUE(found) << alias.name << " -> " << alias.member;
    for (const auto& kind : kinds()) EXPECT_EQ(find_member(kind, alias.name), nullptr) << alias.name << " is a member";
    EXPECT_EQ(resolve_alias(alias.name), alias.member);
  }
}

TEST(Aliases, KnowTheNamesOfTheOriginal) {
  EXPECT_EQ(resolve_alias("avg_duration_ms"), "duration_ms");
  EXPECT_EQ(resolve_alias("execution_count"), "calls");
  EXPECT_EQ(resolve_alias("database_name"), "database");
  EXPECT_EQ(resolve_alias("query_text"), "query");
  EXPECT_EQ(resolve_alias("db.query.plan.hash"), "plan_hash");
  EXPECT_EQ(resolve_alias("db.query.plan.has_seq_scan"), "plan_has_seq_scan");
  EXPECT_EQ(resolve_alias("calls"), "calls");
  EXPECT_EQ(resolve_alias(""), "");
}

TEST(Print, JsonHasEveryMember) {
  const auto document = nlohmann::json::parse(print_json());
  ASSERT_EQ(document["kinds"].size(), kinds().size());
  for (std::size_t i = 0; i < kinds().size(); ++i) {
    const auto& printed = document["kinds"][i];
    EXPECT_EQ(printed["kind"], kinds()[i].name);
    ASSERT_EQ(printed["members"].size(), kinds()[i].members.size());
    for (std::size_t m = 0; m < kinds()[i].members.size(); ++m) {
      EXPECT_EQ(printed["members"][m]["name"], kinds()[i].members[m].name);
      EXPECT_EQ(printed["members"][m]["type"], type_word(kinds()[i].members[m].type));
    }
  }
  EXPECT_EQ(document["routing"].size(), 10U);
  EXPECT_EQ(document["common"].size(), common_members().size());
  EXPECT_EQ(document["kinds"][0]["members"][0]["presence"], "required");
  EXPECT_EQ(document["kinds"][13]["members"][0]["words"].size(), 4U);
}

TEST(Print, ScdocHasASectionAKindAndEscapesWhatItMust) {
  const auto text = print_scdoc();
  EXPECT_THAT(text, HasSubstr("## query\\_stats\n"));
  EXPECT_THAT(text, HasSubstr("*wal\\_bytes* (integer, bytes, PostgreSQL)\n\tbytes of WAL generated.\n"));
  EXPECT_THAT(text, HasSubstr("*outcome* (text, required)\n"));
  EXPECT_THAT(text, HasSubstr("One of: ok, partial, failed, skipped."));
  EXPECT_THAT(text, HasSubstr("true where *query* is not the whole text."));
  for (const auto& kind : kinds()) {
    for (const auto& row : kind.members) {
      std::string name(row.name);
      for (std::size_t at = 0; (at = name.find('_', at)) != std::string::npos; at += 2) name.insert(at, 1, '\\');
      EXPECT_THAT(text, HasSubstr("*" + name + "* ("));
    }
  }
}

}  // namespace
}  // namespace dbi::record::schema
