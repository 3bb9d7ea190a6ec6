// From options to the settings of a run.
// SPDX-License-Identifier: Apache-2.0
#include "collect/collect_options.hpp"

#include <gmock/gmock.h>

namespace dbi::collect {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

std::string refused(const CollectOptions& options) {
  const auto targets = find_targets(options);
  return targets ? "" : targets.error().message;
}

TEST(CollectOptionsTest, NameTargetsOfTheConfiguration) {
  CollectOptions options;
  options.configured = {{.name = "orders", .url = "host=db1", .service = {}, .password_file = "/x/pw"},
                        {.name = "stock", .url = {}, .service = "stock", .password_file = {}}};
  ASSERT_EQ(find_targets(options).value().size(), 2U);
  options.targets = {"orders"};
  const auto targets = find_targets(options).value();
  ASSERT_EQ(targets.size(), 1U);
  EXPECT_EQ(targets[0].name(), "orders");
  EXPECT_EQ(std::get<db::PostgresqlTarget>(targets[0].target).password_file(), "/x/pw");
}

TEST(CollectOptionsTest, RefuseWhatCannotBeRead) {
  CollectOptions options;
  EXPECT_EQ(refused(options), "no target");
  options.targets = {"orders"};
  EXPECT_EQ(refused(options), "no target 'orders' in the configuration");
  options.targets = {"mysql:u:pass'word@h"};
  EXPECT_EQ(refused(options), "no target '***@h' in the configuration");
  options.targets = {"orders"};
  options.configured = {{.name = "orders", .url = "host=db1", .service = "x", .password_file = {}}};
  EXPECT_THAT(refused(options), HasSubstr("either url or service"));
  options.targets = {"host=db1 port=1", "host=db1 port=1 dbname=other"};
  EXPECT_EQ(refused(options), "two targets are called 'db1:1'");
  options.targets.assign(kMaxTargets + 1, "host=db1");
  EXPECT_EQ(refused(options), "more than 256 targets");
}

TEST(CollectOptionsTest, LimitEveryReadWithAMomentForTheServersOwnLimit) {
  CollectOptions options;
  options.targets = {"host=db1"};
  EXPECT_EQ(find_targets(options).value()[0].guards.statement_timeout, db::Guards{}.statement_timeout);
  options.statement_timeout = 1500us;
  const auto settings = find_targets(options).value()[0];
  EXPECT_EQ(settings.guards.statement_timeout, 2ms);
  EXPECT_EQ(settings.limits.read, 2002ms);
}

// 5 s are no word of anybody's.
TEST(CollectOptionsTest, LetNoAdviceExceedTheTimeLimitThatSomebodyGave) {
  CollectOptions options;
  EXPECT_EQ(collector_settings(options, FirstRun::Skip).longest_read, std::nullopt);
  options.statement_timeout = 2s;
  EXPECT_EQ(collector_settings(options, FirstRun::Skip).longest_read, 2s);
}

TEST(CollectOptionsTest, MakeOneCycleUnlessAskedForMore) {
  CollectOptions options;
  EXPECT_EQ(collector_settings(options, FirstRun::Skip).run.count, 1U);
  options.count = 3;
  EXPECT_EQ(collector_settings(options, FirstRun::Skip).run.interval, kDefaultInterval);
  options.interval = 10s;
  options.count.reset();
  const auto settings = collector_settings(options, FirstRun::Wait);
  EXPECT_EQ(settings.run.count, std::nullopt);
  EXPECT_EQ(settings.run.first_wait, 10s);
  EXPECT_EQ(settings.cycle.first_run, FirstRun::Wait);
  EXPECT_EQ(settings.cycle.sessions.value().sample_s, 10);
  options.baseline = FirstRun::Emit;
  EXPECT_EQ(collector_settings(options, FirstRun::Wait).cycle.first_run, FirstRun::Emit);
}

TEST(CollectOptionsTest, AskOnlyForTheKindsThatAreWanted) {
  CollectOptions options;
  options.kinds = {"session"};
  options.stats.query_bytes = 99;
  const auto cycle = collector_settings(options, FirstRun::Skip).cycle;
  EXPECT_FALSE(cycle.query_stats);
  EXPECT_EQ(cycle.sessions.value().query_bytes, 99U);
  EXPECT_FALSE(probe_request(options).statements);
  EXPECT_TRUE(probe_request(options).sessions);
}

}  // namespace
}  // namespace dbi::collect
