// What a cycle spent and what it could not get, gathered over its reads.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "collect/source_error.hpp"

namespace dbi::collect {

struct CycleAccount {
  std::map<std::string, SourceCost> cost;
  std::vector<SourceError> errors;
  bool read = false;  ///< a source that was asked for gave its rows

  void spend(std::string_view source, const SourceCost& cost);
  /// An answer that is none of its form.
  void refuse(std::string_view source, const Error& error);
};

}  // namespace dbi::collect
