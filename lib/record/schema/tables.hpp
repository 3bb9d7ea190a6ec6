// The member tables, one a kind; schema.cpp puts them in order.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "record/schema/schema.hpp"

namespace dbi::record::schema {

[[nodiscard]] std::span<const MemberRow> query_stats_members();
[[nodiscard]] std::span<const MemberRow> session_members();
[[nodiscard]] std::span<const MemberRow> lock_wait_members();
[[nodiscard]] std::span<const MemberRow> query_sample_members();
[[nodiscard]] std::span<const MemberRow> plan_members();
[[nodiscard]] std::span<const MemberRow> error_members();
[[nodiscard]] std::span<const MemberRow> scrape_members();
[[nodiscard]] std::span<const MemberRow> event_members();
[[nodiscard]] std::span<const MemberRow> dropped_members();

}  // namespace dbi::record::schema
