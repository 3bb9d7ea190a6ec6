// SPDX-License-Identifier: Apache-2.0
#include "record/schema/print.hpp"

#include <fmt/format.h>

#include <vector>

#include "record/builder.hpp"
#include "record/schema/alias.hpp"
#include "record/schema/schema.hpp"

namespace dbi::record::schema {

namespace {

// What scdoc(5) takes for markup stands for itself; the marks around `names` become bold.
std::string escape_scdoc(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '`') {
      escaped += '*';
    } else {
      if (c == '_' || c == '*' || c == '\\' || c == '#' || c == '[' || c == ']' || c == '|') escaped += '\\';
      escaped += c;
    }
  }
  return escaped;
}

std::string_view system_note(Systems systems) {
  switch (static_cast<unsigned>(systems)) {
    case kPostgreSql:
      return "PostgreSQL";
    case kMySql:
      return "MySQL";
    case kMariaDb:
      return "MariaDB";
    case kMySqlFamily:
      return "MySQL and MariaDB";
    default:
      return {};
  }
}

std::string_view presence_word(Presence presence) {
  switch (presence) {
    case Presence::Required:
      return "required";
    case Presence::Collected:
      return "collected";
    default:
      return "optional";
  }
}

std::string_view class_word(KindClass kind_class) {
  switch (kind_class) {
    case KindClass::Gauge:
      return "gauge";
    case KindClass::Control:
      return "control";
    default:
      return "data";
  }
}

// "integer, bytes, required, PostgreSQL"
std::string type_line(const MemberRow& row) {
  std::string line(type_word(row.type));
  const auto add = [&](std::string_view part) {
    if (!part.empty()) line += fmt::format(", {}", part);
  };
  add(row.unit);
  if (row.presence == Presence::Required) add("required");
  if (row.presence == Presence::Collected) add("required of dbi-collect");
  add(system_note(row.systems));
  return line;
}

void print_member(std::string& out, const MemberRow& row) {
  out +=
      fmt::format("*{}* ({})\n\t{}", escape_scdoc(row.name), escape_scdoc(type_line(row)), escape_scdoc(row.meaning));
  if (!row.words.empty()) {
    std::string words = fmt::format("{}", fmt::join(row.words, ", "));
    out += fmt::format(". One of: {}", escape_scdoc(words));
  }
  out += ".\n\n";
}

void print_members(std::string& out, std::span<const MemberRow> rows) {
  for (const MemberRow& row : rows) print_member(out, row);
}

void print_kind(std::string& out, const KindRow& kind) {
  out += fmt::format("## {}\n\n", escape_scdoc(kind.name));
  std::string meaning(kind.meaning);
  meaning.front() = static_cast<char>(meaning.front() - 'a' + 'A');  // every meaning begins with a small letter
  out += fmt::format("{} ({} record).", escape_scdoc(meaning), class_word(kind.kind_class));
  if (kind.defined_later) out += " Beside the routing members none is defined in this version.";
  out += "\n\n";
  print_members(out, kind.members);
}

void append_texts(std::string& out, std::span<const std::string_view> texts) {
  out += '[';
  for (const auto text : texts) {
    if (out.back() != '[') out += ',';
    append_json_text(out, text);
  }
  out += ']';
}

void append_pair(std::string& out, std::string_view name, std::string_view text) {
  if (out.back() != '{') out += ',';
  append_json_text(out, name);
  out += ':';
  append_json_text(out, text);
}

std::vector<std::string_view> system_names(Systems systems) {
  std::vector<std::string_view> names;
  if ((systems & kPostgreSql) != 0) names.emplace_back("postgresql");
  if ((systems & kMySql) != 0) names.emplace_back("mysql");
  if ((systems & kMariaDb) != 0) names.emplace_back("mariadb");
  return names;
}

void append_members(std::string& out, std::span<const MemberRow> rows) {
  out += '[';
  for (const MemberRow& row : rows) {
    if (out.back() != '[') out += ',';
    out += '{';
    append_pair(out, "name", row.name);
    append_pair(out, "type", type_word(row.type));
    if (!row.unit.empty()) append_pair(out, "unit", row.unit);
    append_pair(out, "presence", presence_word(row.presence));
    out += ",\"systems\":";
    append_texts(out, system_names(row.systems));
    if (!row.words.empty()) {
      out += ",\"words\":";
      append_texts(out, row.words);
    }
    append_pair(out, "meaning", row.meaning);
    out += '}';
  }
  out += ']';
}

}  // namespace

std::vector<Section> scdoc_sections() {
  std::vector<Section> sections;
  auto& routing =
      sections.emplace_back(Section{{}, "## routing members\n\nThey lead every record, in this order.\n\n"});
  print_members(routing.text, routing_members());
  auto& common = sections.emplace_back(Section{{}, "## members of any kind\n\n"});
  print_members(common.text, common_members());
  for (const KindRow& kind : kinds()) print_kind(sections.emplace_back(Section{kind.name, {}}).text, kind);
  return sections;
}

std::string print_scdoc() {
  std::string out;
  for (const Section& section : scdoc_sections()) out += section.text;
  return out;
}

std::string print_alias_scdoc() {
  std::string out;
  for (const Alias& alias : aliases()) {
    out += fmt::format("*{}*\n\t{}\n\n", escape_scdoc(alias.name), escape_scdoc(alias.member));
  }
  return out;
}

std::string print_json() {
  std::string out = "{\"routing\":";
  append_members(out, routing_members());
  out += ",\"common\":";
  append_members(out, common_members());
  out += ",\"kinds\":[";
  for (const KindRow& kind : kinds()) {
    if (out.back() != '[') out += ',';
    out += '{';
    append_pair(out, "kind", kind.name);
    append_pair(out, "class", class_word(kind.kind_class));
    append_pair(out, "meaning", kind.meaning);
    out += kind.defined_later ? ",\"defined_later\":true" : ",\"defined_later\":false";
    out += ",\"members\":";
    append_members(out, kind.members);
    out += '}';
  }
  out += "]}";
  return out;
}

}  // namespace dbi::record::schema
