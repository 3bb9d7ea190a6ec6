// SPDX-License-Identifier: Apache-2.0
#include "extract/view_options.hpp"

namespace dbi::extract {

void describe_view_options(cli::Tree& tree, ViewOptions& options) {
  using terminal::Color;
  tree.group("Views");
  tree.choice("--format", &options.format,
              {{"records", Format::Records, "records, for the next tool"},
               {"tree", Format::Tree, "each plan as a tree, with what is wrong below it, for a terminal"}},
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

planview::TreeLook look_of(const ViewOptions& options, int descriptor, const terminal::Environment& environment) {
  planview::TreeLook look;
  look.color = terminal::shows_color(options.color, descriptor, environment);
  look.unicode = terminal::shows_unicode(environment);
  const auto columns = terminal::columns_of(descriptor, environment);
  look.width = options.width ? *options.width : columns.value_or(look.width);
  return look;
}

}  // namespace dbi::extract
