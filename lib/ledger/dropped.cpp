// SPDX-License-Identifier: Apache-2.0
#include "ledger/dropped.hpp"

#include "record/builder.hpp"

namespace dbi::ledger {

Amounts& Amounts::operator+=(const Amounts& other) {
  count += other.count;
  weight += other.weight;
  calls += other.calls;
  total_ms += other.total_ms;
  return *this;
}

Amounts amounts_of(const record::Record& record) {
  return amounts_of(record, record.number("weight").value_or(1));
}

Amounts amounts_of(const record::Record& record, double weight) {
  return {1, weight, weight * record.number("calls").value_or(0), weight * record.number("total_ms").value_or(0)};
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
