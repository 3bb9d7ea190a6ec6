// A document that shows plans, one after the other.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "plan/analysis.hpp"
#include "planview/heading.hpp"

namespace dbi::planview {

class View {
 public:
  virtual ~View() = default;

  /// Appends what shows the plan, and before the first one what the document begins with.
  virtual void show(const plan::Analysis& analysis, const Heading& heading, std::string& out) = 0;

  /// Appends what the document ends with; it is whole also where no plan was shown. The last call.
  virtual void end(std::string& out) = 0;
};

}  // namespace dbi::planview
