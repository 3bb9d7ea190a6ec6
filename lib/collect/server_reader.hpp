// The seam between what is asked of a server and how it is asked: one connection with its guards (module db), or rows
// that a test recorded.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "base/clock.hpp"
#include "collect/source_error.hpp"
#include "db/cells.hpp"
#include "db/own_statement.hpp"
#include "sql/statement.hpp"

namespace dbi::collect {

using db::Cell;
using db::Cells;
using db::OwnStatement;

/// The rows of one read; the server has none of it open any more.
struct Reading {
  std::shared_ptr<const void> owner;  ///< keeps the cells' bytes
  Cells cells;
  SourceCost cost;
};

/// Rows, or why there are none.
using ReadResult = tl::expected<Reading, SourceError>;

/// A parameter of a read, as text; nothing for NULL.
using Parameters = std::span<const std::optional<std::string>>;

/// What is known of a connection beside its rows.
struct ConnectionFacts {
  std::string host;  ///< empty for a local socket
  std::uint16_t port = 0;
  std::string tls;     ///< "TLSv1.3", "off"
  std::string guards;  ///< "session", "transaction"
  /// How the server reads the text of sessions that keep its settings: of MySQL and MariaDB, which of the two it is,
  /// its version and its sql_mode.
  sql::Dialect dialect{};
  /// How it reads the text that this connection sends.
  sql::Dialect own_dialect{};
  std::string database = {};  ///< empty: none
  std::uint64_t serial = 0;   ///< another one for each connection
};

/// One connection. Used by one thread.
class ServerReader {
 public:
  ServerReader() = default;
  ServerReader(const ServerReader&) = delete;
  ServerReader& operator=(const ServerReader&) = delete;
  virtual ~ServerReader() = default;

  /// One statement under the guards, read whole. A message of the server in the error is redacted.
  virtual ReadResult read(std::string_view source, const OwnStatement& statement, Parameters parameters) = 0;

  /// The plan of one statement, which is not carried out, as one cell (db::Connection::explain). The caller has seen to
  /// it that it is a statement to explain.
  virtual ReadResult explain(std::string_view /*statement*/, std::size_t /*placeholders*/) {
    return tl::unexpected(SourceError{"explain", ErrorKind::Unsupported, {}, "nothing is explained here", {}});
  }

  /// The reads from here on belong to this cycle (--record) and may take `max_bytes` of memory in all: a read that
  /// would take more than the others left is given up, and fails with ErrorKind::Other.
  virtual void begin_cycle(std::string_view cycle, std::size_t max_bytes) = 0;
  /// The last read of the cycle is over.
  virtual void end_cycle() = 0;

  /// False once the connection broke: it has to be opened anew.
  [[nodiscard]] virtual bool usable() const = 0;

  [[nodiscard]] virtual ConnectionFacts facts() const = 0;
};

/// Opens a connection; called again after a fault. `statement_timeout`, where there is one, is how long a read may take
/// instead of what was configured.
using OpenReader = std::function<tl::expected<std::unique_ptr<ServerReader>, SourceError>(
    std::optional<microseconds> statement_timeout)>;

}  // namespace dbi::collect
