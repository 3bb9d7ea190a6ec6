// SPDX-License-Identifier: Apache-2.0
#include "export/cycle_writer.hpp"

#include <fmt/format.h>

#include "ledger/dropped.hpp"
#include "record/text_of.hpp"

namespace dbi::exporting {

namespace {

using ledger::Reason;
using record::text_of;

constexpr std::string_view kTool = "dbi-export";

Reason reason_of(Verdict verdict) {
  return verdict == Verdict::Overlap ? Reason::Overlap : Reason::Incomplete;
}

}  // namespace

/// The records left out of a cycle.
struct CycleWriter::LeftOut {
  ledger::Amounts amounts;
  std::string ts;  // of the last one

  void add(const record::Record& record) {
    amounts += ledger::amounts_of(record);
    ts = text_of(record, "ts");
  }
};

// A cycle that nobody can repeat is taken as it is, and what is missing of it is counted.
Status CycleWriter::take(const CycleKey& key, const ScrapeFacts& scrape) {
  DBI_TRY(write_whole(key));
  const auto accounted = held_->accounted(key);
  if (uncounted_ || accounted >= scrape.records) return {};
  const auto missing = scrape.records - accounted;
  if (incomplete_++ == 0) {
    warn_(fmt::format("{} records of {}, cycle {}, are missing that no `dropped` record counts", missing, key.target,
                      key.cycle),
          "If something in the pipe takes records out, --uncounted allow says that this is meant.");
  }
  const ledger::Amounts amounts{.count = missing, .weight = static_cast<double>(missing)};
  return write_dropped(key, Reason::Incomplete, {amounts, scrape.ts});
}

Status CycleWriter::write_whole(const CycleKey& key) {
  return held_->each(key, [this](const record::Record& record) { return database_->insert(record); });
}

Status CycleWriter::write_cut_off(const CycleKey& key) {
  LeftOut left_out;
  DBI_TRY(held_->each(key, [&](const record::Record& record) -> Status {
    if (is_control(record)) return database_->insert(record);
    left_out.add(record);
    return {};
  }));
  if (left_out.amounts.count == 0) return {};
  if (cut_off_++ == 0) {
    warn_(fmt::format("{} records of {}, cycle {}, are left out: their scrape never came", left_out.amounts.count,
                      key.target, key.cycle),
          "If something in the pipe takes scrapes out, --uncounted allow stores the rest as it comes.");
  }
  return write_dropped(key, Reason::Incomplete, left_out);
}

Status CycleWriter::refuse(const CycleKey& key, Verdict verdict) {
  LeftOut left_out;
  DBI_TRY(held_->each(key, [&](const record::Record& record) -> Status {
    if (!is_control(record)) left_out.add(record);
    return is_control(record) && text_of(record, "kind") != "scrape" ? database_->insert(record) : Status{};
  }));
  warn_(fmt::format("cycle {} of {} is refused: {}", key.cycle, key.target, ledger::reason_word(reason_of(verdict))),
        verdict == Verdict::Overlap
            ? "It came before, or does not start from the cycle held here; dbi-collect goes back to that one. Archives "
              "are taken as they are where a FILE is read."
            : "Records are missing that no `dropped` record counts; dbi-collect repeats the interval. If something in "
              "the pipe takes records out, use --uncounted allow.");
  return left_out.amounts.count > 0 ? write_dropped(key, reason_of(verdict), left_out) : Status{};
}

Status CycleWriter::write_dropped(const CycleKey& key, ledger::Reason reason, const LeftOut& left_out) {
  std::string line;
  ledger::append_dropped(line, {kTool, name_}, left_out.ts,
                         {.target = key.target, .database = {}, .cycle = key.cycle, .reason = reason, .folded = true},
                         left_out.amounts);
  const auto end = line.find('\n');
  line.append(record::kPadding, ' ');
  record::Reader reader;
  record::Record record;
  DBI_TRY(reader.parse(std::string_view(line).substr(0, end), record));
  return database_->insert(record);
}

}  // namespace dbi::exporting
