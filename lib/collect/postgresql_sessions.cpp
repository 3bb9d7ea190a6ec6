// SPDX-License-Identifier: Apache-2.0
#include "collect/postgresql_sessions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/text.hpp"
#include "collect/cell_values.hpp"
#include "collect/postgresql_privileges.hpp"
#include "sql/statement.hpp"

namespace dbi::collect {

namespace {

constexpr std::string_view kColumnsSql =
    "select attname from pg_catalog.pg_attribute "
    "where attrelid = 'pg_catalog.pg_stat_activity'::pg_catalog.regclass and attname in ('leader_pid', 'query_id')";

// `l` is read only where a blocker has pid 0, which stands for a prepared transaction: its condition does not depend on
// the rows, so that the executor settles it before it asks pg_locks. Which prepared transaction it is, is told by the
// lock that each transaction holds on its own id (its virtual id is a plain one, that of the session that prepared it).
// `conflict` is the table of PostgreSQL's manual, section 13.3.1.
// Rows of sessions that the role may not see have no backend_type; a database tells clients from the server's own.
constexpr std::string_view kSessionsSql = R"(with s as materialized (
 select pg_catalog.clock_timestamp() as now, pg_catalog.current_setting('track_activity_query_size') as text_size,
  pg_catalog.current_setting('server_version_num') as version,
  pg_catalog.current_setting('application_name') as name, r.oid as role, r.rolname
 from pg_catalog.pg_roles r where r.rolname = current_user
), a as materialized (
 select v.*, case when v.wait_event_type = 'Lock' then pg_catalog.pg_blocking_pids(v.pid) end as blockers
 from pg_catalog.pg_stat_activity v
), b as materialized (select distinct pg_catalog.unnest(blockers) as pid from a where blockers is not null
), p as materialized (select * from pg_catalog.pg_prepared_xacts
), l as materialized (
 select * from pg_catalog.pg_locks where (select pg_catalog.count(*) from b where b.pid = 0) > 0
), conflict (wanted, held) as (values
 (1,8),(2,7),(2,8),(3,5),(3,6),(3,7),(3,8),(4,4),(4,5),(4,6),(4,7),(4,8),(5,3),(5,4),(5,6),(5,7),(5,8),
 (6,3),(6,4),(6,5),(6,6),(6,7),(6,8),(7,2),(7,3),(7,4),(7,5),(7,6),(7,7),(7,8),
 (8,1),(8,2),(8,3),(8,4),(8,5),(8,6),(8,7),(8,8)
), level (mode, number) as (values ('AccessShareLock',1),('RowShareLock',2),('RowExclusiveLock',3),
 ('ShareUpdateExclusiveLock',4),('ShareLock',5),('ShareRowExclusiveLock',6),('ExclusiveLock',7),
 ('AccessExclusiveLock',8)
), prepared as materialized (
 select w.pid, pg_catalog.array_agg(distinct 'xid:' || t.transactionid::text) as blockers
 from l w join l h on h.granted and h.pid is null and h.locktype = w.locktype
  and h.database is not distinct from w.database and h.relation is not distinct from w.relation
  and h.page is not distinct from w.page and h.tuple is not distinct from w.tuple
  and h.virtualxid is not distinct from w.virtualxid
  and h.transactionid::text is not distinct from w.transactionid::text
  and h.classid is not distinct from w.classid and h.objid is not distinct from w.objid
  and h.objsubid is not distinct from w.objsubid
 join level wl on wl.mode = w.mode join level hl on hl.mode = h.mode
 join conflict c on c.wanted = wl.number and c.held = hl.number
 join l t on t.locktype = 'transactionid' and t.granted and t.pid is null
  and t.virtualtransaction = h.virtualtransaction
 join p on p.transaction::text = t.transactionid::text
 where not w.granted and w.pid is not null group by w.pid
)
select a.pid::text, {leader_pid}, a.usename::text, a.datname::text, a.application_name,
 pg_catalog.host(a.client_addr), a.backend_type, a.state, a.wait_event_type, a.wait_event, {query_id},
 a.query, pg_catalog.octet_length(a.query)::text,
 case when a.state = 'active' then (extract(epoch from s.now - a.query_start) * 1000)::pg_catalog.float8 end,
 (extract(epoch from s.now - a.xact_start) * 1000)::pg_catalog.float8, null,
 pg_catalog.concat_ws(' ', pg_catalog.array_to_string(pg_catalog.array_remove(a.blockers, 0), ' '),
  pg_catalog.array_to_string(prepared.blockers, ' ')),
 s.text_size, s.version, s.rolname::text, case when a.query = '<insufficient privilege>' then 't' else 'f' end
from a cross join s left join prepared on prepared.pid = a.pid and 0 = any (a.blockers)
where a.pid <> pg_catalog.pg_backend_pid()
 and not (a.usesysid is not distinct from s.role and a.application_name = s.name and s.name <> '')
 and (a.backend_type in ('client backend', 'parallel worker') and a.state is distinct from 'idle'
  or a.query = '<insufficient privilege>' and a.datid is not null
  or a.pid in (select b.pid from b))
union all
select null, null, p.owner::text, p.database::text, null, null, null, 'prepared', null, null, null, null, null, null,
 (extract(epoch from s.now - p.prepared) * 1000)::pg_catalog.float8, p.transaction::text, null,
 s.text_size, s.version, s.rolname::text, 'f'
from p cross join s)";

