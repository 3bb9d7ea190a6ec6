// A whole run without a server: what signals, reloads and faults of the state folder do to it.
// SPDX-License-Identifier: Apache-2.0
#include "collect/collector.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <functional>

#include "base/descriptor.hpp"
#include "collect/collect_options.hpp"
#include "state/lock.hpp"
#include "state/overrides.hpp"
#include "state/scratch_folder.hpp"

namespace dbi::collect {
namespace {

using namespace std::chrono_literals;
using state::content_of;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class CollectorTest : public ::testing::Test {
 protected:
  CollectorTest() {
    around.state = state::StateFolder::open({.state_dir = folder / "state"}).value();
    around.tick = [this] {
      if (ticks < steps.size()) steps[ticks]();
      if (++ticks > 10) std::raise(SIGTERM);  // a signal was lost: fail and do not hang
    };
  }

  // Nobody answers there.
  static CollectorSettings settings(const std::string& target = "a") {
    CollectOptions options;
    options.configured = {{.name = target, .url = "postgresql://127.0.0.1:1/x", .service = {}, .password_file = {}}};
    options.interval = 1h;
    auto settings = collector_settings(options, FirstRun::Skip);
    settings.targets = find_targets(options).value();
    return settings;
  }

  Result<CollectorResult> run(CollectorSettings settings) {
    const Descriptor output(::open((folder / "out").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    const Descriptor diagnostics(::open((folder / "err").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    const Log log("dbi-collect", LogLevel::Warning, diagnostics.get());
    return collect(std::move(settings), around, output.get(), log, clock);
  }

  [[nodiscard]] bool was_opened(const std::string& target) const {
    return std::filesystem::exists(folder / ("state/default/baselines/" + target + ".json.lock"));
  }

  state::ScratchFolder folder;
  SystemClock clock;
  CollectorSurroundings around;
  std::vector<std::function<void()>> steps;  ///< one a tick; each set of settings begins with a tick
  std::size_t ticks = 0;
  std::size_t reloads = 0;
};

void reload() {
  std::raise(SIGHUP);
}
void stop() {
  std::raise(SIGTERM);
}

TEST_F(CollectorTest, AReloadThatComesDuringAReloadIsHeard) {
  steps = {reload};
  around.reload = [&]() -> std::optional<CollectorSettings> {
    if (++reloads == 2) {
      stop();
      return std::nullopt;
    }
    reload();
    return settings("b");
  };
  const auto result = run(settings());
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->status, ExitStatus::Done);
  EXPECT_EQ(reloads, 2U);
  EXPECT_LT(ticks, 10U);
  EXPECT_TRUE(was_opened("b"));
}

TEST_F(CollectorTest, AStopDuringAReloadEndsTheRun) {
  steps = {reload};
  around.reload = [&] {
    stop();
    return settings("b");
  };
  const auto result = run(settings());
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->status, ExitStatus::Done);
  EXPECT_FALSE(was_opened("b"));
}

TEST_F(CollectorTest, SettingsThatCannotBeginLeaveTheOnesBefore) {
  steps = {reload, reload, reload, stop};
  auto bad_exporter = settings();
  bad_exporter.ack_from = "../x";
  auto locked = settings("b");
  const auto lock = state::Lock::acquire(around.state->baseline("b").value(), state::this_process("another"));
  ASSERT_TRUE(lock);
  auto bad_name = settings(std::string(200, 'n'));
  const std::vector<CollectorSettings> bad{bad_exporter, locked, bad_name};
  around.reload = [&] { return bad.at(reloads++); };
  const auto result = run(settings());
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->status, ExitStatus::Done);
  EXPECT_EQ(reloads, 3U);
  EXPECT_EQ(ticks, 4U) << "after each of them the run before went on";
  const auto told = content_of(folder / "err");
  EXPECT_THAT(told, AllOf(HasSubstr("../x"), HasSubstr("another"), HasSubstr("nnnn")));
  EXPECT_THAT(told, HasSubstr("going on with the configuration before"));
}

TEST_F(CollectorTest, TheLockOfATargetNamesTheInstance) {
  around.owner = "dbi-collect (second)";
  const auto path = around.state->baseline("a").value();
  std::string told;
  steps = {[&] {
    const auto lock = state::Lock::acquire(path, state::this_process("another"));
    if (!lock) told = lock.error().message;
    stop();
  }};
  ASSERT_TRUE(run(settings()));
  EXPECT_THAT(told, HasSubstr("dbi-collect (second)"));
}

TEST_F(CollectorTest, SettingsThatCannotBeginEndAStart) {
  auto bad = settings();
  bad.ack_from = "../x";
  EXPECT_FALSE(run(bad));
}

// The file is set aside: nobody would say it again.
TEST_F(CollectorTest, DamageIsWrittenBeforeAnythingElseCanHappen) {
  state::write_plainly(around.state->baseline("a").value(), "{");
  auto settings = CollectorTest::settings();
  settings.ack_from = "../x";
  EXPECT_FALSE(run(settings));
  EXPECT_THAT(content_of(folder / "out"), AllOf(HasSubstr("state_corrupt"), Not(HasSubstr("scrape"))));
}

TEST_F(CollectorTest, DamagedCircuitsAreToldAndKeepNobodyFromReading) {
  state::write_plainly(around.state->circuits(), "{");
  steps = {[] {}, stop};
  const auto result = run(settings());
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->status, ExitStatus::Done);
  const auto out = content_of(folder / "out");
  EXPECT_THAT(out, AllOf(HasSubstr(R"("event":"state_corrupt")"), HasSubstr("circuits.json.corrupt"),
                         HasSubstr(R"("outcome":"failed")")));
  EXPECT_LT(out.find("state_corrupt"), out.find("scrape"));
  EXPECT_THAT(content_of(folder / "err"), HasSubstr("circuits.json was damaged"));
}

TEST_F(CollectorTest, AnOpenCircuitSkipsItsTargetUnlessCircuitsAreIgnored) {
  const state::Override open{state::Override::Order::Open, clock.now(), {}, ""};
  ASSERT_TRUE(state::store_overrides(around.state->overrides(), {{"a", open}}).has_value());
  auto once = settings();
  once.run = {.interval = {}, .count = 1, .first_wait = {}};
  auto result = run(once);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->status, ExitStatus::Done);
  EXPECT_THAT(content_of(folder / "out"), AllOf(HasSubstr(R"("outcome":"skipped")"), Not(HasSubstr("failed"))));
  once.ignore_circuits = true;
  result = run(once);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->status, ExitStatus::Unreachable);
}

}  // namespace
}  // namespace dbi::collect
