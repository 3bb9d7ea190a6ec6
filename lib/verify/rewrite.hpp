// Writes a record with some of its members changed, taken out or added.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "record/record.hpp"

namespace dbi::verify {

/// Changes to one record, gathered and then written. Reuses its memory. Not shared between threads.
class Rewrite {
 public:
  /// Forgets what was gathered.
  void clear() { count_ = 0; }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  /// The same, and gives back its memory.
  void release() {
    clear();
    changes_.clear();
  }

  /// The text that takes the place of the member's value, to be filled with a JSON value; valid until the next call.
  /// The member is one of the record's.
  std::string& replace(const record::Member& member);
  void remove(const record::Member& member) { slot(&member).kind = Kind::Remove; }
  /// The same for a member of that name, which is added at the end where there is none; `name` outlives the rewrite.
  std::string& set(const record::Record& record, std::string_view name);

  /// Appends the record: what is not changed, white space included, as its own bytes. No line end is added.
  void write(const record::Record& record, std::string& out) const;

 private:
  enum class Kind { Replace, Remove, Add };
  struct Change {
    const record::Member* member = nullptr;
    std::string_view name;
    Kind kind = Kind::Replace;
    std::string json;
  };

  Change& slot(const record::Member* member);
  [[nodiscard]] const Change* find(const record::Member* member) const;

  std::vector<Change> changes_;  // the first count_ of them
  std::size_t count_ = 0;
};

}  // namespace dbi::verify
