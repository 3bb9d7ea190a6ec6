// From JSON, YAML and XML of PostgreSQL's EXPLAIN to a plan.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.hpp"
#include "planread/document.hpp"
#include "planread/plan.hpp"

namespace dbi::planread {

/// The places of the statements of a document, in order: what EXPLAIN prints (a list of them), what auto_explain logs
/// (one), or a bare node. Empty where it is no plan of PostgreSQL.
[[nodiscard]] std::vector<std::uint32_t> postgresql_statements(const Document& document);

/// Makes the plan of one of them. Its views point into `document` and what that points into. ErrorKind::Malformed where
/// there is no node; ErrorKind::Unsupported above Plan::kMaxNodes.
[[nodiscard]] Status read_postgresql(const Document& document, std::uint32_t statement, std::size_t source_bytes,
                                     Plan& plan);

}  // namespace dbi::planread
