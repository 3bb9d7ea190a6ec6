// SPDX-License-Identifier: Apache-2.0
#include "limit/downstream.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "state/telemetry_reader.hpp"

namespace dbi::limit {

namespace {

bool is_named(std::string_view metric, std::string_view name) {
  return metric == name || (metric.starts_with(name) && metric[name.size()] == '{');
}

bool has_new_errors(const DownstreamFigures& now, const DownstreamFigures& before) {
  return std::ranges::any_of(now.errors_by_exporter, [&before](const auto& entry) {
    const auto known = before.errors_by_exporter.find(entry.first);
    return known != before.errors_by_exporter.end() && entry.second > known->second;
  });
}

}  // namespace

DownstreamFigures read_exporters(const std::filesystem::path& telemetry_folder, Timestamp now) {
  DownstreamFigures figures;
  for (const auto& exporter : state::read_telemetry(telemetry_folder, "dbi-export", now)) {
    for (const auto& [name, value] : exporter.gauges) {
      if (is_named(name, "spool_bytes")) figures.spool_bytes = figures.spool_bytes.value_or(0) + value;
    }
    auto& errors = figures.errors_by_exporter[exporter.file];
    for (const auto& [name, value] : exporter.counters) {
      if (is_named(name, "export_errors")) errors += value;
    }
  }
  return figures;
}

Pressure Downstream::pressure(MonotonicTime now) {
  if (looked_ && now - *looked_ < kInterval) return verdict_;
  DownstreamFigures figures = look_();
  if (looked_) {
    verdict_ = judge(figures, now - *looked_);
  } else if (figures.spool_bytes.value_or(0) > static_cast<double>(limits_.spool_bytes)) {
    verdict_ = Pressure::Hold;  // whether it grows is not known yet
  }
  looked_ = now;
  last_ = std::move(figures);
  return verdict_;
}

Pressure Downstream::judge(const DownstreamFigures& figures, microseconds passed) const {
  const auto stalled = static_cast<double>((figures.write_stall - last_.write_stall).count());
  if (stalled > limits_.write_stall_share * static_cast<double>(passed.count())) return Pressure::High;
  if (has_new_errors(figures, last_)) return Pressure::High;
  if (figures.spool_bytes.value_or(0) <= static_cast<double>(limits_.spool_bytes)) return Pressure::None;
  return last_.spool_bytes && *figures.spool_bytes > *last_.spool_bytes ? Pressure::High : Pressure::Hold;
}

}  // namespace dbi::limit
