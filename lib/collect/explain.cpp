// SPDX-License-Identifier: Apache-2.0
#include "collect/explain.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <utility>

#include "base/text.hpp"
#include "base/units.hpp"
#include "planread/plan_reader.hpp"
#include "record/builder.hpp"
#include "record/record.hpp"
#include "record/utf8.hpp"

namespace dbi::collect {

namespace {

constexpr std::string_view kSource = "explain";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// The newest that is known, so that no comment with code for servers from some version on stands in the way: what a
// server reads is told apart again by its own version.
constexpr int kSomeVersion = 999999;

sql::Dialect likely_dialect(sql::System system) {
  sql::Dialect dialect;
  dialect.system = system;
  dialect.standard_conforming_strings = true;
  if (system == sql::System::PostgreSql) return dialect;
  dialect.version = kSomeVersion;
  dialect.ansi_quotes = false;
  dialect.no_backslash_escapes = false;
  return dialect;
}

tl::unexpected<Error> refused(const std::string& file, std::string_view what, std::string hint = {}) {
  return fail(ErrorKind::Usage, fmt::format("--explain: {}: {}", file, what), std::move(hint));
}

Result<std::string> read_all(const std::string& file) {
  std::ifstream stream(file == "-" ? "/dev/stdin" : file, std::ios::binary);
  std::string text;
  std::array<char, 65536> block{};
  while (stream && text.size() <= kMaxScriptBytes) {
    stream.read(block.data(), block.size());
    text.append(block.data(), static_cast<std::size_t>(stream.gcount()));
  }
  if (stream.bad() || !stream.eof()) {
    if (text.size() > kMaxScriptBytes) {
      return refused(file, fmt::format("longer than {}", format_size(kMaxScriptBytes)));
    }
    return refused(file, "cannot be read");
  }
  return text;
}

template <std::size_t size>
bool is_one_of(std::string_view word, const std::array<std::string_view, size>& words) {
  return std::ranges::find(words, word) != words.end();
}

// What is refused before anything is sent, and why; empty: nothing is in the way. EXPLAIN takes more on either system
// (CREATE TABLE AS, DECLARE, EXECUTE, a connection's statement): none of that is a statement whose plan is asked for.
std::string objection(const sql::ScriptStatement& statement, sql::System system) {
  constexpr std::array<std::string_view, 4> kReading{"SELECT", "WITH", "VALUES", "TABLE"};
  constexpr std::array<std::string_view, 5> kWriting{"INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE"};
  const bool mysql = system != sql::System::PostgreSql;
  const auto& verb = statement.verb;
  if (verb == "EXPLAIN" || verb == "ANALYZE" || verb == "DESCRIBE" || verb == "DESC") {
    return fmt::format(
        "not explainable: {} is itself a question for a plan or runs the statement; write the statement "
        "alone",
        verb);
  }
  if (is_one_of(verb, kWriting) && mysql) {
    return fmt::format("not explainable: {} explains no {} in a read-only transaction", "MySQL and MariaDB", verb);
  }
  const bool known = is_one_of(verb, kReading) || (is_one_of(verb, kWriting) && verb != "REPLACE");
  if (!known) {
    // The word that it begins with instead is not shown: it may be a value in the wrong place.
    return mysql ? "not explainable: it begins with none of SELECT, WITH, VALUES and TABLE"
                 : "not explainable: it begins with none of SELECT, WITH, VALUES, TABLE, INSERT, UPDATE, DELETE and "
                   "MERGE";
  }
  if (mysql && statement.has_into) return "not explainable: INTO, which writes a file or variables";
  if (mysql && (statement.question_marks || statement.placeholders > 0)) {
    return "placeholders: MySQL and MariaDB explain only statements with values in them";
  }
  return {};
}

// PostgreSQL has operators of that sign (jsonb), so that only its parser knows where one cannot be meant.
bool is_question_mark(const SourceError& error, const sql::ScriptStatement& statement) {
  return statement.question_marks && (error.sqlstate == "42601" || error.sqlstate == "42883");
}

// Where it stands as a member's name it cannot stand in a text, whose quotes are escaped.
std::string query_id_of(std::string_view plan) {
  constexpr std::string_view kMember = "\"Query Identifier\": ";
  const auto found = plan.rfind(kMember);
  if (found == std::string_view::npos) return {};
  const auto digits = plan.substr(found + kMember.size());
  const auto end = digits.find_first_not_of("-0123456789");
  return std::string(digits.substr(0, end));
}

// JSON without the white space between its tokens: a record is one line.
std::string on_one_line(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  bool in_text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_text && c == '\\' && i + 1 < json.size()) {
      out += c;
      out += json[++i];
      continue;
    }
    if (c == '"') in_text = !in_text;
    if (!in_text && (c == ' ' || c == '\n' || c == '\t' || c == '\r')) continue;
    out += c;
  }
  return out;
}

