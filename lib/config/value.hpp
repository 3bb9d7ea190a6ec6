// A configuration document in memory: scalars, lists and maps, each with the place where it stands.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace dbi::config {

/// A place in a file, both from 1.
struct Place {
  int line = 1;
  int column = 1;
};

enum class Kind : std::uint8_t { Null, Scalar, List, Map };

struct Entry;

/// A value as it was written; variables are not expanded yet.
struct Value {
  Kind kind = Kind::Null;
  Place place;
  std::string text;            ///< of a scalar
  bool plain = true;           ///< not quoted
  std::vector<Value> items;    ///< of a list
  std::vector<Entry> entries;  ///< of a map, in the order of the file

  /// The value of a key; nullptr where there is none.
  [[nodiscard]] const Value* find(std::string_view key) const;
};

/// A key with its value.
struct Entry {
  std::string key;
  Place place;  ///< of the key
  Value value;
  std::string environment;  ///< where it stands in environment_overrides: of which one; else empty
};

/// A document with the name of its file, for messages.
struct Document {
  std::string file;
  Value root;  ///< a map, or Null for an empty document

  /// "dbi.yaml:7:3".
  [[nodiscard]] std::string where(Place place) const;
  /// An error of kind Configuration: "dbi.yaml:7:3: message".
  [[nodiscard]] Error error(Place place, std::string_view message, std::string hint = {}) const;
};

}  // namespace dbi::config
