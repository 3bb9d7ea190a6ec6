// SPDX-License-Identifier: Apache-2.0
#include "bench/record_generator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "base/time_text.hpp"
#include "bench/sample_texts.hpp"

namespace dbi::bench {

namespace {

using record::Builder;

constexpr std::size_t kStatements = 4000;
constexpr std::size_t kPlans = 400;
constexpr auto kInterval = std::chrono::seconds(10);
constexpr auto kStart = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23};

constexpr std::array<std::string_view, 5> kUsers = {"app", "app_readonly", "billing", "reporting", "migrations"};
constexpr std::array<std::string_view, 4> kApplications = {"checkout-api", "billing-worker", "psql", "metabase"};

// Skewed towards 0: most counters of most statements are small, a few are huge.
std::int64_t counter(Random& random, double typical) {
  const double unit = random.unit();
  return static_cast<std::int64_t>(typical * unit * unit / (1.001 - unit));
}

double milliseconds_of(Random& random, double typical) {
  return static_cast<double>(counter(random, typical * 1e6)) / 1e6;
}

std::string address(Random& random) {
  const std::uint64_t number = random.next();
  return fmt::format("10.{}.{}.{}", number & 3U, number >> 8U & 0xFFU, number >> 16U & 0xFFU);
}

}  // namespace

RecordGenerator::RecordGenerator(std::uint64_t seed) : random_(seed), now_(kStart) {
  for (std::size_t i = 0; i < kStatements; ++i) {
    Statement& statement = statements_.emplace_back();
    statement.query_id = std::to_string(static_cast<std::int64_t>(random_.next()));
    statement.signature = hex16(random_.next());
    record::append_json_text(statement.query, sample_statement(random_));
  }
  for (std::size_t i = 0; i < kPlans; ++i) {
    const double unit = random_.unit();
    const auto bytes = static_cast<std::size_t>(2048 + 18 * 1024 * unit * unit * unit);
    Plan& plan = plans_.emplace_back();
    plan.statement = random_.below(kStatements);
    plan.is_text = random_.chance(0.2);
    if (plan.is_text) {
      record::append_json_text(plan.json, sample_text_plan(random_, bytes));
    } else {
      plan.json = sample_json_plan(random_, bytes);
    }
  }
  double sum = 0;
  for (std::size_t i = 0; i < databases_.size(); ++i) {
    databases_[i] = fmt::format("tenant_{:02}", i);
    sum += std::pow(static_cast<double>(i + 1), -1.1);
    database_shares_[i] = sum;
  }
  for (double& share : database_shares_) share /= sum;
}

std::string_view RecordGenerator::pick_database() {
  const auto* const found = std::upper_bound(database_shares_.begin(), database_shares_.end(), random_.unit());
  const auto index = static_cast<std::size_t>(found - database_shares_.begin());
  return databases_[std::min(index, databases_.size() - 1)];
}

void RecordGenerator::append(std::string& out) {
  const std::uint64_t place = position_++ % kCycleRecords;
  if (place == 0) begin_cycle();
  Builder builder(out);
  if (place + 1 == kCycleRecords) {
    append_scrape(builder);
    return builder.end();
  }
  const double share = random_.unit();
  if (share < 0.01) {
    append_error(builder);
    return builder.end();
  }
  ++data_records_;
  if (share < 0.06) {
    append_plan(builder);
  } else if (share < 0.35) {
    append_session(builder);
  } else {
    append_query_stats(builder);
  }
  builder.end();
}

void RecordGenerator::begin_cycle() {
  now_ += kInterval;
  ts_ = format_timestamp(now_);
  observed_ts_ = format_timestamp(now_ + std::chrono::microseconds(random_.below(5000)));
  const auto milliseconds =
      static_cast<std::uint64_t>(std::chrono::floor<std::chrono::milliseconds>(now_).time_since_epoch().count());
  // Version 7 and variant 2 of RFC 9562, section 5.7.
  const std::uint64_t high = milliseconds << 16U | 0x7000U | random_.below(0x1000);
  const std::uint64_t low = random_.next() >> 2U | 0x8000'0000'0000'0000U;
  cycle_ = hex16(high) + hex16(low);
  data_records_ = 0;
}

Builder& RecordGenerator::begin(Builder& builder, std::string_view kind, std::string_view database) {
  builder.begin(kind).text("ts", ts_).text("observed_ts", observed_ts_).text("target", "orders-main");
  if (!database.empty()) builder.text("database", database);
  return builder.text("cycle", cycle_)
      .text("system", "postgresql")
      .text("host", "db1.example.net")
      .integer("port", 5432);
}

