// SPDX-License-Identifier: Apache-2.0
#include "extract/view_options.hpp"

#include "planview/html_view.hpp"
#include "planview/svg_view.hpp"
#include "planview/tree.hpp"

namespace dbi::extract {

namespace {

planview::TreeLook look_of(const ViewOptions& options, int descriptor, const terminal::Environment& environment) {
  planview::TreeLook look;
  look.color = terminal::shows_color(options.color, descriptor, environment);
  look.unicode = terminal::shows_unicode(environment);
  const auto columns = terminal::columns_of(descriptor, environment);
  look.width = options.width ? *options.width : columns.value_or(look.width);
  return look;
}

}  // namespace

void describe_view_options(cli::Tree& tree, ViewOptions& options) {
  using terminal::Color;
  tree.group("Views");
  tree.choice("--format", &options.format,
              {{"records", Format::Records, "records, for the next tool"},
               {"tree", Format::Tree, "each plan as a tree, with what is wrong below it, for a terminal"},
               {"html", Format::Html, "one page for a browser: findings, flame graph and tree; it loads nothing"},
               {"svg", Format::Svg, "a flame graph of each plan, as one SVG document"}},
              "what is written");
  tree.choice("--color", &options.color,
              {{"auto", Color::Auto, "on a terminal, unless NO_COLOR is set"},
               {"always", Color::Always, "always"},
               {"never", Color::Never, "never"}},
              "when a tree is coloured");
  static_assert(planview::kMinTreeWidth == 40);
  tree.integer("--width", &options.width, "columns of a tree")
      .value("N")
      .range(40, 10'000)
      .default_text("COLUMNS of the environment, else those of the terminal, else 100");
}

Status check_view_options(const ViewOptions& view, const ExtractOptions& options) {
  if (view.format == Format::Records || !options.gate.wanted()) return {};
  return fail(ErrorKind::Usage, "--baseline, --save-baseline and --fail-on go with records, not with a view",
              "Run dbi-plan twice: once for the eyes, once without --format.");
}

std::unique_ptr<planview::View> make_view(const ViewOptions& options, int descriptor,
                                          const terminal::Environment& environment) {
  if (options.format == Format::Html) return std::make_unique<planview::HtmlView>();
  if (options.format == Format::Svg) return std::make_unique<planview::SvgView>();
  return std::make_unique<planview::TreeView>(look_of(options, descriptor, environment));
}

}  // namespace dbi::extract
