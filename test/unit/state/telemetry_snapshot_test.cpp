// Totals only grow, and count every process once.
// SPDX-License-Identifier: Apache-2.0
#include "state/telemetry_snapshot.hpp"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include "state/scratch_folder.hpp"

namespace dbi::state {
namespace {

using testing::HasSubstr;

class TelemetrySnapshotTest : public testing::Test {
 protected:
  TelemetrySnapshotTest() { snapshot_.add("records_in", counter_); }
  ScratchFolder folder_;
  SystemClock clock_;
  telemetry::Counter counter_;
  TelemetrySnapshot snapshot_{{folder_.path(), "dbi-t", "first"}, clock_};
};

TEST_F(TelemetrySnapshotTest, IsFoldedIntoTheTotalAtTheEnd) {
  counter_.add(5);
  telemetry::Gauge gauge;
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

TEST_F(TelemetrySnapshotTest, TheNextInstanceFoldsADeadOnesOnce) {
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
    write_plainly(left, content);  // as if a kill came between the two steps
    ASSERT_TRUE(snapshot_.fold_dead());
  }
  EXPECT_THAT(content_of(snapshot_.total_path()), testing::ContainsRegex("\"records_in\": ?20"));
}

TEST_F(TelemetrySnapshotTest, LeavesOthersAndDamageAlone) {
  write_plainly(folder_ / "dbi-t@second.1.json", "{}");
  write_plainly(folder_ / "dbi-t@first.77.json", "junk");
  ASSERT_TRUE(snapshot_.fold_dead());
  EXPECT_TRUE(std::filesystem::exists(folder_ / "dbi-t@second.1.json"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "dbi-t@first.77.json.corrupt"));
}

}  // namespace
}  // namespace dbi::state
