// Bytes a second of sql::normalize on statements as applications send them.
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <string>

#include "sql/statement.hpp"

namespace {

const dbi::sql::Dialect kPostgreSql{dbi::sql::System::PostgreSql, 0, true, {}, {}};

const std::string kQuery =
    "SELECT o.id, o.created_at, c.name, sum(l.price * l.quantity) AS total FROM orders o JOIN customers c ON c.id = "
    "o.customer_id LEFT JOIN order_lines l ON l.order_id = o.id WHERE o.status = 'shipped' AND o.created_at >= "
    "date '2024-01-01' AND c.country IN ('DE', 'FR', 'IT', 'ES') AND l.price BETWEEN 10.5 AND 99.9 GROUP BY o.id, "
    "o.created_at, c.name HAVING sum(l.price) > 100 ORDER BY total DESC LIMIT 50 OFFSET 100";

std::string long_list() {
  std::string text = "select a from t where b in (0";
  for (int i = 1; i < 20000; ++i) text += ", " + std::to_string(i * 7919);
  return text + ")";
}

std::string long_string() {
  return "insert into documents (id, body) values (1, '" + std::string(std::size_t{1} << 18U, 'x') + "')";
}

void run(benchmark::State& state, const std::string& text) {
  for (auto _ : state) benchmark::DoNotOptimize(dbi::sql::normalize(text, kPostgreSql));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

BENCHMARK_CAPTURE(run, query, kQuery);
BENCHMARK_CAPTURE(run, long_list, long_list());
BENCHMARK_CAPTURE(run, long_string, long_string());

}  // namespace

BENCHMARK_MAIN();
