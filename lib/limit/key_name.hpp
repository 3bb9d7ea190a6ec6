// How people name keys: a database, or target/database, with * and ? for what varies.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace dbi::limit {

/// What a record is limited by. `database` is empty where the record has none; views are the caller's.
struct KeyParts {
  std::string_view target;
  std::string_view database;
};

/// True where `pattern` matches the whole text: '*' any bytes, '?' one. Takes time of at most the product of both.
[[nodiscard]] bool matches_glob(std::string_view pattern, std::string_view text);

/// A name of `database_limits`: DATABASE on any target, or TARGET/DATABASE; "TARGET/" names what concerns the whole
/// server.
class KeyName {
 public:
  explicit KeyName(std::string text);

  [[nodiscard]] bool matches(const KeyParts& key) const;

  /// The greater one is the closer of two that match: without wildcards before with, with a target before without, more
  /// bytes that are no wildcard before fewer; else the one that sorts first.
  friend bool operator<(const KeyName& a, const KeyName& b);

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::optional<std::string> target_;
  std::string database_;
  bool exact_ = true;
  std::size_t literal_bytes_ = 0;
};

/// "target/database", or "target" where there is no database.
[[nodiscard]] std::string show_key(const KeyParts& key);

}  // namespace dbi::limit
