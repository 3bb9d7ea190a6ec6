// What the command line of dbi-gen-config says.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/option.hpp"
#include "generate/sources.hpp"

namespace dbi::generate {

/// What is made of the documents.
enum class Product : std::uint8_t { Documents, Systemd, Cron, Kubernetes, Grants };

struct GenerateOptions {
  std::vector<std::string> environments;
  std::string base = "base.yaml";
  std::optional<std::string> overlays;  ///< nothing: "overlays" beside the base
  std::optional<std::string> out;       ///< nothing: "generated" beside the base; "-": standard output
  bool keep_variables = false;
  bool systemd = false;
  bool cron = false;
  bool kubernetes = false;
  bool grants = false;
  std::string image = "dbi:latest";
  // What is asked for instead of writing; at most one.
  bool check = false;
  bool diff = false;
  bool schema = false;
  bool preflight = false;
  std::optional<std::string> explain;

  [[nodiscard]] Product product() const;
};

/// Declares them, with the rules that hold between them.
void describe_generate_options(cli::Tree& tree, GenerateOptions& options);

[[nodiscard]] Sources sources_of(const GenerateOptions& options);

/// The folder of the written documents.
[[nodiscard]] std::filesystem::path folder_of(const GenerateOptions& options);

}  // namespace dbi::generate
