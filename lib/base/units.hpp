// Durations and sizes as people write them: 500ms, 10s, 1h, 64KiB, 16MiB.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace dbi {

/// Reads a whole or fractional number followed by one of us, ms, s, m, min, h, d ("0" needs none); not negative.
/// Fails with ErrorKind::Usage, naming the text.
Result<std::chrono::microseconds> parse_duration(std::string_view text);

/// The shortest form that parse_duration reads back to the same value ("1500ms", "10s", "1h").
[[nodiscard]] std::string format_duration(std::chrono::microseconds duration);

/// Reads a whole number of bytes, optionally with B, KiB, MiB, GiB, TiB or K, M, G, T (also powers of 1024).
/// Fails with ErrorKind::Usage, naming the text.
Result<std::uint64_t> parse_size(std::string_view text);

/// The largest binary unit that divides the size exactly ("16MiB", "1000B").
[[nodiscard]] std::string format_size(std::uint64_t bytes);

}  // namespace dbi
