// A sampler under test: fed with lines, asked for what it wrote.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "record/record.hpp"
#include "sampling/options_of.hpp"
#include "sampling/sampler.hpp"
#include "support/parsed.hpp"
#include "support/written_output.hpp"

namespace dbi::sampling {

/// A sampler by record time, as with --replay unless it has the machine's clock, and its output.
class SamplerRun {
 public:
  explicit SamplerRun(std::string_view yaml, std::string name = "dbi-sample",
                      std::size_t max_record_bytes = record::kMaxRecordBytes, const Clock* machine = nullptr)
      : yaml_(yaml) {
    Sampler::Setup setup{
        .tool = "dbi-sample",
        .name = std::move(name),
        .clock = {stream::ClockMode::Record, machine == nullptr, machine == nullptr ? clock_ : *machine},
        .max_record_bytes = max_record_bytes,
        .reread = [this] { return options_of(yaml_); }};
    const auto options = options_of(yaml_);
    EXPECT_TRUE(options.has_value()) << (options ? "" : options.error().message);
    if (!options) return;
    sampler_ = Sampler::make(*options, std::move(setup)).value();
  }

  void feed(std::string_view line) { EXPECT_TRUE(sampler_->on_record(parsed_.parse(line), out_.writer()).has_value()); }
  void feed(const std::vector<std::string>& lines) {
    for (const auto& line : lines) feed(line);
  }
  void end() { EXPECT_TRUE(sampler_->on_end(out_.writer()).has_value()); }

  /// What --resume keeps, and back.
  std::string save() {
    std::string lines;
    sampler_->save_state(lines);
    sampler_->save_pending(lines);
    return lines;
  }
  void load(std::string_view lines) {
    for (const auto& line : lines_of(lines)) EXPECT_TRUE(sampler_->load_line(parsed_.parse(line)).has_value());
  }

  /// What was written since the last call.
  std::string written() { return out_.take(); }

  /// What the output holds of memory.
  [[nodiscard]] std::size_t output_capacity() { return out_.writer().buffer().capacity(); }

  Sampler& sampler() { return *sampler_; }
  void configure(std::string_view yaml) { yaml_ = yaml; }

 private:
  class NoClock final : public Clock {
   public:
    [[nodiscard]] Timestamp now() const override { return {}; }
    [[nodiscard]] MonotonicTime monotonic() const override { return {}; }
  };

  NoClock clock_;
  std::string yaml_;
  std::unique_ptr<Sampler> sampler_;
  WrittenOutput out_;
  Parsed parsed_;
};

}  // namespace dbi::sampling
