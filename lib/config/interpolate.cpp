// SPDX-License-Identifier: Apache-2.0
#include "config/interpolate.hpp"

#include <fmt/format.h>

#include <optional>

namespace dbi::config {

namespace {

constexpr std::string_view kForm = "Write ${NAME} or ${NAME:default}; a literal ${ is written $${.";

bool is_name(std::string_view name) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
  constexpr std::string_view kDigits = "0123456789";
  if (name.empty() || kDigits.find(name.front()) != std::string_view::npos) return false;
  for (const char c : name) {
    if (kLetters.find(c) == std::string_view::npos && kDigits.find(c) == std::string_view::npos) return false;
  }
  return true;
}

// The inside of "${...}".
Result<std::string> value_of(std::string_view inside, const cli::EnvironmentLookup& environment) {
  const auto colon = inside.find(':');
  const std::string_view name = inside.substr(0, colon);
  if (name == "env" && colon != std::string_view::npos) {
    return fail(ErrorKind::Configuration, fmt::format("the Collector's form of a variable: '${{{}}}'", inside),
                fmt::format("Write it without env:, ${{{}}}.", inside.substr(colon + 1)));
  }
  if (!is_name(name)) {
    return fail(ErrorKind::Configuration, fmt::format("no name of a variable: '{}'", name), std::string(kForm));
  }
  if (inside.substr(name.size()).starts_with(":-")) {
    return fail(ErrorKind::Configuration, fmt::format("a default that begins with a hyphen: '${{{}}}'", inside),
                fmt::format("The shell's form is not taken: write ${{{}:{}}}.", name, inside.substr(name.size() + 2)));
  }
  if (auto value = environment(std::string(name)); value && !value->empty()) return *std::move(value);
  if (colon != std::string_view::npos) return std::string(inside.substr(colon + 1));
  return fail(ErrorKind::Configuration, fmt::format("the variable {} is not set", name),
              fmt::format("Set it, or write a default: ${{{}:...}}.", name));
}

}  // namespace

Result<std::string> interpolate(std::string_view text, const cli::EnvironmentLookup& environment) {
  std::string out;
  while (!text.empty()) {
    const auto begin = text.find("${");
    if (begin == std::string_view::npos) break;
    if (begin > 0 && text[begin - 1] == '$') {
      out.append(text.substr(0, begin - 1)).append("${");
      text.remove_prefix(begin + 2);
      continue;
    }
    out.append(text.substr(0, begin));
    const auto end = text.find('}', begin);
    if (end == std::string_view::npos) {
      return fail(ErrorKind::Configuration, fmt::format("a variable without end: '{}'", text.substr(begin)),
                  std::string(kForm));
    }
    DBI_TRY_ASSIGN(const std::string value, value_of(text.substr(begin + 2, end - begin - 2), environment));
    out += value;
    text.remove_prefix(end + 1);
  }
  return out.append(text);
}

bool is_bare_variable(std::string_view text) {
  return text.starts_with("${") && text.ends_with('}') && is_name(text.substr(2, text.size() - 3));
}

bool has_variable(std::string_view text) {
  return text.find("${") != std::string_view::npos;
}

}  // namespace dbi::config
