// When downstream counts as too slow.
// SPDX-License-Identifier: Apache-2.0
#include "limit/downstream.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/time_text.hpp"
#include "state/lock.hpp"

namespace dbi::limit {
namespace {

using namespace std::chrono_literals;

class DownstreamTest : public ::testing::Test {
 protected:
  // The verdict a look later.
  Pressure next() {
    now_ += Downstream::kInterval;
    return downstream_.pressure(now_);
  }

  DownstreamFigures figures_;
  MonotonicTime now_{};
  int looks_ = 0;
  Downstream downstream_{{0.5, 1000}, [this] {
                           ++looks_;
                           return figures_;
                         }};
};

TEST_F(DownstreamTest, WithoutFiguresThereIsNoPressure) {
  EXPECT_EQ(next(), Pressure::None);
  EXPECT_EQ(next(), Pressure::None);
}

TEST_F(DownstreamTest, LooksOnceInAnInterval) {
  EXPECT_EQ(next(), Pressure::None);
  figures_.write_stall = 1h;
  EXPECT_EQ(downstream_.pressure(now_ + Downstream::kInterval - 1us), Pressure::None);
  EXPECT_EQ(looks_, 1);
  EXPECT_EQ(next(), Pressure::High);
  EXPECT_EQ(looks_, 2);
}

TEST_F(DownstreamTest, AShareOfTheTimeInWritesIsPressure) {
  next();
  figures_.write_stall += 15s;
  EXPECT_EQ(next(), Pressure::None) << "half of it is the limit";
  figures_.write_stall += 16s;
  EXPECT_EQ(next(), Pressure::High);
  EXPECT_EQ(next(), Pressure::None) << "it is what came since the last look";
}

TEST_F(DownstreamTest, DepthCountsWhileItIsAboveItsThresholdAndGrows) {
  figures_.spool_bytes = 900;
  next();
  figures_.spool_bytes = 1000;
  EXPECT_EQ(next(), Pressure::None) << "grows below it";
  figures_.spool_bytes = 1001;
  EXPECT_EQ(next(), Pressure::High);
  EXPECT_EQ(next(), Pressure::Hold) << "does not grow";
  figures_.spool_bytes = 1500;
  EXPECT_EQ(next(), Pressure::High);
  figures_.spool_bytes = 1400;
  EXPECT_EQ(next(), Pressure::Hold) << "falls above it";
  figures_.spool_bytes = 999;
  EXPECT_EQ(next(), Pressure::None);
  figures_.spool_bytes.reset();
  EXPECT_EQ(next(), Pressure::None);
  figures_.spool_bytes = 5000;
  EXPECT_EQ(next(), Pressure::Hold) << "whether it grew is not known";
}

TEST_F(DownstreamTest, AtTheFirstLookADeepSpoolLetsNothingRise) {
  figures_.spool_bytes = 5000;
  EXPECT_EQ(next(), Pressure::Hold);
}

TEST_F(DownstreamTest, NewErrorsOfAnExporterArePressureOldOnesAreNot) {
  figures_.errors_by_exporter = {{"a", 7}};
  EXPECT_EQ(next(), Pressure::None);
  EXPECT_EQ(next(), Pressure::None);
  figures_.errors_by_exporter = {{"a", 8}};
  EXPECT_EQ(next(), Pressure::High);
  figures_.errors_by_exporter = {{"b", 900}};
  EXPECT_EQ(next(), Pressure::None) << "another process begins with what it has";
  figures_.errors_by_exporter = {{"b", 901}};
  EXPECT_EQ(next(), Pressure::High);
}

class ReadExportersTest : public ::testing::Test {
 protected:
  ReadExportersTest() : folder_(::testing::TempDir() + "dbi-downstream-XXXXXX") { folder_ = ::mkdtemp(folder_.data()); }
  ~ReadExportersTest() override { std::filesystem::remove_all(folder_); }

  void snapshot(const std::string& file, const std::string& tool, Timestamp ts, const state::Owner& owner,
                const std::string& figures) const {
    std::ofstream(folder_ + "/" + file) << R"({"format":"telemetry","version":1,"tool":")" << tool
                                        << R"(","name":"x","owner":)" << state::format_owner(owner) << R"(,"ts":")"
                                        << format_timestamp(ts) << "\"," << figures << "}";
  }

  std::string folder_;
  Timestamp now_ = SystemClock().now();
  state::Owner alive_ = state::this_process("dbi-export");
};

TEST_F(ReadExportersTest, SumsWhatAllOfThemSay) {
  const auto* one = R"("counters":{"export_errors":2,"export_errors{sink=\"a\"}":3,"records_in":9},)"
                    R"("gauges":{"spool_bytes{sink=\"a\"}":100,"spool_bytes{sink=\"b\"}":20.5,"spool_bytes_max":1})";
  snapshot("dbi-export@x.1.json", "dbi-export", now_ - 9s, alive_, one);
  snapshot("dbi-export@y.2.json", "dbi-export", now_, alive_, R"("counters":{},"gauges":{"spool_bytes":7})");
  snapshot("dbi-sample@x.3.json", "dbi-sample", now_, alive_, R"("counters":{},"gauges":{"spool_bytes":1e9})");
  const auto figures = read_exporters(folder_, now_);
  EXPECT_EQ(figures.spool_bytes, 127.5);
  EXPECT_EQ(figures.errors_by_exporter,
            (std::map<std::string, std::uint64_t>{{"dbi-export@x.1.json", 5}, {"dbi-export@y.2.json", 0}}));
}

TEST_F(ReadExportersTest, WhatIsStaleOrDeadOrNoSnapshotSaysNothing) {
  const auto* deep = R"("counters":{"export_errors":2},"gauges":{"spool_bytes":1e9})";
  state::Owner dead = alive_;
  dead.start_time += 1;
  snapshot("dbi-export@x.1.json", "dbi-export", now_ - 10001ms, alive_, deep);
  snapshot("dbi-export@x.2.json", "dbi-export", now_, dead, deep);
  snapshot("dbi-export@x.total.json", "dbi-export", now_, alive_, deep);
  std::ofstream(folder_ + "/dbi-export@x.3.json") << R"({"format":"telemetry","versi)";
  std::ofstream(folder_ + "/dbi-export@x.4.json") << R"({"format":"telemetry","version":2})";
  const auto figures = read_exporters(folder_, now_);
  EXPECT_EQ(figures.spool_bytes, std::nullopt);
  EXPECT_TRUE(figures.errors_by_exporter.empty());
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/dbi-export@x.3.json")) << "it is another's file";
  EXPECT_FALSE(read_exporters(folder_ + "/none", now_).spool_bytes);
}

}  // namespace
}  // namespace dbi::limit
