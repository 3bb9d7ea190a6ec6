// A verifier under test: fed with lines, asked for what it wrote.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time_text.hpp"
#include "support/parsed.hpp"
#include "support/written_output.hpp"
#include "verify/options_of.hpp"
#include "verify/verifier.hpp"

namespace dbi::verify {

/// A whole record of dbi-collect at a second, with more members where `more` begins with a comma.
inline std::string record_at(int second, std::string_view kind, std::string_view more = "",
                             std::string_view target = "t") {
  const auto time = format_timestamp(Timestamp(std::chrono::hours(500'000) + std::chrono::seconds(second)));
  return fmt::format(R"({{"v":1,"kind":"{}","ts":"{}","observed_ts":"{}","target":"{}","database":"d",)"
                     R"("cycle":"{:032x}","system":"postgresql"{}}})",
                     kind, time, time, target, 1000 + second, more);
}

class FakeClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return Timestamp(std::chrono::hours(500'000)) + passed; }
  [[nodiscard]] MonotonicTime monotonic() const override { return MonotonicTime(std::chrono::hours(1)) + passed; }
  microseconds passed{0};
};

/// A verifier as with --replay unless it is told to live by `clock`, and its output.
class VerifierRun {
 public:
  explicit VerifierRun(std::string_view section, bool replay = true,
                       std::size_t max_record_bytes = record::kMaxRecordBytes, bool report = false)
      : section_(section) {
    const auto options = options_of(section_);
    EXPECT_TRUE(options.has_value()) << (options ? "" : options.error().message);
    if (!options) return;
    Verifier::Setup setup{.tool = "dbi-verify",
                          .name = "dbi-verify",
                          .replay = replay,
                          .clock = &clock,
                          .max_record_bytes = max_record_bytes,
                          .report = report,
                          .got_through = &got_through,
                          .reread = [this] { return options_of(section_); }};
    verifier_ = Verifier::make(*options, std::move(setup)).value();
  }

  void feed(std::string_view line) {
    EXPECT_TRUE(verifier_->on_record(parsed_.parse(line), out_.writer()).has_value());
  }
  void feed(const std::vector<std::string>& lines) {
    for (const auto& line : lines) feed(line);
  }
  void end() { EXPECT_TRUE(verifier_->on_end(out_.writer()).has_value()); }
  /// What the loop does once time has passed.
  void deadline() { EXPECT_TRUE(verifier_->on_deadline(clock.monotonic(), out_.writer()).has_value()); }

  /// What --resume keeps, and back.
  std::string save() {
    std::string lines;
    verifier_->save_state(lines);
    verifier_->save_pending(lines);
    return lines;
  }
  void load(std::string_view lines) {
    for (const auto& line : lines_of(lines)) EXPECT_TRUE(verifier_->load_line(parsed_.parse(line)).has_value());
  }

  /// What was written since the last call.
  std::string written() { return out_.take(); }
  /// The same without and with the tool's own records, which have `tool` dbi-verify.
  std::vector<std::string> passed() { return some(false); }
  std::vector<std::string> own() { return some(true); }
  /// "EVENT check" of each event that was written.
  std::vector<std::string> events() {
    std::vector<std::string> out;
    Parsed parsed;
    std::string scratch, check;
    for (const auto& line : own()) {
      const auto& record = parsed.parse(line);
      if (record.text("kind", scratch) != "event") continue;
      std::string word(record.text("event", scratch).value_or(""));
      const auto what = record.text("check", check);
      if (what) word += " " + std::string(*what);
      out.push_back(std::move(word));
    }
    return out;
  }

  Verifier& verifier() { return *verifier_; }
  void configure(std::string_view section) { section_ = section; }

  FakeClock clock;
  std::uint64_t got_through = 0;

 private:
  std::vector<std::string> some(bool own) {
    std::vector<std::string> out;
    for (auto& line : lines_of(written())) {
      if ((line.find(R"("tool":"dbi-verify")") != std::string::npos) == own) out.push_back(std::move(line));
    }
    return out;
  }

  std::string section_;
  std::unique_ptr<Verifier> verifier_;
  WrittenOutput out_;
  Parsed parsed_;
};

}  // namespace dbi::verify
