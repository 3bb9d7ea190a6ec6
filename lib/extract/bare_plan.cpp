// SPDX-License-Identifier: Apache-2.0
#include "extract/bare_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/text.hpp"
#include "base/time_text.hpp"
#include "planread/auto_explain.hpp"
#include "planread/document.hpp"
#include "planread/json_plan.hpp"
#include "planread/mysql_decoration.hpp"
#include "planread/mysql_tree_line.hpp"
#include "planread/postgresql_text_node.hpp"
#include "planread/text_lines.hpp"

namespace dbi::extract {

namespace {

constexpr std::string_view kQuery = "Query Text: ";
constexpr std::string_view kHeading = "QUERY PLAN";

std::string_view line_at(std::string_view text, std::size_t begin) {
  std::string_view line = text.substr(begin, text.find('\n', begin) - begin);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// Goes through one text.
class Splitter {
 public:
  Splitter(std::string_view text, const TakePlan& take) : text_(text), take_(take) {}

  Status split() {
    if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
    const std::string_view inside = trim(text_);
    of_mysql_client_ = is_of_mysql_client(inside);
    if (of_mysql_client_) {
      split_at([this](std::size_t begin) { return begins_mysql_plan(line_at(text_, begin)); });
    } else if (inside.starts_with('[') || inside.starts_with('{') || inside.starts_with('<')) {
      split_documents(inside);
    } else if (has_ruled_heading()) {
      split_at([this](std::size_t begin) { return is_ruled_heading(begin); });
    } else if (inside.starts_with("- Plan:")) {
      split_at([this](std::size_t begin) { return line_at(text_, begin) == "- Plan:"; });
    } else {
      split_text();
    }
    return fault_ ? fail(Error(*fault_)) : Status{};
  }

 private:
  void give(std::string_view plan) {
    if (of_mysql_client_) plan = planread::without_mysql_decoration(plan, scratch_);
    if (of_mysql_client_ && plan.empty()) return;  // a rule or a row's heading above the plan
    BarePlan bare{.plan = plan};
    if (plan.find("\nPlan:") == std::string_view::npos) {
      if (const auto found = planread::find_plan_behind_query(plan)) {
        bare.query = found->query;
        bare.plan = found->plan;
      }
    }
    keep(take_(bare));
  }
  // Its heading, TREE, or a plan whose line ends it wrote as "\\n".
  static bool is_of_mysql_client(std::string_view text) {
    std::string_view line = first_line(text);
    if (line.starts_with("+-")) line = trim(line_at(text, std::min(text.find('\n'), text.size() - 1) + 1));
    return begins_mysql_plan(line);
  }
  static bool begins_mysql_plan(std::string_view line) {
    // A subquery of the select list stands beside the root.
    if (line.starts_with("-> Select #")) return false;
    return planread::is_mysql_heading(line) || line.starts_with("EXPLAIN: ") || line.starts_with("ANALYZE: ") ||
           line.starts_with("{\\n") || planread::is_mysql_tree(line.substr(0, planread::kMySqlArrow.size() + 1));
  }
  void keep(const Status& status) {
    if (!status && !fault_) fault_ = status.error();
  }

  // JSON values, those of EXPLAIN's list one by one, and XML elements.
  void split_documents(std::string_view rest) {
    for (rest = trim(rest); !rest.empty(); rest = trim(rest)) {
      const std::string_view rule = rest.substr(0, rest.find('\n'));
      if (rule.starts_with('(')) {  // "(1 row)"
        rest.remove_prefix(rule.size());
        continue;
      }
      if (rest.starts_with('[') || rest.starts_with(',') || rest.starts_with(']')) {
        rest.remove_prefix(1);
        continue;
      }
      const auto size =
          rest.starts_with('<') ? planread::read_xml(rest, document_) : planread::read_json_plan(rest, document_);
      if (!size) return give(rest);  // says what is wrong
      give(rest.substr(0, *size));
      rest.remove_prefix(*size);
    }
  }

  // psql's heading stands above a rule. What is below begins each line with a blank, so that no literal can hold one.
  [[nodiscard]] bool is_ruled_heading(std::size_t begin) const {
    if (trim(line_at(text_, begin)) != kHeading) return false;
    const std::size_t end = text_.find('\n', begin);
    if (end == std::string_view::npos) return false;
    const std::string_view rule = line_at(text_, end + 1);
    return rule.size() >= 3 && rule.find_first_not_of('-') == std::string_view::npos;
  }
  [[nodiscard]] bool has_ruled_heading() const {
    const std::size_t begin = text_.find_first_not_of("\r\n");
    return begin != std::string_view::npos && is_ruled_heading(begin);
  }

  template <typename Begins>
  void split_at(Begins begins) {
    std::size_t piece = 0;
    for (std::size_t line = 0; line < text_.size();) {
      const std::size_t end = text_.find('\n', line);
      if (line > piece && begins(line)) {
        give(text_.substr(piece, line - piece));
        piece = line;
      }
      line = end == std::string_view::npos ? text_.size() : end + 1;
    }
    give(text_.substr(piece));
  }

  // A root stands as far left as the first one did.
  void split_text() {
    // A statement before the first plan has lines of its own.
    const auto found = planread::find_plan_behind_query(text_);
    if (!found && text_.starts_with(kQuery)) return give(text_);
    const std::size_t behind_query = found ? text_.size() - found->plan.size() : 0;
    planread::TextLines lines(text_.substr(behind_query));
    planread::TextLine line;
    std::optional<std::size_t> root_indent;
    std::size_t piece = 0;
    while (lines.next(line)) {
      const bool root = line.kind == planread::LineKind::Node || planread::is_node_line(line.text);
      if (!root || line.text.starts_with("->")) continue;
      if (!root_indent) {
        root_indent = line.indent;
      } else if (line.indent == *root_indent && begins_plan(line)) {
        const std::size_t begin = behind_query + line.begin;
        give(text_.substr(piece, begin - piece));
        piece = begin;
      }
    }
    give(text_.substr(piece));
  }
  [[nodiscard]] static bool begins_plan(const planread::TextLine& line) {
    return planread::is_node_line(line.text) && planread::node_numbers_begin(line.text) < line.text.size();
  }

  std::string_view text_;
  const TakePlan& take_;
  planread::Document document_;
  bool of_mysql_client_ = false;
  std::string scratch_;
  std::optional<Error> fault_;
};

}  // namespace

Status split_plans(std::string_view text, const TakePlan& take) {
  return Splitter(text, take).split();
}

std::optional<Timestamp> log_time(std::string_view text) {
  constexpr std::size_t kSeconds = 19;  // "2026-11-25 08:00:00"
  if (text.size() < kSeconds || text[4] != '-' || text[10] != ' ') return std::nullopt;
  std::size_t end = kSeconds;
  if (end < text.size() && text[end] == '.') end = std::min(text.find_first_not_of("0123456789", end + 1), text.size());
  const std::string_view zone = text.substr(std::min(end, text.size()));
  if (!zone.starts_with(" UTC") && !zone.starts_with(" GMT") && !zone.starts_with(" Etc/UTC")) return std::nullopt;
  const auto time =
      parse_timestamp(fmt::format("{}T{}Z", text.substr(0, 10), text.substr(11, std::min(end, text.size()) - 11)));
  return time ? std::optional(*time) : std::nullopt;
}

}  // namespace dbi::extract
