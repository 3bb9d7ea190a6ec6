// Short forms in which the tables are written. Only the tables include this.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "record/schema/schema.hpp"

namespace dbi::record::schema {

/// A member without unit that every system can give.
constexpr MemberRow member(std::string_view name, MemberType type, std::string_view meaning) {
  return {.name = name, .type = type, .unit = {}, .meaning = meaning};
}

constexpr MemberRow text(std::string_view name, std::string_view meaning) {
  return member(name, MemberType::Text, meaning);
}

/// A text that is one of some words. `words` lives as long as the program.
constexpr MemberRow word(std::string_view name, std::span<const std::string_view> words, std::string_view meaning) {
  MemberRow row = text(name, meaning);
  row.words = words;
  return row;
}

constexpr MemberRow flag(std::string_view name, std::string_view meaning) {
  return member(name, MemberType::Boolean, meaning);
}

constexpr MemberRow texts(std::string_view name, std::string_view meaning) {
  return member(name, MemberType::TextList, meaning);
}

constexpr MemberRow count(std::string_view name, std::string_view unit, std::string_view meaning) {
  MemberRow row = member(name, MemberType::Integer, meaning);
  row.unit = unit;
  return row;
}

constexpr MemberRow number(std::string_view name, std::string_view unit, std::string_view meaning) {
  MemberRow row = member(name, MemberType::Number, meaning);
  row.unit = unit;
  return row;
}

constexpr MemberRow with(MemberRow row, Presence presence) {
  row.presence = presence;
  return row;
}

constexpr MemberRow required(MemberRow row) {
  return with(row, Presence::Required);
}

/// The member of some systems only.
constexpr MemberRow of(Systems systems, MemberRow row) {
  row.systems = systems;
  return row;
}

}  // namespace dbi::record::schema
