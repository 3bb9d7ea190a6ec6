// The records of an interval: members in their order, ids as texts, and sums that are those of the deltas.
// SPDX-License-Identifier: Apache-2.0
#include "collect/query_stats.hpp"

#include <gmock/gmock.h>

#include "base/text.hpp"
#include "collect/snapshots.hpp"
#include "record/record.hpp"
#include "record/schema/check.hpp"

namespace dbi::collect {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kCycle = "019e70448800700080000000000000ff";

Routing routing() {
  return {
      .target = "prod", .cycle = kCycle, .system = "postgresql", .host = "db1", .port = 5432, .observed_ts = at(101)};
}

StatementRow app(std::string query_id, std::int64_t calls, double total_ms) {
  auto row = statement("5/10/" + query_id + "/t", calls, total_ms);
  row.query_id = std::move(query_id);
  row.database = "app";
  row.user = "alice";
  row.toplevel = true;
  return row;
}

struct Written {
  std::vector<std::string> lines;
  QueryStatsTotals totals;
};

Written write(const StatementSnapshot& earlier, const StatementSnapshot& later, const TextStore& texts = TextStore(),
              const QueryStatsOptions& options = {}) {
  std::string out;
  Written written;
  written.totals = write_query_stats(out, routing(), later, compute_deltas(earlier, later), texts, options);
  for (const auto line : split(out, '\n')) {
    if (!line.empty()) written.lines.emplace_back(line);
  }
  return written;
}

// A record that was parsed, with the padding that the reader asks for.
class Parsed {
 public:
  explicit Parsed(std::string_view line) : bytes_(line) {
    bytes_.append(record::kPadding, ' ');
    EXPECT_TRUE(record::Reader().parse(std::string_view(bytes_).substr(0, line.size()), record_)) << line;
  }
  [[nodiscard]] const record::Record& record() const { return record_; }
  [[nodiscard]] std::string raw(std::string_view name) const {
    const auto* member = record_.find(name);
    return member == nullptr ? "absent" : std::string(member->value.raw());
  }

