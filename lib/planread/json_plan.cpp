// SPDX-License-Identifier: Apache-2.0
#include "planread/json_plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "planread/block_document.hpp"
#include "planread/mysql_members.hpp"
#include "planread/redact.hpp"

namespace dbi::planread {

namespace {

constexpr std::string_view kCause = "a quotation mark in a literal or a name, which MariaDB does not escape";

bool is_of_mariadb(const Document& document) {
  return find_block_plan(document).has_value() && system_of_blocks(document) == sql::System::MariaDb;
}

bool is_whole(const Item& item) {
  if (item.kind != ItemKind::Text) return true;
  const MySqlMember* member = find_mysql_member(item.name);
  const bool expression = member == nullptr || member->use == MemberUse::Expression;
  return item.name.empty() || !expression || is_readable_mysql(item.text);
}

}  // namespace

Result<std::size_t> read_json_plan(std::string_view text, Document& document) {
  auto size = read_json(text, document);
  if (size ? !is_of_mariadb(document) : text.find("\"query_block\"") == std::string_view::npos) return size;
  if (!size || text.find('\\') != std::string_view::npos) {
    const auto standing = read_json(text, document, {}, JsonTexts::AsTheyStand);
    if (standing && is_of_mariadb(document)) {
      size = standing;
    } else if (!size && size.error().kind == ErrorKind::Malformed) {
      return fail(ErrorKind::Malformed, fmt::format("{} ({}?)", size.error().message, kCause));
    }
    if (!size) return size;
  }
  const auto broken = std::find_if_not(document.items().begin(), document.items().end(),
                                       [](const Item& item) { return is_whole(item); });
  if (broken != document.items().end()) {
    return fail(ErrorKind::Malformed, fmt::format("an expression ends within a literal ({}?)", kCause));
  }
  return size;
}

}  // namespace dbi::planread
