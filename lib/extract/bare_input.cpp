// SPDX-License-Identifier: Apache-2.0
#include "extract/bare_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "planread/postgresql_text_node.hpp"

namespace dbi::extract {

namespace {

// Entries of a log are read in pieces of about this size.
constexpr std::size_t kLogBytes = std::size_t{256} << 10U;

// Severities of PostgreSQL's log (elog.h); in other languages a line is recognised by its time.
constexpr std::array<std::string_view, 8> kSeverities{
    " LOG:  ", " ERROR:  ", " FATAL:  ", " PANIC:  ", " WARNING:  ", " NOTICE:  ", " STATEMENT:  ", " DETAIL:  "};

InputKind recognise_object(std::string_view line) {
  record::Reader reader;
  record::Record record;
  // One that was cut off is no plan for that: dbi writes `v` first.
  if (!reader.parse(line, record)) return line.starts_with("{\"v\":") ? InputKind::Records : InputKind::Plans;
  if (record.find("kind") != nullptr) return InputKind::Records;
  for (const std::string_view name : {"Plan", "Node Type", "Query Text", "query_block", "query_plan", "query"}) {
    if (record.find(name) != nullptr) return InputKind::Plans;
  }
  return record.find("message") != nullptr ? InputKind::Log : InputKind::Records;
}

bool is_log(std::string_view line) {
  constexpr int kCsvCommas = 13;
  const bool dated = line.size() > 19 && line[4] == '-' && line[7] == '-' && line[10] == ' ' && line[13] == ':';
  if (dated && std::count(line.begin(), line.end(), ',') >= kCsvCommas) return true;
  if (dated && line.find(":  ") != std::string_view::npos) return true;
  return std::any_of(kSeverities.begin(), kSeverities.end(),
                     [&](std::string_view severity) { return line.find(severity) != std::string_view::npos; });
}

bool is_plan(std::string_view line) {
  constexpr std::array<std::string_view, 14> kBeginnings{
      "[",   "<", "->", "- Plan:",     "Plan:",   "QUERY PLAN", "---",
      "+--", "|", "\"", "Query Text:", "EXPLAIN", "ANALYZE",    "****"};
  return std::any_of(kBeginnings.begin(), kBeginnings.end(),
                     [&](std::string_view beginning) { return line.starts_with(beginning); }) ||
         planread::is_node_line(line);
}

}  // namespace

InputKind recognise_input(std::string_view line) {
  if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  const std::string_view text = trim(line);
  if (text.empty()) return InputKind::Unknown;
  if (text.front() == '{') return recognise_object(line);
  if (is_log(text)) return InputKind::Log;
  return is_plan(text) ? InputKind::Plans : InputKind::Unknown;
}

void BareInput::begin() {
  kind_ = asked_;
  format_.reset();
  text_.clear();
  complete_ = 0;
  in_quotes_ = false;
  given_up_ = false;
}

Result<bool> BareInput::add(std::string_view line) {
  if (kind_ == InputKind::Records) return false;
  if (kind_ == InputKind::Unknown) kind_ = recognise_input(line);
  if (kind_ == InputKind::Records) return false;
  if (kind_ == InputKind::Unknown) {
    if (trim(line).empty()) return true;
    return fail(ErrorKind::Malformed, "neither a record nor the beginning of a plan or of a log");
  }
  if (kind_ == InputKind::Log) {
    DBI_TRY(add_log_line(line));
    return true;
  }
  if (given_up_) return true;
  if (text_.size() + line.size() >= max_bytes_) {
    DBI_TRY(too_large("the plan is"));
  }
  text_.append(line).push_back('\n');
  return true;
}

Status BareInput::too_large(std::string_view what) {
  text_.clear();
  text_.shrink_to_fit();
  complete_ = 0;
  in_quotes_ = false;
  given_up_ = true;
  return fail(ErrorKind::Malformed, fmt::format("{} longer than {} bytes (--max-record-bytes)", what, max_bytes_));
}

// An entry is complete once the next one begins (stderr: its further lines begin with a tab), or its quotation marks
// are closed (csv).
Status BareInput::add_log_line(std::string_view line) {
  if (!format_) format_ = planread::recognise_log(line);
  if (format_ == planread::LogFormat::Stderr && !line.starts_with('\t')) {
    complete_ = text_.size();
    given_up_ = false;
  }
  if (given_up_) return {};
  if (complete_ >= kLogBytes) DBI_TRY(give_entries(complete_));
  if (text_.size() - complete_ + line.size() >= max_bytes_) {
    DBI_TRY(give_entries(complete_));  // those before it are whole
    return too_large("an entry of the log is");
  }
  text_.append(line).push_back('\n');
  if (format_ == planread::LogFormat::Csv && std::count(line.begin(), line.end(), '"') % 2 != 0) {
    in_quotes_ = !in_quotes_;
  }
  if (format_ != planread::LogFormat::Stderr && !in_quotes_) complete_ = text_.size();
  return {};
}

Status BareInput::give_entries(std::size_t size) {
  planread::LogMessages messages(std::string_view(text_).substr(0, size), *format_);
  std::string_view message;
  std::optional<Error> fault;
  while (messages.next(message)) {
    const auto logged = planread::parse_auto_explain(message);
    if (!logged) continue;
    const Status taken = take_({.plan = logged->plan,
                                .query = logged->query,
                                .source = "auto_explain",
                                .database = messages.database(),
                                .duration_ms = logged->duration_ms,
                                .time = log_time(messages.time())});
    if (!taken && !fault) fault = taken.error();
  }
  text_.erase(0, size);
  complete_ = 0;
  return fault ? fail(Error(*fault)) : Status{};
}

Status BareInput::idle() {
  return give_entries(format_ == planread::LogFormat::Stderr ? text_.size() : complete_);
}

Status BareInput::end() {
  if (given_up_ || text_.empty()) return {};
  if (kind_ == InputKind::Log) return give_entries(text_.size());
  const std::string text = std::move(text_);
  text_.clear();
  return split_plans(text, take_);
}

}  // namespace dbi::extract