Builder& RecordGenerator::name_statement(Builder& builder, const Statement& statement) {
  return builder.text("query_id", statement.query_id)
      .text("query_signature", statement.signature)
      .raw("query", statement.query);
}

void RecordGenerator::append_query_stats(Builder& builder) {
  const bool exact = random_.chance(0.97);
  const std::int64_t calls = 1 + counter(random_, 30);
  begin(builder, "query_stats", pick_database());
  name_statement(builder, random_.pick(statements_))
      .text("user", random_.pick(kUsers))
      .boolean("toplevel", true)
      .number("interval_s", 10.000123)
      .text("quality", exact ? "exact" : "lower_bound");
  append_query_counters(builder, calls, exact);
}

// The columns of pg_stat_statements 1.9 (PostgreSQL 14).
void RecordGenerator::append_query_counters(Builder& builder, std::int64_t calls, bool exact) {
  const double total = milliseconds_of(random_, 20);
  builder.integer("calls", calls);
  if (exact) {
    builder.number("duration_ms", total / static_cast<double>(calls)).number("stddev_ms", milliseconds_of(random_, 1));
  }
  builder.number("total_ms", total).integer("plans", 0).number("plan_ms", 0).integer("rows", counter(random_, 100));
  builder.integer("shared_blks_hit", counter(random_, 1000))
      .integer("shared_blks_read", counter(random_, 20))
      .integer("shared_blks_dirtied", counter(random_, 1))
      .integer("shared_blks_written", 0)
      .integer("local_blks_hit", 0)
      .integer("local_blks_read", 0)
      .integer("local_blks_dirtied", 0)
      .integer("local_blks_written", 0)
      .integer("temp_blks_read", counter(random_, 1))
      .integer("temp_blks_written", counter(random_, 1))
      .number("blk_read_time", milliseconds_of(random_, 1))
      .number("blk_write_time", 0)
      .integer("wal_records", counter(random_, 10))
      .integer("wal_fpi", counter(random_, 1))
      .integer("wal_bytes", counter(random_, 2000));
}

void RecordGenerator::append_session(Builder& builder) {
  const bool active = random_.chance(0.7);
  begin(builder, "session", pick_database())
      .text("pid", std::to_string(1000 + random_.below(30000)))
      .text("user", random_.pick(kUsers))
      .text("application", random_.pick(kApplications))
      .text("client", address(random_))
      .text("state", active ? "active" : "idle in transaction");
  if (!active || random_.chance(0.3)) {
    builder.text("wait_type", active ? "Lock" : "Client").text("wait_event", active ? "transactionid" : "ClientRead");
  }
  name_statement(builder, random_.pick(statements_));
  if (active) builder.number("duration_ms", milliseconds_of(random_, 50));
  builder.number("transaction_ms", milliseconds_of(random_, 200));
  if (active && random_.chance(0.1)) {
    const std::array blockers = {std::to_string(1000 + random_.below(30000))};
    builder.texts("blocked_by", blockers);
  }
  builder.number("sample_s", 10);
}

void RecordGenerator::append_plan(Builder& builder) {
  const Plan& plan = random_.pick(plans_);
  begin(builder, "plan", pick_database());
  name_statement(builder, statements_[plan.statement])
      .text("plan_format", plan.is_text ? "text" : "json")
      .text("plan_source", "explain")
      .raw("plan", plan.json);
}

void RecordGenerator::append_error(Builder& builder) {
  begin(builder, "error", pick_database());
  if (random_.chance(0.5)) {
    builder.text("error_class", "timeout")
        .text("sqlstate", "57014")
        .text("source", "statements")
        .text("message", "canceling statement due to statement timeout");
  } else {
    builder.text("error_class", "privilege")
        .text("sqlstate", "42501")
        .text("source", "statements")
        .text("message", "permission denied for view pg_stat_statements")
        .text("hint", "GRANT pg_read_all_stats TO dbi;");
  }
}

void RecordGenerator::append_scrape(Builder& builder) {
  begin(builder, "scrape", {})
      .text("outcome", "ok")
      .number("cycle_ms", milliseconds_of(random_, 30))
      .number("interval_s", 10.000123)
      .integer("records", data_records_)
      .raw("cost",
           R"({"statements":{"ms":11.25,"rows":5000,"bytes":1250000},"sessions":{"ms":1.5,"rows":120,"bytes":48000}})")
      .number("coverage_pct", 99.5)
      .integer("self_calls", 4)
      .number("self_ms", 12.75)
      .integer("dealloc", 0)
      .number("connections_used_pct", 31.5)
      .text("server_version", "14.23");
}

}  // namespace dbi::bench
