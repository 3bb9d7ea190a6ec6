// What the collector's own state files have in common: how they begin, and how a member is written.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "collect/json_cursor.hpp"
#include "state/document.hpp"

namespace dbi::collect {

/// {"format":"texts","version":1 and no brace: more members follow.
[[nodiscard]] std::string begin_state_text(const state::DocumentFormat& format);

/// Appends a comma, the name, which needs no escape, and the text.
void append_member(std::string& out, std::string_view name, std::string_view text);

/// Reads a member's value.
using ReadMember = std::function<void(JsonCursor& cursor, std::string_view name)>;

/// Reads what begins like that; `path` is for messages. Fails with ErrorKind::Malformed for damage, with State for a
/// newer version, whose members are not read.
Status read_state_text(const std::filesystem::path& path, const state::DocumentFormat& format, std::string_view text,
                       const ReadMember& read_member);

}  // namespace dbi::collect
