// Plans as one page of HTML, which needs nothing from elsewhere.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "planview/view.hpp"

namespace dbi::planview {

/// A section for each plan: what is known of the statement, the findings, a flame graph, the tree, each with links to
/// the others. It is well-formed XML, has no script, and forbids by its Content-Security-Policy that anything is
/// loaded. Sections are written as plans come; the contents stand at the end, at most kMaxContents of them.
class HtmlView final : public View {
 public:
  static constexpr std::size_t kMaxContents = 1000;

  void show(const plan::Analysis& analysis, const Heading& heading, std::string& out) override;
  void end(std::string& out) override;

 private:
  std::vector<std::string> titles_;
  std::size_t plans_ = 0;
};

}  // namespace dbi::planview
