// SPDX-License-Identifier: Apache-2.0
#include "run/common_options.hpp"

namespace dbi::run {

void describe_common_options(cli::Tree& tree, CommonOptions& options) {
  tree.group("Common options");
  tree.file("--config", &options.config, "read the configuration from FILE")
      .text(
          "Otherwise from the first that exists of $XDG_CONFIG_HOME/dbi/dbi.yaml and /etc/dbi/dbi.yaml, see "
          "dbi-config(5).")
      .environment("DBI_CONFIG");
  tree.toggle("--no-config", &options.no_config, "read no configuration file").no_environment();
  tree.folder("--state-dir", &options.state_dir, "keep state in DIR")
      .text("See STATE in dbi(7).")
      .environment("DBI_STATE_DIR")
      .default_text("$STATE_DIRECTORY, else ~/.local/state/dbi");
  tree.text("--pipeline", &options.pipeline, "keep the state of this pipeline apart from that of others")
      .value("NAME")
      .environment("DBI_PIPELINE");
  tree.text("--name", &options.name, "call this instance NAME")
      .text("Tells two instances of one tool in a pipeline apart.")
      .value("NAME")
      .default_text("the tool's name");
  tree.choice("--log-level", &options.log_level,
              {{"error", LogLevel::Error},
               {"warning", LogLevel::Warning},
               {"info", LogLevel::Info},
               {"debug", LogLevel::Debug}},
              "how much to tell on standard error")
      .environment("DBI_LOG_LEVEL");
  tree.toggle("-q, --quiet", &options.quiet, "tell errors only").environment("DBI_QUIET");
}

}  // namespace dbi::run
