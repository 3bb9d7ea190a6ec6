// SPDX-License-Identifier: Apache-2.0
#include "collect/control_records.hpp"

#include <algorithm>
#include <array>

#include "record/builder.hpp"

namespace dbi::collect {

namespace {

void write_text(record::Builder& builder, std::string_view name, std::string_view value) {
  if (!value.empty()) builder.text(name, value);
}

void write_number(record::Builder& builder, std::string_view name, const std::optional<double>& value) {
  if (value) builder.number(name, *value);
}

std::string format_cost(const std::map<std::string, SourceCost>& cost) {
  std::string out = "{";
  for (const auto& [source, spent] : cost) {
    if (out.size() > 1) out += ',';
    record::append_json_text(out, source);
    out += ":{\"ms\":";
    record::append_json_number(out, spent.ms);
    out += ",\"rows\":" + std::to_string(spent.rows) + ",\"bytes\":" + std::to_string(spent.bytes) + "}";
  }
  return out + "}";
}

std::vector<std::string> words_of(const std::vector<Unclean>& unclean) {
  std::vector<std::string> words;
  words.reserve(unclean.size());
  for (const auto reason : unclean) words.emplace_back(unclean_word(reason));
  return words;
}

}  // namespace

std::string_view outcome_word(Outcome outcome) {
  constexpr std::array<std::string_view, 4> kWords{"ok", "partial", "failed", "skipped"};
  return kWords[static_cast<std::size_t>(outcome)];
}

// DESIGN.md section 2: failed = no connection, guards refused, or every source timed out. A connection that broke
// before any source gave its rows is no connection either; a source that is absent or denied leaves the server read.
Outcome judge(bool reached, bool read, const std::vector<SourceError>& errors) {
  if (!reached) return Outcome::Failed;
  if (errors.empty()) return Outcome::Ok;
  const auto is_fault = [](const SourceError& error) {
    return error.kind == ErrorKind::Timeout || error.kind == ErrorKind::Connection ||
           error.kind == ErrorKind::TooManyConnections;
  };
  if (!read && std::ranges::all_of(errors, is_fault)) return Outcome::Failed;
  return Outcome::Partial;
}

void write_error(std::string& out, const Routing& routing, Timestamp ts, const SourceError& error) {
  record::Builder builder(out);
  begin_record(builder, "error", routing, ts);
  builder.text("error_class", error_word(error.kind));
  write_text(builder, "sqlstate", error.sqlstate);
  write_text(builder, "source", error.source);
  builder.text("message", error.message);
  write_text(builder, "hint", error.hint);
  builder.end();
}

void write_scrape(std::string& out, const Routing& routing, Timestamp ts, const Scrape& scrape) {
  record::Builder builder(out);
  begin_record(builder, "scrape", routing, ts);
  builder.text("outcome", outcome_word(scrape.outcome));
  write_text(builder, "reason", scrape.reason);
  write_number(builder, "interval_s", scrape.interval_s);
  builder.number("cycle_ms", scrape.cycle_ms);
  write_number(builder, "late_s", scrape.late_s);
  builder.unsigned_integer("records", scrape.records);
  if (!scrape.cost.empty()) builder.raw("cost", format_cost(scrape.cost));
  write_text(builder, "ack_from", scrape.ack_from);
  write_text(builder, "since_cycle", scrape.since_cycle);
  if (scrape.baseline) builder.boolean("baseline", true);
  if (!scrape.unclean.empty()) builder.texts("unclean", words_of(scrape.unclean));
  if (scrape.incomparable) builder.text("incomparable", incomparable_word(*scrape.incomparable));
  if (scrape.self) builder.integer("self_calls", scrape.self->calls).number("self_ms", scrape.self->total_ms);
  if (scrape.dealloc) builder.integer("dealloc", *scrape.dealloc);
  if (scrape.digest_lost) builder.integer("digest_lost", *scrape.digest_lost);
  write_number(builder, "connections_used_pct", scrape.connections_used_pct);
  write_number(builder, "replica_lag_s", scrape.replica_lag_s);
  write_text(builder, "server_version", scrape.server_version);
  write_text(builder, "tls", scrape.tls);
  write_text(builder, "guards", scrape.guards);
  builder.end();
}

}  // namespace dbi::collect
