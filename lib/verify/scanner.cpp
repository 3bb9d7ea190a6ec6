// SPDX-License-Identifier: Apache-2.0
#include "verify/scanner.hpp"

#include <fmt/format.h>
#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <array>
#include <utility>

namespace dbi::verify {

namespace {

constexpr std::int64_t kExpressionBytes = std::int64_t{2} << 20U;  // each one's share; a filter stays small
constexpr std::int64_t kSetBytes = std::int64_t{8} << 20U;

re2::RE2::Options options_of(std::int64_t bytes) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(bytes);
  return options;
}

re2::StringPiece piece(std::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

// Which of the user's patterns are in a text.
struct Scanner::CustomSet {
  std::size_t first = 0;  // of the compiled ones
  re2::RE2::Set set{options_of(kSetBytes), re2::RE2::UNANCHORED};
  std::vector<int> found;
};

Scanner::Scanner() = default;
Scanner::Scanner(Scanner&&) noexcept = default;
Scanner& Scanner::operator=(Scanner&&) noexcept = default;
Scanner::~Scanner() = default;

Result<Scanner::Compiled> Scanner::compile(std::string_view name, std::string_view expression) {
  Compiled out;
  out.name = name;
  out.expression = std::make_unique<const re2::RE2>(piece(expression), options_of(kExpressionBytes));
  if (!out.expression->ok()) {
    return fail(ErrorKind::Usage,
                fmt::format("{}: not a regular expression: '{}': {}", name, expression, out.expression->error()),
                "The syntax is that of RE2.");
  }
  if (re2::RE2::PartialMatch("", *out.expression)) {
    return fail(ErrorKind::Usage, fmt::format("{}: '{}' matches the empty text", name, expression),
                "Write what must be there.");
  }
  return out;
}

Result<Scanner> Scanner::make(const std::vector<std::string>& names, const std::map<std::string, std::string>& custom) {
  Scanner out;
  for (const Pattern& pattern : patterns()) {
    if (std::ranges::find(names, pattern.name) == names.end()) continue;
    DBI_TRY_ASSIGN(Compiled compiled, compile(pattern.name, pattern.expression));
    compiled.signs = pattern.signs;
    compiled.accept = pattern.accept;
    out.compiled_.push_back(std::move(compiled));
  }
  if (custom.empty()) return out;
  out.custom_ = std::make_unique<CustomSet>();
  out.custom_->first = out.compiled_.size();
  for (const auto& [name, expression] : custom) {
    DBI_TRY_ASSIGN(Compiled compiled, compile(name, expression));
    out.compiled_.push_back(std::move(compiled));
    out.custom_->set.Add(piece(expression), nullptr);
  }
  if (!out.custom_->set.Compile()) {
    return fail(ErrorKind::Usage, "the patterns take too much memory", "Write fewer or shorter ones.");
  }
  return out;
}

std::string_view Scanner::name_of(std::size_t pattern) const {
  return compiled_[pattern].name;
}

const std::vector<Find>& Scanner::find(std::string_view text, unsigned signs) const {
  finds_.clear();
  for (std::size_t i = 0; i < compiled_.size(); ++i) {
    if ((compiled_[i].signs & signs) != 0) find_all(i, text);
  }
  if (custom_) find_custom(text);
  if (finds_.size() > 1) merge();
  return finds_;
}

void Scanner::find_custom(std::string_view text) const {
  // Which ones there are costs memory to tell: it is asked only where there are some. An automaton that ran out of
  // memory says that there are none and why, and then all are asked.
  re2::RE2::Set::ErrorInfo error{};
  const bool any = custom_->set.Match(piece(text), nullptr, &error);
  if (!any && error.kind == re2::RE2::Set::kNoError) return;
  if (any && custom_->set.Match(piece(text), &custom_->found, &error)) {
    for (const int index : custom_->found) find_all(custom_->first + static_cast<std::size_t>(index), text);
    return;
  }
  for (std::size_t i = custom_->first; i < compiled_.size(); ++i) find_all(i, text);
}

void Scanner::find_all(std::size_t pattern, std::string_view text) const {
  const Compiled& compiled = compiled_[pattern];
  const re2::StringPiece whole = piece(text);
  // What is taken out is the first group, where there is one. Without groups RE2 needs no more than its DFA.
  const int groups = std::min(compiled.expression->NumberOfCapturingGroups(), 1) + 1;
  std::array<re2::StringPiece, 2> found;
  std::size_t from = 0;
  while (from < text.size() &&
         compiled.expression->Match(whole, from, text.size(), re2::RE2::UNANCHORED, found.data(), groups)) {
    const auto begin = static_cast<std::size_t>(found[0].data() - text.data());
    const auto& part = groups > 1 && found[1].data() != nullptr ? found[1] : found[0];
    const auto taken = static_cast<std::size_t>(part.data() - text.data());
    const std::size_t until =
        compiled.accept == nullptr ? taken + part.size() : compiled.accept(text, taken, taken + part.size());
    if (until > taken) finds_.push_back({taken, until, pattern});
    // What was refused may hide one that begins within it.
    from = until > taken ? std::max(until, begin + 1) : begin + 1;
  }
}

void Scanner::merge() const {
  std::ranges::stable_sort(finds_, [](const Find& a, const Find& b) { return a.begin < b.begin; });
  std::size_t kept = 0;
  for (std::size_t i = 1; i < finds_.size(); ++i) {
    if (finds_[i].begin < finds_[kept].end) {
      finds_[kept].end = std::max(finds_[kept].end, finds_[i].end);
    } else {
      finds_[++kept] = finds_[i];
    }
  }
  finds_.resize(kept + 1);
}

}  // namespace dbi::verify
