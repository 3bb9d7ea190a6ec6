// What is asked of a MySQL or MariaDB server about itself and its statements, and what its answers mean. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "collect/server_reader.hpp"
#include "collect/server_source.hpp"
#include "collect/snapshot.hpp"
#include "collect/source_error.hpp"

namespace dbi::collect {

/// A counter of events_statements_summary_by_digest.
struct DigestCounter {
  std::string column;  ///< the catalog's name
  CounterColumn counter;
  bool is_picoseconds = false;  ///< milliseconds in `counter`
};

/// What a connection learns once.
struct MysqlCatalog {
  sql::System system = sql::System::MariaDb;
  std::string account;  ///< CURRENT_USER(): "dbi_monitor@%"
  /// Tells servers apart: MySQL's server_uuid, newer MariaDBs' server_uid; else empty.
  std::string server_id;
  bool performance_schema = false;
  /// The most bytes that the server keeps of a statement's tokens, in its own form; 0: not known.
  std::uint64_t digest_bytes = 0;
  std::vector<DigestCounter> counters;  ///< none: the digest table is not to be seen
  bool since_in_whole_seconds = false;  ///< FIRST_SEEN has no fraction
};

/// Columns of the digest table, settings and the account.
[[nodiscard]] OwnStatement mysql_catalog_sql(sql::System system);
/// Fails with ErrorKind::Other for an answer of another form, with Unsupported for a digest table without its key.
Result<MysqlCatalog> read_mysql_catalog(const Cells& cells, sql::System system);

/// The clock, the version and the figures of the server.
[[nodiscard]] OwnStatement mysql_server_sql(sql::System system);

struct MysqlServer {
  ServerFacts facts;
  std::optional<std::int64_t> digest_lost;     ///< Performance_schema_digest_lost
  std::optional<std::int64_t> running_slaves;  ///< MariaDB's Slaves_running; nothing on MySQL
};
Result<MysqlServer> read_mysql_server(const Cells& cells, const MysqlCatalog& catalog);

/// The counters of all digests, without their texts.
[[nodiscard]] OwnStatement digests_sql(const MysqlCatalog& catalog);
/// Sets key columns, columns and rows. False where the server does not count statements at present.
Result<bool> read_digests(const Cells& cells, const MysqlCatalog& catalog, StatementSnapshot& snapshot);

/// The texts of the digests first seen at or after the second `?`, at most the last `?` of them. The server makes each
/// text anew from its tokens, which is what costs.
[[nodiscard]] OwnStatement digest_texts_sql();

struct DigestText {
  std::string key;
  std::string query_id;
  std::string_view text;  ///< as long as the cells live
};
/// Nothing for the row that stands for what found no room.
[[nodiscard]] std::optional<DigestText> read_digest_text(std::span<const Cell> row);

/// What stands for a missing schema and digest: "schema/digest".
[[nodiscard]] std::string digest_key(const Cell& schema, const Cell& digest);

/// True where the text is a statement of the collector's, by the alias of its first column (collector-checks.md C).
[[nodiscard]] bool is_own_digest(std::string_view text);

/// True where tokens of this text may have found no room in `digest_bytes`, which leaves no mark: a token takes 2
/// bytes, a name 4 and its length (collector-checks.md B). 0 is never full.
[[nodiscard]] bool may_be_cut(std::string_view digest_text, std::uint64_t digest_bytes);

/// CURRENT_USER() as GRANT takes it: 'dbi_monitor'@'%'.
[[nodiscard]] std::string quote_account(std::string_view account);

/// The line that lets an account see the statistics.
[[nodiscard]] std::string grant_statistics(std::string_view account);

/// For texts of other sessions, whose sql_mode is their own.
[[nodiscard]] sql::Dialect without_modes(sql::Dialect dialect);

/// Why a server has no statistics of statements, and the lines that would mend it; nothing where it has them.
[[nodiscard]] std::optional<SourceError> no_digests(const MysqlCatalog& catalog);

/// That the server has them and does not count at present.
[[nodiscard]] SourceError digests_off();

}  // namespace dbi::collect
