// A configuration document in memory: scalars, lists and maps, each with the place where it stands.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace dbi::config {

/// A place in a file, line and column from 1.
struct Place {
  int line = 1;
  int column = 1;
  std::uint16_t file = 0;  ///< index into Document::files
};

enum class Kind : std::uint8_t { Null, Scalar, List, Map };

struct Entry;

/// A value as it was written; variables are not expanded yet.
struct Value {
  Kind kind = Kind::Null;
  Place place;
  std::string text;            ///< of a scalar
  bool plain = true;           ///< not quoted
  bool remove = false;         ///< tagged !remove, which an overlay writes where it takes something away
  std::vector<Value> items;    ///< of a list
  std::vector<Entry> entries;  ///< of a map, in the order of the file

  /// The value of a key; nullptr where there is none.
  [[nodiscard]] const Value* find(std::string_view key) const;
  /// What a map calls itself, its scalar `name`: items of lists are told apart by it. nullptr where there is none.
  [[nodiscard]] const std::string* name() const;
};

/// A key with its value.
struct Entry {
  std::string key;
  Place place;  ///< of the key
  Value value;
  std::string environment;  ///< where it stands in environment_overrides: of which one; else empty
};

/// A document with the names of the files that it was made of, for messages.
struct Document {
  std::vector<std::string> files;  ///< one, or more where documents were merged; never empty
  Value root;                      ///< a map, or Null for an empty document
  std::vector<Error> faults;       ///< what the reader did not like and could read past, in the order of the file

  /// "dbi.yaml:7:3".
  [[nodiscard]] std::string where(Place place) const;
  /// An error of kind Configuration: "dbi.yaml:7:3: message".
  [[nodiscard]] Error error(Place place, std::string_view message, std::string hint = {}) const;
};

}  // namespace dbi::config
