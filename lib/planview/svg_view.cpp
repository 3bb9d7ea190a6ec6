// SPDX-License-Identifier: Apache-2.0
#include "planview/svg_view.hpp"

#include <fmt/format.h>

#include <iterator>

#include "planview/flame_svg.hpp"
#include "planview/markup.hpp"
#include "planview/statement_words.hpp"

namespace dbi::planview {

namespace {

constexpr std::size_t kMargin = 16;
constexpr std::size_t kLine = 20;

constexpr std::string_view kStyle = R"(.page{fill:#fff}
.title{font:600 15px ui-sans-serif,system-ui,sans-serif;fill:#1c2128}
.note{font:12px ui-sans-serif,system-ui,sans-serif;fill:#57606a}
@media (prefers-color-scheme:dark){.page{fill:#0d1117}.title{fill:#f0f3f6}.note{fill:#9da7b1}}
)";

}  // namespace

void SvgView::write_line(const char* kind, std::string_view text) {
  height_ += kLine;
  fmt::format_to(std::back_inserter(body_), "<text class=\"{}\" x=\"0\" y=\"{}\">", kind, height_ - 6);
  append_escaped(text, body_);
  body_.append("</text>\n");
}

void SvgView::show(const plan::Analysis& analysis, const Heading& heading, std::string& /*out*/) {
  if (shown_ == kMaxGraphs || body_.size() > kMaxGraphBytes) {
    ++left_out_;
    return;
  }
  const Flame flame = flame_of(analysis);
  const FlameSize size = flame_size(analysis, flame);
  if (++shown_ > 1) height_ += kMargin;
  write_line("title", title(analysis, heading));
  write_line("note", flame_caption(flame, size));
  append_flame(analysis, flame, height_, {}, body_);
  height_ += size.height;
}

void SvgView::end(std::string& out) {
  if (shown_ == 0) write_line("title", "There was no plan.");
  if (left_out_ > 0) write_line("note", fmt::format("{} more plans are not shown.", left_out_));
  const std::size_t width = kFlameWidth + 2 * kMargin;
  const std::size_t height = height_ + 2 * kMargin;
  fmt::format_to(std::back_inserter(out),
                 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                 "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" "
                 "role=\"img\" aria-label=\"Where the time of plans went\">\n<style>\n",
                 width, height);
  out.append(flame_style()).append(kStyle).append("</style>\n");
  fmt::format_to(std::back_inserter(out), "<rect class=\"page\" width=\"{0}\" height=\"{1}\"/>\n", width, height);
  fmt::format_to(std::back_inserter(out), "<svg x=\"{0}\" y=\"{0}\" width=\"{1}\" height=\"{2}\">\n", kMargin,
                 kFlameWidth, height_);
  out.append(body_).append("</svg>\n</svg>\n");
}

}  // namespace dbi::planview
