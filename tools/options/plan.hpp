// The whole flag table of dbi-plan.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extract/extract_options.hpp"
#include "extract/view_options.hpp"
#include "run/filter_options.hpp"

namespace dbi::tools {

struct PlanToolOptions {
  extract::ExtractOptions extract;
  extract::ViewOptions view;
  run::FilterOptions filter;
};

inline bool is_view(const PlanToolOptions& options) {
  return options.view.format != extract::Format::Records;
}

inline Status check(const PlanToolOptions& options) {
  DBI_TRY(extract::check_view_options(options.view, options.extract));
  const bool bare =
      options.extract.input == extract::InputKind::Plans || options.extract.input == extract::InputKind::Log;
  if (!options.filter.resume || (!bare && !is_view(options))) return {};
  return fail(ErrorKind::Usage, "--resume goes on between records, of which plans, logs and views have none",
              "Leave out --resume.");
}

inline void describe(cli::Tree& tree, PlanToolOptions& options) {
  extract::describe_view_options(tree, options.view);
  extract::describe_extract_options(tree, options.extract);
  run::describe_filter_options(tree, options.filter, "records, plans or logs");
  run::describe_replay_option(tree, options.filter);
  tree.check([&options] { return check(options); });
}

}  // namespace dbi::tools
