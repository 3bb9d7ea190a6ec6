// Explains the statements of a file and writes their plans (--explain=FILE): how each would be carried out, which none
// is.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "collect/cycle_account.hpp"
#include "collect/routing.hpp"
#include "collect/server_reader.hpp"
#include "collect/text_store.hpp"
#include "sql/script.hpp"

namespace dbi::collect {

/// Longest file of statements.
inline constexpr std::size_t kMaxScriptBytes = std::size_t{16} << 20U;

struct ExplainSettings {
  std::string file;                             ///< as messages call it
  std::shared_ptr<const std::string> script;    ///< what it holds: UTF-8
  std::size_t most = 1000;                      ///< statements that are sent in a cycle
  std::size_t most_alike = 10;                  ///< of them, with one signature
  microseconds time = std::chrono::minutes{1};  ///< once it is over none is sent any more in the cycle
  bool keeps_literals = false;
  std::size_t query_bytes = kDefaultQueryBytes;
};

/// Reads the file; `-` is standard input. Fails with ErrorKind::Usage where it cannot be read, is longer than
/// kMaxScriptBytes, is no UTF-8 or holds no statement, or where one of `systems` could not tell its statements apart.
Result<std::shared_ptr<const std::string>> read_script(const std::string& file,
                                                       const std::vector<sql::System>& systems);

/// What became of one statement.
struct ExplainedStatement {
  std::string name;
  std::string query;
  bool truncated = false;
  std::optional<std::string> signature;
  std::string query_id;  ///< empty: the server gave none
  bool generic = false;
  std::string plan;    ///< JSON; empty: there is none
  std::string reason;  ///< why there is none, or what stands for it
  bool literals = false;
};

/// Appends the record of a statement. Where it would pass the limits of a record it has no plan and says so.
void write_plan(std::string& out, const Routing& routing, Timestamp ts, std::string_view database,
                const ExplainedStatement& statement);

/// The statements of a file on one target. Not shared between threads.
class Explain {
 public:
  /// The connection that the next statement goes by, opened anew where the last one broke; nullptr: there is none.
  using Connect = std::function<ServerReader*()>;

  explicit Explain(ExplainSettings settings) : settings_(std::move(settings)) {}

  /// Explains them in turn, each whatever became of those before. What a statement could not be explained for is its
  /// reason, and where the server said it an error of the account too. `left_out`, where it is not empty, is why none
  /// is sent. A cycle goes on where the budget ended the one before.
  std::vector<ExplainedStatement> run(const Connect& connect, std::string_view left_out, const Clock& clock,
                                      CycleAccount& account);

 private:
  struct Budget;
  ExplainedStatement explain(const sql::ScriptStatement& statement, const sql::Dialect& dialect, Budget& budget,
                             const Connect& connect, CycleAccount& account);
  void take_plan(std::string_view text, ExplainedStatement& explained) const;
  void take_error(const SourceError& error, const sql::ScriptStatement& statement, ExplainedStatement& explained,
                  CycleAccount& account) const;

  ExplainSettings settings_;
  std::size_t next_ = 0;  ///< the statement that the next cycle begins with
};

}  // namespace dbi::collect