// EXPLAIN of PostgreSQL gives a list of one.
std::string_view without_list(std::string_view json) {
  json = trim(json);
  if (json.size() < 2 || json.front() != '[' || json.back() != ']') return json;
  return trim(json.substr(1, json.size() - 2));
}

std::string as_text(std::string_view text) {
  std::string json;
  record::append_json_text(json, text);
  return json;
}

// As the server wrote it: as JSON where a record can have it, which what MariaDB prints is not always.
std::string kept(std::string_view text) {
  const std::string json(without_list(on_one_line(text)));
  std::string line = fmt::format("{{\"plan\":{}}}", json);
  const std::size_t size = line.size();
  line.append(record::kPadding, '\0');
  record::Reader reader;
  record::Record record;
  const bool whole =
      json.find('\n') == std::string::npos && reader.parse(std::string_view(line).substr(0, size), record);
  return whole ? json : as_text(text);
}

void write_record(std::string& out, const Routing& routing, Timestamp ts, std::string_view database,
                  const ExplainedStatement& statement) {
  record::Builder builder(out);
  begin_record(builder, "plan", routing, ts, database);
  builder.text("plan_name", statement.name);
  if (!statement.query_id.empty()) builder.text("query_id", statement.query_id);
  if (statement.signature) builder.text("query_signature", *statement.signature);
  builder.text("query", statement.query);
  if (statement.truncated) builder.boolean("truncated", true);
  if (!statement.plan.empty()) builder.text("plan_format", "json");
  builder.text("plan_source", statement.generic ? "generic" : "explain");
  if (!statement.reason.empty()) builder.text("plan_reason", statement.reason);
  if (statement.literals) builder.boolean("literals", true);
  if (!statement.plan.empty()) builder.raw("plan", statement.plan);
  builder.end();
}

// What is wrong with a record by DESIGN.md section 2; nothing: all is well.
std::optional<std::string> fault_of(std::string_view line) {
  if (line.size() > record::kMaxRecordBytes) return fmt::format("longer than {}", format_size(record::kMaxRecordBytes));
  std::string padded(line);
  padded.append(record::kPadding, '\0');
  record::Reader reader;
  record::Record record;
  const auto parsed = reader.parse(std::string_view(padded).substr(0, line.size()), record);
  return parsed ? std::nullopt : std::optional(parsed.error().message);
}

bool is_timeout(const SourceError& error) {
  return error.kind == ErrorKind::Timeout;
}

// PostgreSQL's lock_not_available; ER_LOCK_WAIT_TIMEOUT of MySQL and MariaDB shares its SQLSTATE with most others.
bool waited_for_lock(const SourceError& error) {
  return error.sqlstate == "55P03" || error.message.ends_with("(1205)");
}

