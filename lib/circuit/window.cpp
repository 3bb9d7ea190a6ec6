// SPDX-License-Identifier: Apache-2.0
#include "circuit/window.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "base/text.hpp"
#include "base/time_text.hpp"

namespace dbi::circuit {

namespace {

constexpr std::int64_t kSlices = 10;
constexpr std::string_view kLetters = "osf";  // in the order of CallResult
constexpr std::string_view kBetween = ", ";

tl::unexpected<Error> no_window(std::string_view text) {
  return fail(ErrorKind::Malformed, fmt::format("'{}' is no window", text));
}

// Only a damaged file has counts that large.
void add(std::uint32_t& count, std::uint32_t more) {
  count += std::min(more, std::numeric_limits<std::uint32_t>::max() - count);
}

void note(Counts& counts, CallResult result) {
  counts += {1, result == CallResult::Failure ? 1U : 0U, result == CallResult::Slow ? 1U : 0U};
}

microseconds slice_length(microseconds window) {
  return std::max(microseconds{1}, window / kSlices);
}

// Rounded down, before 1970 too.
Timestamp slice_begin(Timestamp time, microseconds length) {
  const microseconds into = time.time_since_epoch() % length;
  return time - (into.count() < 0 ? into + length : into);
}

}  // namespace

Counts& Counts::operator+=(const Counts& more) {
  add(calls, more.calls);
  add(failures, more.failures);
  add(slow, more.slow);
  return *this;
}

void Window::add(const WindowSize& size, CallResult result, Timestamp now) {
  if (!size.time) {
    slices_.clear();
    while (calls_.size() >= size.calls) calls_.erase(0, 1);
    calls_ += kLetters[static_cast<std::size_t>(result)];
    return;
  }
  calls_.clear();
  const microseconds length = slice_length(*size.time);
  settle(length, now);
  std::erase_if(slices_, [&](const Slice& slice) { return slice.begin <= now - *size.time; });
  const Timestamp begin = slice_begin(now, length);
  if (slices_.empty() || slices_.back().begin != begin) slices_.push_back({begin, {}});
  note(slices_.back().counts, result);
}

// Slices may be of another length (the window had another one, or its times were moved to another clock), or lie ahead:
// each begins where one of this length does, now at the latest. So there are never more than the window has.
void Window::settle(microseconds length, Timestamp now) {
  std::size_t kept = 0;
  for (const Slice& slice : slices_) {
    const Slice moved{slice_begin(std::min(slice.begin, now), length), slice.counts};
    if (kept > 0 && slices_[kept - 1].begin == moved.begin) {
      slices_[kept - 1].counts += moved.counts;
    } else {
      slices_[kept++] = moved;
    }
  }
  slices_.resize(kept);
}

Counts Window::count(const WindowSize& size, Timestamp now) const {
  Counts out;
  if (!size.time) {
    const std::size_t skipped = calls_.size() > size.calls ? calls_.size() - size.calls : 0;
    for (const char letter : std::string_view(calls_).substr(skipped)) {
      note(out, static_cast<CallResult>(kLetters.find(letter)));
    }
    return out;
  }
  for (const Slice& slice : slices_) {
    if (slice.begin > now - *size.time) out += slice.counts;
  }
  return out;
}

void Window::clear() {
  calls_.clear();
  slices_.clear();
}

std::string Window::format(microseconds shift) const {
  std::string out = calls_;
  for (const Slice& slice : slices_) {
    if (!out.empty()) out += kBetween;
    out += fmt::format("{} {}/{}/{}", format_timestamp(move_time(slice.begin, shift)), slice.counts.calls,
                       slice.counts.failures, slice.counts.slow);
  }
  return out;
}

Result<Window::Slice> Window::parse_slice(std::string_view text) {
  const auto space = text.find(' ');
  if (space == std::string_view::npos) return no_window(text);
  DBI_TRY_ASSIGN(const Timestamp begin, parse_timestamp(text.substr(0, space)));
  Slice slice{begin, {}};
  const std::array numbers{&slice.counts.calls, &slice.counts.failures, &slice.counts.slow};
  const auto parts = split(text.substr(space + 1), '/');
  if (parts.size() != numbers.size()) return no_window(text);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const char* end = parts[i].data() + parts[i].size();
    const auto read = std::from_chars(parts[i].data(), end, *numbers.at(i));
    if (read.ec != std::errc{} || read.ptr != end) return no_window(text);
  }
  if (std::uint64_t{slice.counts.failures} + slice.counts.slow > slice.counts.calls) return no_window(text);
  return slice;
}

Result<Window> Window::parse(std::string_view text) {
  Window out;
  if (text.find_first_not_of(kLetters) == std::string_view::npos) {
    if (text.size() > WindowSize::kMaxCalls) return no_window(text);
    out.calls_ = text;
    return out;
  }
  while (!text.empty()) {
    const auto between = text.find(kBetween);
    DBI_TRY_ASSIGN(const Slice slice, parse_slice(text.substr(0, between)));
    const bool ascends = out.slices_.empty() || out.slices_.back().begin <= slice.begin;
    if (!ascends || out.slices_.size() > kSlices) return no_window(text);
    out.slices_.push_back(slice);
    text.remove_prefix(between == std::string_view::npos ? text.size() : between + kBetween.size());
  }
  return out;
}

}  // namespace dbi::circuit
