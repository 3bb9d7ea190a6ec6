// SPDX-License-Identifier: Apache-2.0
#include "record/names.hpp"

#include <algorithm>
#include <tuple>

#include "record/escape.hpp"
#include "record/record.hpp"

namespace dbi::record {

std::size_t NameSorter::find_repeated(std::span<const Member> members) {
  std::size_t bytes = 0;
  for (const Member& member : members) bytes += member.raw_name.size();
  unescaped_.clear();
  unescaped_.reserve(bytes);  // the views below stay valid: no text is longer than its raw form
  entries_.clear();
  for (std::size_t i = 0; i < members.size(); ++i) {
    std::string_view name = members[i].raw_name;
    if (name.find('\\') != std::string_view::npos) {
      const std::size_t begin = unescaped_.size();
      unescape(name, LoneSurrogate::Keep, unescaped_);
      name = std::string_view(unescaped_).substr(begin);
    }
    entries_.push_back({name, i});
  }
  std::sort(entries_.begin(), entries_.end(),
            [](const Entry& a, const Entry& b) { return std::tie(a.name, a.index) < std::tie(b.name, b.index); });
  const auto repeated = std::adjacent_find(entries_.begin(), entries_.end(),
                                           [](const Entry& a, const Entry& b) { return a.name == b.name; });
  return repeated == entries_.end() ? members.size() : std::next(repeated)->index;
}

}  // namespace dbi::record
