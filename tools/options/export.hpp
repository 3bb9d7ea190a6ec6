// The whole flag table of dbi-export.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "export/export_options.hpp"
#include "run/filter_options.hpp"

namespace dbi::tools {

struct ExportToolOptions {
  exporting::ExportOptions delivery;
  run::FilterOptions filter;
};

inline void describe(cli::Tree& tree, ExportToolOptions& options) {
  exporting::describe_export_options(tree, options.delivery);
  run::describe_filter_options(tree, options.filter);
}

}  // namespace dbi::tools
