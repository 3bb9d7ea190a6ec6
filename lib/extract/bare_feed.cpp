// SPDX-License-Identifier: Apache-2.0
#include "extract/bare_feed.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <utility>

namespace dbi::extract {

namespace {

// The server writes an entry of its log in one piece: after a pause this long the last one is whole.
constexpr std::chrono::milliseconds kIdle{500};

}  // namespace

BareFeed::BareFeed(const ExtractOptions& options, std::size_t max_bytes, const Clock& clock, Give give)
    : options_(options),
      clock_(clock),
      bare_(options.input, max_bytes, [this, give = std::move(give)](const BarePlan& bare) {
        ++plans_of_input_;
        return give(bare, *out_);
      }) {}

void BareFeed::begin_input(std::string_view name) {
  input_ = name == "-" ? std::string() : std::filesystem::path(name).filename().string();
  plans_of_input_ = 0;
  bare_.begin();
}

Result<bool> BareFeed::take(std::string_view line, stream::Writer& out) {
  out_ = &out;
  idle_at_.reset();
  rested_ = false;
  return bare_.add(line);
}

std::optional<MonotonicTime> BareFeed::next_deadline() const {
  if (!idle_at_ && !rested_ && bare_.waits()) idle_at_ = clock_.monotonic() + kIdle;
  return idle_at_;
}

Status BareFeed::end_input(stream::Writer& out) {
  out_ = &out;
  idle_at_.reset();
  return bare_.end();
}

// What is malformed has been counted as an error; there is no line to blame.
Status BareFeed::on_deadline(stream::Writer& out) {
  out_ = &out;
  idle_at_.reset();
  rested_ = true;
  Status given = bare_.idle();
  if (given || given.error().kind == ErrorKind::Malformed) return {};
  return given;
}

std::string BareFeed::name_of(const BarePlan& bare) const {
  if (bare.duration_ms) return {};
  const std::string& name = options_.plan_name.empty() ? input_ : options_.plan_name;
  if (name.empty() || plans_of_input_ == 1) return name;
  return fmt::format("{}:{}", name, plans_of_input_);
}

}  // namespace dbi::extract
