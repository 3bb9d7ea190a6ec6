// SPDX-License-Identifier: Apache-2.0
#include "verify/verifier.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "verify/choices.hpp"

namespace dbi::verify {

namespace {

using ledger::Reason;

constexpr std::size_t kGrowth = 4096;                 // that a changed record mostly stays within
constexpr std::size_t kLong = std::size_t{1} << 20U;  // a record whose scratch is given back

std::string_view remedy_of(Breach breach) {
  constexpr std::array<std::string_view, 7> kRemedies{
      "Look at what writes this kind, and at what changes records on the way here; dbi-record(5) lists its members.",
      "Write it as dbi-record(5) says: ids are texts, counters whole numbers.",
      "Write one of the words that dbi-record(5) lists, or bring all tools to one version.",
      "Look at the counter's source: a difference over a reset must not be negative.",
      "Gauges carry no weight, and a weight is at least 1: look at what samples before this tool.",
      "Bring all tools to one version, or give the record a kind of dbi-record(5).",
      "Bring all tools to one version."};
  return kRemedies[static_cast<std::size_t>(breach)];
}

}  // namespace

Result<std::unique_ptr<Verifier>> Verifier::make(VerifyOptions options, Setup setup) {
  DBI_TRY_ASSIGN(Scanner scanner, scanner_of(options));
  return std::unique_ptr<Verifier>(new Verifier(std::move(options), std::move(setup), std::move(scanner)));
}

Verifier::Verifier(VerifyOptions options, Setup setup, Scanner scanner)
    : options_(std::move(options)),
      setup_(std::move(setup)),
      clock_(stream::ClockMode::Record, setup_.replay, *setup_.clock),
      ledger_(setup_.tool, setup_.name, clock_),
      notices_(setup_.tool, setup_.name, clock_, options_.event_interval),
      watch_(options_, setup_.replay, *setup_.clock, notices_),
      inspector_(choices_of(options_)),
      texts_(options_.personal.action, std::move(scanner)),
      cardinality_(limits_of(options_), options_.cardinality_window),
      identity_hash_(options_.identity_key.value_or("")),
      canaries_(options_.canaries) {
  if (setup_.report) notices_.count_only();
  for (std::size_t i = 0; i < cardinality_.size(); ++i) distinct_values_[cardinality_.name(i)];
  for (const auto& name : options_.personal.patterns) pattern_finds_[name];
  for (const auto& [name, expression] : options_.personal.custom_patterns) pattern_finds_[name];
}

Status Verifier::on_record(const record::Record& record, stream::Writer& out) {
  const Timestamp time = clock_.observe(record);
  DBI_TRY(ledger_.before(record, clock_.now(), out));
  if (setup_.replay) DBI_TRY(watch_.look_by_records(clock_.now(), out));
  const Inspection& found = inspector_.inspect(record);
  const auto* target = found.role(Role::Target);
  names_.target = target == nullptr ? "" : target->value.text(target_).value_or("");
  names_.kind = found.table->kind() == nullptr ? "" : found.table->kind()->name;

  DBI_TRY(check_shape(record, found, time, out));
  DBI_TRY(texts_.search(found, names_, notices_, out));
  if (texts_.found_any()) count_patterns();
  if (setup_.report) return take_into_report(record, found, out);
  if (const auto reason = why_drop(found)) {
    drop(record, *reason);
    return {};
  }
  if (!found.limited.empty()) {
    DBI_TRY(count_values(found, out));
    if (drops_for_cardinality()) {
      cardinality_.refuse_new();
      drop(record, Reason::Cardinality);
      return {};
    }
  }
  cardinality_.admit_new();
  change(record, found);
  return pass(record, found, out);
}

Status Verifier::check_shape(const record::Record& record, const Inspection& found, Timestamp time,
                             stream::Writer& out) {
  if (options_.schema_validation && !found.findings.empty()) DBI_TRY(tell_breaches(found, out));
  // What a filter wrote is no word of the target.
  if (names_.target.empty() || found.role(Role::Tool) != nullptr) return {};
  return watch_.take(record, found, names_, time, out);
}

void Verifier::count_patterns() {
  figures_.personal.add();
  texts_.for_each_pattern([this](std::string_view name) {
    const auto counter = pattern_finds_.find(name);
    if (counter != pattern_finds_.end()) counter->second.add();
  });
}

// What its shape and its texts say of that.
std::optional<Reason> Verifier::why_drop(const Inspection& found) const {
  if (found.table->is_control()) return std::nullopt;
  const bool breached = options_.schema_validation && !found.findings.empty();
  if (breached && options_.on_invalid == OnInvalid::Drop) return Reason::Invalid;
  if (texts_.drops()) return Reason::PersonalData;
  return std::nullopt;
}

// Which values are one too many is in over_ then.
Status Verifier::count_values(const Inspection& found, stream::Writer& out) {
  constexpr std::string_view kRest = "other";  // what a collector calls the rest, and what this gives
  over_.clear();
  if (found.table->is_control()) return {};
  for (const MarkedMember& marked : found.limited) {
    const record::Value& value = marked.member->value;
    const std::string_view text = value.text(scratch_).value_or(value.raw());
    if (text == kRest) continue;
    const auto verdict = cardinality_.look(static_cast<std::size_t>(marked.rule->limit), text, clock_.now());
    if (verdict != Cardinality::Verdict::Over) continue;
    over_.push_back(marked);
    DBI_TRY(tell_limit(marked, out));
  }
  if (!over_.empty()) figures_.over_limit.add();
  return {};
}

Status Verifier::tell_limit(const MarkedMember& marked, stream::Writer& out) {
  const auto index = static_cast<std::size_t>(marked.rule->limit);
  return notices_.tell(
      {.event = "cardinality_limit",
       .member = marked.rule->name,
       .words = "has more values than it may have",
       .remedy = "Look for statements that differ in what should be a parameter, or raise the limit in "
                 "verification.quality_rules.cardinality_limits.",
       .quality_score = {},
       .distinct_values = [this, index] { return cardinality_.estimate(index); }},
      out);
}

// A database is part of the key by which records are counted: another name would break that.
bool Verifier::drops_for_cardinality() const {
  if (over_.empty() || options_.on_cardinality == OnCardinality::Report) return false;
  if (options_.on_cardinality == OnCardinality::Drop) return true;
  return std::ranges::any_of(over_, [](const MarkedMember& marked) { return marked.rule->role == Role::Database; });
}

// Gathers in rewrite_ what is to be changed.
void Verifier::change(const record::Record& record, const Inspection& found) {
  rewrite_.clear();
  tags_only_ = true;
  if (texts_.found_any()) {
    texts_.change(record, rewrite_);
    tags_only_ = texts_.tags();
  }
  if (!found.identities.empty()) hide_identities(found);
  if (!found.limited.empty() && !over_.empty() && options_.on_cardinality == OnCardinality::Collapse) {
    tags_only_ = false;
    for (const MarkedMember& marked : over_) rewrite_.replace(*marked.member) = "\"other\"";
  }
  const bool breached = options_.schema_validation && !found.findings.empty();
  if (breached && options_.on_invalid == OnInvalid::Tag) tag_invalid(record, found);
}

void Verifier::hide_identities(const Inspection& found) {
  tags_only_ = false;
  for (const MarkedMember& marked : found.identities) {
    if (options_.identity == OnIdentity::Drop) {
      rewrite_.remove(*marked.member);
    } else {
      const record::Value& value = marked.member->value;
      if (value.kind() == record::ValueKind::Null) continue;
      identity_hash_.append(rewrite_.replace(*marked.member), value.text(scratch_).value_or(value.raw()));
    }
  }
}

Status Verifier::tell_breaches(const Inspection& found, stream::Writer& out) {
  figures_.invalid.add();
  for (const ShapeFinding& finding : found.findings) {
    DBI_TRY(notices_.tell({.event = "invalid_record",
                           .target = names_.target,
                           .kind = names_.kind,
                           .member = finding.rule->name,
                           .check = breach_word(finding.breach),
                           .words = breach_words(finding.breach),
                           .remedy = remedy_of(finding.breach)},
                          out));
  }
  return {};
}

void Verifier::tag_invalid(const record::Record& record, const Inspection& found) {
  std::string& json = rewrite_.set(record, "invalid");
  for (const ShapeFinding& finding : found.findings) {
    json += json.empty() ? "[" : ",";
    json += '"';
    json += finding.rule->name;
    json += ':';
    json += breach_word(finding.breach);
    json += '"';
  }
  json += ']';
}

Status Verifier::take_into_report(const record::Record& record, const Inspection& found, stream::Writer& out) {
  report_.take(names_.kind, names_.target, found.ts, record.line().size());
  if (!found.limited.empty()) DBI_TRY(count_values(found, out));
  cardinality_.admit_new();
  return {};
}

Status Verifier::pass(const record::Record& record, const Inspection& found, stream::Writer& out) {
  if (!rewrite_.empty()) return write_changed(record, found, out);
  look_for_canaries(record.line());
  return out.append(record.line());
}

// A tag that makes the record longer than any may be is left out; one that has to be changed is dropped then.
Status Verifier::write_changed(const record::Record& record, const Inspection& found, stream::Writer& out) {
  std::string& buffer = out.buffer();
  const std::size_t begin = buffer.size();
  // A long record grows the buffer by itself, not to twice of that.
  const std::size_t room = begin + record.line().size() + kGrowth;
  if (room > 2 * stream::Writer::kChunk) buffer.reserve(room);
  rewrite_.write(record, buffer);
  if (record.line().size() > kLong) {
    rewrite_.release();
    texts_.release();
  }
  if (buffer.size() - begin > setup_.max_record_bytes && record.line().size() <= setup_.max_record_bytes) {
    if (tags_only_) {
      buffer.resize(begin);
      buffer.append(record.line());
    } else if (!found.table->is_control()) {
      buffer.resize(begin);
      drop(record, Reason::PersonalData);
      return {};
    }
  }
  look_for_canaries(std::string_view(buffer).substr(begin));
  buffer.push_back('\n');
  return out.commit();
}

// The ledger names what the record was of.
void Verifier::drop(const record::Record& record, Reason reason) {
  auto& counter = reason == Reason::Invalid       ? figures_.dropped_invalid
                  : reason == Reason::Cardinality ? figures_.dropped_cardinality
                                                  : figures_.dropped_personal;
  counter.add();
  ledger_.drop(record, reason);
  if (canaries_.empty()) return;
  for (const std::string_view name : {"target", "database", "cycle"}) {
    if (const auto* member = record.find(name)) look_for_canaries(member->value.raw());
  }
}

void Verifier::look_for_canaries(std::string_view json) {
  if (!canaries_.in(json)) return;
  figures_.canaries.add();
  if (setup_.got_through != nullptr) ++*setup_.got_through;
}

Status Verifier::flush() {
  watch_.after_wait();
  return {};
}

std::optional<MonotonicTime> Verifier::next_deadline() const {
  return setup_.replay ? publish_at_ : std::min(publish_at_, watch_.next_look());
}

Status Verifier::on_deadline(MonotonicTime now, stream::Writer& out) {
  if (now >= publish_at_) {
    publish_at_ = now + std::chrono::seconds{1};
    publish();
  }
  return setup_.replay ? Status{} : watch_.look(now, out);
}

Status Verifier::on_reload() {
  if (!setup_.reread) return {};
  DBI_TRY_ASSIGN(VerifyOptions options, setup_.reread());
  DBI_TRY_ASSIGN(Scanner scanner, scanner_of(options));
  options_ = std::move(options);
  texts_ = TextSearch(options_.personal.action, std::move(scanner));
  Cardinality cardinality(limits_of(options_), options_.cardinality_window);
  cardinality.take_over(cardinality_);
  cardinality_ = std::move(cardinality);
  identity_hash_ = IdentityHash(options_.identity_key.value_or(""));
  notices_.set_interval(options_.event_interval);
  watch_.change(options_);
  inspector_ = Inspector(choices_of(options_));
  return {};
}

Status Verifier::on_end(stream::Writer& out) {
  publish();
  if (setup_.report) {
    out.buffer().append(report_.print(watch_.targets(), cardinality_, notices_));
    return out.commit();
  }
  DBI_TRY(notices_.end(out));
  return ledger_.end(out);
}

void Verifier::publish() {
  watch_.publish();
  for (std::size_t i = 0; i < cardinality_.size(); ++i) {
    distinct_values_[cardinality_.name(i)].set(cardinality_.estimate(i));
  }
}

void Verifier::save_state(std::string& lines) const {
  clock_.records().save(lines);
  watch_.save(lines);
  notices_.save(lines);
  cardinality_.save(lines);
}

Status Verifier::load_line(const record::Record& line) {
  if (ledger_.load_line(line) || clock_.records().load_line(line)) return {};
  if (!watch_.load_line(line) && !notices_.load_line(line)) cardinality_.load_line(line);
  return {};
}

}  // namespace dbi::verify
