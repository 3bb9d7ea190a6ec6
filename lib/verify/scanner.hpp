// Finds personal data in texts. A door to RE2.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "verify/pattern.hpp"

namespace re2 {
class RE2;
}

namespace dbi::verify {

/// A piece of a text. `pattern` is an index for Scanner::name_of.
struct Find {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t pattern = 0;
};

/// Patterns, compiled. Texts in which no sign of theirs is cost no expression; patterns of the user have no signs:
/// every text is read once for all of them. Immutable; its methods use scratch and are not for several threads.
class Scanner {
 public:
  /// `names` are of patterns(); `custom` are expressions by name. Fails with ErrorKind::Usage on an unknown name, on
  /// what is no expression, and on one that matches the empty text.
  static Result<Scanner> make(const std::vector<std::string>& names, const std::map<std::string, std::string>& custom);

  Scanner(Scanner&&) noexcept;
  Scanner& operator=(Scanner&&) noexcept;
  Scanner(const Scanner&) = delete;
  Scanner& operator=(const Scanner&) = delete;
  ~Scanner();

  /// Whether a text without these signs can hold something all the same.
  [[nodiscard]] bool needs_every_text() const { return custom_ != nullptr; }

  /// What is in the text, in order and apart from each other; of two that overlap, one that covers both, of the pattern
  /// that begins first. `signs` are those of the text. The result is valid until the next call. Allocates nothing where
  /// nothing is found and there are no patterns of the user.
  [[nodiscard]] const std::vector<Find>& find(std::string_view text, unsigned signs) const;

  [[nodiscard]] std::string_view name_of(std::size_t pattern) const;
  [[nodiscard]] std::size_t size() const { return compiled_.size(); }

 private:
  struct Compiled {
    std::string name;
    unsigned signs = kNoSign;  // none: asked of every text
    Accept accept = nullptr;
    std::unique_ptr<const re2::RE2> expression;
  };

  struct CustomSet;

  Scanner();
  static Result<Compiled> compile(std::string_view name, std::string_view expression);
  void find_custom(std::string_view text) const;
  void find_all(std::size_t pattern, std::string_view text) const;
  void merge() const;

  std::vector<Compiled> compiled_;
  std::unique_ptr<CustomSet> custom_;  // those of the user, the last of them, as one automaton; nullptr: there are none
  mutable std::vector<Find> finds_;
};

}  // namespace dbi::verify
