// The table stays within its bound, whoever floods it, and those in trouble stay in it.
// SPDX-License-Identifier: Apache-2.0
#include "breaker/circuit_table.hpp"

#include <gmock/gmock.h>

#include <string>

namespace dbi::breaker {
namespace {

constexpr Timestamp kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 25}};

void break_circuit(Entry& entry) {
  circuit::Transitions changes;
  entry.circuit.call({}, "k", {circuit::CallResult::Failure, true, "authentication"}, kNow, changes);
}

std::size_t count(const CircuitTable& table) {
  std::size_t sum = 0;
  table.for_each([&](const std::string&, const Target& target) { sum += 1 + target.databases(); });
  return sum;
}

TEST(CircuitTable, KnowsTargetsAndTheirDatabases) {
  CircuitTable table(100);
  Target* main = table.target("main");
  Target* other = table.target("other");
  ASSERT_NE(main, other);
  Database* app = table.database(*main, "app");
  EXPECT_NE(app, table.database(*other, "app"));
  EXPECT_EQ(app, table.database(*table.target("main"), "app"));
  EXPECT_EQ(table.size(), 4U);
  EXPECT_EQ(table.find("third"), nullptr);
}

TEST(CircuitTable, NamesThatNoServerAllowsHaveNoCircuit) {
  CircuitTable table(100);
  EXPECT_EQ(table.target(""), nullptr);
  EXPECT_EQ(table.target(std::string(257, 'x')), nullptr);
  Target* main = table.target(std::string(256, 'x'));
  ASSERT_NE(main, nullptr);
  EXPECT_EQ(table.database(*main, std::string(257, 'x')), nullptr);
  EXPECT_NE(table.database(*main, std::string(256, 'x')), nullptr);
}

TEST(CircuitTable, AFloodOfDatabasesCostsItsOwnTargetFirst) {
  CircuitTable table(1000);
  Target* quiet = table.target("quiet");
  for (int i = 0; i < 40; ++i) table.database(*quiet, "db" + std::to_string(i));
  for (int i = 0; i < 5000; ++i) table.database(*table.target("loud"), "db" + std::to_string(i));
  EXPECT_EQ(table.size(), 1000U);
  EXPECT_EQ(count(table), 1000U);
  EXPECT_EQ(table.find("quiet")->databases(), 40U);
  EXPECT_EQ(table.evictions(), 0U);
  EXPECT_EQ(table.refusals(), 5042U - 1000U);
  // A newcomer gets its place from the loud one.
  for (int i = 0; i < 40; ++i) table.database(*table.target("new"), "db" + std::to_string(i));
  EXPECT_EQ(table.find("new")->databases(), 40U);
  EXPECT_EQ(table.find("quiet")->databases(), 40U);
  EXPECT_EQ(table.size(), 1000U);
}

TEST(CircuitTable, OfOneTargetTheLongestUntouchedGoes) {
  CircuitTable table(4);
  Target* main = table.target("main");
  for (const auto* name : {"a", "b", "c"}) table.database(*main, name);
  EXPECT_EQ(table.database(*main, "d"), nullptr);
  main->end_cycle();
  main->note("a", *main->find("a"));
  EXPECT_EQ(table.database(*main, "d"), nullptr);
  main->end_cycle();
  ASSERT_NE(table.database(*main, "d"), nullptr);
  EXPECT_NE(main->find("a"), nullptr);
  EXPECT_EQ(main->find("b"), nullptr);
}

TEST(CircuitTable, MoreThanThereIsRoomForDoNotDriveEachOtherOut) {
  CircuitTable table(1000);
  Target* main = table.target("main");
  for (int cycle = 0; cycle < 5; ++cycle) {
    for (int i = 0; i < 1100; ++i) {
      const std::string name = "db" + std::to_string(i);
      if (Database* database = table.database(*main, name)) main->note(name, *database);
    }
    main->end_cycle();
  }
  EXPECT_EQ(table.evictions(), 0U);
  EXPECT_NE(main->find("db0"), nullptr);
  EXPECT_NE(main->find("db998"), nullptr);
}

TEST(CircuitTable, BrokenOnesMakeRoomLast) {
  CircuitTable table(100);
  Target* main = table.target("main");
  for (int i = 0; i < 20; ++i) {
    const std::string name = "broken" + std::to_string(i);
    break_circuit(*table.database(*main, name));
    main->file(name);
  }
  for (int i = 0; i < 500; ++i) table.database(*main, "db" + std::to_string(i));
  EXPECT_EQ(main->broken->size(), 20U);
  EXPECT_EQ(table.size(), 100U);
}

