// What a plan says of its whole statement, the same words in every view.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/analysis.hpp"
#include "planview/heading.hpp"
#include "planview/node_words.hpp"

namespace dbi::planview {

/// Title, else the beginning of the statement, else the root's name.
[[nodiscard]] std::string title(const plan::Analysis& analysis, const Heading& heading);

/// The statement: the heading's, else the one that the plan has, without its literals unless they are kept.
[[nodiscard]] std::string statement(const plan::Analysis& analysis, const Heading& heading);

/// Whether the statement was executed (ANALYZE), so that there is more than estimates.
[[nodiscard]] bool has_run(const planread::Plan& plan);

/// The sentence that stands where there is no finding.
[[nodiscard]] std::string_view no_findings(const planread::Plan& plan);

/// Milliseconds that the execution took: as told, else the root's. Nothing without ANALYZE.
[[nodiscard]] std::optional<double> execution_ms(const plan::Analysis& analysis, const Heading& heading);

/// "p1:p:3fa91c02": enough of plan_hash to tell plans apart by the eye.
[[nodiscard]] std::string short_hash(const plan::Analysis& analysis);

/// Planning, JIT, workers, triggers and the rest, each where there is any.
[[nodiscard]] std::vector<Detail> statement_figures(const plan::Analysis& analysis);

}  // namespace dbi::planview
