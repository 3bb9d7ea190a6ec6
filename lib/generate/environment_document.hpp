// The configuration of one environment: base and overlay as one document, checked against the tables of all tools.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "cli/parser.hpp"
#include "config/value.hpp"
#include "generate/sources.hpp"
#include "generate/tool_table.hpp"

namespace dbi::generate {

/// What all environments of a run have in common.
struct Setup {
  Sources sources;
  bool keep_variables = false;  ///< they stay in the text; what they stand for is checked all the same
  cli::EnvironmentLookup environment;
  MakeTables tables;
};

struct EnvironmentDocument {
  std::string environment;        ///< empty: none was chosen
  config::Document document;      ///< merged, `environment_overrides` in; variables are not expanded
  std::vector<ToolTable> tables;  ///< with the document's values in their options
  std::vector<Error> errors;      ///< everything that is wrong, ErrorKind::Configuration; the rest holds without any
  config::Document expanded;      ///< the same as it is written
  std::string text;               ///< what is written: the same bytes for the same sources and variables

  [[nodiscard]] bool good() const { return errors.empty(); }
};

/// Reads, merges and checks. What is written was checked like every tool would check it, and:
///   - a section that no tool reads is an error, since nothing in it can be checked;
///   - so is a rule of dbi-sample whose member no tool before it in the pipeline writes.
/// `environment_overrides` of the base come before the overlay, those of the overlay after it. The text says where it
/// comes from; options marked secret keep their variable. With an empty `environment` there is no overlay, and the
/// base's own choice (DBI_ENV, `environment:`) holds.
[[nodiscard]] EnvironmentDocument make_document(const Setup& setup, const std::string& environment);

}  // namespace dbi::generate
