// The whole flag table of dbi-sample.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run/filter_options.hpp"
#include "sampling/sampler_options.hpp"

namespace dbi::tools {

struct SampleToolOptions {
  sampling::SamplerOptions sampling;
  run::FilterOptions filter;
};

inline void describe(cli::Tree& tree, SampleToolOptions& options) {
  sampling::describe_sampler_options(tree, options.sampling);
  run::describe_filter_options(tree, options.filter);
  run::describe_clock_options(tree, options.filter);
}

}  // namespace dbi::tools
