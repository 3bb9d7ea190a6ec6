// Delivers each record to several sinks: the filter that dbi-export runs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "export/sink.hpp"
#include "stream/filter.hpp"

namespace dbi::exporting {

/// What a delivery came to; outlives the filter.
struct Delivery {
  std::optional<Error> fault;  ///< the first fault of a sink; its name leads the message
  bool scrape_failed = false;  ///< a `scrape` with outcome `failed` has passed
  bool archive = false;        ///< set by the caller: nobody waits for an acknowledgement
};

/// A sink that fails is reported by name and left out from then on; the others go on. The run itself fails only when no
/// sink is left.
class FanOut final : public stream::Filter {
 public:
  /// `log` and `delivery` are not owned.
  FanOut(std::vector<std::unique_ptr<Sink>> sinks, const Log& log, Delivery& delivery);

  /// Where a run fails before its end (standard output is full), the other sinks still get what was accepted.
  ~FanOut() override;
  FanOut(const FanOut&) = delete;
  FanOut& operator=(const FanOut&) = delete;

  Status on_record(const record::Record& record, stream::Writer& out) override;
  [[nodiscard]] std::optional<MonotonicTime> next_deadline() const override;
  Status on_deadline(MonotonicTime now, stream::Writer& out) override;
  void shrink() override;
  Status on_end(stream::Writer& out) override;

 private:
  template <typename Call>
  Status each(Call call);
  void look_at_scrape(const record::Record& scrape);

  std::vector<std::unique_ptr<Sink>> sinks_;
  const Log* log_;
  Delivery* delivery_;
  std::string scratch_;
  bool told_unacknowledged_ = false;
};

}  // namespace dbi::exporting