enum Column : std::size_t {
  kPid,
  kLeader,
  kUser,
  kDatabase,
  kApplication,
  kClient,
  kBackendType,
  kState,
  kWaitType,
  kWaitEvent,
  kQueryId,
  kQuery,
  kOctets,
  kDuration,
  kTransaction,
  kTransactionId,
  kBlockedBy,
  kTextSize,
  kVersion,
  kRole,
  kIsHidden,
  kColumns
};

// Clocks are read a moment apart: a statement that began in between has run for no time.
Result<std::optional<double>> elapsed(const Cell& cell) {
  DBI_TRY_ASSIGN(auto ms, parse_number<double>("of a session's times", cell));
  if (ms) ms = std::max(*ms, 0.0);
  return ms;
}

// A setting of bytes as the server shows it: "1kB", "1000B", "2MB".
std::uint64_t shown_bytes(std::string_view text) {
  std::uint64_t bytes = 0;
  const auto* end = text.data() + text.size();
  const std::string_view unit(std::from_chars(text.data(), end, bytes).ptr, end);
  if (unit == "kB") return bytes << 10U;
  if (unit == "MB") return bytes << 20U;
  return bytes;
}

// The server keeps track_activity_query_size - 1 bytes and cuts no character: up to three more may be gone.
bool is_cut(const Cell& octets, const Cell& text_size) {
  return shown_bytes(octets.value_or("0")) + 4 >= shown_bytes(text_size.value_or("0"));
}

bool is_client(std::string_view backend_type) {
  return backend_type.empty() || backend_type == "client backend" || backend_type == "parallel worker";
}

std::vector<std::string> blockers_of(const Cell& cell) {
  std::vector<std::string> blockers;
  for (const auto piece : split(cell.value_or(std::string_view()), ' ')) {
    if (!piece.empty() && std::ranges::find(blockers, piece) == blockers.end()) blockers.emplace_back(piece);
  }
  return blockers;
}

// A server process's own words ("autovacuum: VACUUM public.t") are redacted as statements are, and have no signature.
void read_query(std::span<const Cell> row, std::size_t query_bytes, Session& session) {
  const auto text = row[kQuery].value_or(std::string_view());
  if (text.empty() || session.hidden) return;
  session.truncated = is_cut(row[kOctets], row[kTextSize]);
  auto statement = sql::normalize(text, {}, {.truncated = session.truncated});
  if (is_client(session.backend_type)) session.signature = std::move(statement.signature);
  session.query = truncate_utf8(statement.text, query_bytes);
  session.truncated = session.truncated || session.query.size() < statement.text.size();
}

std::vector<std::string> missing_of(const Session& session, const ActivityColumns& columns) {
  if (session.state == "prepared") return {};
  std::vector<std::string> missing;
  if (session.hidden) missing = {"state", "wait_type", "wait_event", "query", "duration_ms", "transaction_ms"};
  if (session.hidden || !columns.query_id) missing.emplace_back("query_id");
  if (!columns.leader_pid && session.backend_type == "parallel worker") missing.emplace_back("leader_pid");
  return missing;
}

