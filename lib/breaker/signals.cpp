// SPDX-License-Identifier: Apache-2.0
#include "breaker/signals.hpp"

#include <algorithm>
#include <cmath>

namespace dbi::breaker {

namespace {

// A number of this unit as a duration; what is negative or absurd is none.
std::optional<microseconds> duration_of(std::optional<double> value, double microseconds_each) {
  constexpr double kCentury = 100 * 366 * 86'400e6;
  if (!value || !(*value >= 0 && *value * microseconds_each <= kCentury)) return std::nullopt;
  return microseconds(std::llround(*value * microseconds_each));
}

std::optional<microseconds> milliseconds_of(std::optional<double> value) {
  return duration_of(value, 1e3);
}

Outcome outcome_of(std::string_view word) {
  if (word == "ok") return Outcome::Ok;
  if (word == "partial") return Outcome::Partial;
  return word == "failed" ? Outcome::Failed : Outcome::Skipped;
}

// The texts of a JSON array that is known to be well-formed. Other items and what lies deeper are not looked for:
// `left_out` is a list of texts.
std::vector<std::string> texts_of(std::string_view array) {
  std::vector<std::string> out;
  std::string scratch;
  for (std::size_t at = array.find('"'); at != std::string_view::npos; at = array.find('"', at)) {
    std::size_t end = at + 1;
    while (array[end] != '"') end += array[end] == '\\' ? 2U : 1U;
    const record::Value item(array.substr(at, end + 1 - at));
    out.emplace_back(item.text(scratch).value_or(std::string_view()));
    at = end + 1;
  }
  return out;
}

// The largest `ms` of {"statements":{"ms":12.5,"rows":5000}, ...}. A value within a line has the rest of it and the
// padding behind it, which is what the reader asks for.
std::optional<microseconds> dearest(std::string_view cost) {
  record::Reader reader;
  record::Record sources;
  if (!reader.parse(cost, sources)) return std::nullopt;
  std::optional<microseconds> out;
  record::Record one;
  for (const record::Member& source : sources.members()) {
    if (source.value.kind() != record::ValueKind::Object || !reader.parse(source.value.raw(), one)) continue;
    out = std::max(out, milliseconds_of(one.number("ms")));
  }
  return out;
}

}  // namespace

Fault fault_of(std::string_view error_class) {
  if (error_class == "authentication") return Fault::AtOnce;
  const bool failure = error_class == "timeout" || error_class == "connection" || error_class == "too_many_connections";
  return failure ? Fault::Failure : Fault::None;
}

ScrapeFacts read_scrape(const record::Record& scrape) {
  ScrapeFacts facts;
  std::string scratch;
  facts.outcome = outcome_of(scrape.text("outcome", scratch).value_or(std::string_view()));
  facts.cycle = milliseconds_of(scrape.number("cycle_ms")).value_or(microseconds{0});
  facts.connections_used_pct = scrape.number("connections_used_pct");
  facts.replica_lag = duration_of(scrape.number("replica_lag_s"), 1e6);
  if (const auto* cost = scrape.find("cost"); cost != nullptr && cost->value.kind() == record::ValueKind::Object) {
    facts.dearest_read = dearest(cost->value.raw());
  }
  const auto* left_out = scrape.find("left_out");
  if (left_out != nullptr && left_out->value.kind() == record::ValueKind::Array) {
    facts.left_out = texts_of(left_out->value.raw());
    std::ranges::sort(facts.left_out);
  }
  return facts;
}

}  // namespace dbi::breaker
