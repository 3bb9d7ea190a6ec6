// SPDX-License-Identifier: Apache-2.0
#include "export/table_sink.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "export/table_layout.hpp"
#include "export/table_model.hpp"
#include "record/text_of.hpp"
#include "terminal/display_width.hpp"

namespace dbi::exporting {

using terminal::fit;
using terminal::WindowSize;

namespace {

using record::text_of;

/// Targets that are shown at most; a further one takes the place of the one that was not heard of for longest.
constexpr std::size_t kMaxTargets = 64;
// Shorter waits pass without a word.
constexpr microseconds kPatience = std::chrono::milliseconds{500};
constexpr microseconds kRedrawEvery = std::chrono::milliseconds{100};
constexpr microseconds kWindowCheckEvery = std::chrono::milliseconds{250};

struct TargetState {
  TargetView coming;  // since the last scrape
  bool has_coming = false;
  std::optional<TargetView> shown;  // up to the last scrape; settled
  std::uint64_t heard = 0;
};

class TableSink final : public Sink {
 public:
  TableSink(TableOptions options, const Clock& clock)
      : options_(std::move(options)), clock_(&clock), opened_at_(clock.monotonic()) {}

  [[nodiscard]] std::string_view name() const override { return "table"; }
  [[nodiscard]] bool draws() const override { return true; }
  Status accept(const record::Record& record, stream::Writer& out) override;
  [[nodiscard]] std::optional<MonotonicTime> next_deadline() const override;
  Status on_deadline(MonotonicTime now, stream::Writer& out) override;
  Status finish(stream::Writer& out) override;

 private:
  TargetState& state_of(const std::string& target);
  Status print(const TargetView& view, stream::Writer& out);
  Status redraw(bool last, stream::Writer& out);
  [[nodiscard]] std::string go_to_top(const WindowSize& window, bool in_place);
  [[nodiscard]] std::vector<std::string> all_lines(const WindowSize& window, bool last) const;
  [[nodiscard]] LayoutOptions layout() const {
    LayoutOptions layout;
    layout.width = options_.width;
    layout.statements = options_.statements;
    layout.color = options_.color;
    return layout;
  }

  TableOptions options_;
  const Clock* clock_;
  std::map<std::string, TargetState> targets_;
  std::uint64_t heard_ = 0;
  bool printed_ = false;

