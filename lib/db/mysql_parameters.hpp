// Puts parameters into a statement of the collector: the text protocol has none.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dbi::db {

/// The statement with each `?` replaced: NULL, digits as they are, other text as _utf8mb4 X'...', which no sql_mode
/// reads differently. Nothing where there are more or fewer `?` than parameters.
[[nodiscard]] std::optional<std::string> bind_parameters(std::string_view sql,
                                                         std::span<const std::optional<std::string>> parameters);

}  // namespace dbi::db
