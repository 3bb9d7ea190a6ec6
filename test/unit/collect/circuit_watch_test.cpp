// SPDX-License-Identifier: Apache-2.0
#include "collect/circuit_watch.hpp"

#include <gmock/gmock.h>

#include "state/scratch_folder.hpp"

namespace dbi::collect {
namespace {

using state::CircuitState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

state::Circuits open_circuit(const std::string& key) {
  state::StoredCircuit circuit;
  circuit.state = CircuitState::Open;
  circuit.opened_at = Timestamp{std::chrono::hours{1}};
  circuit.open_for = std::chrono::hours{1};
  return {{key, circuit}};
}

class CircuitWatchTest : public ::testing::Test {
 protected:
  void store(const state::Circuits& circuits) {
    ASSERT_TRUE(state::store_circuits(state_folder.circuits(), circuits).has_value());
  }
  void order_open(const std::string& key) {
    const state::Override open{state::Override::Order::Open, Timestamp{}, {}, ""};
    ASSERT_TRUE(state::store_overrides(state_folder.overrides(), {{key, open}}).has_value());
  }

  state::ScratchFolder folder;
  state::StateFolder state_folder = state::StateFolder::open({.state_dir = folder / "state"}).value();
  std::vector<std::string> told;
  std::vector<std::string> damages;
  CircuitWatch watch{state_folder, [this](const Error& error) { told.push_back(error.message); },
                     [this](const state::Damage& damage) { damages.push_back(damage.message); }};
};

TEST_F(CircuitWatchTest, SeesEveryChangeAndReadsOnlyThen) {
  EXPECT_THAT(watch.look()->circuits(), IsEmpty());
  store(open_circuit("a"));
  const auto first = watch.look();
  EXPECT_TRUE(first->circuits().contains("a"));
  EXPECT_EQ(watch.look(), first) << "nothing was read again";
  store(open_circuit("b"));
  EXPECT_FALSE(watch.look()->circuits().contains("a"));
  EXPECT_TRUE(first->circuits().contains("a")) << "who still looks at the old one is not disturbed";
  order_open("c");
  EXPECT_TRUE(watch.look()->circuits().contains("b"));
  EXPECT_TRUE(watch.look()->overrides().contains("c"));
  std::filesystem::remove(state_folder.circuits());
  EXPECT_THAT(watch.look()->circuits(), IsEmpty());
  EXPECT_TRUE(watch.look()->overrides().contains("c"));
}

TEST_F(CircuitWatchTest, ADamagedFileIsNotedOnceAndCountsAsNone) {
  order_open("c");
  state::write_plainly(state_folder.circuits(),
                       R"({"format":"circuits","version":1,"circuits":{"a":{"state":"ajar"}}})");
  EXPECT_THAT(watch.look()->circuits(), IsEmpty());
  EXPECT_TRUE(watch.look()->overrides().contains("c"));
  EXPECT_THAT(damages, ElementsAre(HasSubstr("'ajar' is no state")));
  EXPECT_THAT(told, IsEmpty());
  store(open_circuit("a"));
  EXPECT_TRUE(watch.look()->circuits().contains("a"));
}

TEST_F(CircuitWatchTest, ANewerVersionIsToldOnceAndWhatWasReadBeforeHolds) {
  store(open_circuit("a"));
  watch.look();
  state::write_plainly(state_folder.circuits(), R"({"format":"circuits","version":99})");
  order_open("c");
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(watch.look()->circuits().contains("a"));
  EXPECT_TRUE(watch.look()->overrides().contains("c"));
  EXPECT_THAT(told, ElementsAre(HasSubstr("has version 99")));
  EXPECT_TRUE(std::filesystem::exists(state_folder.circuits())) << "it is left as it is";
}

}  // namespace
}  // namespace dbi::collect
