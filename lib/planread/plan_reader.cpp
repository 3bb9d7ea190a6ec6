// SPDX-License-Identifier: Apache-2.0
#include "planread/plan_reader.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "planread/block_document.hpp"
#include "planread/decoration.hpp"
#include "planread/json_plan.hpp"
#include "planread/mysql_document.hpp"
#include "planread/mysql_tree.hpp"
#include "planread/mysql_tree_line.hpp"
#include "planread/postgresql_document.hpp"
#include "planread/postgresql_text.hpp"

namespace dbi::planread {

namespace {

// EXPLAIN's YAML begins with its list, auto_explain's with the member before the plan; TEXT has no line "Plan:".
bool is_yaml(std::string_view text) {
  const std::string_view line = first_line(text);
  if (line == "- Plan:" || line == "Plan:" || line.starts_with("- Query Text: \"")) return true;
  return line.starts_with("Query Text: \"") && text.find("\nPlan:") != std::string_view::npos;
}

}  // namespace

std::string_view format_word(PlanFormat format) {
  constexpr std::string_view kWords[] = {"json", "text", "yaml", "xml", "tree"};
  return kWords[static_cast<std::size_t>(format)];
}

Status PlanReader::open(std::string_view text) {
  text_ = without_decoration(text, scratch_);
  text_.remove_prefix(std::min(text_.find_first_not_of("\t\r\n"), text_.size()));
  const std::string_view inside = trim(text_);
  if (inside.empty()) return fail(ErrorKind::Malformed, "the plan is empty");
  if (inside.front() == '{' || inside.front() == '[') {
    format_ = PlanFormat::Json;
  } else if (inside.front() == '<') {
    format_ = PlanFormat::Xml;
  } else if (is_yaml(text_)) {
    format_ = PlanFormat::Yaml;
  } else {
    const bool tree = is_mysql_tree(inside);
    format_ = tree ? PlanFormat::Tree : PlanFormat::Text;
    kind_ = tree ? Kind::MySqlTree : Kind::PostgreSqlText;
    return {};  // the lines are measured by the indent of the first
  }
  text_ = inside;
  return open_document();
}

Status PlanReader::open_document() {
  std::size_t end = text_.size();
  if (format_ == PlanFormat::Json) {
    DBI_TRY_ASSIGN(end, read_json_plan(text_, document_));
  } else if (format_ == PlanFormat::Xml) {
    DBI_TRY_ASSIGN(end, read_xml(text_, document_));
  } else {
    DBI_TRY(read_yaml(text_, document_));
  }
  if (!trim(text_.substr(end)).empty()) {
    return fail(ErrorKind::Malformed, line_of(text_, end) + ": something follows the plan");
  }
  return recognise_document();
}

// Version 1 of MySQL's JSON and MariaDB's have the block, version 2 has nodes.
Status PlanReader::recognise_document() {
  kind_ = Kind::PostgreSqlDocument;
  statements_ = postgresql_statements(document_);
  if (!statements_.empty()) return {};
  if (const auto root = find_mysql_plan(document_)) {
    kind_ = Kind::MySqlNodes;
    statements_.push_back(*root);
  } else if (const auto block = find_block_plan(document_)) {
    kind_ = Kind::Blocks;
    statements_.push_back(*block);
  }
  if (!statements_.empty() && format_ == PlanFormat::Json) return {};
  return fail(ErrorKind::Malformed, "no plan: none of 'Plan', 'Node Type', 'query_block' and 'query_plan' is there");
}

Status PlanReader::read(std::size_t index) {
  switch (kind_) {
    case Kind::PostgreSqlText:
      return read_postgresql_text(text_, plan_);
    case Kind::MySqlTree:
      return read_mysql_tree(text_, plan_);
    case Kind::MySqlNodes:
      return read_mysql(document_, statements_[index], text_.size(), plan_);
    case Kind::Blocks:
      return read_blocks(document_, statements_[index], text_.size(), plan_);
    case Kind::PostgreSqlDocument:
      break;
  }
  return read_postgresql(document_, statements_[index], text_.size(), plan_);
}

void PlanReader::redact(std::string& out, RedactionFaults& faults) const {
  if (kind_ == Kind::MySqlNodes || kind_ == Kind::Blocks) return redact_mysql_document(document_, out, faults);
  switch (format_) {
    case PlanFormat::Json:
      return redact_document(document_, DocumentFormat::Json, out, faults);
    case PlanFormat::Yaml:
      return redact_document(document_, DocumentFormat::Yaml, out, faults);
    case PlanFormat::Xml:
      return redact_document(document_, DocumentFormat::Xml, out, faults);
    case PlanFormat::Text:
      return redact_text(text_, out, faults);
    case PlanFormat::Tree:
      return redact_mysql_tree(text_, out, faults);
  }
}

}  // namespace dbi::planread
