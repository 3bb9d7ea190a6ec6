// Makes a stream of records that looks like a busy PostgreSQL server's, for benchmarks and tests: DESIGN.md section 8.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "bench/random.hpp"
#include "record/builder.hpp"

namespace dbi::bench {

/// Of each 5,000 records the last is the `scrape`; of the others 1 % are `error`, 5 % `plan` of 2 to 20 KiB, 29 %
/// `session`, the rest `query_stats`. 40 databases by Zipf's law with exponent 1.1: the first one has over a quarter.
class RecordGenerator {
 public:
  static constexpr std::size_t kCycleRecords = 5000;

  /// The same seed gives the same records, on any machine.
  explicit RecordGenerator(std::uint64_t seed);

  /// Appends the next record with its LF.
  void append(std::string& out);

 private:
  struct Statement {
    std::string query_id;
    std::string signature;
    std::string query;  // JSON
  };
  struct Plan {
    std::size_t statement;
    std::string json;
    bool is_text;  // in text form, else JSON
  };

  void begin_cycle();
  record::Builder& begin(record::Builder& builder, std::string_view kind, std::string_view database);
  record::Builder& name_statement(record::Builder& builder, const Statement& statement);
  void append_query_stats(record::Builder& builder);
  void append_query_counters(record::Builder& builder, std::int64_t calls, bool exact);
  void append_session(record::Builder& builder);
  void append_plan(record::Builder& builder);
  void append_error(record::Builder& builder);
  void append_scrape(record::Builder& builder);
  [[nodiscard]] std::string_view pick_database();

  Random random_;
  std::vector<Statement> statements_;
  std::vector<Plan> plans_;
  std::array<std::string, 40> databases_;
  std::array<double, 40> database_shares_{};  // cumulative
  std::uint64_t position_ = 0;
  std::int64_t data_records_ = 0;  // of this cycle
  Timestamp now_;
  std::string ts_;
  std::string observed_ts_;
  std::string cycle_;
};

}  // namespace dbi::bench
