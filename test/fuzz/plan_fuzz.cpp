// Any bytes as a plan in any format: no crash, no endless loop, a tree that is one and can be judged, and what is
// redacted stays bounded.
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "plan/analysis.hpp"
#include "planread/plan_reader.hpp"
#include "planread/redact.hpp"

using namespace dbi;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check_tree(const planread::Plan& plan) {
  const auto nodes = plan.nodes();
  require(!nodes.empty() && nodes.front().end == nodes.size());
  for (std::uint32_t place = 0; place < nodes.size(); ++place) {
    const planread::Node& node = nodes[place];
    require(node.end > place && node.end <= nodes.size());
    if (place == 0) continue;
    require(node.parent < place && nodes[node.parent].end >= node.end);
    require(node.depth == nodes[node.parent].depth + 1);
  }
  for (const planread::Group& group : plan.groups()) {
    require(group.node == planread::kNoNode || group.node < nodes.size());
    require(plan.properties(group).size() == group.properties);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static planread::PlanReader reader;
  static plan::Analysis analysis;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (!reader.open(text)) return 0;
  for (std::size_t index = 0; index < reader.count() && index < 4; ++index) {
    if (!reader.read(index)) continue;
    check_tree(reader.plan());
    analysis.compute(reader.plan());
    require(analysis.fingerprint().subtrees().size() == reader.plan().nodes().size());
    for (const plan::Finding& finding : analysis.findings()) {
      require(finding.node == plan::kWholePlan || finding.node < reader.plan().nodes().size());
    }
  }
  std::string redacted;
  planread::RedactionFaults faults;
  reader.redact(redacted, faults);
  // A literal of one byte becomes a length and a hash.
  require(redacted.size() <= 16 * size + 1024);
  return 0;
}
