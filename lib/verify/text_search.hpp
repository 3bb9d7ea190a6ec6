// Personal data in the texts of a record: what there is, and what becomes of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "record/record.hpp"
#include "stream/writer.hpp"
#include "verify/inspector.hpp"
#include "verify/notices.hpp"
#include "verify/redactor.hpp"
#include "verify/rewrite.hpp"
#include "verify/target_watch.hpp"
#include "verify/verify_options.hpp"

namespace dbi::verify {

/// Searches the marked members of one record after the other. Not shared between threads.
class TextSearch {
 public:
  TextSearch(OnPersonal action, Scanner scanner) : action_(action), redactor_(std::move(scanner)) {}

  /// Looks into the members and tells of what is there.
  Status search(const Inspection& found, const RecordNames& names, Notices& notices, stream::Writer& out);

  /// Whether search() found something in its record.
  [[nodiscard]] bool found_any() const { return !members_.empty(); }
  [[nodiscard]] bool drops() const { return found_any() && action_ == OnPersonal::Drop; }
  /// Calls `each(std::string_view name)` with every pattern that search() found.
  template <typename Each>
  void for_each_pattern(Each each) const {
    for (std::uint64_t bits = patterns_; bits != 0; bits &= bits - 1) {
      each(redactor_.scanner().name_of(static_cast<std::size_t>(std::countr_zero(bits))));
    }
  }
  [[nodiscard]] bool tags() const { return action_ == OnPersonal::Tag; }

  /// Adds to the rewrite what has to be changed of that record: with `tag` a member, else without what was found, also
  /// where the action is to drop (a control record).
  void change(const record::Record& record, Rewrite& rewrite);
  /// Gives back what a long text took.
  void release() { redactor_.release(); }

 private:
  Status tell(const MarkedMember& marked, const RecordNames& names, Notices& notices, stream::Writer& out);
  void tag(const record::Record& record, Rewrite& rewrite) const;

  OnPersonal action_;
  Redactor redactor_;
  std::vector<MarkedMember> members_;  // in which something was found
  std::uint64_t patterns_ = 0;         // of all of them
};

}  // namespace dbi::verify