 private:
  std::string bytes_;
  record::Record record_;
};

TEST(QueryStats, RoutingMembersComeFirstInTheirOrder) {
  const auto written = write(snapshot(10, {}), snapshot(100, {app("-77", 4, 8)}));
  ASSERT_EQ(written.lines.size(), 1U);
  EXPECT_THAT(written.lines[0],
              StartsWith("{\"v\":1,\"kind\":\"query_stats\",\"ts\":\"2026-05-28T20:28:20.000000Z\",\"observed_ts\":"
                         "\"2026-05-28T20:28:21.000000Z\",\"target\":\"prod\",\"database\":\"app\",\"cycle\":\"" +
                         std::string(kCycle) +
                         "\",\"system\":\"postgresql\",\"host\":\"db1\",\"port\":5432,\"query_id\":\"-77\","));
}

TEST(QueryStats, CountersKeepTheCatalogsNamesAndMomentsAreNotWritten) {
  const auto written = write(snapshot(10, {app("1", 1, 100)}), snapshot(100, {app("1", 5, 108)}));
  const Parsed parsed(written.lines.at(0));
  EXPECT_EQ(parsed.raw("calls"), "4");
  EXPECT_EQ(parsed.raw("total_ms"), "8");
  EXPECT_EQ(parsed.raw("duration_ms"), "2");
  EXPECT_EQ(parsed.raw("rows"), "4");
  EXPECT_EQ(parsed.raw("interval_s"), "90");
  EXPECT_EQ(parsed.raw("quality"), "\"exact\"");
  EXPECT_EQ(parsed.raw("user"), "\"alice\"");
  EXPECT_EQ(parsed.raw("toplevel"), "true");
  EXPECT_NE(parsed.raw("stddev_ms"), "absent");
  for (const auto* name : {"mean_exec_time", "stddev_exec_time", "total_exec_time", "truncated", "weight"}) {
    EXPECT_EQ(parsed.raw(name), "absent") << name;
  }
}

TEST(QueryStats, RecordsAreAsTheirTableSays) {
  auto later = snapshot(100, {app("1", 5, 10), app("2", 3, 4), app("3", 2, 1)});
  const auto written = write(snapshot(10, {app("1", 1, 1)}), later, TextStore(), {.top = 1, .query_bytes = 4096});
  ASSERT_EQ(written.lines.size(), 2U);
  for (const auto& line : written.lines) {
    for (const auto& finding : record::schema::check_record(Parsed(line).record())) {
      ADD_FAILURE() << finding.message << " in " << line;
    }
  }
}

TEST(QueryStats, WhatIsNotKnownOrNotProvidedIsListedAsMissing) {
  TextStore texts;
  const auto later = snapshot(100, {app("1", 5, 10), app("2", 3, 4)});
  texts.learn(later.rows[0], "select a from t", {}, false, at(1));
  const auto written = write(snapshot(10, {}), later, texts);
  const Parsed known(written.lines.at(0));
  EXPECT_EQ(known.raw("query"), "\"select a from t\"");
  EXPECT_THAT(known.raw("missing"), Not(HasSubstr("\"query\"")));
  EXPECT_NE(known.raw("query_signature"), "absent");
  const Parsed unknown(written.lines.at(1));
  EXPECT_EQ(unknown.raw("query"), "absent");
  EXPECT_THAT(unknown.raw("missing"), HasSubstr("\"query\""));
  EXPECT_EQ(unknown.raw("query_signature"), "absent");
  // These snapshots have no WAL and no JIT columns, but all that dbi derives.
  EXPECT_THAT(known.raw("missing"), HasSubstr("\"wal_bytes\""));
  for (const auto* name : {"\"calls\"", "\"total_ms\"", "\"duration_ms\"", "\"p95_ms\"", "\"rows\""}) {
    EXPECT_THAT(known.raw("missing"), Not(HasSubstr(name)));
  }
}

TEST(QueryStats, ARenamedColumnIsNotMissingUnderItsOtherName) {
  for (const auto* name : {"blk_read_time", "shared_blk_read_time"}) {
    auto later = snapshot(100, {app("1", 5, 10)});
    later.columns.push_back({name, CounterType::Real});
    later.rows[0].counters.push_back({0, 1});
    auto earlier = snapshot(10, {});
    earlier.columns = later.columns;
    const Parsed parsed(write(earlier, later).lines.at(0));
    EXPECT_EQ(parsed.raw(name), "1");
    for (const auto* either : {"\"blk_read_time\"", "\"shared_blk_read_time\""}) {
      EXPECT_THAT(parsed.raw("missing"), Not(HasSubstr(either))) << name;
    }
  }
}

TEST(QueryStats, ALowerBoundTakenAsADifferenceHasNoMean) {
  auto later = snapshot(100, {app("1", 60, 611)});
  later.after.dealloc = 1;
  const Parsed parsed(write(snapshot(10, {app("1", 1, 501)}), later).lines.at(0));
  EXPECT_EQ(parsed.raw("quality"), "\"lower_bound\"");
  EXPECT_EQ(parsed.raw("duration_ms"), "absent");
  EXPECT_EQ(parsed.raw("stddev_ms"), "absent");
  EXPECT_EQ(parsed.raw("calls"), "59");
}

TEST(QueryStats, TheRestIsOneRecordCalledOther) {
  const auto later = snapshot(100, {app("1", 1, 10), app("2", 2, 4), app("3", 2, 2)});
  const auto written = write(snapshot(10, {}), later, TextStore(), {.top = 1, .query_bytes = 4096});
  ASSERT_EQ(written.lines.size(), 2U);
  const Parsed other(written.lines[1]);
  EXPECT_EQ(other.raw("query_id"), "\"other\"");
  EXPECT_EQ(other.raw("database"), "\"app\"");
  EXPECT_EQ(other.raw("toplevel"), "true");
  EXPECT_EQ(other.raw("calls"), "4");
  EXPECT_EQ(other.raw("total_ms"), "6");
  EXPECT_EQ(other.raw("duration_ms"), "1.5");
  for (const auto* name : {"user", "query", "query_signature", "stddev_ms"}) EXPECT_EQ(other.raw(name), "absent");
  EXPECT_THAT(other.raw("missing"), Not(HasSubstr("\"query\"")));
}

TEST(QueryStats, OwnStatementsAreOnlyCounted) {
  auto later = snapshot(100, {app("1", 1, 10), app("2", 3, 400)});
  later.rows[1].own = true;
  const auto written = write(snapshot(10, {}), later);
  EXPECT_EQ(written.lines.size(), 1U);
  EXPECT_EQ(written.totals.records, 1U);
  EXPECT_EQ(written.totals.self.calls, 3);
  EXPECT_EQ(written.totals.self.total_ms, 400);
}

TEST(QueryStats, TheQueryIsCutBetweenCharactersAndMarked) {
  TextStore texts;
  const auto later = snapshot(100, {app("1", 5, 10)});
  texts.learn(later.rows[0], "select \xC3\xA4\xC3\xA4\xC3\xA4 from t", {}, false, at(1));
  const Parsed parsed(write(snapshot(10, {}), later, texts, {.top = 5, .query_bytes = 10}).lines.at(0));
  EXPECT_EQ(parsed.raw("query"), "\"select \xC3\xA4\"");
  EXPECT_EQ(parsed.raw("truncated"), "true");
}

TEST(QueryStats, LifetimeTotalsAreMarkedAndHaveNoInterval) {
  std::string out;
  const auto read = snapshot(100, {app("1", 5, 10)});
  write_query_stats(out, routing(), read, lifetime_totals(read), TextStore(), {});
  const Parsed parsed(std::string_view(out).substr(0, out.size() - 1));
  EXPECT_EQ(parsed.raw("quality"), "\"baseline\"");
  EXPECT_EQ(parsed.raw("interval_s"), "absent");
}

TEST(QueryStats, NothingIsWrittenWhereNothingCanBeCompared) {
  auto earlier = snapshot(10, {app("1", 1, 1)});
  earlier.null_query_ids = true;
  EXPECT_THAT(write(earlier, snapshot(100, {app("1", 5, 10)})).lines, IsEmpty());
}

TEST(QueryStats, MembersThatDoNotApplyAreAbsent) {
  auto later = snapshot(100, {statement("5/10/1", 5, 10)});
  std::string out;
  auto where = routing();
  where.host = "";
  where.port = 0;
  write_query_stats(out, where, later, compute_deltas(snapshot(10, {}), later), TextStore(), {});
  const Parsed parsed(std::string_view(out).substr(0, out.size() - 1));
  for (const auto* name : {"database", "user", "toplevel", "host", "port"}) EXPECT_EQ(parsed.raw(name), "absent");
  EXPECT_THAT(out, Not(HasSubstr("null")));
}

}  // namespace
}  // namespace dbi::collect
