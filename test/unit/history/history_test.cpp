// What is told of a statement's plans, over many executions.
// SPDX-License-Identifier: Apache-2.0
#include "history/history.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "history/scan.hpp"
#include "sqlite/database.hpp"

namespace dbi::history {
namespace {

using std::chrono::seconds;

constexpr Timestamp kStart{std::chrono::hours(480'000)};

class Feed {
 public:
  explicit Feed(History history = History()) : history_(std::move(history)) {}

  void execute(std::string_view signature, std::string_view hash, double ms) {
    Observation plan = observation(signature, hash, "auto_explain");
    plan.duration_ms = ms;
    history_.on_plan(plan, notices);
  }
  void estimate(std::string_view signature, std::string_view hash, double cost, const plan::Outline& outline,
                std::string_view source = "explain") {
    Observation plan = observation(signature, hash, source);
    plan.cost = cost;
    plan.outline = &outline;
    history_.on_plan(plan, notices);
  }
  void interval(std::string_view signature, double calls, double mean_ms) {
    now += seconds(60);
    Interval interval;
    interval.target = "t";
    interval.database = "d";
    interval.query_signature = signature;
    interval.calls = calls;
    interval.total_ms = calls * mean_ms;
    interval.ts = now;
    history_.on_query_stats(interval, notices);
  }
  [[nodiscard]] std::string told() const {
    std::string text;
    for (const Notice& notice : notices) text += (text.empty() ? "" : " ") + std::string(notice_word(notice.kind));
    return text;
  }
  History& history() { return history_; }
  void restart(History history) { history_ = std::move(history); }

  std::vector<Notice> notices;
  Timestamp now = kStart;

 private:
  Observation observation(std::string_view signature, std::string_view hash, std::string_view source) {
    now += seconds(1);
    Observation plan;
    plan.target = "t";
    plan.database = "d";
    plan.query_signature = signature;
    plan.plan_source = source;
    plan.plan_hash = hash;
    plan.plan_gist = hash;
    plan.ts = now;
    return plan;
  }
  History history_;
};

TEST(History, TellsOfANewPlanOnce) {
  Feed feed;
  for (int i = 0; i < 5; ++i) feed.execute("s", "a", 10);
  EXPECT_EQ(feed.told(), "");
  for (int i = 0; i < 5; ++i) feed.execute("s", "b", 10);
  EXPECT_EQ(feed.told(), "plan_changed");
  EXPECT_EQ(feed.notices[0].before.hash, "a");
  EXPECT_EQ(feed.notices[0].after.hash, "b");
}

TEST(History, FindsARegressionAtTheEighthExecution) {
  Feed feed;
  for (int i = 0; i < 20; ++i) feed.execute("s", "a", 10);
  for (int i = 0; i < 7; ++i) feed.execute("s", "b", 30);
  EXPECT_EQ(feed.told(), "plan_changed");
  feed.execute("s", "b", 30);
  ASSERT_EQ(feed.told(), "plan_changed plan_regressed");
  EXPECT_EQ(feed.notices[1].before.median_ms, 10);
  EXPECT_EQ(feed.notices[1].after.median_ms, 30);
  for (int i = 0; i < 100; ++i) feed.execute("s", "b", 30);
  EXPECT_EQ(feed.notices.size(), 2U);
}

TEST(History, KnowsNoEffectWithTooFewExecutionsBefore) {
  Feed feed;
  for (int i = 0; i < 19; ++i) feed.execute("s", "a", 10);
  for (int i = 0; i < 40; ++i) feed.execute("s", "b", 90);
  EXPECT_EQ(feed.told(), "plan_changed");
}

TEST(History, LooksAgainAtSixteenAndThirtyTwo) {
  Feed feed;
  for (int i = 0; i < 20; ++i) feed.execute("s", "a", 10);
  // One fast one of 16 is 93.75 % of the pairs, of 32 it is 96.9 %.
  for (int i = 0; i < 31; ++i) feed.execute("s", "b", i < 1 ? 10 : 30);
  EXPECT_EQ(feed.told(), "plan_changed");
  feed.execute("s", "b", 30);
  EXPECT_EQ(feed.told(), "plan_changed plan_regressed");
}

TEST(History, LeavesLoadOutOfIt) {
  Feed feed;
  const auto round = [&](std::string_view hash, double times) {
    feed.execute("s", hash, 10 * times);
    for (const char* other : {"x", "y", "z"}) feed.execute(other, "o", 20 * times);
  };
  for (int i = 0; i < 30; ++i) round("a", 1);
  for (int i = 0; i < 40; ++i) round("b", 4);
  EXPECT_EQ(feed.told(), "plan_changed");
}

TEST(History, IsSilentWhileAStatementAlternates) {
  Feed feed;
  for (int i = 0; i < 1000; ++i) feed.execute("s", i / 9 % 2 == 0 ? "fast" : "slow", i / 9 % 2 == 0 ? 1 : 100);
  EXPECT_EQ(feed.told(), "plan_changed");
}

TEST(History, CallsThreePlansFlappingOnce) {
  Feed feed;
  const std::vector<std::string> plans{"a", "b", "c", "d"};
  for (std::size_t i = 0; i < 1000; ++i) feed.execute("s", plans[i % 4], i % 4 == 0 ? 1 : 100);
  EXPECT_EQ(feed.told(), "plan_changed plan_flapping");
  EXPECT_EQ(feed.notices[1].plans, 3U);
  // Quiet for a hundred executions: what comes then is told again.
  for (int i = 0; i < 100; ++i) feed.execute("s", "a", 1);
  feed.execute("s", "e", 1);
  EXPECT_EQ(feed.told(), "plan_changed plan_flapping plan_changed");
}

TEST(History, ComparesNoSourceWithAnother) {
  Feed feed;
  for (int i = 0; i < 30; ++i) feed.execute("s", "a", 10);
  feed.estimate("s", "b", 1e6, scan("Seq Scan", ""), "generic");
  feed.estimate("s", "c", 1e9, scan("Seq Scan", ""), "explain");
  EXPECT_EQ(feed.told(), "");
}

TEST(History, CallsAnEstimateWorseOnlyByCostAndClass) {
  const auto told = [](double cost, bool worse) {
    Feed feed;
    feed.estimate("s", "a", 10, worse ? scan("Index Scan", "i") : scan("Seq Scan", ""));
    feed.estimate("s", "b", cost, worse ? scan("Seq Scan", "") : scan("Index Scan", "i"));
    return feed.told();
  };
  EXPECT_EQ(told(100, true), "plan_changed plan_regressed");
  EXPECT_EQ(told(99, true), "plan_changed");
  EXPECT_EQ(told(1000, false), "plan_changed");
}

TEST(History, FindsByIntervalsWhatNoPlanWasLoggedOf) {
  for (const bool plan_first : {false, true}) {
    Feed feed;
    for (int i = 0; i < 10; ++i) feed.interval("s", 50, 10);
    if (plan_first) feed.execute("s", "a", 100);
    feed.interval("s", 50, 100);
    if (!plan_first) {
      EXPECT_EQ(feed.told(), "");
      feed.execute("s", "a", 100);
    }
    ASSERT_EQ(feed.told(), "plan_regressed");
    EXPECT_EQ(feed.notices[0].evidence, Evidence::QueryStats);
    EXPECT_EQ(feed.notices[0].after.hash, "a");
    feed.interval("s", 50, 100);
    EXPECT_EQ(feed.notices.size(), 1U);
  }
}

TEST(History, SaysNothingByIntervalsOfAPlanThatWasThere) {
  Feed feed;
  feed.execute("s", "a", 10);
  for (int i = 0; i < 10; ++i) feed.interval("s", 50, 10);
  feed.interval("s", 50, 100);
  EXPECT_EQ(feed.told(), "");
}

TEST(History, KeepsWithinItsBounds) {
  Limits limits;
  limits.statements = 10;
  Feed feed{History(limits)};
  for (int i = 0; i < 100; ++i) feed.execute("s" + std::to_string(i), "a", 1);
  EXPECT_EQ(feed.history().statements(), 10U);
  EXPECT_EQ(feed.history().evictions(), 90U);
  feed.now += std::chrono::days(31);
  feed.execute("new", "a", 1);
  EXPECT_EQ(feed.history().statements(), 1U);
}

// Latencies with a heavy tail; the load comes and goes in surges that all statements share.
class Workload {
 public:
  explicit Workload(unsigned seed) : random_(seed) {}
  double latency(double typical) { return typical * load_ * std::exp(0.5 * normal_(random_)); }
  void tick() {
    if (uniform_(random_) < 0.02) load_ = load_ > 1 ? 1 : 1 + 4 * uniform_(random_);
  }

 private:
  std::mt19937 random_;
  std::normal_distribution<double> normal_;
  std::uniform_real_distribution<double> uniform_;
  double load_ = 1;
};

std::string simulate(unsigned seed, double times, std::size_t after, bool alternates = false) {
  Feed feed;
  Workload workload(seed);
  const auto round = [&](std::string_view hash, double typical) {
    workload.tick();
    feed.execute("s", hash, workload.latency(typical));
    for (const char* other : {"u", "v", "w", "x", "y"}) feed.execute(other, "o", workload.latency(20));
  };
  for (int i = 0; i < 40; ++i) round("a", 20);
  for (std::size_t i = 0; i < after; ++i) round(alternates && i / 5 % 2 == 1 ? "a" : "b", 20 * times);
  return feed.told();
}

TEST(HistorySimulation, GivesNoFalseAlarm) {
  for (unsigned seed = 0; seed < 1000; ++seed) {
    EXPECT_EQ(simulate(seed, 1, 36), "plan_changed") << seed;
    EXPECT_EQ(simulate(seed, 1, 36, true), "plan_changed") << seed;
  }
}

// A flip of 3 x on a quiet server.
TEST(HistorySimulation, FindsThreeTimesWithinEightExecutions) {
  std::mt19937 random(1);
  std::normal_distribution<double> normal;
  int found = 0;
  for (int run = 0; run < 1000; ++run) {
    Feed feed;
    for (int i = 0; i < 20; ++i) feed.execute("s", "a", 20 * std::exp(0.25 * normal(random)));
    for (int i = 0; i < 8; ++i) feed.execute("s", "b", 60 * std::exp(0.25 * normal(random)));
    found += feed.told() == "plan_changed plan_regressed" ? 1 : 0;
  }
  EXPECT_GE(found, 990);
}

class PlansDb : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "plans-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    path_ = folder_ / "plans.db";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  History open() {
    auto history = History::open(path_, {}, warning_);
    EXPECT_TRUE(history) << history.error().message;
    return std::move(*history);
  }
  std::filesystem::path folder_;
  std::filesystem::path path_;
  std::string warning_;
};

TEST_F(PlansDb, GoesOnAfterARestart) {
  Feed feed(open());
  for (int i = 0; i < 20; ++i) feed.execute("s", "a", 10);
  for (int i = 0; i < 4; ++i) feed.execute("s", "b", 30);
  ASSERT_TRUE(feed.history().write());
  feed.restart(open());
  for (int i = 0; i < 3; ++i) feed.execute("s", "b", 30);
  EXPECT_EQ(feed.told(), "plan_changed");
  feed.execute("s", "b", 30);
  EXPECT_EQ(feed.told(), "plan_changed plan_regressed");
  EXPECT_EQ(feed.notices[1].before.hash, "a");
  EXPECT_EQ(warning_, "");
  struct stat status {};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(PlansDb, WritesOnlyWhenDue) {
  Feed feed(open());
  feed.execute("s", "a", 10);
  ASSERT_TRUE(feed.history().write_if_due());
  EXPECT_EQ(open().statements(), 0U);
  feed.now += seconds(61);
  feed.execute("s", "a", 10);
  ASSERT_TRUE(feed.history().write_if_due());
  EXPECT_EQ(open().statements(), 1U);
}

TEST_F(PlansDb, ForgetsInTheFileWhatMadeRoom) {
  Limits limits;
  limits.statements = 2;
  auto history = History::open(path_, limits, warning_);
  ASSERT_TRUE(history);
  Feed feed(std::move(*history));
  for (const char* name : {"x", "y"}) feed.execute(name, "a", 1);
  ASSERT_TRUE(feed.history().write());
  feed.execute("z", "a", 1);
  ASSERT_TRUE(feed.history().write());
  EXPECT_EQ(open().statements(), 2U);
}

TEST_F(PlansDb, SetsADamagedFileAside) {
  std::ofstream(path_) << std::string(8192, 'x');
  EXPECT_EQ(open().statements(), 0U);
  EXPECT_NE(warning_.find(".corrupt"), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(path_.string() + ".corrupt"));
}

TEST_F(PlansDb, RefusesANewerOneAndAnothersAndLeavesThem) {
  for (const char* sql : {"PRAGMA user_version = 2", "PRAGMA application_id = 5; CREATE TABLE a (b)"}) {
    std::filesystem::remove(path_);
    {
      auto database = sqlite::Database::open(path_.string(), ErrorKind::State);
      ASSERT_TRUE(database && database->execute(sql));
    }
    const auto history = History::open(path_, {}, warning_);
    ASSERT_FALSE(history);
    EXPECT_EQ(history.error().kind, ErrorKind::State);
    EXPECT_FALSE(std::filesystem::exists(path_.string() + ".corrupt"));
  }
}

TEST_F(PlansDb, SurvivesBeingKilled) {
  for (useconds_t after = 5'000; after <= 100'000; after += 19'000) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      Feed feed(open());
      for (int i = 0;; ++i) {
        feed.execute("s" + std::to_string(i % 50), "a", 1);
        if (i % 100 == 99 && !feed.history().write()) _exit(1);
      }
    }
    usleep(after);
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status));
    static_cast<void>(open());
    EXPECT_EQ(warning_, "");
  }
}

}  // namespace
}  // namespace dbi::history
