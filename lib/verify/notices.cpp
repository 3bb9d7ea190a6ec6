// SPDX-License-Identifier: Apache-2.0
#include "verify/notices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text_key.hpp"
#include "record/builder.hpp"
#include "record/text_of.hpp"

namespace dbi::verify {

namespace {

constexpr std::string_view kLineKind = "verify_notice";

std::string message_of(const Notice& notice, std::uint64_t records) {
  std::string message;
  if (!notice.kind.empty()) message += fmt::format("{}: ", notice.kind);
  if (!notice.member.empty()) message += fmt::format("member '{}' ", notice.member);
  message += notice.words;
  if (records > 1) message += fmt::format(" ({} records)", records);
  return message;
}

}  // namespace

Status Notices::tell(const Notice& notice, stream::Writer& out) {
  const Timestamp now = clock_->now();
  const std::string& key = key_of(notice);
  Entry* entry = entries_.find(key);
  if (entry != nullptr && !count_only_ && now >= entry->told && now - entry->told < interval_) {
    ++entry->counted;
    return {};
  }
  if (entry == nullptr) entry = &put(key, notice);
  if (count_only_) {
    ++entry->counted;
    return {};
  }
  const std::uint64_t records = entry->counted + 1;
  entry->told = now;
  entry->counted = 0;
  return write(notice, records, out);
}

Notices::Entry& Notices::put(const std::string& key, const Notice& notice) {
  Entry& entry = entries_.put(key);
  entry = {.event = std::string(notice.event),
           .target = std::string(notice.target),
           .kind = std::string(notice.kind),
           .member = std::string(notice.member),
           .check = std::string(notice.check),
           .words = std::string(notice.words),
           .remedy = std::string(notice.remedy),
           .severity = notice.severity,
           .told = {},
           .counted = 0};
  return entry;
}

Status Notices::tell_now(const Notice& notice, stream::Writer& out) {
  return count_only_ ? tell(notice, out) : write(notice, 0, out);
}

Status Notices::end(stream::Writer& out) {
  Status status;
  entries_.for_each([&](const std::string& /*key*/, Entry& entry) {
    if (!status || entry.counted == 0) return;
    status = write(notice_of(entry), entry.counted, out);
    entry.counted = 0;
  });
  return status;
}

Notice Notices::notice_of(const Entry& entry) {
  return {.event = entry.event,
          .severity = entry.severity,
          .target = entry.target,
          .kind = entry.kind,
          .member = entry.member,
          .check = entry.check,
          .words = entry.words,
          .remedy = entry.remedy,
          .quality_score = {},
          .distinct_values = {}};
}

Status Notices::write(const Notice& notice, std::uint64_t records, stream::Writer& out) const {
  const std::string message = message_of(notice, records);
  record::write_event(out.buffer(),
                      {.tool = tool_,
                       .name = name_,
                       .target = notice.target,
                       .event = notice.event,
                       .severity = notice.severity,
                       .message = message},
                      clock_->stamp(), [&](record::Builder& builder) {
                        const auto text = [&builder](std::string_view name, std::string_view value) {
                          if (!value.empty()) builder.text(name, value);
                        };
                        text("record_kind", notice.kind);
                        text("member", notice.member);
                        text("check", notice.check);
                        if (records > 0) builder.unsigned_integer("records", records);
                        if (notice.quality_score) builder.number("quality_score", *notice.quality_score);
                        if (notice.distinct_values)
                          builder.integer("distinct_values", std::llround(notice.distinct_values()));
                        text("remedy", notice.remedy);
                      });
  return out.commit();
}

const std::string& Notices::key_of(const Notice& notice) {
  key_.clear();
  for (const auto part : {notice.event, notice.target, notice.kind, notice.member, notice.check}) {
    append_part(key_, part);
  }
  return key_;
}

void Notices::save(std::string& lines) const {
  entries_.for_each([&lines](const std::string& /*key*/, const Entry& entry) {
    record::Builder(lines)
        .begin(kLineKind)
        .text("event", entry.event)
        .text("target", entry.target)
        .text("record_kind", entry.kind)
        .text("member", entry.member)
        .text("check", entry.check)
        .text("words", entry.words)
        .text("remedy", entry.remedy)
        .integer("severity", static_cast<std::int64_t>(entry.severity))
        .time("told", entry.told)
        .unsigned_integer("counted", entry.counted)
        .end();
  });
}

bool Notices::load_line(const record::Record& line) {
  using record::text_of;
  if (text_of(line, "kind") != kLineKind) return false;
  Entry entry{.event = text_of(line, "event"),
              .target = text_of(line, "target"),
              .kind = text_of(line, "record_kind"),
              .member = text_of(line, "member"),
              .check = text_of(line, "check"),
              .words = text_of(line, "words"),
              .remedy = text_of(line, "remedy"),
              .severity = static_cast<record::Severity>(std::min<std::uint64_t>(record::count_of(line, "severity"), 2)),
              .told = record::time_of(line, "told").value_or(Timestamp{}),
              .counted = record::count_of(line, "counted")};
  entries_.put(key_of(notice_of(entry))) = std::move(entry);
  return true;
}

}  // namespace dbi::verify
