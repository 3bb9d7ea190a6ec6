// Looks into JSON values for personal data, and writes them anew without.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "record/record.hpp"
#include "verify/scanner.hpp"

namespace dbi::verify {

/// A text is searched as what it stands for: escapes hide nothing. Of objects and lists every text within is searched,
/// names too; numbers are not. Not shared between threads; once warm, nothing is allocated where nothing is found.
class Redactor {
 public:
  explicit Redactor(Scanner scanner) : scanner_(std::move(scanner)) {}

  /// Whether there is something; its patterns are then in found() too.
  bool search(const record::Value& value);
  /// Appends the value with "[REDACTED:name]" for what was found; other bytes stay as they are, and texts in which
  /// nothing is found. What it is takes no other form: a text stays a text.
  void redact(const record::Value& value, std::string& json);

  /// Bits of the patterns that search() found since the last clear().
  [[nodiscard]] std::uint64_t found() const { return found_; }
  void clear() { found_ = 0; }
  /// Gives back what a long text took.
  void release();
  [[nodiscard]] const Scanner& scanner() const { return scanner_; }

 private:
  /// What is in a text, which `inside` writes with JSON's escapes; `text` becomes the text itself.
  const std::vector<Find>& look(std::string_view inside, std::string_view& text);
  [[nodiscard]] bool may_hold(std::string_view raw) const;
  void redact_text(std::string_view raw, std::string& json);

  Scanner scanner_;
  std::uint64_t found_ = 0;
  std::string unescaped_;
};

}  // namespace dbi::verify
