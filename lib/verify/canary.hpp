// Strings that must not get through: a proof that what is configured works.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dbi::verify {

/// Not shared between threads.
class Canaries {
 public:
  explicit Canaries(std::vector<std::string> strings) : strings_(std::move(strings)) {}

  [[nodiscard]] bool empty() const { return strings_.empty(); }
  /// Whether one is in a checked line or value, as it stands there or behind JSON's escapes.
  [[nodiscard]] bool in(std::string_view json);

 private:
  std::vector<std::string> strings_;
  std::string unescaped_;
};

}  // namespace dbi::verify
