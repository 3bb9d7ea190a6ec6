// SPDX-License-Identifier: Apache-2.0
#include "collect/session_records.hpp"

#include <memory>
#include <utility>

#include "record/builder.hpp"

namespace dbi::collect {

namespace {

void add_text(record::Builder& builder, std::string_view name, const std::string& value) {
  if (!value.empty()) builder.text(name, value);
}

// The signature known for the id holds for texts that are cut too (DESIGN.md section 2); an id without one has that of
// its text.
void add_signature(record::Builder& builder, const Session& session, const TextStore& texts) {
  const auto known = session.query_id.empty() ? std::nullopt : texts.signature_of(session.query_id);
  if (known) {
    builder.text("query_signature", *known);
  } else if (session.signature) {
    builder.text("query_signature", *session.signature);
  }
}

void write_session(record::Builder& builder, const Routing& routing, Timestamp ts, const Session& session,
                   const TextStore& texts, std::optional<double> sample_s) {
  begin_record(builder, "session", routing, ts, session.database);
  add_text(builder, "pid", session.pid);
  add_text(builder, "leader_pid", session.leader_pid);
  add_text(builder, "user", session.user);
  add_text(builder, "application", session.application);
  add_text(builder, "client", session.client);
  add_text(builder, "backend_type", session.backend_type);
  add_text(builder, "state", session.state);
  add_text(builder, "wait_type", session.wait_type);
  add_text(builder, "wait_event", session.wait_event);
  add_text(builder, "stage", session.stage);
  add_text(builder, "query_id", session.query_id);
  add_signature(builder, session, texts);
  add_text(builder, "query", session.query);
  if (session.truncated) builder.boolean("truncated", true);
  if (session.duration_ms) builder.number("duration_ms", *session.duration_ms);
  if (session.transaction_ms) builder.number("transaction_ms", *session.transaction_ms);
  add_text(builder, "transaction_id", session.transaction_id);
  if (!session.blocked_by.empty()) builder.texts("blocked_by", session.blocked_by);
  if (sample_s) builder.number("sample_s", *sample_s);
  if (!session.missing.empty()) builder.texts("missing", session.missing);
  builder.end();
}

}  // namespace

WriteSessions session_writer(std::vector<Session> sessions, const TextStore& texts, const SessionOptions& options) {
  return [sessions = std::make_shared<const std::vector<Session>>(std::move(sessions)), &texts,
          interval = options.sample_s](std::string& out, const Routing& routing, Timestamp ts, double intervals) {
    record::Builder builder(out);
    const auto sample_s = interval ? std::optional(*interval * intervals) : std::nullopt;
    for (const auto& session : *sessions) write_session(builder, routing, ts, session, texts, sample_s);
    return sessions->size();
  };
}

}  // namespace dbi::collect
