// dbi-plan's filter for eyes: shows plans, of records and outside of them, and writes no record.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "extract/bare_feed.hpp"
#include "extract/extract_options.hpp"
#include "extract/plan_reading.hpp"
#include "extract/view_options.hpp"
#include "planview/heading.hpp"
#include "planview/view.hpp"
#include "record/record.hpp"
#include "stream/filter.hpp"
#include "telemetry/counter.hpp"

namespace dbi::extract {

/// What it counts. Lives as long as it.
struct ViewFigures {
  telemetry::Counter plans;
  telemetry::Counter errors;    ///< plans that could not be read
  telemetry::Counter findings;  ///< plans with at least one
};

/// Every plan is read and judged anew. A record without a plan is not shown; of one whose plan cannot be read, as of
/// such an entry of a log, a warning tells.
class Viewer final : public stream::Filter {
 public:
  struct Setup {
    std::unique_ptr<planview::View> view;  ///< always there
    const Clock* clock = nullptr;          ///< outlives the filter
    const Log* log = nullptr;              ///< outlives the filter
    std::size_t max_record_bytes = record::kMaxRecordBytes;
  };

  Viewer(ExtractOptions options, Setup setup);

  Status on_record(const record::Record& record, stream::Writer& out) override;
  [[nodiscard]] stream::LineTaker* line_taker() override { return &feed_; }
  [[nodiscard]] std::optional<MonotonicTime> next_deadline() const override { return feed_.next_deadline(); }
  /// Of the last plan, and where there was none.
  Status on_end(stream::Writer& out) override;
  Status on_deadline(MonotonicTime /*now*/, stream::Writer& out) override { return feed_.on_deadline(out); }

  [[nodiscard]] const ViewFigures& figures() const { return figures_; }

 private:
  /// What is known of a plan beside it; texts are safe to show.
  struct About {
    std::string name, query, system, source, database;
    std::optional<double> duration_ms;
  };

  Status show_bare(const BarePlan& bare, stream::Writer& out);
  Status show_all(std::string_view text, const About& about, stream::Writer& out);
  [[nodiscard]] Status pass_over(const Status& shown) const;
  Status show(const planview::Heading& heading, stream::Writer& out);
  [[nodiscard]] std::string safe(std::string_view query, std::string_view system) const;

  ExtractOptions options_;
  Setup setup_;
  BareFeed feed_;
  PlanReading reading_;
  ViewFigures figures_;
  std::string scratch_;
};

}  // namespace dbi::extract
