// What terminals and tools put around a plan that a person pastes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace dbi::planread {

/// The plan without a byte order mark and without what psql draws around it: the heading QUERY PLAN and its rule, the
/// blank before each line, frames of `\pset border 2`, "+" and "↵" at the end of lines that go on, the count of rows;
/// and the quotation marks that pgAdmin copies around each line. A view of `text` where it has none of that, else of
/// `scratch`.
[[nodiscard]] std::string_view without_decoration(std::string_view text, std::string& scratch);

}  // namespace dbi::planread
