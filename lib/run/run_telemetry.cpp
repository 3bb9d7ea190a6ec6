// SPDX-License-Identifier: Apache-2.0
#include "run/run_telemetry.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "resource/process.hpp"

namespace dbi::run {

RunTelemetry::RunTelemetry(const Context& context, const InstanceState& held) : context_(context) {
  if (!held.folder) return;
  const auto folder = held.folder->telemetry();
  if (!folder) {
    warn(fail(Error(folder.error())));
    return;
  }
  snapshot_.emplace(state::TelemetryInstance{*folder, context.tool, context.common.name}, *context.clock);
  snapshot_->add("resident_bytes", resident_bytes_);
  snapshot_->add("cpu_s", cpu_s_);
  snapshot_->add("threads", threads_);
  snapshot_->add("open_descriptors", open_descriptors_);
  warn(snapshot_->fold_dead());
}

RunTelemetry::~RunTelemetry() {
  if (!snapshot_) return;
  read_process();
  warn(snapshot_->finish());
}

void RunTelemetry::add(std::string name, const telemetry::Counter& counter) {
  if (snapshot_) snapshot_->add(std::move(name), counter);
}

void RunTelemetry::add(std::string name, const telemetry::Gauge& gauge) {
  if (snapshot_) snapshot_->add(std::move(name), gauge);
}

void RunTelemetry::write() {
  if (!snapshot_) return;
  read_process();
  warn(snapshot_->write());
}

void RunTelemetry::read_process() {
  const auto figures = resource::read_process_figures();
  if (!figures) return;
  resident_bytes_.set(static_cast<double>(figures->resident_bytes));
  cpu_s_.set(std::chrono::duration<double>(figures->cpu).count());
  threads_.set(static_cast<double>(figures->threads));
  open_descriptors_.set(static_cast<double>(figures->open_descriptors));
}

void RunTelemetry::warn(const Status& status) {
  if (!status && !warned_) context_.log->warning(fmt::format("no telemetry: {}", status.error().message));
  warned_ = !status;
}

}  // namespace dbi::run
