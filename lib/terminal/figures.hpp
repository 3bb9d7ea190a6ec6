// Figures as a person reads them: short, whatever they are.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace dbi::terminal {

/// "7µs", "0.12ms", "12.3ms", "1.23s", "2m03s", "3h12m", "5d04h"; ">9999d" for what is no time of a server.
[[nodiscard]] std::string show_ms(double ms);

/// "987", "12345", "123k", "1.23M", "1.23G", "1.23T", ">999T".
[[nodiscard]] std::string show_count(double count);

/// "512B", "64kB", "52.3MB", "1.2GB": units of 1,024, as the servers print them.
[[nodiscard]] std::string show_bytes(double bytes);

}  // namespace dbi::terminal
