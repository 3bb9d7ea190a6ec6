// Figures of the machine from files as the kernel writes them, and what counts as overload.
// SPDX-License-Identifier: Apache-2.0
#include "resource/host.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "state/scratch_folder.hpp"

namespace dbi::resource {
namespace {

constexpr std::uint64_t kMib = std::uint64_t{1} << 20U;

class FakeProc {
 public:
  FakeProc() { std::filesystem::create_directory(folder_ / "pressure"); }
  void write(const std::string& file, std::string_view text) const { std::ofstream(folder_ / file) << text; }
  [[nodiscard]] std::filesystem::path path() const { return folder_ / ""; }

 private:
  state::ScratchFolder folder_;
};

TEST(ProcHostProbe, CpuIsTheShareSinceTheReadingBefore) {
  const FakeProc proc;
  ProcHostProbe probe(proc.path(), 1);
  proc.write("stat", "cpu  100 0 50 800 50 0 0 0 0 0\ncpu0 100 0 50 800 50 0 0 0 0 0\n");
  EXPECT_EQ(probe.read().cpu_pct, std::nullopt);
  // 30 user, 10 nice, 15 system, 15 irq, 10 softirq, 10 steal; 5 idle, 5 waiting for a disk. Guest time is in user.
  proc.write("stat", "cpu  130 10 65 805 55 15 10 10 7 0\n");
  EXPECT_DOUBLE_EQ(probe.read().cpu_pct.value(), 90);
  EXPECT_EQ(probe.read().cpu_pct, std::nullopt);  // no time has passed
  proc.write("stat", "cpu  1 1 1 1 1 1 1 1\n");
  EXPECT_EQ(probe.read().cpu_pct, std::nullopt);  // it fell
  proc.write("stat", "cpu  1 1 1 3 1 1 1 1\n");
  EXPECT_DOUBLE_EQ(probe.read().cpu_pct.value(), 0);
}

TEST(ProcHostProbe, CpuOverAMomentSaysNothing) {
  const FakeProc proc;
  ProcHostProbe probe(proc.path(), 100);
  proc.write("stat", "cpu  100 0 0 100\n");
  EXPECT_EQ(probe.read().cpu_pct, std::nullopt);
  proc.write("stat", "cpu  199 0 0 100\n");
  EXPECT_EQ(probe.read().cpu_pct, std::nullopt);
  proc.write("stat", "cpu  199 0 0 101\n");  // 100 ticks since the first one
  EXPECT_DOUBLE_EQ(probe.read().cpu_pct.value(), 99);
}

TEST(ProcHostProbe, ReadsMemoryAndPressure) {
  const FakeProc proc;
  proc.write("meminfo", "MemTotal:        2048 kB\nMemFree:          12 kB\nMemAvailable:    1024 kB\n");
  proc.write("pressure/memory",
             "some avg10=40.00 avg60=1.00 avg300=0.00 total=1\nfull avg10=21.50 avg60=2.00 avg300=0.00 total=1\n");
  const HostFigures figures = ProcHostProbe(proc.path()).read();
  EXPECT_EQ(figures.memory_total_bytes, 2 * kMib);
  EXPECT_EQ(figures.memory_available_bytes, kMib);
  EXPECT_EQ(figures.memory_pressure_pct, 21.5);
}

TEST(ProcHostProbe, WhatIsNotThereIsAbsent) {
  const FakeProc proc;
  proc.write("stat", "intr 5\n");
  proc.write("pressure/memory", "full avg10=x\n");
  const HostFigures figures = ProcHostProbe(proc.path()).read();
  EXPECT_EQ(figures.cpu_pct, std::nullopt);
  EXPECT_EQ(figures.memory_available_bytes, std::nullopt);
  EXPECT_EQ(figures.memory_pressure_pct, std::nullopt);
  EXPECT_EQ(ProcHostProbe("/nowhere").read().memory_total_bytes, std::nullopt);
}

TEST(ProcHostProbe, ReadsThisMachine) {
  const HostFigures figures = ProcHostProbe().read();
  ASSERT_TRUE(figures.memory_total_bytes && figures.memory_available_bytes);
  EXPECT_GT(*figures.memory_total_bytes, *figures.memory_available_bytes);
}

TEST(Overload, IsWhatIsOverItsLimit) {
  const HostLimits limits;
  const auto said = [&](double cpu, std::uint64_t available_mib, std::uint64_t total_mib, double pressure) {
    return overload(limits, {cpu, available_mib * kMib, total_mib * kMib, pressure});
  };
  EXPECT_EQ(said(79.9, 600, 16000, 19.9), "");
  EXPECT_EQ(said(80, 600, 16000, 0), "CPU 80 % in use");
  EXPECT_EQ(said(0, 511, 16000, 0), "511 MiB of memory available");
  EXPECT_EQ(said(0, 600, 16000, 20), "all work waited for memory 20 % of the time");
  EXPECT_EQ(said(0, 103, 1024, 0), "");  // a tenth of a small machine
  EXPECT_EQ(said(0, 102, 1024, 0), "102 MiB of memory available");
  EXPECT_EQ(overload(limits, {}), "");
}

TEST(Overload, ALimitOfZeroIsNone) {
  const HostLimits none{.cpu_pct = 0, .memory_available = 0, .memory_pressure_pct = 0};
  EXPECT_FALSE(none.any());
  EXPECT_EQ(overload(none, {100, 0, kMib, 100}), "");
  EXPECT_TRUE((HostLimits{.cpu_pct = 0, .memory_available = 1, .memory_pressure_pct = 0}.any()));
}

}  // namespace
}  // namespace dbi::resource
