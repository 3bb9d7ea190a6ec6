// Bytes a second of sql::normalize on statements as applications send them.
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <string>

#include "sql/statement.hpp"

namespace {

using dbi::sql::Dialect;
using dbi::sql::System;

const Dialect kPostgreSql{System::PostgreSql, 0, true, {}, {}};
const Dialect kMySql{System::MySql, 90704, {}, false, false};

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

const std::string kDigest =
    "SELECT `o` . `id` , `o` . `created_at` , `c` . `name` , SUM ( `l` . `price` * `l` . `quantity` ) AS `total` FROM "
    "`orders` `o` JOIN `customers` `c` ON `c` . `id` = `o` . `customer_id` LEFT JOIN `order_lines` `l` ON `l` . "
    "`order_id` = `o` . `id` WHERE `o` . `status` = ? AND `o` . `created_at` >= DATE ? AND `c` . `country` IN (...) "
    "AND "
    "`l` . `price` BETWEEN ? AND ? GROUP BY `o` . `id` , `o` . `created_at` , `c` . `name` HAVING SUM ( `l` . `price` "
    ") "
    "> ? ORDER BY `total` DESC LIMIT ? OFFSET ?";

void run(benchmark::State& state, const std::string& text, const Dialect& dialect = kPostgreSql) {
  for (auto _ : state) benchmark::DoNotOptimize(dbi::sql::normalize(text, dialect));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

BENCHMARK_CAPTURE(run, query, kQuery);
BENCHMARK_CAPTURE(run, long_list, long_list());
BENCHMARK_CAPTURE(run, long_string, long_string());
BENCHMARK_CAPTURE(run, mysql_query, kQuery, kMySql);
BENCHMARK_CAPTURE(run, mysql_digest, kDigest, kMySql);
BENCHMARK_CAPTURE(run, mysql_long_list, long_list(), kMySql);
BENCHMARK_CAPTURE(run, mysql_long_string, long_string(), kMySql);

}  // namespace

BENCHMARK_MAIN();
