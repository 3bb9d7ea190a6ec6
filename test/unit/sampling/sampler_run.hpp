// A sampler under test: fed with lines, asked for what it wrote.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.hpp"
#include "record/record.hpp"
#include "sampling/options_of.hpp"
#include "sampling/sampler.hpp"

namespace dbi::sampling {

/// The lines of a text.
inline std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return out;
}

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

  void feed(std::string_view line) {
    parse(line);
    EXPECT_TRUE(sampler_->on_record(record_, out_).has_value());
  }
  void feed(const std::vector<std::string>& lines) {
    for (const auto& line : lines) feed(line);
  }
  void end() { EXPECT_TRUE(sampler_->on_end(out_).has_value()); }

  /// What --resume keeps, and back.
  std::string save() {
    std::string lines;
    sampler_->save_state(lines);
    sampler_->save_pending(lines);
    return lines;
  }
  void load(std::string_view lines) {
    for (const auto& line : lines_of(lines)) {
      parse(line);
      EXPECT_TRUE(sampler_->load_line(record_).has_value());
    }
  }

  /// What was written since the last call.
  std::string written() {
    EXPECT_TRUE(out_.flush().has_value());
    std::string text(static_cast<std::size_t>(::lseek(file_.get(), 0, SEEK_CUR)), '\0');
    EXPECT_EQ(::pread(file_.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    EXPECT_EQ(::lseek(file_.get(), 0, SEEK_SET), 0);
    EXPECT_EQ(::ftruncate(file_.get(), 0), 0);
    return text;
  }

  /// What the output holds of memory.
  [[nodiscard]] std::size_t output_capacity() { return out_.buffer().capacity(); }

  Sampler& sampler() { return *sampler_; }
  void configure(std::string_view yaml) { yaml_ = yaml; }

 private:
  class NoClock final : public Clock {
   public:
    [[nodiscard]] Timestamp now() const override { return {}; }
    [[nodiscard]] MonotonicTime monotonic() const override { return {}; }
  };

  void parse(std::string_view line) {
    line_.assign(line);
    line_.append(record::kPadding, '\0');
    EXPECT_TRUE(reader_.parse(std::string_view(line_).substr(0, line.size()), record_).has_value()) << line;
  }

  NoClock clock_;
  std::string yaml_;
  std::unique_ptr<Sampler> sampler_;
  Descriptor file_{::memfd_create("out", MFD_CLOEXEC)};
  stream::Writer out_{file_.get()};
  std::string line_;
  record::Reader reader_;
  record::Record record_;
};

}  // namespace dbi::sampling
