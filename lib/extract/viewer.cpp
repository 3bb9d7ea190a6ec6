// SPDX-License-Identifier: Apache-2.0
#include "extract/viewer.hpp"

#include <fmt/format.h>

#include <utility>

#include "plan/analysis.hpp"
#include "record/text_of.hpp"
#include "sql/statement.hpp"

namespace dbi::extract {

namespace {

sql::Dialect dialect_of(std::string_view system) {
  sql::Dialect dialect;
  if (system == "mysql") dialect.system = sql::System::MySql;
  if (system == "mariadb") dialect.system = sql::System::MariaDb;
  return dialect;
}

// A plan that cannot be read, unlike an output that takes nothing.
bool is_riddle(const Error& error) {
  return error.kind == ErrorKind::Malformed || error.kind == ErrorKind::Unsupported;
}

}  // namespace

Viewer::Viewer(ExtractOptions options, Setup setup)
    : options_(std::move(options)),
      setup_(std::move(setup)),
      feed_(options_, setup_.max_record_bytes, *setup_.clock,
            [this](const BarePlan& bare, stream::Writer& out) { return show_bare(bare, out); }),
      reading_(options_) {}

// Also of statements whose literals are gone already, which then stay as they are.
std::string Viewer::safe(std::string_view query, std::string_view system) const {
  if (query.empty() || options_.literals == Literals::Keep) return std::string(query);
  return sql::normalize(query, dialect_of(system)).text;
}

Status Viewer::on_record(const record::Record& record, stream::Writer& out) {
  const record::Member* plan = record.find("plan");
  if (plan == nullptr) return {};
  const record::ValueKind kind = plan->value.kind();
  const bool text = kind == record::ValueKind::Text;
  if (!text && kind != record::ValueKind::Object && kind != record::ValueKind::Array) return {};
  About about;
  about.name = record::text_of(record, "plan_name");
  about.system = record::text_of(record, "system");
  about.query = safe(record::text_of(record, "query"), about.system);
  about.source = record::text_of(record, "plan_source");
  about.database = record::text_of(record, "database");
  about.duration_ms = record.number("duration_ms");
  return pass_over(show_all(text ? *plan->value.text(scratch_) : plan->value.raw(), about, out));
}

// One plan that is a riddle keeps the others from nobody's eyes.
Status Viewer::pass_over(const Status& shown) const {
  if (shown || !is_riddle(shown.error())) return shown;
  setup_.log->warning(fmt::format("a plan cannot be shown: {}", shown.error().message));
  return {};
}

Status Viewer::show_bare(const BarePlan& bare, stream::Writer& out) {
  About about;
  about.name = feed_.name_of(bare);
  about.query = safe(bare.query, {});
  about.database = bare.database.empty() ? options_.database : std::string(bare.database);
  if (bare.source != "explain") about.source = bare.source;
  about.duration_ms = bare.duration_ms;
  Status shown = show_all(bare.plan, about, out);
  if (bare.duration_ms) return pass_over(shown);  // a log has others
  if (shown || !is_riddle(shown.error())) return shown;
  return fail(ErrorKind::Malformed, fmt::format("no plan: {}", shown.error().message));
}

// A rule makes several plans of one statement.
Status Viewer::show_all(std::string_view text, const About& about, stream::Writer& out) {
  const planview::Heading heading{.title = about.name,
                                  .query = about.query,
                                  .system = about.system,
                                  .source = about.source,
                                  .database = about.database,
                                  .duration_ms = about.duration_ms,
                                  .keep_literals = options_.literals == Literals::Keep};
  const auto count = reading_.open(text);
  if (!count) {
    figures_.errors.add();
    return fail(Error(count.error()));
  }
  for (std::size_t i = 0; i < *count; ++i) {
    if (Status read = reading_.analyse(i); !read) {
      figures_.errors.add();
      return read;
    }
    DBI_TRY(show(heading, out));
  }
  return {};
}

Status Viewer::show(const planview::Heading& heading, stream::Writer& out) {
  const plan::Analysis& analysis = reading_.analysis();
  figures_.plans.add();
  if (!analysis.findings().empty()) figures_.findings.add();
  setup_.view->show(analysis, heading, out.buffer());
  return out.commit();
}

Status Viewer::on_end(stream::Writer& out) {
  setup_.view->end(out.buffer());
  return out.commit();
}

}  // namespace dbi::extract
