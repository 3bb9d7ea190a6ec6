// Reads the small files of proc(5) and the like. Private to the module.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace dbi::resource {

/// The first 4 KiB, in one read(2); empty where that fails.
[[nodiscard]] std::string read_short(const char* path);

}  // namespace dbi::resource
