// Plans as one page that needs nothing else: no network, no script.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "plan/analysis.hpp"
#include "planview/heading.hpp"

namespace dbi::planview {

/// Gathers plans, then writes the page with an index before them. Not shared between threads.
class HtmlPage {
 public:
  /// Nodes of one plan, and bytes of all, at most; what is left out is told.
  static constexpr std::size_t kMaxNodes = 5000;
  static constexpr std::size_t kMaxBytes = std::size_t{32} << 20U;

  void add(const plan::Analysis& analysis, const Heading& heading);
  [[nodiscard]] std::size_t plans() const { return plans_; }
  /// Appends the page and forgets its plans.
  void end(std::string& out);

 private:
  std::string index_;
  std::string body_;
  std::size_t plans_ = 0;
  std::size_t left_out_ = 0;
};

}  // namespace dbi::planview
