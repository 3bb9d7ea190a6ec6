// Totals only grow, and count every process once.
// SPDX-License-Identifier: Apache-2.0
#include "telemetry/snapshot.hpp"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include "state/scratch_folder.hpp"

namespace dbi::telemetry {
namespace {

using state::content_of;
using state::ScratchFolder;
using testing::HasSubstr;

class SnapshotTest : public testing::Test {
 protected:
  SnapshotTest() { snapshot_.add("records_in", counter_); }
  ScratchFolder folder_;
  SystemClock clock_;
  Counter counter_;
  Snapshot snapshot_{{folder_.path(), "dbi-t", "first"}, clock_};
};

TEST_F(SnapshotTest, IsFoldedIntoTheTotalAtTheEnd) {
  counter_.add(5);
  Gauge gauge;
  gauge.set(2.5);
  snapshot_.add("memory_bytes", gauge);
  ASSERT_TRUE(snapshot_.write());
  EXPECT_THAT(content_of(snapshot_.path()), HasSubstr("memory_bytes"));
  EXPECT_EQ(snapshot_.path().filename(), "dbi-t@first." + std::to_string(::getpid()) + ".json");
  counter_.add(2);
  ASSERT_TRUE(snapshot_.finish());
  EXPECT_FALSE(std::filesystem::exists(snapshot_.path()));
  const auto total = content_of(snapshot_.total_path());
  EXPECT_THAT(total, testing::ContainsRegex("\"records_in\": ?7"));
  EXPECT_THAT(total, testing::Not(HasSubstr("memory_bytes")));
}

TEST_F(SnapshotTest, TheNextInstanceFoldsADeadOnesOnce) {
  for (int i = 0; i < 2; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      counter_.add(10);
      ::_exit(snapshot_.write() ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
    const auto left = snapshot_.path().parent_path() / ("dbi-t@first." + std::to_string(child) + ".json");
    const auto content = content_of(left);
    ASSERT_TRUE(snapshot_.fold_dead());
    EXPECT_FALSE(std::filesystem::exists(left));
    state::write_plainly(left, content);  // as if a kill came between the two steps
    ASSERT_TRUE(snapshot_.fold_dead());
  }
  EXPECT_THAT(content_of(snapshot_.total_path()), testing::ContainsRegex("\"records_in\": ?20"));
}

TEST_F(SnapshotTest, LeavesOthersAndDamageAlone) {
  state::write_plainly(folder_ / "dbi-t@second.1.json", "{}");
  state::write_plainly(folder_ / "dbi-t@first.77.json", "junk");
  ASSERT_TRUE(snapshot_.fold_dead());
  EXPECT_TRUE(std::filesystem::exists(folder_ / "dbi-t@second.1.json"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "dbi-t@first.77.json.corrupt"));
}

}  // namespace
}  // namespace dbi::telemetry
