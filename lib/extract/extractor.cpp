// SPDX-License-Identifier: Apache-2.0
#include "extract/extractor.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/time_text.hpp"
#include "history/regression.hpp"
#include "record/builder.hpp"
#include "record/text_of.hpp"
#include "sql/statement.hpp"

namespace dbi::extract {

namespace {

constexpr std::string_view kNoEndOfStatement = "where the statement ends and its plan begins cannot be told";

}  // namespace

Extractor::Extractor(ExtractOptions options, Setup setup)
    : options_(std::move(options)),
      setup_(std::move(setup)),
      feed_(options_, setup_.max_record_bytes, *setup_.clock,
            [this](const BarePlan& bare, stream::Writer& out) { return write_bare(bare, out); }),
      reading_(options_),
      cache_(options_.cache_entries, options_.cache_bytes) {
  if (options_.workers > 1 && setup_.waker) pool_.emplace(options_, options_.workers, *setup_.waker);
}

Status Extractor::on_record(const record::Record& record, stream::Writer& out) {
  if (const record::Member* plan = record.find("plan")) {
    const record::ValueKind kind = plan->value.kind();
    const bool text = kind == record::ValueKind::Text;
    if (text || kind == record::ValueKind::Object || kind == record::ValueKind::Array) {
      return on_plan(record, plan->value.raw(), text, out);
    }
  }
  return waits_for_others() ? add_job(record, nullptr, out) : leave(record, out);
}

Status Extractor::on_plan(const record::Record& record, std::string_view plan, bool text, stream::Writer& out) {
  figures_.plans.add();
  const KnownPlan* known = cache_.find(plan);
  (known != nullptr ? figures_.cache_hits : figures_.cache_misses).add();
  if (known != nullptr) return waits_for_others() ? add_job(record, known, out) : leave_with(record, *known, out);
  if (pool_) return add_plan(record, plan, text, out);
  known = read(text ? *record::Value(plan).text(scratch_) : plan, text ? PlanForm::Text : PlanForm::Object);
  if (known == nullptr) return write_without_plan(record, plan, problem_->message, out);
  cache_.put(plan, *known);
  return leave_with(record, *known, out);
}

Status Extractor::leave(const record::Record& record, stream::Writer& out) {
  DBI_TRY(out.append(record.line()));
  return setup_.history ? remember_interval(record, out) : Status{};
}

Status Extractor::leave_with(const record::Record& record, const KnownPlan& known, stream::Writer& out) {
  count_cache();
  DBI_TRY(write(record, known, out));
  return compares() ? remember_plan(record, known, out) : Status{};
}

// nullptr where it cannot be read; problem_ says why.
const KnownPlan* Extractor::read(std::string_view plan, PlanForm form) {
  const Status read = reading_.read(plan, form, known_);
  problem_.reset();
  if (!read) problem_ = read.error();
  const KnownPlan* known = read ? &known_ : nullptr;
  count_reading(known, reading_.faults());
  return known;
}

void Extractor::count_reading(const KnownPlan* known, const planread::RedactionFaults& faults) {
  if (known == nullptr) return figures_.errors.add();
  if (known->members.has("plan_findings")) figures_.findings.add();
  figures_.unknown_keys.add(faults.unknown_keys);
  figures_.unreadable.add(faults.unreadable);
}

Status Extractor::write(const record::Record& record, const KnownPlan& known, stream::Writer& out) {
  if (set_members(record, known.members, known.members.has("plan_lz4"))) return out.append(line_);
  constexpr std::string_view kTooLong = "the record would be longer than --max-record-bytes";
  Members rest = known.members;
  rest.remove("plan");
  rest.remove("plan_lz4");
  rest.text("plan_error", kTooLong);
  if (set_members(record, rest, true)) return out.append(line_);
  return write_without_plan(record, record.find("plan")->value.raw(), kTooLong, out);
}

// Makes line_ of the record with these members; false where it is too long.
bool Extractor::set_members(const record::Record& record, const Members& members, bool without_plan) {
  changes_.clear();
  members.changes(changes_);
  if (without_plan) changes_.push_back({"plan", {}});
  line_.clear();
  record::splice(record, changes_, line_);
  return line_.size() <= setup_.max_record_bytes;
}

std::optional<Timestamp> Extractor::read_subject(const record::Record& record) {
  const auto copy = [&](std::string_view name, std::string& into) { into = record.text(name, scratch_).value_or(""); };
  copy("target", subject_.target);
  copy("database", subject_.database);
  copy("query_signature", subject_.query_signature);
  const auto time = parse_timestamp(record.text("ts", scratch_).value_or(""));
  return time ? std::optional(*time) : std::nullopt;
}

// Of query_stats; a scrape ends a cycle, after which what is remembered goes to its file.
Status Extractor::remember_interval(const record::Record& record, stream::Writer& out) {
  const std::string_view kind = record.text("kind", scratch_).value_or("");
  if (kind == "scrape") return setup_.history->write();
  if (kind != "query_stats") return {};
  const double calls = record.number("calls").value_or(0);
  if (calls < history::kIntervalCalls || record.text("quality", scratch_) == "baseline") return {};
  const auto time = read_subject(record);
  if (!time) return {};
  setup_.history->on_query_stats({.target = subject_.target,
                                  .database = subject_.database,
                                  .query_signature = subject_.query_signature,
                                  .calls = calls,
                                  .total_ms = record.number("total_ms").value_or(0),
                                  .ts = *time},
                                 notices_);
  return tell(out);
}

Status Extractor::remember_plan(const record::Record& record, const KnownPlan& known, stream::Writer& out) {
  const auto time = read_subject(record);
  if (!time) return {};
  const std::string name = record::text_of(record, "plan_name");
  const std::string source = record::text_of(record, "plan_source");
  auto duration = record.number("duration_ms");
  if (!duration) duration = known.execution_ms;
  const history::Observation plan{.target = subject_.target,
                                  .database = subject_.database,
                                  .query_signature = subject_.query_signature,
                                  .plan_name = name,
                                  .plan_source = source,
                                  .plan_hash = known.hash,
                                  .plan_gist = known.gist,
                                  .cost = known.cost,
                                  .rows = known.rows,
                                  .duration_ms = duration,
                                  .ts = *time,
                                  .outline = known.outline.get()};
  if (setup_.gate != nullptr) {
    std::string_view codes = known.members.find("plan_finding_codes");
    if (!codes.empty()) codes = codes.substr(1, codes.size() - 2);  // words, which need no escape
    setup_.gate->observe(plan, codes);
  }
  if (!setup_.history) return {};
  setup_.history->on_plan(plan, notices_);
  DBI_TRY(tell(out));
  return setup_.history->write_if_due();
}

// Events stand behind the record that they came of.
Status Extractor::tell(stream::Writer& out) {
  for (const history::Notice& notice : notices_) {
    history::write_notice(out.buffer(), notice, setup_.tool, setup_.name == setup_.tool ? std::string() : setup_.name);
    figures_.notices.add();
  }
  const bool told = !notices_.empty();
  notices_.clear();
  return told ? out.commit() : Status{};
}

Status Extractor::on_end(stream::Writer& out) {
  DBI_TRY(finish_all(out));
  return setup_.history ? setup_.history->write() : Status{};
}

Status Extractor::write_without_plan(const record::Record& record, std::string_view plan, std::string_view problem,
                                     stream::Writer& out) {
  set_members(record, members_without(plan, problem), false);
  return out.append(line_);
}

// A text that no reader knows may hold anything, so it does not leave, unless literals are kept.
Members Extractor::members_without(std::string_view plan, std::string_view problem) const {
  Members members;
  members.text("plan_error", problem);
  if (options_.literals == Literals::Remove && !plan.empty()) members.text("plan", sql::replacement(plan));
  return members;
}

PlanJob& Extractor::new_job(JobKind kind) {
  PlanJob& job = pool_->add();
  job.begin(kind);
  return job;
}

Status Extractor::add_job(const record::Record& record, const KnownPlan* known, stream::Writer& out) {
  PlanJob& job = new_job(known != nullptr ? JobKind::Known : JobKind::Pass);
  job.take_line(record.line());
  if (known != nullptr) job.known = *known;
  return job_added(out);
}

Status Extractor::add_plan(const record::Record& record, std::string_view plan, bool text, stream::Writer& out) {
  PlanJob& job = new_job(JobKind::Read);
  job.take_line(record.line());
  job.form = text ? PlanForm::Text : PlanForm::Object;
  job.plan = text ? *record::Value(plan).text(scratch_) : plan;
  return job_added(out);
}

Status Extractor::add_entry(const BarePlan& bare, stream::Writer& out) {
  PlanJob& job = new_job(JobKind::Entry);
  job.form = form_of(bare);
  job.plan = bare.plan;
  job.query = bare.query;
  job.database = bare.database;
  job.source = bare.source;
  job.duration_ms = bare.duration_ms;
  job.time = bare.time;
  return job_added(out);
}

// Where too much waits, the loop waits for what came first.
Status Extractor::job_added(stream::Writer& out) {
  if (!pool_->added()) return {};
  DBI_TRY(finish_jobs(false, out));
  while (!pool_->has_room()) {
    PlanJob* job = pool_->next(true);
    if (job == nullptr) break;
    DBI_TRY(finish(*job, out));
  }
  return {};
}

Status Extractor::flush() {
  if (pool_) pool_->submit();
  return {};
}

Status Extractor::finish_jobs(bool all, stream::Writer& out) {
  while (PlanJob* job = pool_->next(all)) DBI_TRY(finish(*job, out));
  return {};
}

Status Extractor::finish_all(stream::Writer& out) {
  if (!pool_) return {};
  pool_->submit();
  return finish_jobs(true, out);
}

Status Extractor::finish(PlanJob& job, stream::Writer& out) {
  if (job.kind == JobKind::Read || job.kind == JobKind::Entry) {
    count_reading(job.problem ? nullptr : &job.known, job.faults);
  }
  if (job.kind != JobKind::Entry) return finish_record(job, out);
  std::swap(known_, job.known);
  problem_ = job.problem;
  return write_read({.plan = job.plan,
                     .query = job.query,
                     .source = job.source,
                     .database = job.database,
                     .duration_ms = job.duration_ms,
                     .time = job.time},
                    job.statement, out);
}

Status Extractor::finish_record(PlanJob& job, stream::Writer& out) {
  DBI_TRY(job_reader_.parse(job.record(), job_record_));
  if (job.kind == JobKind::Pass) return leave(job_record_, out);
  if (job.kind == JobKind::Known) return leave_with(job_record_, job.known, out);
  const std::string_view plan = job_record_.find("plan")->value.raw();
  if (job.problem) return write_without_plan(job_record_, plan, job.problem->message, out);
  cache_.put(plan, job.known);
  return leave_with(job_record_, job.known, out);
}

void Extractor::take_held(std::string& lines) {
  if (!pool_) return;
  pool_->submit();
  while (const PlanJob* job = pool_->next(true)) {
    if (job->kind != JobKind::Entry) lines.append(job->record()).push_back('\n');
  }
}

void Extractor::shrink() {
  cache_.shrink();
  if (pool_) pool_->shrink();
}

void Extractor::count_cache() {
  const double hits = static_cast<double>(figures_.cache_hits.value());
  figures_.cache_hit_rate.set(hits / (hits + static_cast<double>(figures_.cache_misses.value())));
  figures_.cache_size.set(static_cast<double>(cache_.size()));
  figures_.cache_bytes.set(static_cast<double>(cache_.bytes()));
  figures_.cache_evictions.raise_to(cache_.evictions());
}

Status Extractor::write_bare(const BarePlan& bare, stream::Writer& out) {
  figures_.plans.add();
  if (pool_ && bare.duration_ms) return add_entry(bare, out);
  DBI_TRY(finish_all(out));
  const bool read_it = read(bare.plan, form_of(bare)) != nullptr;
  // An entry of a log says more than its plan, and is not to be lost with that.
  if (!read_it && !bare.duration_ms) {
    return fail(ErrorKind::Malformed, fmt::format("no plan: {}", problem_->message));
  }
  return write_read(bare, read_it ? reading_.statement() : std::string_view(), out);
}

// A plan that was printed over several lines is kept as a text.
PlanForm Extractor::form_of(const BarePlan& bare) const {
  return bare.plan.starts_with('{') && options_.literals == Literals::Remove ? PlanForm::Object : PlanForm::Text;
}

// Of known_ and problem_. What auto_explain writes as JSON, YAML and XML has the statement inside.
Status Extractor::write_read(const BarePlan& bare, std::string_view statement, stream::Writer& out) {
  if (problem_) {
    known_ = {};
    known_.members = members_without(bare.plan, bare.plan.empty() ? kNoEndOfStatement : problem_->message);
  } else if (options_.literals == Literals::Keep && !known_.members.has("plan_lz4")) {
    known_.members.text("plan", bare.plan);
  }
  if (!bare.query.empty()) statement = bare.query;
  if (bare.time) last_time_ = *bare.time;
  build(bare, statement, bare.time || setup_.replay ? last_time_ : setup_.clock->now());
  if (const Status whole = check_line(); !whole) {
    known_.members.remove("plan");
    known_.members.remove("plan_lz4");
    known_.members.text("plan_error", whole.error().message);
    build(bare, statement, last_time_);
    DBI_TRY(check_line());
  }
  DBI_TRY(out.append(line_));
  return compares() && !known_.hash.empty() ? remember_plan(record_, known_, out) : Status{};
}

// A plan may be nested deeper than a record, and longer.
Status Extractor::check_line() {
  const std::size_t size = line_.size();
  if (size > setup_.max_record_bytes) {
    return fail(ErrorKind::Unsupported, "the record would be longer than --max-record-bytes");
  }
  line_.append(record::kPadding, '\0');
  const Status whole = reader_.parse(std::string_view(line_).substr(0, size), record_);
  line_.resize(size);  // record_ still points into it
  if (whole) return {};
  return fail(ErrorKind::Unsupported, fmt::format("the record would be malformed: {}", whole.error().message));
}

void Extractor::build(const BarePlan& bare, std::string_view query, Timestamp time) {
  line_.clear();
  record::Builder builder(line_);
  builder.begin("plan").time("ts", time).time("observed_ts", time);
  if (!options_.target.empty()) builder.text("target", options_.target);
  const std::string_view database = bare.database.empty() ? std::string_view(options_.database) : bare.database;
  if (!database.empty()) builder.text("database", database);
  builder.text("system", sql::system_word(known_.system)).text("tool", setup_.tool);
  if (!query.empty()) {
    const sql::Statement statement = sql::normalize(query, sql::Dialect());  // the log does not say the settings
    if (statement.signature) builder.text("query_signature", *statement.signature);
    builder.text("query", options_.literals == Literals::Keep ? query : std::string_view(statement.text));
  }
  if (bare.duration_ms) builder.number("duration_ms", *bare.duration_ms);
  builder.text("plan_source", bare.source);
  if (const std::string name = feed_.name_of(bare); !name.empty()) builder.text("plan_name", name);
  known_.members.write(builder);
  builder.end();
  line_.pop_back();
}

}  // namespace dbi::extract
