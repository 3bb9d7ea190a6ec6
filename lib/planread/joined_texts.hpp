// A list of a document as one property of a plan.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "planread/document.hpp"
#include "planread/plan.hpp"

namespace dbi::planread {

/// The texts of all scalars inside the container, joined by ", ", kept by the plan: no more bytes than the container
/// has in the source.
[[nodiscard]] inline std::string_view joined_texts(const Document& document, std::uint32_t container, Plan& plan) {
  const std::size_t begin = plan.text().size();
  for (std::uint32_t place = Document::first(container); place < document.at(container).end; ++place) {
    if (document.at(place).is_container()) continue;
    if (plan.text().size() > begin) plan.text().append(", ");
    plan.text().append(document.at(place).text);
  }
  return plan.text_since(begin);
}

}  // namespace dbi::planread
