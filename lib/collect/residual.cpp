// SPDX-License-Identifier: Apache-2.0
#include "collect/residual.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <utility>

namespace dbi::collect {

namespace {

using Group = std::pair<std::string, std::optional<bool>>;

// A lower bound taken as a difference has calls but no mean (DeltaRow::mean_ms).
bool hides_the_mean(const Deltas& deltas, const DeltaRow& row) {
  return !row.mean_ms && deltas.calls(row) > 0;
}

void fold(Residual& residual, const Deltas& deltas, const DeltaRow& row) {
  if (residual.statements++ == 0) residual.counters.resize(row.counters.size());
  for (std::size_t i = 0; i < row.counters.size(); ++i) {
    residual.counters[i].integer += row.counters[i].integer;
    residual.counters[i].real += row.counters[i].real;
  }
  residual.quality = std::max(residual.quality, row.quality);
  residual.has_mean = residual.has_mean && !hides_the_mean(deltas, row);
}

std::vector<Residual> fold_by_group(const StatementSnapshot& later, const Deltas& deltas,
                                    std::span<const DeltaRow* const> rows) {
  std::map<Group, Residual> groups;
  for (const auto* row : rows) {
    const auto& statement = later.rows[row->row];
    auto& residual = groups[{statement.database, statement.toplevel}];
    residual.database = statement.database;
    residual.toplevel = statement.toplevel;
    fold(residual, deltas, *row);
  }
  std::vector<Residual> residuals;
  residuals.reserve(groups.size());
  for (auto& [group, residual] : groups) residuals.push_back(std::move(residual));
  return residuals;
}

}  // namespace

Partition partition_rows(const StatementSnapshot& later, const Deltas& deltas, std::size_t top) {
  Partition partition;
  auto& rows = partition.top;
  std::vector<const DeltaRow*> rest;
  for (const auto& row : deltas.rows) {
    const auto& statement = later.rows[row.row];
    if (!statement.own) {
      (statement.query_id == kOtherId ? rest : rows).push_back(&row);
      continue;
    }
    partition.self.calls += deltas.calls(row);
    partition.self.total_ms += deltas.total_ms(row);
  }
  std::ranges::sort(rows, [&](const DeltaRow* a, const DeltaRow* b) {
    const double left = deltas.total_ms(*a);
    const double right = deltas.total_ms(*b);
    return left != right ? left > right : later.rows[a->row].key < later.rows[b->row].key;
  });
  if (rows.size() > top) {
    rest.insert(rest.end(), rows.begin() + static_cast<std::ptrdiff_t>(top), rows.end());
    rows.resize(top);
  }
  partition.other = fold_by_group(later, deltas, rest);
  return partition;
}

}  // namespace dbi::collect