TEST(CircuitTable, AFloodOfTargetsStaysWithinTheBoundAndSparesThoseInTrouble) {
  CircuitTable table(100);
  break_circuit(*table.target("broken"));
  for (int i = 0; i < 5000; ++i) table.target("target" + std::to_string(i));
  EXPECT_EQ(table.size(), 100U);
  EXPECT_EQ(count(table), 100U);
  EXPECT_NE(table.find("broken"), nullptr);
  for (int i = 0; i < 5000; ++i) {
    const std::string name = "x" + std::to_string(i);
    table.database(*table.target(name), "db");
  }
  EXPECT_LE(table.size(), 100U);
  EXPECT_EQ(count(table), table.size());
}

TEST(CircuitTable, IsBoundedWhenAllAreInTrouble) {
  CircuitTable table(100);
  for (int i = 0; i < 1000; ++i) {
    const std::string name = "t" + std::to_string(i % 7);
    Target* target = table.target(name);
    if (Database* database = table.database(*target, "db" + std::to_string(i))) {
      break_circuit(*database);
      target->file("db" + std::to_string(i));
    }
  }
  EXPECT_EQ(table.size(), 100U);
  EXPECT_EQ(count(table), 100U);
  for (int i = 0; i < 1000; ++i) break_circuit(*table.target("x" + std::to_string(i)));
  EXPECT_EQ(table.size(), 100U);
}

// All others are in trouble, as in an outage of the network.
TEST(CircuitTable, TheOneThatAsksIsNeverTheOneThatGoes) {
  for (std::size_t targets = 1; targets <= 140; ++targets) {
    for (const std::size_t room : {targets, targets + 1, 2 * targets}) {
      CircuitTable table(room);
      for (std::size_t i = 0; i < targets; ++i) {
        Target* target = table.target("t" + std::to_string(i));
        if (i > 0) break_circuit(*target);
      }
      for (std::size_t i = 0; table.size() < room; ++i) table.database(*table.target("t1"), "db" + std::to_string(i));
      Target* asks = table.target("t0");
      ASSERT_NE(asks, nullptr);
      if (Database* made = table.database(*asks, "app")) {
        ASSERT_EQ(asks->find("app"), made);
      }
      ASSERT_EQ(table.peek("t0"), asks);
      ASSERT_LE(table.size(), room);
      ASSERT_EQ(count(table), table.size());
    }
  }
}

// In turn, cycle for cycle, as a collector of many servers gives them.
TEST(CircuitTable, TargetsThatHaveRoomNeverGoForDatabases) {
  for (const std::size_t targets : {10U, 63U, 64U, 65U, 70U, 300U}) {
    for (const std::size_t room : {targets, targets + 1, targets + targets / 2, 2 * targets - 1, 2 * targets}) {
      CircuitTable table(room);
      for (std::uint64_t cycle = 0; cycle < 5; ++cycle) {
        for (std::size_t i = 0; i < targets; ++i) {
          Target* target = table.target("t" + std::to_string(i));
          ASSERT_EQ(target->cycles, cycle) << targets << " in " << room;
          for (const auto* name : {"app", "etl"}) {
            if (Database* database = table.database(*target, name)) target->note(name, *database);
          }
          target->end_cycle();
        }
      }
    }
  }
}

TEST(CircuitTable, NamesOfOtherKeysAreNoTargets) {
  CircuitTable table(100);
  for (const auto* name : {"@host", "main/app", "/", "@"}) EXPECT_EQ(table.target(name), nullptr) << name;
}

TEST(CircuitTable, ATableOfOneHoldsATarget) {
  CircuitTable table(0);
  Target* main = table.target("main");
  ASSERT_NE(main, nullptr);
  EXPECT_EQ(table.database(*main, "app"), nullptr);
  EXPECT_NE(table.target("other"), nullptr);
  EXPECT_EQ(table.size(), 1U);
}

TEST(CircuitTable, ShrinksByClosedDatabasesOnly) {
  CircuitTable table(1000);
  Target* main = table.target("main");
  for (int i = 0; i < 500; ++i) table.database(*main, "db" + std::to_string(i));
  break_circuit(*main->find("db0"));
  main->file("db0");
  table.shrink_to(100);
  EXPECT_EQ(table.size(), 100U);
  table.shrink_to(0);
  EXPECT_EQ(table.size(), 2U);
  EXPECT_NE(main->find("db0"), nullptr);
  table.set_max(1);
  EXPECT_EQ(table.size(), 1U);
}

TEST(Target, AFiledDatabaseKeepsWhatItIs) {
  CircuitTable table(10);
  Target* main = table.target("main");
  Database* app = table.database(*main, "app");
  main->note("app", *app);
  app->why = "timeout";
  break_circuit(*app);
  main->file("app");
  EXPECT_EQ(main->closed->size(), 0U);
  EXPECT_EQ(main->broken->size(), 1U);
  EXPECT_EQ(main->find("app")->why, "timeout");
  EXPECT_TRUE(main->find("app")->seen);
  main->file("app");
  EXPECT_EQ(main->broken->size(), 1U);
  main->end_cycle();
  EXPECT_FALSE(main->find("app")->seen);
}

}  // namespace
}  // namespace dbi::breaker
