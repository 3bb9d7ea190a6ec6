// SPDX-License-Identifier: Apache-2.0
#include "planview/flame_svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "planview/markup.hpp"
#include "planview/node_words.hpp"
#include "planview/tree.hpp"
#include "terminal/figures.hpp"

namespace dbi::planview {

namespace {

// Narrower frames cannot be seen.
constexpr double kNarrowest = 0.5;
// A letter of the labels is about as wide.
constexpr double kLetter = 6.6;

double width_of(const Frame& frame) {
  return frame.size * static_cast<double>(kFlameWidth);
}

bool is_drawn(const planread::Node& node, const Frame& frame) {
  return node.depth <= kFlameLevels && width_of(frame) >= kNarrowest;
}

// By the share of the whole that the node took itself.
char heat(double self) {
  constexpr double kFrom[] = {0.02, 0.1, 0.25, 0.5};
  return static_cast<char>(
      '0' + std::distance(std::begin(kFrom), std::upper_bound(std::begin(kFrom), std::end(kFrom), self)));
}

// What is seen of the name at all; the frame cuts off the rest of a letter.
std::string_view beginning(std::string_view name, double width) {
  std::size_t letters = static_cast<std::size_t>(width / kLetter) + 1;
  std::size_t bytes = 0;
  while (bytes < name.size() && letters > 0) {
    ++bytes;
    while (bytes < name.size() && (static_cast<unsigned char>(name[bytes]) & 0xC0U) == 0x80U) ++bytes;
    --letters;
  }
  return name.substr(0, bytes);
}

}  // namespace

FlameSize flame_size(const plan::Analysis& analysis, const Flame& flame) {
  FlameSize size;
  if (flame.measure == Measure::None) return size;
  const auto nodes = analysis.plan().nodes();
  std::size_t levels = 0;
  for (std::size_t node = 0; node < nodes.size(); ++node) {
    if (is_drawn(nodes[node], flame.frames[node])) {
      levels = std::max<std::size_t>(levels, nodes[node].depth);
    } else {
      ++size.left_out;
    }
  }
  size.height = levels * kFlameRow;
  return size;
}

void append_flame(const plan::Analysis& analysis, const Flame& flame, std::size_t top, std::string_view target,
                  std::string& out) {
  if (flame.measure == Measure::None) return;
  const planread::Plan& plan = analysis.plan();
  constexpr std::size_t kGap = 1;
  constexpr double kLabelled = 24;  // a narrower frame has no room for a word
  for (std::uint32_t node = 0; node < plan.nodes().size(); ++node) {
    const planread::Node& at = plan.nodes()[node];
    const Frame& frame = flame.frames[node];
    if (!is_drawn(at, frame)) continue;
    const double left = frame.begin * static_cast<double>(kFlameWidth);
    const double width = width_of(frame);
    const std::size_t y = top + (at.depth - 1) * kFlameRow;
    const std::string words = name(plan, at);
    const bool linked = !target.empty() && node < kMaxTreeNodes;
    if (linked) fmt::format_to(std::back_inserter(out), "<a href=\"#{}{}\" tabindex=\"-1\">", target, node + 1);
    fmt::format_to(std::back_inserter(out), "<g class=\"frame h{}\"><title>", heat(frame.self));
    append_escaped(words, out);
    append_escaped(fmt::format(": itself {}; with all below {}", show_self(flame, node), show_share(frame.size)), out);
    out.append("</title>");
    fmt::format_to(std::back_inserter(out), "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>", fixed(left), y,
                   fixed(std::max(width - static_cast<double>(kGap), kNarrowest)), kFlameRow - kGap);
    if (width >= kLabelled) {
      fmt::format_to(std::back_inserter(out),
                     "<svg x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"><text x=\"4\" y=\"15\">", fixed(left), y,
                     fixed(width - 4), kFlameRow);
      append_escaped(beginning(words, width), out);
      out.append("</text></svg>");
    }
    out.append("</g>");
    if (linked) out.append("</a>");
    out.push_back('\n');
  }
}

std::string_view flame_style() {
  return R"(.frame rect{stroke:none}
.frame text{font:12px ui-sans-serif,system-ui,sans-serif;fill:#1c2128}
.h0 rect{fill:#e4e8ec}.h1 rect{fill:#f7e3a8}.h2 rect{fill:#f5c572}.h3 rect{fill:#ef9f5f}.h4 rect{fill:#e9806e}
.frame:hover rect{stroke:#1c2128;stroke-width:1}
@media (prefers-color-scheme:dark){.frame text{fill:#f0f3f6}
.h0 rect{fill:#30363d}.h1 rect{fill:#5c4a14}.h2 rect{fill:#7a4f0d}.h3 rect{fill:#8f3f11}.h4 rect{fill:#a1302b}
.frame:hover rect{stroke:#f0f3f6}}
)";
}

std::string flame_caption(const Flame& flame, const FlameSize& size) {
  if (flame.measure == Measure::None) return "The plan has neither times nor costs to draw.";
  std::string caption =
      flame.measure == Measure::Time
          ? fmt::format("Time of each node with all below it, {} in all", terminal::show_ms(flame.total))
          : fmt::format("Cost of each node with all below it, {} in all", terminal::show_count(flame.total));
  caption.append("; the colour is what it took itself.");
  if (size.left_out > 0) {
    caption += fmt::format(" {} node{} narrower than can be seen or too deep.", size.left_out,
                           size.left_out == 1 ? " is" : "s are");
  }
  return caption;
}

}  // namespace dbi::planview
