// Takes the literals out of plans: what is left says what the plan does, not with which values.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "planread/document.hpp"
#include "planread/plan_key.hpp"
#include "sql/statement.hpp"

namespace dbi::planread {

/// What a redaction met that it could not read, and therefore took out as a whole. For `missing` and telemetry.
struct RedactionFaults {
  std::size_t unreadable = 0;    ///< expressions that the lexer cannot finish
  std::size_t unknown_keys = 0;  ///< texts under names that no table knows; read as expressions
};

/// Appends an expression of PostgreSQL's with `?` for every literal; numbers of subplans, parameters, names, operators
/// and types stay. One that cannot be read is replaced by its length and hash.
void redact_expression(std::string_view expression, std::string& out, RedactionFaults& faults);

/// Appends the text of a property. Words of the plan's own and names stay; what `key` does not allow is an expression,
/// a statement (Query Text), or replaced as a whole (Foreign Program). nullptr: an unknown key.
void redact_property(const PlanKeyRow* key, std::string_view text, std::string& out, RedactionFaults& faults);

/// The same of a plan of that system.
void redact_property(sql::System system, const PlanKeyRow& key, std::string_view text, std::string& out,
                     RedactionFaults& faults);

enum class DocumentFormat : std::uint8_t { Json, Yaml, Xml };

/// Appends a document in that format with its texts redacted: JSON on one line, XML without indent, YAML as
/// EXPLAIN writes it.
/// Written anew from what was read, so nothing comes out that is no value. Values of settings are taken out whole.
void redact_document(const Document& document, DocumentFormat format, std::string& out, RedactionFaults& faults);

/// Appends a plan of PostgreSQL's TEXT with the same taken out. A line that is none of a plan's is dropped.
void redact_text(std::string_view source, std::string& out, RedactionFaults& faults);

/// Whether the lexer can finish an expression, or prose with one inside, of MySQL or MariaDB.
[[nodiscard]] bool is_readable_mysql(std::string_view expression);

/// Appends such an expression, as redact_expression does.
void redact_mysql_expression(std::string_view expression, std::string& out, RedactionFaults& faults);

/// Appends JSON of MySQL or MariaDB on one line: what its table of members does not know as a figure or a word is an
/// expression, or a number that is taken out; numbers that the statement has (LIMIT) are left out with their names.
void redact_mysql_document(const Document& document, std::string& out, RedactionFaults& faults);

/// Appends MySQL's TREE with the same taken out: an operation is lexed as a whole, so one that names something with an
/// apostrophe is replaced. A line that is none of a plan's is dropped.
void redact_mysql_tree(std::string_view source, std::string& out, RedactionFaults& faults);

}  // namespace dbi::planread
