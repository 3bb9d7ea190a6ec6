// The whole flag table of dbi-verify.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run/filter_options.hpp"
#include "verify/verify_options.hpp"

namespace dbi::tools {

struct VerifyToolOptions {
  verify::VerifyOptions verify;
  run::FilterOptions filter;
  bool report = false;
};

inline void describe(cli::Tree& tree, VerifyToolOptions& options) {
  tree.group("Report");
  tree.toggle("--report", &options.report, "write tables of what there is, for people, instead of records")
      .text("By the records' own time, and without state, as with --replay.")
      .no_environment();
  verify::describe_verify_options(tree, options.verify);
  run::describe_filter_options(tree, options.filter);
  run::describe_replay_option(tree, options.filter);
}

}  // namespace dbi::tools
