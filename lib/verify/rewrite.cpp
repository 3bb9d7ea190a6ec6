// SPDX-License-Identifier: Apache-2.0
#include "verify/rewrite.hpp"

#include "record/builder.hpp"

namespace dbi::verify {

Rewrite::Change& Rewrite::slot(const record::Member* member) {
  for (std::size_t i = 0; member != nullptr && i < count_; ++i) {
    if (changes_[i].member == member) return changes_[i];
  }
  if (count_ == changes_.size()) changes_.emplace_back();
  Change& change = changes_[count_++];
  change.member = member;
  change.json.clear();
  return change;
}

std::string& Rewrite::replace(const record::Member& member) {
  Change& change = slot(&member);
  change.kind = Kind::Replace;
  change.json.clear();
  return change.json;
}

std::string& Rewrite::set(const record::Record& record, std::string_view name) {
  if (const auto* member = record.find(name)) return replace(*member);
  Change& change = slot(nullptr);
  change.kind = Kind::Add;
  change.name = name;
  return change.json;
}

const Rewrite::Change* Rewrite::find(const record::Member* member) const {
  for (std::size_t i = 0; i < count_; ++i) {
    if (changes_[i].member == member) return &changes_[i];
  }
  return nullptr;
}

void Rewrite::write(const record::Record& record, std::string& out) const {
  const std::string_view line = record.line();
  const char* at = line.data() + line.find('{') + 1;  // behind what was copied or passed over
  out.append(line.data(), at);
  bool any = false;            // a member was written
  bool before_is_ours = true;  // the bytes before this member, a comma among them, can be copied as they stand
  for (const record::Member& member : record.members()) {
    const char* name = member.raw_name.data() - 1;
    const std::string_view value = member.value.raw();
    const Change* change = find(&member);
    if (change != nullptr && change->kind == Kind::Remove) {
      before_is_ours = false;
    } else {
      if (before_is_ours) {
        out.append(at, name);
      } else if (any) {
        out.push_back(',');
      }
      out.append(name, value.data()).append(change == nullptr ? value : std::string_view(change->json));
      any = true;
      before_is_ours = true;
    }
    at = value.data() + value.size();
  }
  for (std::size_t i = 0; i < count_; ++i) {
    if (changes_[i].kind != Kind::Add) continue;
    if (any) out.push_back(',');
    record::append_json_text(out, changes_[i].name);
    out.append(":").append(changes_[i].json);
    any = true;
  }
  out.append(at, line.data() + line.size());
}

}  // namespace dbi::verify
