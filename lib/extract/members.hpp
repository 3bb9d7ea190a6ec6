// Members of a record that are to be set: names, and values as JSON.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "record/builder.hpp"
#include "record/record.hpp"

namespace dbi::extract {

/// A list in the order of the calls; names are constants and distinct. A value that does not apply (an empty text,
/// nothing, a number that is not finite) adds no member. Reusable: after warm-up nothing is allocated. Copies own their
/// values.
class Members {
 public:
  void clear() {
    json_.clear();
    end_ = 0;
    entries_.clear();
  }

  void text(std::string_view name, std::string_view value);
  void number(std::string_view name, std::optional<double> value);
  void flag(std::string_view name, bool value);
  void texts(std::string_view name, const std::vector<std::string_view>& values);
  /// Where a value that is JSON already can be appended; end(name) makes a member of what came since the last.
  std::string& json() { return json_; }
  void end(std::string_view name);

  void remove(std::string_view name);

  /// The value of a member as JSON, empty where it is not there.
  [[nodiscard]] std::string_view find(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return !find(name).empty(); }
  [[nodiscard]] std::size_t bytes() const { return json_.size() + entries_.size() * sizeof(Entry); }

  /// Adds all to a record that is being built.
  void write(record::Builder& builder) const;
  /// The same for record::splice; views into this object.
  void changes(std::vector<record::Change>& out) const;

 private:
  struct Entry {
    std::string_view name;
    std::size_t begin;
    std::size_t end;
  };
  [[nodiscard]] std::string_view json_of(const Entry& entry) const {
    return std::string_view(json_).substr(entry.begin, entry.end - entry.begin);
  }

  std::string json_;
  std::size_t end_ = 0;  // of json_: behind the last value
  std::vector<Entry> entries_;
};

}  // namespace dbi::extract
