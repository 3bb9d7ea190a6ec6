// SPDX-License-Identifier: Apache-2.0
#include "verify/text_search.hpp"

#include <bit>
#include <string>

#include "record/builder.hpp"

namespace dbi::verify {

Status TextSearch::search(const Inspection& found, const RecordNames& names, Notices& notices, stream::Writer& out) {
  members_.clear();
  patterns_ = 0;
  for (const MarkedMember& marked : found.personal) {
    redactor_.clear();
    if (!redactor_.search(marked.member->value)) continue;
    patterns_ |= redactor_.found();
    members_.push_back(marked);
    DBI_TRY(tell(marked, names, notices, out));
  }
  return {};
}

Status TextSearch::tell(const MarkedMember& marked, const RecordNames& names, Notices& notices, stream::Writer& out) {
  for (std::uint64_t bits = redactor_.found(); bits != 0; bits &= bits - 1) {
    DBI_TRY(notices.tell(
        {.event = "personal_data",
         .target = names.target,
         .kind = names.kind,
         .member = marked.rule->name,
         .check = redactor_.scanner().name_of(static_cast<std::size_t>(std::countr_zero(bits))),
         .words = tags() ? "holds personal data or a secret" : "held personal data or a secret",
         .remedy = "Pass values as parameters, so that they are no part of the text; for a name of an application, "
                   "choose another. Where the pattern is wrong, leave it out of --patterns."},
        out));
  }
  return {};
}

void TextSearch::change(const record::Record& record, Rewrite& rewrite) {
  if (tags()) return tag(record, rewrite);
  for (const MarkedMember& marked : members_) {
    redactor_.redact(marked.member->value, rewrite.replace(*marked.member));
  }
}

void TextSearch::tag(const record::Record& record, Rewrite& rewrite) const {
  std::string& json = rewrite.set(record, "personal_data");
  for_each_pattern([&json](std::string_view name) {
    json += json.empty() ? "[" : ",";
    record::append_json_text(json, name);
  });
  json += ']';
}

}  // namespace dbi::verify
