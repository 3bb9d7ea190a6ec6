// One door to all readers: what a text is, and the plans in it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "planread/document.hpp"
#include "planread/plan.hpp"
#include "planread/redact.hpp"

namespace dbi::planread {

enum class PlanFormat : std::uint8_t { Json, Text, Yaml, Xml, Tree };

/// The word of a format, as `plan_format` has it: "json", "text", "yaml", "xml", "tree".
[[nodiscard]] std::string_view format_word(PlanFormat format);

/// Reads texts, one after the other; what it gives holds until the next. Reusable: after warm-up a plan of JSON
/// allocates nothing. Not shared between threads.
class PlanReader {
 public:
  /// Recognises the format and reads what the text holds as far as it is common to all its plans. `text` stays as long
  /// as plans are read. ErrorKind::Malformed says what was expected where; ErrorKind::Unsupported that it is too large,
  /// or the plan of a system that is not known.
  Status open(std::string_view text);

  [[nodiscard]] PlanFormat format() const { return format_; }
  /// Plans that open() found: EXPLAIN gives several where a rule makes several statements of one. At least 1.
  [[nodiscard]] std::size_t count() const { return kind_ == Kind::PostgreSqlDocument ? statements_.size() : 1; }
  /// Makes plan number `index`, from 0.
  Status read(std::size_t index);
  [[nodiscard]] const Plan& plan() const { return plan_; }
  /// Appends all that open() found without its literals: as the functions of redact.hpp write it.
  void redact(std::string& out, RedactionFaults& faults) const;

 private:
  /// What the text was found to be, and with that who reads it.
  enum class Kind : std::uint8_t { PostgreSqlDocument, PostgreSqlText, MySqlNodes, Blocks, MySqlTree };

  Status open_document();
  Status recognise_document();

  std::string_view text_;
  std::string scratch_;
  PlanFormat format_ = PlanFormat::Json;
  Kind kind_ = Kind::PostgreSqlDocument;
  Document document_;
  std::vector<std::uint32_t> statements_;  // of PostgreSQL's document, or the root of another's
  Plan plan_;
};

}  // namespace dbi::planread