Result<Session> read_session(std::span<const Cell> row, const ActivityColumns& columns, std::size_t query_bytes) {
  Session session;
  session.pid = text_of(row[kPid]);
  session.leader_pid = text_of(row[kLeader]);
  session.user = text_of(row[kUser]);
  session.database = text_of(row[kDatabase]);
  session.application = text_of(row[kApplication]);
  session.client = text_of(row[kClient]);
  session.backend_type = text_of(row[kBackendType]);
  session.state = text_of(row[kState]);
  session.wait_type = text_of(row[kWaitType]);
  session.wait_event = text_of(row[kWaitEvent]);
  session.query_id = text_of(row[kQueryId]);
  session.transaction_id = text_of(row[kTransactionId]);
  session.blocked_by = blockers_of(row[kBlockedBy]);
  session.hidden = row[kIsHidden] == "t";
  DBI_TRY_ASSIGN(session.duration_ms, elapsed(row[kDuration]));
  DBI_TRY_ASSIGN(session.transaction_ms, elapsed(row[kTransaction]));
  read_query(row, query_bytes, session);
  if (session.backend_type == "client backend") session.backend_type.clear();
  session.missing = missing_of(session, columns);
  return session;
}

/// What is remembered from cycle to cycle.
struct Source {
  SessionOptions options;
  std::optional<ActivityColumns> columns;
  std::string version;  ///< of the server that has these columns

  std::optional<WriteSessions> operator()(ServerReader& reader, const TextStore& texts, CycleAccount& account);

 private:
  std::optional<Reading> read(ServerReader& reader, const OwnStatement& statement, CycleAccount& account);
};

std::optional<Reading> Source::read(ServerReader& reader, const OwnStatement& statement, CycleAccount& account) {
  auto reading = reader.read("sessions", statement, {});
  if (!reading) {
    account.errors.push_back(std::move(reading).error());
    columns.reset();  // another server may stand there now
    return std::nullopt;
  }
  account.spend("sessions", reading->cost);
  return std::move(*reading);
}

std::optional<WriteSessions> Source::operator()(ServerReader& reader, const TextStore& texts, CycleAccount& account) {
  if (!columns) {
    const auto reading = read(reader, activity_columns_sql(), account);
    if (!reading) return std::nullopt;
    columns = read_activity_columns(reading->cells);
    version.clear();
  }
  const auto reading = read(reader, sessions_sql(*columns), account);
  if (!reading) return std::nullopt;
  auto sessions = read_sessions(reading->cells, *columns, options.query_bytes);
  if (!sessions) {
    account.refuse("sessions", sessions.error());
    return std::nullopt;
  }
  if (!version.empty() && !sessions->server_version.empty() && version != sessions->server_version) columns.reset();
  if (!sessions->server_version.empty()) version = sessions->server_version;
  if (std::ranges::any_of(sessions->rows, &Session::hidden)) {
    account.errors.push_back(hidden_rows("sessions", sessions->role));
  }
  return session_writer(std::move(sessions->rows), texts, options);
}

}  // namespace

OwnStatement activity_columns_sql() {
  return {"session columns", kColumnsSql};
}

ActivityColumns read_activity_columns(const Cells& cells) {
  ActivityColumns columns;
  for (const auto& name : cells.values) {
    if (name == "leader_pid") columns.leader_pid = true;
    if (name == "query_id") columns.query_id = true;
  }
  return columns;
}

OwnStatement sessions_sql(const ActivityColumns& columns) {
  std::vector<std::size_t> open;
  for (std::size_t column = 0; column < kColumns; ++column) {
    if (column != kQuery) open.push_back(column);
  }
  return {"sessions",
          fmt::format(fmt::runtime(kSessionsSql),
                      fmt::arg("leader_pid", columns.leader_pid ? "a.leader_pid::text" : "null::text"),
                      fmt::arg("query_id", columns.query_id ? "a.query_id::text" : "null::text")),
          std::move(open)};
}

Result<Sessions> read_sessions(const Cells& cells, const ActivityColumns& columns, std::size_t query_bytes) {
  Sessions sessions;
  if (cells.rows() > 0 && cells.columns != kColumns) {
    return fail(ErrorKind::Other, "the sessions have another number of columns than was asked for");
  }
  for (std::size_t i = 0; i < cells.rows(); ++i) {
    const auto row = cells.row(i);
    DBI_TRY_ASSIGN(auto session, read_session(row, columns, query_bytes));
    sessions.rows.push_back(std::move(session));
    sessions.role = text_of(row[kRole]);
    sessions.server_version = text_of(row[kVersion]);
  }
  return sessions;
}

ReadSessions postgresql_sessions(const SessionOptions& options) {
  // A copy of what is returned has a memory of its own: targets run in threads.
  return [source = Source{.options = options, .columns = {}, .version = {}}](
             ServerReader& reader, const TextStore& texts, CycleAccount& account) mutable {
    return source(reader, texts, account);
  };
}

}  // namespace dbi::collect
