// SPDX-License-Identifier: Apache-2.0
#include "export/fan_out.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace dbi::exporting {

FanOut::FanOut(std::vector<std::unique_ptr<Sink>> sinks, const Log& log, Delivery& delivery)
    : sinks_(std::move(sinks)), log_(&log), delivery_(&delivery) {}

FanOut::~FanOut() {
  std::erase_if(sinks_, [](const auto& sink) { return sink->draws(); });
  stream::Writer nowhere(-1);
  // Faults are reported and kept by each().
  static_cast<void>(on_end(nowhere));
}

template <typename Call>
Status FanOut::each(Call call) {
  for (auto& sink : sinks_) {
    const Status status = call(*sink);
    if (status) continue;
    Error error = status.error();
    error.message = std::string(sink->name()) + ": " + error.message;
    log_->error(error);
    if (!delivery_->fault) delivery_->fault = error;
    sink.reset();
  }
  std::erase(sinks_, nullptr);
  if (sinks_.empty() && delivery_->fault) return fail(ErrorKind::Output, "no sink is left");
  return {};
}

Status FanOut::on_record(const record::Record& record, stream::Writer& out) {
  if (record.text("kind", scratch_) == "scrape") look_at_scrape(record);
  return each([&](Sink& sink) { return sink.accept(record, out); });
}

void FanOut::look_at_scrape(const record::Record& scrape) {
  if (scrape.text("outcome", scratch_) == "failed") delivery_->scrape_failed = true;
  const auto awaited = scrape.text("ack_from", scratch_);
  if (!awaited || told_unacknowledged_ || delivery_->archive) return;
  if (std::ranges::any_of(sinks_, [&](const auto& sink) { return sink->acknowledges(*awaited); })) return;
  told_unacknowledged_ = true;
  log_->warning(
      Error{ErrorKind::Output,
            fmt::format("dbi-collect waits for an acknowledgement of '{}' that this run cannot give", *awaited),
            "--commit exported wants a dbi-export of that --name with sqlite:PATH as its only sink beside "
            "table, and with the state folder that dbi-collect uses."});
}

std::optional<MonotonicTime> FanOut::next_deadline() const {
  std::optional<MonotonicTime> earliest;
  for (const auto& sink : sinks_) {
    const auto deadline = sink->next_deadline();
    if (deadline && (!earliest || *deadline < *earliest)) earliest = deadline;
  }
  return earliest;
}

Status FanOut::on_deadline(MonotonicTime now, stream::Writer& out) {
  return each([&](Sink& sink) -> Status {
    const auto deadline = sink.next_deadline();
    return deadline && *deadline <= now ? sink.on_deadline(now, out) : Status{};
  });
}

void FanOut::shrink() {
  // A fault is reported by each(), and the next record tells the run if no sink is left.
  static_cast<void>(each([](Sink& sink) { return sink.shrink(); }));
}

Status FanOut::on_end(stream::Writer& out) {
  Status status = each([&](Sink& sink) { return sink.finish(out); });
  sinks_.clear();
  return status;
}

}  // namespace dbi::exporting
