// Plans that are packed into less room.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace dbi::extract {

/// An LZ4 frame with the size of its content, in base64 (RFC 4648, padded): `base64 -d | lz4 -d` gives the text back.
/// The same text gives the same bytes. Appends to `out`.
void append_packed(std::string_view text, std::string& out);

/// Appends base64 of the bytes.
void append_base64(std::string_view bytes, std::string& out);

}  // namespace dbi::extract