// What to do about it, where the error does not say so itself.
std::string advice(const SourceError& error, const sql::ScriptStatement& statement) {
  if (is_timeout(error)) {
    return waited_for_lock(error)
               ? "Another session holds a lock that planning waits for: raise --lock-timeout or try again."
               : "Raise --statement-timeout if planning may take that long.";
  }
  if (is_question_mark(error, statement)) return "Is the ? a placeholder? PostgreSQL's are $1, $2 ...";
  if (error.sqlstate == "42P18") return "Say what the placeholder is: $1::integer.";
  if (error.kind == ErrorKind::MissingFeature) {
    return "Names are found in the database of the target, on PostgreSQL by the search path of the role: is it the "
           "right one?";
  }
  if (error.kind == ErrorKind::Privilege) {
    return "Planning needs the rights of running it: GRANT SELECT on its tables, for a statement that writes also "
           "that right.";
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<const std::string>> read_script(const std::string& file,
                                                       const std::vector<sql::System>& systems) {
  DBI_TRY_ASSIGN(auto text, read_all(file));
  if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  if (const auto bad = record::find_invalid_utf8(text); bad != std::string::npos) {
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(bad), '\n');
    return refused(file, fmt::format("line {}: not UTF-8", line));
  }
  for (const auto system : systems) {
    const auto split = sql::split_script(text, likely_dialect(system));
    if (!split) return refused(file, split.error().message, split.error().hint);
    if (split->empty()) return refused(file, "no statement in it");
  }
  return std::make_shared<const std::string>(std::move(text));
}

void write_plan(std::string& out, const Routing& routing, Timestamp ts, std::string_view database,
                const ExplainedStatement& statement) {
  const auto begin = out.size();
  write_record(out, routing, ts, database, statement);
  if (statement.plan.empty()) return;
  const auto fault = fault_of(std::string_view(out).substr(begin, out.size() - begin - 1));
  if (!fault) return;
  out.resize(begin);
  auto without = statement;
  without.plan.clear();
  without.reason = fmt::format("the plan passes the limits of a record: {}", *fault);
  write_record(out, routing, ts, database, without);
}

/// What the cycle may still ask for.
struct Explain::Budget {
  std::size_t left;
  MonotonicTime end;
  const Clock& clock;
  std::map<std::string, std::size_t> alike;
  bool lost = false;   ///< there is no connection any more
  bool ended = false;  ///< by number or time

  // Why the statement is not sent; empty: it is, and counts.
  std::string take(const std::optional<std::string>& signature, const ExplainSettings& settings) {
    if (lost) return "no connection to the server";
    if (signature && alike[*signature] >= settings.most_alike) {
      return fmt::format("over budget: {} statements that differ in their values only were explained (--explain-alike)",
                         settings.most_alike);
    }
    if (left == 0) {
      ended = true;
      return fmt::format("over budget: {} statements were explained in this cycle (--explain-limit)", settings.most);
    }
    if (clock.monotonic() >= end) {
      ended = true;
      return fmt::format("over budget: the {} of this cycle are over (--explain-time)", format_duration(settings.time));
    }
    --left;
    if (signature) ++alike[*signature];
    return {};
  }
};

std::vector<ExplainedStatement> Explain::run(const Connect& connect, std::string_view left_out, const Clock& clock,
                                             CycleAccount& account) {
  std::vector<ExplainedStatement> explained;
  auto* reader = connect();
  if (reader == nullptr) return explained;
  const auto dialect = reader->facts().own_dialect;
  const auto statements = sql::split_script(*settings_.script, dialect);
  if (!statements) {
    // As the server reads its strings the file is another one than it seemed.
    account.errors.push_back({.source = std::string(kSource),
                              .kind = ErrorKind::Other,
                              .sqlstate = {},
                              .message = fmt::format("{}: {}", settings_.file, statements.error().message),
                              .hint = statements.error().hint});
    return explained;
  }
  Budget budget{.left = settings_.most, .end = clock.monotonic() + settings_.time, .clock = clock, .alike = {}};
  const auto begin = next_ < statements->size() ? next_ : 0;
  next_ = 0;
  for (std::size_t i = 0; i < statements->size(); ++i) {
    const auto place = (begin + i) % statements->size();
    const auto& statement = (*statements)[place];
    const bool had_ended = budget.ended;
    if (left_out.empty()) {
      explained.push_back(explain(statement, dialect, budget, connect, account));
    } else {
      Budget none{.left = 0, .end = {}, .clock = clock, .alike = {}, .lost = true};
      explained.push_back(explain(statement, dialect, none, connect, account));
      explained.back().reason = left_out;
    }
    if (!had_ended && budget.ended) next_ = place;
  }
  return explained;
}

ExplainedStatement Explain::explain(const sql::ScriptStatement& statement, const sql::Dialect& dialect, Budget& budget,
                                    const Connect& connect, CycleAccount& account) {
  ExplainedStatement explained;
  auto normal = sql::normalize(statement.text, dialect);
  const std::string_view query = settings_.keeps_literals ? statement.text : std::string_view(normal.text);
  explained.name = statement.name;
  explained.query = truncate_utf8(query, settings_.query_bytes);
  explained.truncated = explained.query.size() < query.size();
  explained.signature = std::move(normal.signature);
  explained.generic = statement.placeholders > 0;
  explained.literals = settings_.keeps_literals;
  explained.reason = objection(statement, dialect.system);
  if (!explained.reason.empty()) {
    account.read = account.read || !budget.lost;
    return explained;
  }
  explained.reason = budget.take(explained.signature, settings_);
  if (!explained.reason.empty()) return explained;
  auto* reader = connect();
  if (reader == nullptr) {
    budget.lost = true;
    explained.reason = "no connection to the server";
    return explained;
  }
  const auto reading = reader->explain(statement.text, statement.placeholders);
  if (!reading) {
    take_error(reading.error(), statement, explained, account);
    return explained;
  }
  account.spend(kSource, reading->cost);
  account.read = true;
  const auto& cells = reading->cells;
  if (cells.rows() == 0 || !cells.row(0)[0]) {
    explained.reason = "the server gave no plan";
    return explained;
  }
  take_plan(*cells.row(0)[0], explained);
  return explained;
}

void Explain::take_plan(std::string_view text, ExplainedStatement& explained) const {
  planread::PlanReader reader;
  auto opened = reader.open(text);
  if (opened && reader.format() != planread::PlanFormat::Json) opened = fail(ErrorKind::Malformed, "not JSON");
  if (!opened) {
    explained.plan = settings_.keeps_literals ? kept(text) : as_text(sql::replacement(text));
    explained.reason = fmt::format("the plan cannot be read: {}", opened.error().message);
    return;
  }
  if (reader.count() != 1) {
    explained.reason = fmt::format("rules of the server make {} statements of it", reader.count());
    return;
  }
  explained.query_id = query_id_of(text);
  std::string json;
  planread::RedactionFaults faults;
  if (!settings_.keeps_literals) reader.redact(json, faults);
  explained.plan = settings_.keeps_literals ? kept(text) : std::string(without_list(json));
}

void Explain::take_error(const SourceError& error, const sql::ScriptStatement& statement, ExplainedStatement& explained,
                         CycleAccount& account) const {
  const auto code = error.sqlstate.empty() ? std::string() : fmt::format(" ({})", error.sqlstate);
  explained.reason =
      fmt::format("{}: {}{}", is_timeout(error) ? "over the time limit" : "refused by the server", error.message, code);
  auto told = error;
  told.source = kSource;
  told.message =
      fmt::format("{} line {}, statement {}: {}", settings_.file, statement.line, statement.name, error.message);
  if (told.hint.empty()) told.hint = advice(error, statement);
  // The server has answered, so that the cycle has not failed.
  account.read = account.read || (!is_timeout(error) && error.kind != ErrorKind::Connection);
  account.errors.push_back(std::move(told));
}

}  // namespace dbi::collect