  // On a terminal. A single picture stands where the cursor was; once a target is drawn again the window is the sink's,
  // so that what other programs write to the terminal is painted over.
  MonotonicTime opened_at_;
  bool stale_ = false;
  bool live_ = false;      // a target has been drawn again
  bool in_place_ = false;  // the picture begins at the window's first line
  std::optional<MonotonicTime> drawn_at_;
  std::optional<MonotonicTime> checked_at_;
  std::optional<WindowSize> drawn_window_;
  std::size_t drawn_lines_ = 0;
};

TargetState& TableSink::state_of(const std::string& target) {
  const auto known = targets_.find(target);
  if (known == targets_.end() && targets_.size() >= kMaxTargets) {
    auto oldest = targets_.begin();
    for (auto entry = targets_.begin(); entry != targets_.end(); ++entry) {
      if (entry->second.heard < oldest->second.heard) oldest = entry;
    }
    targets_.erase(oldest);
  }
  TargetState& state = known == targets_.end() ? targets_[target] : known->second;
  state.heard = ++heard_;
  return state;
}

Status TableSink::accept(const record::Record& record, stream::Writer& out) {
  TargetState& state = state_of(text_of(record, "target"));
  state.coming.add(record);
  state.has_coming = true;
  if (text_of(record, "kind") != "scrape") return {};
  TargetView view = std::exchange(state.coming, TargetView{});
  state.has_coming = false;
  if (!options_.window) return print(view, out);
  view.settle(options_.statements);
  live_ = live_ || state.shown.has_value();
  state.shown = std::move(view);
  stale_ = true;
  return {};
}

Status TableSink::print(const TargetView& view, stream::Writer& out) {
  std::string block = printed_ ? "\n" : "";
  printed_ = true;
  for (const std::string& line : draw(view, layout())) block.append(line).push_back('\n');
  out.buffer() += block;
  return out.commit();
}

std::optional<MonotonicTime> TableSink::next_deadline() const {
  if (!options_.window) return std::nullopt;
  if (stale_) return drawn_at_ ? *drawn_at_ + kRedrawEvery : MonotonicTime{};
  if (!drawn_at_) return opened_at_ + kPatience;
  return checked_at_.value_or(*drawn_at_) + kWindowCheckEvery;
}

Status TableSink::on_deadline(MonotonicTime now, stream::Writer& out) {
  checked_at_ = now;
  return stale_ || options_.window() != drawn_window_ ? redraw(false, out) : Status{};
}

/// Controls (ECMA-48) that bring the cursor to where the picture begins.
std::string TableSink::go_to_top(const WindowSize& window, bool in_place) {
  const std::size_t above = std::exchange(drawn_lines_, 0);
  const bool resized = drawn_window_ && *drawn_window_ != window;
  const bool was_live = std::exchange(in_place_, in_place);
  // In a window of another size lines may have been wrapped anew: nothing is known of where they stand.
  if (resized) return "\x1b[H\x1b[2J";
  if (was_live) return "\x1b[H";
  std::string controls = above > 0 ? fmt::format("\x1b[{}A\r\x1b[J", above) : "";
  // What stood on the screen before goes up into the terminal's history.
  if (in_place) controls += std::string(window.lines - 1, '\n') + "\x1b[H";
  return controls;
}

std::vector<std::string> TableSink::all_lines(const WindowSize& window, bool last) const {
  LayoutOptions options = layout();
  options.width = window.columns;
  std::vector<const TargetView*> views;
  for (const auto& [target, state] : targets_) {
    if (state.shown) views.push_back(&*state.shown);
    // At the end also what has no scrape: all of it where there never was one.
    if (last && state.has_coming) views.push_back(&state.coming);
  }
  if (views.empty()) {
    if (last) return {};
    return {fit("Waiting for the first cycle, which comes once it has been read whole.", window.columns)};
  }
  // One line stays free for the cursor, one parts two targets.
  const std::size_t lines = std::max<std::size_t>(window.lines, 2) - 1;
  const std::size_t each = (lines + 1) / views.size();
  if (!last && views.size() > 1 && each <= kMinTargetLines) {
    options.lines = lines;
    return draw_overview(std::move(views), options);
  }
  options.lines = last ? 0 : views.size() > 1 ? each - 1 : lines;
  std::vector<std::string> all;
  for (const TargetView* view : views) {
    if (view != views.front()) all.emplace_back();
    for (std::string& line : draw(*view, options)) all.push_back(std::move(line));
  }
  return all;
}

Status TableSink::redraw(bool last, stream::Writer& out) {
  const WindowSize window = options_.window();
  std::string frame = go_to_top(window, live_);
  const std::vector<std::string> lines = all_lines(window, last);
  for (const std::string& line : lines) frame.append(line).append("\x1b[K\n");
  frame += "\x1b[J";
  drawn_lines_ = lines.size();
  drawn_window_ = window;
  drawn_at_ = clock_->monotonic();
  stale_ = false;
  out.buffer() += frame;
  return out.flush();
}

Status TableSink::finish(stream::Writer& out) {
  if (options_.window) return targets_.empty() && !drawn_at_ ? Status{} : redraw(true, out);
  for (const auto& [target, state] : targets_) {
    if (state.has_coming) DBI_TRY(print(state.coming, out));
  }
  return {};
}

}  // namespace

std::unique_ptr<Sink> make_table_sink(TableOptions options, const Clock& clock) {
  return std::make_unique<TableSink>(std::move(options), clock);
}

}  // namespace dbi::exporting
