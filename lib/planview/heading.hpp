// What a view says of a plan beside the plan itself.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace dbi::planview {

/// All may be empty. Texts are shown as they are: whoever calls has redacted them.
struct Heading {
  std::string_view title = {};             ///< plan_name, a file's name
  std::string_view query = {};             ///< the statement
  std::string_view system = {};            ///< "postgresql", "mysql", "mariadb"
  std::string_view source = {};            ///< plan_source
  std::string_view database = {};          ///< where it ran
  std::optional<double> duration_ms = {};  ///< of the execution, as a log has it
  bool keep_literals = false;              ///< conditions of the plan are shown as they are, too
};

}  // namespace dbi::planview
