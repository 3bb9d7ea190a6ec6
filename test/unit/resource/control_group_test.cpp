// The files of control groups, as machines with either version, both, or containers have them.
// SPDX-License-Identifier: Apache-2.0
#include "resource/control_group.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace dbi::resource {
namespace {

class ControlGroup : public ::testing::Test {
 protected:
  ControlGroup() {
    std::string folder = ::testing::TempDir() + "dbi-control-group-XXXXXX";
    root_ = ::mkdtemp(folder.data());
  }
  ~ControlGroup() override { std::filesystem::remove_all(root_); }

  void write(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  [[nodiscard]] std::optional<std::uint64_t> limit() const { return read_control_group_limit(root_); }

  // Version 1 with all mounts, as systemd's hybrid layout has them.
  void mount_first() const {
    write("proc/self/mountinfo",
          "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
          "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n"
          "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:7 - cgroup cgroup rw,memory\n"
          "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n");
  }
  void mount_second(const std::string& group = "/") const {
    write("proc/self/mountinfo", "31 23 0:28 " + group + " /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n");
  }

  std::filesystem::path root_;
};

TEST_F(ControlGroup, IsNoneWithoutFiles) {
  EXPECT_EQ(limit(), std::nullopt);
}

TEST_F(ControlGroup, FirstVersionSaysItsLimitInBytes) {
  mount_first();
  write("proc/self/cgroup", "4:memory:/dbi\n1:cpu:/\n0::/\n");
  write("sys/fs/cgroup/memory/dbi/memory.limit_in_bytes", "33554432\n");
  EXPECT_EQ(limit(), 33'554'432U);
}

TEST_F(ControlGroup, FirstVersionHasANumberForNoLimit) {
  mount_first();
  write("proc/self/cgroup", "4:cpu,memory:/dbi\n");
  write("sys/fs/cgroup/memory/dbi/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(limit(), std::nullopt);
}

TEST_F(ControlGroup, SecondVersionMayBeMax) {
  mount_second();
  write("proc/self/cgroup", "0::/system.slice/dbi.service\n");
  write("sys/fs/cgroup/system.slice/dbi.service/memory.max", "max\n");
  EXPECT_EQ(limit(), std::nullopt);
}

TEST_F(ControlGroup, TheLeastLimitOnTheWayUpCounts) {
  mount_second();
  write("proc/self/cgroup", "0::/system.slice/dbi.service\n");
  write("sys/fs/cgroup/system.slice/dbi.service/memory.max", "2000000\n");
  write("sys/fs/cgroup/system.slice/memory.max", "1000000\n");
  EXPECT_EQ(limit(), 1'000'000U);
}

TEST_F(ControlGroup, AContainerSeesItsGroupAtTheMount) {
  mount_second("/docker/abc");
  write("sys/fs/cgroup/memory.max", "1000000\n");
  for (const char* group : {"0::/docker/abc\n", "0::/elsewhere\n"}) {
    write("proc/self/cgroup", group);
    EXPECT_EQ(limit(), 1'000'000U) << group;
  }
}

TEST_F(ControlGroup, DamagedFilesAreNoLimit) {
  write("proc/self/mountinfo", "31 23\n\n- cgroup2\n31 23 0:28 / /sys/fs/cgroup rw - cgroup2\n");
  write("proc/self/cgroup", "0\n0::\n:\n");
  EXPECT_EQ(limit(), std::nullopt);
}

}  // namespace
}  // namespace dbi::resource
