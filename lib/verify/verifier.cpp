// SPDX-License-Identifier: Apache-2.0
#include "verify/verifier.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "record/builder.hpp"
#include "record/schema/alias.hpp"

namespace dbi::verify {

namespace {

using ledger::Reason;
using record::Severity;

constexpr int kRecordsPerClock = 64;
constexpr std::string_view kLineKind = "verify_clock";

// What a score loses: the shares of the original (quality_score), and for what it did not look at.
constexpr double kForMissing = 0.3;
constexpr double kForEmpty = 0.2;
constexpr double kForWrong = 0.3;
constexpr double kForTimes = 0.2;

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

// By the members' own names, without those that have none.
std::map<std::string, std::uint64_t> limits_of(const VerifyOptions& options) {
  std::map<std::string, std::uint64_t> limits;
  for (const auto& [name, limit] : options.cardinality_limits) {
    if (limit > 0) limits.insert_or_assign(std::string(record::schema::resolve_alias(name)), limit);
  }
  return limits;
}

MemberChoices choices_of(const VerifyOptions& options) {
  MemberChoices choices;
  choices.required = options.required_members;
  const auto& personal = options.personal;
  for (const auto& name : personal.members) {
    const std::string member(record::schema::resolve_alias(name));
    const auto is_it = [&member](const std::string& other) { return record::schema::resolve_alias(other) == member; };
    if (personal.searches() && std::ranges::none_of(personal.exclude, is_it)) choices.personal.push_back(member);
  }
  for (const auto& [name, limit] : limits_of(options)) choices.limited.push_back(name);
  if (options.identity != OnIdentity::Keep) choices.identities = {"client", "host", "user"};
  return choices;
}

Result<Scanner> scanner_of(const VerifyOptions& options) {
  return Scanner::make(options.personal.patterns, options.personal.custom_patterns);
}

// Kinds of a moment: their time is when they were read. Those of a log tell of the past.
bool is_of_a_moment(std::string_view kind) {
  constexpr std::array<std::string_view, 4> kOthers{"query_sample", "plan", "log_event", "error"};
  return std::ranges::find(kOthers, kind) == kOthers.end();
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
      targets_(options_.max_targets),
      inspector_(choices_of(options_)),
      redactor_(std::move(scanner)),
      cardinality_(limits_of(options_), options_.cardinality_window),
      identity_hash_(options_.identity_key.value_or("")),
      canaries_(options_.canaries) {
  figures_.quality_score.set(1);
  if (setup_.report) notices_.count_only();
  for (std::size_t i = 0; i < cardinality_.size(); ++i) distinct_values_[cardinality_.name(i)];
}

Status Verifier::on_record(const record::Record& record, stream::Writer& out) {
  const Timestamp time = clock_.observe(record);
  DBI_TRY(ledger_.before(record, clock_.now(), out));
  if (setup_.replay) DBI_TRY(tick_by_records(clock_.now().time_since_epoch(), out));
  read_clock();
  const Inspection& found = inspector_.inspect(record);
  const auto* target = found.role(Role::Target);
  names_.target = target == nullptr ? "" : target->value.text(target_).value_or("");
  names_.kind = found.table->kind() == nullptr ? "" : found.table->kind()->name;

  DBI_TRY(check_shape(record, found, time, out));
  DBI_TRY(search(found, out));
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
  TargetState& state = targets_.of(names_.target);
  bool times_off = false;
  DBI_TRY(check_times(found, state, times_off, out));
  DBI_TRY(score(found, state, times_off, out));
  if (is_news(record)) hear(state, time);
  return {};
}

// Looks for personal data; what was found is in personal_ and redactor_.found().
Status Verifier::search(const Inspection& found, stream::Writer& out) {
  personal_.clear();
  std::uint64_t patterns = 0;
  for (const MarkedMember& marked : found.personal) {
    redactor_.clear();
    if (!redactor_.search(marked.member->value)) continue;
    patterns |= redactor_.found();
    personal_.push_back(marked);
    DBI_TRY(tell_personal(marked, out));
  }
  found_patterns_ = patterns;
  if (!personal_.empty()) figures_.personal.add();
  return {};
}

Status Verifier::tell_personal(const MarkedMember& marked, stream::Writer& out) {
  for (std::uint64_t bits = redactor_.found(); bits != 0; bits &= bits - 1) {
    DBI_TRY(notices_.tell(
        {.event = "personal_data",
         .target = names_.target,
         .kind = names_.kind,
         .member = marked.rule->name,
         .check = redactor_.scanner().name_of(static_cast<std::size_t>(std::countr_zero(bits))),
         .words = options_.personal.action == OnPersonal::Tag ? "holds personal data or a secret"
                                                              : "held personal data or a secret",
         .remedy = "Pass values as parameters, so that they are no part of the text; for a name of an application, "
                   "choose another. Where the pattern is wrong, leave it out of --patterns."},
        out));
  }
  return {};
}

// What its shape and its texts say of that.
std::optional<Reason> Verifier::why_drop(const Inspection& found) const {
  if (found.table->is_control()) return std::nullopt;
  const bool breached = options_.schema_validation && !found.findings.empty();
  if (breached && options_.on_invalid == OnInvalid::Drop) return Reason::Invalid;
  if (!personal_.empty() && options_.personal.action == OnPersonal::Drop) return Reason::PersonalData;
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
  if (!personal_.empty()) change_personal(record);
  if (!found.identities.empty()) hide_identities(found);
  if (!found.limited.empty() && !over_.empty() && options_.on_cardinality == OnCardinality::Collapse) {
    tags_only_ = false;
    for (const MarkedMember& marked : over_) rewrite_.replace(*marked.member) = "\"other\"";
  }
  const bool breached = options_.schema_validation && !found.findings.empty();
  if (breached && options_.on_invalid == OnInvalid::Tag) tag_invalid(record, found);
}

void Verifier::change_personal(const record::Record& record) {
  if (options_.personal.action == OnPersonal::Tag) return tag_personal(record);
  tags_only_ = false;
  for (const MarkedMember& marked : personal_) {
    redactor_.redact(marked.member->value, rewrite_.replace(*marked.member));
  }
}

void Verifier::tag_personal(const record::Record& record) {
  std::string& json = rewrite_.set(record, "personal_data");
  for (std::uint64_t bits = found_patterns_; bits != 0; bits &= bits - 1) {
    json += json.empty() ? "[" : ",";
    record::append_json_text(json, redactor_.scanner().name_of(static_cast<std::size_t>(std::countr_zero(bits))));
  }
  json += ']';
}

void Verifier::hide_identities(const Inspection& found) {
  tags_only_ = false;
  for (const MarkedMember& marked : found.identities) {
    if (options_.identity == OnIdentity::Drop) {
      rewrite_.remove(*marked.member);
    } else {
      const record::Value& value = marked.member->value;
      identity_hash_.append(rewrite_.replace(*marked.member), value.text(scratch_).value_or(value.raw()));
    }
  }
}

// A scrape that read nothing is none.
bool Verifier::is_news(const record::Record& record) {
  if (names_.kind != "scrape") return true;
  const auto outcome = record.text("outcome", scratch_);
  return outcome != "failed" && outcome != "skipped";
}

void Verifier::hear(TargetState& state, Timestamp time) const {
  state.fresh = true;
  if (setup_.replay) state.heard = std::max(state.heard, microseconds(time.time_since_epoch()));
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

Status Verifier::check_times(const Inspection& found, TargetState& state, bool& off, stream::Writer& out) {
  if (options_.max_skew.count() == 0) return {};
  const auto* cycle = found.role(Role::Cycle);
  const auto id = cycle == nullptr ? std::nullopt : cycle->value.text(cycle_);
  // What a log tells of may lie far back.
  const auto ts = is_of_a_moment(names_.kind) ? found.ts : std::nullopt;
  if (Targets::goes_back(state, id.value_or(std::string_view()), ts, options_.max_skew)) {
    off = true;
    figures_.out_of_order.add();
    DBI_TRY(notices_.tell({.event = "out_of_order",
                           .target = names_.target,
                           .kind = names_.kind,
                           .words = "came behind a newer cycle or time of its target",
                           .remedy = "Deliver what is of one target through one pipe or partition."},
                          out));
  }
  if (found.ts && found.observed_ts && is_of_a_moment(names_.kind)) {
    const auto apart = *found.ts - *found.observed_ts;
    if (apart > options_.max_skew || -apart > options_.max_skew) {
      off = true;
      DBI_TRY(tell_clock("server_clock", "the clocks of server and collector differ", out));
    }
  }
  if (is_skewed(found)) {
    off = true;
    DBI_TRY(tell_clock("ahead", "its time is ahead of this machine's clock", out));
  }
  return {};
}

Status Verifier::tell_clock(std::string_view check, std::string_view words, stream::Writer& out) {
  figures_.skewed.add();
  return notices_.tell({.event = "clock_skew",
                        .target = names_.target,
                        .kind = names_.kind,
                        .check = check,
                        .words = words,
                        .remedy = "Keep the clocks of the machines together (NTP), or raise --max-skew."},
                       out);
}

bool Verifier::is_skewed(const Inspection& found) const {
  if (!now_) return false;
  const auto ahead = [this](const std::optional<Timestamp>& time) { return time && *time - *now_ > options_.max_skew; };
  return ahead(found.ts) || ahead(found.observed_ts);
}

Status Verifier::score(const Inspection& found, TargetState& state, bool times_off, stream::Writer& out) {
  if (options_.schema_validation) {
    double score = 1;
    if (found.required > 0) {
      score -= kForMissing * static_cast<double>(found.missing) / static_cast<double>(found.required);
    }
    if (found.members > 0) {
      score -= kForEmpty * static_cast<double>(found.empty) / static_cast<double>(found.members);
    }
    if (found.findings.size() > found.missing) score -= kForWrong;
    if (times_off) score -= kForTimes;
    Targets::score(state, score);
  }
  if (names_.kind != "scrape" && state.scored < Targets::kWindowRecords) return {};
  const auto closed = Targets::close_window(state);
  if (!closed || *closed >= options_.min_quality) return {};
  return notices_.tell({.event = "quality_low",
                        .target = names_.target,
                        .words = "the records of a cycle are worse than they should be",
                        .remedy = "The events invalid_record and clock_skew of this target say what is wrong.",
                        .quality_score = *closed},
                       out);
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
  rewrite_.write(record, buffer);
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

// Where the records' clock has moved by a tenth of the limit, either way.
Status Verifier::tick_by_records(microseconds now, stream::Writer& out) {
  const microseconds period = options_.freshness / 10;
  if (now < tick_at_ && tick_at_ - now <= period) return {};
  tick_at_ = now + period;
  return tick(now, out);
}

// Which targets have fallen silent, or have not any more. `now` is of the records with --replay, else of a clock that
// does not jump.
Status Verifier::tick(microseconds now, stream::Writer& out) {
  if (options_.freshness.count() == 0) return {};
  Status status;
  targets_.tick(now, options_.freshness, [&](const std::string& target, const TargetState& state) {
    if (!status) return;
    status = state.stale
                 ? notices_.tell_now({.event = "target_stale",
                                      .target = target,
                                      .words = "nothing has come of the target for longer than --freshness",
                                      .remedy = "Look whether dbi-collect runs and reaches it: dbi-collect --probe."},
                                     out)
                 : notices_.tell_now({.event = "target_fresh",
                                      .severity = Severity::Info,
                                      .target = target,
                                      .words = "records of the target come again"},
                                     out);
  });
  return status;
}

// To read the machine's clock costs as much as to check some members: it is done for a few records at once, and anew
// behind every wait (which flush() comes before). With --replay no clock of the machine counts.
void Verifier::read_clock() {
  if (setup_.replay) return;
  if (reads_left_ == 0) {
    now_ = setup_.clock->now();
    reads_left_ = kRecordsPerClock;
  }
  --reads_left_;
}

Status Verifier::flush() {
  reads_left_ = 0;
  return {};
}

std::optional<MonotonicTime> Verifier::next_deadline() const {
  return deadline_;
}

Status Verifier::on_deadline(MonotonicTime now, stream::Writer& out) {
  using std::chrono::milliseconds;
  publish();
  deadline_ = now + std::chrono::seconds{1};
  if (setup_.replay || options_.freshness.count() == 0) return {};
  deadline_ = now + std::clamp<microseconds>(options_.freshness / 10, milliseconds{10}, std::chrono::seconds{1});
  return tick(now.time_since_epoch(), out);
}

Status Verifier::on_reload() {
  if (!setup_.reread) return {};
  DBI_TRY_ASSIGN(VerifyOptions options, setup_.reread());
  DBI_TRY_ASSIGN(Scanner scanner, scanner_of(options));
  options_ = std::move(options);
  redactor_ = Redactor(std::move(scanner));
  Cardinality cardinality(limits_of(options_), options_.cardinality_window);
  cardinality.take_over(cardinality_);
  cardinality_ = std::move(cardinality);
  identity_hash_ = IdentityHash(options_.identity_key.value_or(""));
  notices_.set_interval(options_.event_interval);
  targets_.set_max(options_.max_targets);
  inspector_ = Inspector(choices_of(options_));
  return {};
}

Status Verifier::on_end(stream::Writer& out) {
  publish();
  if (setup_.report) {
    out.buffer().append(report_.print(targets_, cardinality_, notices_));
    return out.commit();
  }
  DBI_TRY(notices_.end(out));
  return ledger_.end(out);
}

void Verifier::publish() {
  figures_.targets.set(static_cast<double>(targets_.size()));
  figures_.stale_targets.set(static_cast<double>(targets_.stale()));
  figures_.quality_score.set(targets_.lowest_score());
  figures_.target_evictions.raise_to(targets_.evictions());
  for (std::size_t i = 0; i < cardinality_.size(); ++i) {
    distinct_values_[cardinality_.name(i)].set(cardinality_.estimate(i));
  }
}

void Verifier::save_state(std::string& lines) const {
  clock_.records().save(lines);
  record::Builder(lines).begin(kLineKind).integer("tick_at_us", tick_at_.count()).end();
  targets_.save(lines);
  notices_.save(lines);
  cardinality_.save(lines);
}

Status Verifier::load_line(const record::Record& line) {
  if (ledger_.load_line(line) || clock_.records().load_line(line)) return {};
  if (targets_.load_line(line, !setup_.replay) || notices_.load_line(line) || cardinality_.load_line(line)) return {};
  if (line.text("kind", kind_) == kLineKind) tick_at_ = microseconds{line.integer("tick_at_us").value_or(0)};
  return {};
}

}  // namespace dbi::verify
