// Figures of this process that can be checked from inside it.
// SPDX-License-Identifier: Apache-2.0
#include "resource/process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace dbi::resource {
namespace {

TEST(Process, FiguresAreThoseOfARunningProcess) {
  const auto figures = read_process_figures();
  ASSERT_TRUE(figures);
  EXPECT_GT(figures->resident_bytes, 100'000U);
  EXPECT_GE(figures->peak_resident_bytes, figures->resident_bytes / 2);
  EXPECT_GE(figures->threads, 1U);
  EXPECT_GT(figures->cpu.count(), 0);
}

TEST(Process, CountsOpenDescriptors) {
  const auto before = read_process_figures().value().open_descriptors;
  const int opened = ::open("/dev/null", O_RDONLY);
  EXPECT_EQ(read_process_figures().value().open_descriptors, before + 1);
  ::close(opened);
}

TEST(Process, StatusIsReadByWholeNames) {
  constexpr auto kStatus = "VmRSSx:\t1 kB\nVmHWM:\t   12 kB\nVmRSS:\t    7 kB\n";
  EXPECT_EQ(status_bytes(kStatus, "VmRSS"), 7 * 1024U);
  EXPECT_EQ(status_bytes(kStatus, "VmHWM"), 12 * 1024U);
  EXPECT_EQ(status_bytes(kStatus, "Vm"), std::nullopt);
}

TEST(Process, ResidentBytesAgreeWithTheStatus) {
  const auto resident = static_cast<double>(read_resident_bytes().value());
  EXPECT_NEAR(resident, static_cast<double>(read_process_figures().value().resident_bytes), 0.2 * resident);
}

}  // namespace
}  // namespace dbi::resource
