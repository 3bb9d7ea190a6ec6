// What auto_explain writes into PostgreSQL's log: "duration: 29.983 ms  plan:", the statement, its plan.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dbi::planread {

/// A message of auto_explain. Views point into the message.
struct LoggedPlan {
  double duration_ms = 0;
  /// The plan in whatever format auto_explain.log_format says, for PlanReader::open. In JSON, YAML and XML it holds the
  /// statement, too. Empty where a statement is there and its end cannot be told.
  std::string_view plan;
  /// TEXT: the statement as the client sent it, literals included; empty in other formats.
  std::string_view query;
};

/// Nothing where the message is none of auto_explain's.
[[nodiscard]] std::optional<LoggedPlan> parse_auto_explain(std::string_view message);

/// Views point into the text.
struct PlanBehindQuery {
  std::string_view query;  ///< without the values of its parameters
  std::string_view plan;
};

/// Tells statement and plan apart in TEXT that begins with "Query Text: ". The statement goes on over as many lines as
/// it has, and a literal or comment of it may hold lines that look like a plan's: the plan begins with the first that
/// stands outside both, with standard_conforming_strings on as with off. Nothing where the text does not begin so,
/// where there is no such line, and where the two settings give two.
[[nodiscard]] std::optional<PlanBehindQuery> find_plan_behind_query(std::string_view text);

/// How a server writes its log (log_destination).
enum class LogFormat : std::uint8_t { Stderr, Csv, Json };

/// What a log is by the look of its beginning.
[[nodiscard]] LogFormat recognise_log(std::string_view log);

/// Takes one entry after the other from the front of a log, and gives its message without what the log adds: the
/// prefix, the tab before each further line, the quotation marks of CSV, the escapes of JSON.
class LogMessages {
 public:
  /// `log` stays as long as messages are read.
  LogMessages(std::string_view log, LogFormat format) : rest_(log), format_(format) {}

  /// False at the end. The message is valid until the next call. Entries that cannot be read are skipped and counted.
  bool next(std::string_view& message);

  /// What the log says of the entry besides; empty where it does not. Valid as long as the message.
  [[nodiscard]] std::string_view time() const { return time_; }          ///< "2026-11-25 08:00:00.123 UTC"
  [[nodiscard]] std::string_view database() const { return database_; }  ///< csv and json

  [[nodiscard]] std::size_t skipped() const { return skipped_; }

 private:
  bool next_line(std::string_view& message);
  bool next_csv(std::string_view& message);
  bool next_json(std::string_view& message);

  std::string_view rest_;
  LogFormat format_;
  std::string text_;
  std::string time_;
  std::string database_;
  std::size_t skipped_ = 0;
};

}  // namespace dbi::planread
