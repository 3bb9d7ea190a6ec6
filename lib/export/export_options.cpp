// SPDX-License-Identifier: Apache-2.0
#include "export/export_options.hpp"

#include <chrono>

namespace dbi::exporting {

using namespace std::chrono_literals;
using terminal::Color;

void describe_export_options(cli::Tree& tree, ExportOptions& options) {
  tree.group("Delivery");
  tree.texts("--to", &options.to,
             "deliver to SINK: table, ndjson:PATH, sqlite:PATH; may be given several times; on a terminal the default "
             "is table")
      .value("SINK")
      .key("exporter.to")
      .repeatable();
  tree.toggle("--fail-on-scrape", &options.fail_on_scrape, "exit with 4 if a target's scrape has failed");
  tree.group("Table");
  tree.choice("--color", &options.color,
              {{"auto", Color::Auto, "on a terminal, unless NO_COLOR is set"},
               {"always", Color::Always, "always"},
               {"never", Color::Never, "never"}},
              "when the table is coloured");
  tree.integer("--rows", &options.rows, "show up to N statements of a target").value("N").range(1, 5000);
  tree.integer("--width", &options.width, "columns of a table that goes to no terminal").value("N").range(40, 10000);
  tree.group("NDJSON files");
  tree.size("--rotate-size", &options.rotate_size, "start a new file before one has more than SIZE")
      .key("exporter.rotate_size")
      .at_least(1);
  tree.duration("--rotate-age", &options.rotate_age, "start a new file when one is older than DURATION")
      .key("exporter.rotate_age")
      .at_least(1s);
  tree.integer("--keep-files", &options.keep_files, "keep at most N rotated files")
      .value("N")
      .key("exporter.keep_files");
  tree.size("--keep-bytes", &options.keep_bytes, "keep rotated files of at most SIZE in all")
      .key("exporter.keep_bytes");
  tree.group("SQLite");
  tree.duration("--retain", &options.retain, "delete rows that are older than DURATION")
      .key("exporter.retain")
      .at_least(1s);
  tree.choice("--uncounted", &options.uncounted,
              {{"refuse", false, "what arrived of it is counted as dropped"},
               {"allow", true, "it is stored as it came; for pipes in which something takes records out"}},
              "what becomes of a cycle that lacks records which no `dropped` record counts")
      .key("exporter.uncounted");
}

}  // namespace dbi::exporting
