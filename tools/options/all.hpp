// The flag tables of all tools of the pipeline, in its order.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "breaker.hpp"
#include "collect/collect_table.hpp"
#include "export.hpp"
#include "generate/tool_table.hpp"
#include "plan.hpp"
#include "ratelimit.hpp"
#include "run/tool.hpp"
#include "sample.hpp"
#include "verify.hpp"

namespace dbi::tools {

template <typename Options>
generate::ToolTable table_of(const char* tool, void (*describe)(cli::Tree&, Options&)) {
  return generate::make_table<Options>(tool, [tool, describe](cli::Tree& tree, Options& options) {
    tree.environment_prefix(run::environment_prefix(tool));
    describe(tree, options);
  });
}

/// Made anew by each call; dbi-gen-config, which writes documents, is none of them.
inline std::vector<generate::ToolTable> all_tables() {
  return {table_of("dbi-collect", collect::describe_collect_options),
          table_of<VerifyToolOptions>("dbi-verify", describe),
          table_of<PlanToolOptions>("dbi-plan", describe),
          table_of<SampleToolOptions>("dbi-sample", describe),
          table_of<BreakerToolOptions>("dbi-breaker", describe),
          table_of<RatelimitToolOptions>("dbi-ratelimit", describe),
          table_of<ExportToolOptions>("dbi-export", describe)};
}

}  // namespace dbi::tools
