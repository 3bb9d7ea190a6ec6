// SPDX-License-Identifier: Apache-2.0
#include "ledger/dropped.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "record/builder.hpp"

namespace dbi::ledger {

namespace {

// A sum that has left the range stays at its end, so that a record can be made of it.
double bounded(double number) {
  return std::min(number, std::numeric_limits<double>::max());
}

double amount_of(const record::Record& record, std::string_view name) {
  const double number = record.number(name).value_or(0);
  return number > 0 && std::isfinite(number) ? number : 0;
}

}  // namespace

Amounts& Amounts::operator+=(const Amounts& other) {
  count += other.count;
  weight = bounded(weight + other.weight);
  calls = bounded(calls + other.calls);
  total_ms = bounded(total_ms + other.total_ms);
  return *this;
}

double weight_of(const record::Record& record) {
  const double weight = record.number("weight").value_or(1);
  return weight > 0 && std::isfinite(weight) ? weight : 1;
}

Amounts amounts_of(const record::Record& record) {
  return amounts_of(record, weight_of(record));
}

Amounts amounts_of(const record::Record& record, double weight) {
  return {1, weight, bounded(weight * amount_of(record, "calls")), bounded(weight * amount_of(record, "total_ms"))};
}

Amounts counted_in(const record::Record& dropped) {
  const auto count = std::max<std::int64_t>(0, dropped.integer("count").value_or(0));
  return {static_cast<std::uint64_t>(count), amount_of(dropped, "weight"), amount_of(dropped, "calls"),
          amount_of(dropped, "total_ms")};
}

void append_dropped(std::string& out, const Dropper& dropper, std::string_view ts, const DroppedKey& key,
                    const Amounts& amounts) {
  record::Builder builder(out);
  const auto text = [&builder](std::string_view name, std::optional<std::string_view> value) {
    if (value) builder.text(name, *value);
  };
  builder.begin("dropped").text("ts", ts);
  text("target", key.target);
  text("database", key.database);
  text("cycle", key.cycle);
  builder.text("tool", dropper.tool);
  if (dropper.name != dropper.tool) builder.text("name", dropper.name);
  builder.text("reason", reason_word(key.reason)).unsigned_integer("count", amounts.count);
  builder.number("weight", amounts.weight).number("calls", amounts.calls).number("total_ms", amounts.total_ms);
  if (key.folded) builder.boolean("folded", true);
  builder.end();
}

}  // namespace dbi::ledger
