// What of a document matters to those who run the pipeline.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "generate/environment_document.hpp"

namespace dbi::generate {

/// The systems whose accounts are made differently.
enum class System : std::uint8_t { PostgreSql, MySql, MariaDb };

/// A server of the document, as far as its own words say it.
struct TargetFacts {
  std::string name;
  System system = System::PostgreSql;
  std::string user = "dbi_monitor";  ///< of the URL, where one stands there
  std::string database;              ///< the same; empty: none
  std::string password_file;         ///< empty: none
};

struct Deployment {
  std::string pipeline;            ///< the environment, "default" where there is none
  std::vector<std::string> tools;  ///< in the order of the pipeline
  std::vector<TargetFacts> targets;
  std::chrono::microseconds interval{std::chrono::seconds{60}};  ///< between readings
  std::string document;                                          ///< its text
};

[[nodiscard]] Deployment deployment_of(const EnvironmentDocument& document);

/// The pipeline as a command line of the shell: each tool with --config and --pipeline, `first` behind dbi-collect's.
[[nodiscard]] std::string pipeline_command(const Deployment& deployment, const std::string& config,
                                           const std::string& pipeline, const std::string& first = {});

}  // namespace dbi::generate
