// Texts are learned once, kept redacted and bounded, and give every source of a query id the same signature.
// SPDX-License-Identifier: Apache-2.0
#include "collect/text_store.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <chrono>

#include "collect/snapshots.hpp"
#include "state/scratch_folder.hpp"

namespace dbi::collect {
namespace {

using namespace std::chrono_literals;
using state::content_of;
using state::ScratchFolder;
using state::write_plainly;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const sql::Dialect kPostgreSql{
    .standard_conforming_strings = true, .ansi_quotes = std::nullopt, .no_backslash_escapes = std::nullopt};

StatementRow row(std::string key, std::string query_id) {
  auto result = statement(std::move(key), 1, 1);
  result.query_id = std::move(query_id);
  return result;
}

void learn(TextStore& store, const std::string& key, const std::string& query_id, std::string_view text,
           bool own = false, Timestamp now = at(10)) {
  store.learn(row(key, query_id), text, kPostgreSql, own, now);
}

TEST(TextStore, KeepsTheTextRedactedAndForgetsTheOriginal) {
  const ScratchFolder folder;
  TextStore store;
  learn(store, "5/10/1/t", "1", "select * from t where name = 'canary-4711' and n = 4242");
  ASSERT_NE(store.find("5/10/1/t"), nullptr);
  EXPECT_THAT(store.find("5/10/1/t")->query, HasSubstr("from t"));
  EXPECT_TRUE(store.signature_of("1"));
  ASSERT_TRUE(store.save(folder / "texts"));
  EXPECT_THAT(content_of(folder / "texts"), Not(testing::AnyOf(HasSubstr("canary"), HasSubstr("4242"))));
}

TEST(TextStore, NamesTheRowsWhoseTextIsUnknownAndMarksItsOwn) {
  TextStore store;
  learn(store, "own", "1", "select /* dbi-collect */ 1", true);
  learn(store, "known", "2", "select 2");
  auto read = snapshot(10, {statement("new", 1, 1), statement("own", 1, 1), statement("known", 1, 1)});
  EXPECT_THAT(store.see(read), ElementsAre(0U));
  EXPECT_FALSE(read.rows[0].own);
  EXPECT_TRUE(read.rows[1].own);
  EXPECT_FALSE(read.rows[2].own);
  EXPECT_EQ(store.find("new"), nullptr);
}

TEST(TextStore, ASignatureNeverComesFromAnExplain) {
  // With track = all the nested row of an EXPLAIN has its target's query id.
  TextStore store;
  learn(store, "5/10/7/f", "7", "explain select a from t where b = $1");
  EXPECT_FALSE(store.signature_of("7"));
  learn(store, "5/10/8/f", "8", "  /* why */ EXPLAIN (analyze) select a from t");
  EXPECT_FALSE(store.signature_of("8"));
  learn(store, "5/10/7/t", "7", "select a from t where b = $1");
  const auto target = store.signature_of("7");
  ASSERT_TRUE(target);
  EXPECT_EQ(*target, sql::normalize("select a from t where b = $1", kPostgreSql).signature);
  // The target's row goes, the EXPLAIN's stays: what is known of the id stays too.
  learn(store, "5/10/7/f", "7", "explain select a from t where b = $1");
  EXPECT_EQ(store.signature_of("7"), target);
}

TEST(TextStore, ALongTextIsCutBetweenCharactersAndSaysSo) {
  TextStore store({.bytes = 1 << 20, .text_bytes = 20});
  learn(store, "a", "1", "select \"\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\" from t");
  EXPECT_LE(store.find("a")->query.size(), 20U);
  EXPECT_EQ(store.find("a")->query, "select \"\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4");
  EXPECT_TRUE(store.find("a")->truncated);
  EXPECT_TRUE(store.signature_of("1")) << "it is that of the whole text";
  learn(store, "b", "2", "select 1");
  EXPECT_FALSE(store.find("b")->truncated);
}

TEST(TextStore, ReadsBackWhatItSaved) {
  const ScratchFolder folder;
  TextStore store;
  learn(store, "5/10/1/t", "1", "select \"a\\\"\"\n from t");
  learn(store, "5/10/2/t", "2", "select /* dbi-collect */ x from y", true);
  learn(store, "5/10/3/t", "3", "explain select 3");
  store.record_read(at(100), 4s);
  EXPECT_TRUE(store.changed());
  ASSERT_TRUE(store.save(folder / "texts"));
  EXPECT_FALSE(store.changed());

  TextStore again;
  const auto loaded = again.load(folder / "texts");
  ASSERT_TRUE(loaded);
  EXPECT_TRUE(loaded->found);
  EXPECT_FALSE(again.changed());
  EXPECT_EQ(again.size(), 3U);
  EXPECT_EQ(again.bytes(), store.bytes());
  for (const auto* key : {"5/10/1/t", "5/10/2/t", "5/10/3/t"}) {
    ASSERT_NE(again.find(key), nullptr) << key;
    EXPECT_EQ(again.find(key)->query, store.find(key)->query);
    EXPECT_EQ(again.find(key)->own, store.find(key)->own);
  }
  for (const auto* query_id : {"1", "2", "3", "4"}) {
    EXPECT_EQ(again.signature_of(query_id), store.signature_of(query_id)) << query_id;
  }
  EXPECT_EQ(again.schedule().last_read(), at(100));
  EXPECT_EQ(again.schedule().interval(), 10min);
  ASSERT_TRUE(again.save(folder / "texts2"));
  EXPECT_EQ(content_of(folder / "texts2"), content_of(folder / "texts"));
}

TEST(TextStore, ACutTextIsReadAgainOnceTextsAreKeptLonger) {
  const ScratchFolder folder;
  TextStore store({.bytes = 1 << 20, .text_bytes = 20});
  learn(store, "long", "1", "select a_name_of_some_length from t");
  learn(store, "short", "2", "select b");
  ASSERT_TRUE(store.save(folder / "texts"));

  TextStore same({.bytes = 1 << 20, .text_bytes = 20});
  ASSERT_TRUE(same.load(folder / "texts"));
  EXPECT_EQ(same.size(), 2U);
  TextStore longer({.bytes = 1 << 20, .text_bytes = 21});
  ASSERT_TRUE(longer.load(folder / "texts"));
  EXPECT_EQ(longer.find("long"), nullptr);
  EXPECT_NE(longer.find("short"), nullptr);
}

TEST(TextStore, WhatWasNotSeenForLongestGoesFirst) {
  TextStore store({.bytes = 20 * 300, .text_bytes = 100});
  for (int i = 0; i < 25; ++i) learn(store, fmt::format("k{:02}", i), fmt::format("{}", i), "select a", false, at(i));
  auto read = snapshot(50, {statement("k00", 1, 1)});
  EXPECT_THAT(store.see(read), IsEmpty());
  EXPECT_LE(store.bytes(), 20U * 300U);
  EXPECT_NE(store.find("k00"), nullptr) << "it was just seen";
  EXPECT_NE(store.find("k24"), nullptr);
  EXPECT_EQ(store.find("k01"), nullptr);
  EXPECT_FALSE(store.signature_of("1"));
  EXPECT_TRUE(store.signature_of("24"));
}

// Else the next due read would ask for those again, and so on for ever.
TEST(TextStore, WhatTheNewestSnapshotShowsIsKeptHoweverMuchItIs) {
  const ScratchFolder folder;
  const TextLimits limits{.bytes = 20000, .text_bytes = 4096};
  TextStore store(limits);
  learn(store, "gone", "gone", "select gone", false, at(0));
  std::vector<StatementRow> rows;
  for (int i = 0; i < 1000; ++i) rows.push_back(statement(fmt::format("key {}", i), 1, 1));
  auto read = snapshot(50, rows);
  EXPECT_EQ(store.see(read).size(), rows.size());
  for (const auto& row : rows) learn(store, row.key, row.key, "select 1", false, at(40));
  read = snapshot(60, rows);
  EXPECT_THAT(store.see(read), IsEmpty());
  EXPECT_EQ(store.find("gone"), nullptr);
  ASSERT_TRUE(store.save(folder / "texts"));
  TextStore again(limits);
  ASSERT_TRUE(again.load(folder / "texts"));
  read = snapshot(70, rows);
  EXPECT_THAT(again.see(read), IsEmpty());
  rows.resize(1);
  read = snapshot(80, rows);
  EXPECT_THAT(again.see(read), IsEmpty());
  EXPECT_LE(again.bytes(), limits.bytes);
}

TEST(TextStore, LearningAKeyAgainReplacesIt) {
  TextStore store;
  learn(store, "a", "1", "select one");
  const auto bytes = store.bytes();
  learn(store, "a", "1", "select one");
  EXPECT_EQ(store.bytes(), bytes);
  EXPECT_EQ(store.size(), 1U);
}

TEST(TextStore, DamageIsSetAsideAndWorkStartsAfresh) {
  const ScratchFolder folder;
  TextStore store;
  learn(store, "a", "1", "select one");
  ASSERT_TRUE(store.save(folder / "texts"));
  const auto good = content_of(folder / "texts");
  for (std::size_t size = 0; size + 1 < good.size(); ++size) {
    write_plainly(folder / "texts", std::string_view(good).substr(0, size));
    TextStore again;
    const auto loaded = again.load(folder / "texts");
    ASSERT_TRUE(loaded);
    EXPECT_TRUE(loaded->damage) << size;
    EXPECT_EQ(again.size(), 0U);
  }
  write_plainly(folder / "texts", R"({"format":"texts","version":2,"new":{}})");
  EXPECT_FALSE(TextStore().load(folder / "texts"));
  EXPECT_TRUE(TextStore().load(folder / "absent"));
}

TEST(TextSchedule, ReadsAtMostOnceAnInterval) {
  TextSchedule schedule(5min);
  EXPECT_TRUE(schedule.due(at(0)));
  schedule.record_read(at(0), 1ms);
  EXPECT_FALSE(schedule.due(at(299)));
  EXPECT_TRUE(schedule.due(at(300)));
}

TEST(TextSchedule, DoublesWhileAReadCostsMoreThanAHundredth) {
  TextSchedule schedule(5min);
  schedule.record_read(at(0), 3s);
  EXPECT_EQ(schedule.interval(), 5min);
  schedule.record_read(at(0), 3001ms);
  EXPECT_EQ(schedule.interval(), 10min);
  schedule.record_read(at(0), 20s);
  EXPECT_EQ(schedule.interval(), 40min);
  schedule.record_read(at(0), 1s);
  EXPECT_EQ(schedule.interval(), 5min);
}

TEST(TextSchedule, AClockSetBackDoesNotStopTheReading) {
  TextSchedule schedule(5min);
  schedule.record_read(at(1000), 1ms);
  EXPECT_TRUE(schedule.due(at(10)));
}

}  // namespace
}  // namespace dbi::collect
