// SPDX-License-Identifier: Apache-2.0
#include "export/table_layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "base/text.hpp"
#include "export/grid.hpp"
#include "export/session_tree.hpp"
#include "terminal/display_width.hpp"
#include "terminal/figures.hpp"

namespace dbi::exporting {

using terminal::display_width;
using terminal::fit;
using terminal::one_line;
using terminal::show_count;
using terminal::show_ms;

namespace {

// ECMA-48, select graphic rendition.
constexpr std::string_view kBold = "1";
constexpr std::string_view kDim = "2";
constexpr std::string_view kRed = "31";
constexpr std::string_view kBoldRed = "1;31";
constexpr std::string_view kGreen = "32";
constexpr std::string_view kYellow = "33";
constexpr std::string_view kCyan = "36";

// A target's heading, an error and a row of each part.
constexpr std::size_t kMinDetailLines = 9;

// Lower bounds: sums of them are marked ">=", what is divided by or into them may be off either way: "~".
std::string_view bound_mark(const StatementSum& sum) {
  return sum.lower_bound ? ">=" : "";
}
std::string ratio_mark(const StatementSum& sum) {
  return sum.lower_bound ? "~" : "";
}

/// Short, whatever the records say.
std::string show_percent(double percent, int digits) {
  return percent < 999.5 ? fmt::format("{:.{}f}%", percent, digits) : ">999%";
}

std::string show_hit(const StatementSum& sum) {
  const double blocks = sum.blocks_hit + sum.blocks_read;
  if (blocks <= 0) return {};
  return ratio_mark(sum) + show_percent(std::floor(100 * sum.blocks_hit / blocks), 0);
}

/// Of something a second: two digits where they matter.
std::string show_rate(double rate) {
  return rate < 9.95 ? fmt::format("{:.2f}", rate) : show_count(rate);
}

bool has_interval(const TargetView& view) {
  return view.one_cycle && view.interval_s && *view.interval_s > 0;
}

std::string show_load(const TargetView& view, const StatementSum& sum) {
  return fmt::format("{}{}", bound_mark(sum), show_rate(sum.total_ms / 1000 / *view.interval_s));
}
std::string show_calls_per_second(const TargetView& view, const StatementSum& sum) {
  return fmt::format("{}{}", bound_mark(sum), show_rate(sum.calls / *view.interval_s));
}

std::string_view outcome_style(std::string_view outcome) {
  if (outcome == "ok") return kGreen;
  return outcome == "failed" ? kBoldRed : kYellow;
}
std::string_view outcome_word(const TargetView& view) {
  return view.outcome.empty() ? "no scrape" : std::string_view(view.outcome);
}
std::string_view target_word(const TargetView& view) {
  return view.target.empty() ? "(no target)" : std::string_view(view.target);
}

/// "15.20 (Debian 15.20-0+deb12u1)" without the packager's words.
std::string_view short_version(std::string_view version) {
  return version.substr(0, version.find(' '));
}

/// "2026-11-25 07:40:00 UTC" of an RFC 3339 text in UTC, or without the date; others stay as they are.
std::string show_time(std::string_view ts, bool with_date) {
  if (ts.size() < 20 || ts.back() != 'Z') return std::string(ts);
  return fmt::format("{}{}{} UTC", with_date ? ts.substr(0, 10) : "", with_date ? " " : "", ts.substr(11, 8));
}

std::string show_time(const std::optional<double>& ms) {
  return ms ? show_ms(*ms) : std::string();
}

/// What it does, or what it waits for.
std::string show_state(const SessionRow& session) {
  if (session.state.starts_with("idle in transaction")) {
    return session.state.size() > 19 ? "idle in tx, aborted" : "idle in tx";
  }
  return session.state == "active" && !session.wait.empty() ? session.wait : session.state;
}

/// Whether the rows' texts differ, so that a column of them tells something.
template <typename Rows, typename TextOf>
bool differ(const Rows& rows, TextOf text_of) {
  return std::ranges::any_of(rows, [&](const auto& row) { return text_of(row) != text_of(rows.front()); });
}

class Drawing {
 public:
  Drawing(const LayoutOptions& options, std::vector<std::string>& lines) : options_(options), lines_(lines) {}

  void target(const TargetView& view);
  void overview(const std::vector<const TargetView*>& views);

 private:
  /// Room of the two large parts: all lines of it, its heading included.
  struct Room {
    std::size_t sessions;
    std::size_t statements;
  };
  static constexpr std::size_t kUnlimited = SIZE_MAX;

  [[nodiscard]] std::string paint(std::string_view style, std::string text) const {
    return options_.color && !style.empty() ? fmt::format("\x1b[{}m{}\x1b[0m", style, text) : text;
  }
  void line(std::string_view style, std::string_view text) {
    lines_.push_back(paint(style, fit(text, options_.width)));
  }
  void add(const std::vector<StyledLine>& lines) {
    for (const StyledLine& each : lines) line(each.style, each.text);
  }
  void parts(const std::vector<StyledLine>& parts);
  [[nodiscard]] std::size_t left() const {
    if (options_.lines == 0) return kUnlimited;
    return options_.lines > lines_.size() ? options_.lines - lines_.size() : 0;
  }
  /// Blank lines are for where there is room.
  [[nodiscard]] bool airy() const { return options_.lines == 0 || options_.lines >= 16; }

  void heading(const TargetView& view);
  void summary(const TargetView& view, const StatementSum& sum);
  void errors(const TargetView& view);
  [[nodiscard]] Room share_room(std::size_t sessions, std::size_t statements) const;
  void sessions(const TargetView& view, const SessionTree& tree, std::size_t room);
  void statements(const TargetView& view, const std::vector<const StatementSum*>& top, const StatementSum& sum,
                  std::size_t room);

  const LayoutOptions& options_;
  std::vector<std::string>& lines_;
};

/// Parts of a line with two spaces between them; those that do not fit any more are left out, the first is cut.
void Drawing::parts(const std::vector<StyledLine>& parts) {
  std::string text;
  std::size_t used = 0;
  for (const StyledLine& part : parts) {
    const std::size_t wide = display_width(part.text);
    if (used > 0 && used + 2 + wide > options_.width) break;
    text += (used > 0 ? "  " : "") + paint(part.style, fit(part.text, options_.width));
    used += (used > 0 ? 2 : 0) + wide;
  }
  lines_.push_back(std::move(text));
}

void Drawing::target(const TargetView& view) {
  heading(view);
  const auto top = view.top_statements();
  const StatementSum sum = view.sum();
  summary(view, sum);
  errors(view);
  const SessionTree tree(view.sessions);
  const std::size_t rest = top.size() > options_.statements || view.other() ? 1 : 0;
  const Room room = share_room(std::min(tree.rows().size(), options_.sessions) +
                                   (tree.rows().size() > options_.sessions || view.sessions_left_out > 0 ? 1U : 0U),
                               std::min(top.size(), options_.statements) + rest);
  sessions(view, tree, room.sessions);
  statements(view, top, sum, room.statements);
}

// What matters most stands first: a narrow window shows what fits.
void Drawing::heading(const TargetView& view) {
  std::vector<StyledLine> words{{kBold, std::string(target_word(view))},
                                {outcome_style(view.outcome), std::string(outcome_word(view))}};
  if (!view.ts.empty()) words.push_back({{}, show_time(view.ts, options_.lines == 0)});
  if (!view.server_version.empty()) {
    words.push_back({{}, fmt::format("{} {}", view.system, short_version(view.server_version))});
  }
  if (view.interval_s) words.push_back({{}, "interval " + show_ms(*view.interval_s * 1000)});
  if (view.cycle_ms) words.push_back({kDim, "cycle " + show_ms(*view.cycle_ms)});
  parts(words);
}

void Drawing::summary(const TargetView& view, const StatementSum& sum) {
  std::vector<StyledLine> words;
  if (sum.calls > 0 && has_interval(view)) {
    words.push_back({{}, "load " + show_load(view, sum)});
    words.push_back({{}, show_calls_per_second(view, sum) + " calls/s"});
  }
  if (const std::string hit = show_hit(sum); !hit.empty()) words.push_back({{}, "hit " + hit});
  if (view.connections_used_pct) {
    const double used = *view.connections_used_pct;
    words.push_back({used >= 95 ? kBoldRed : used >= 80 ? kYellow : "", "connections " + show_percent(used, 0)});
  }
  if (view.replica_lag_s) words.push_back({{}, "replica lag " + show_ms(*view.replica_lag_s * 1000)});
  if (view.dropped > 0) {
    words.push_back({kYellow, fmt::format("{} records dropped by filters", show_count(view.dropped))});
  }
  if (!words.empty()) {
    words.front().text.insert(0, "  ");
    parts(words);
  }
  if (!view.reason.empty()) line(kYellow, "  " + view.reason);
}

void Drawing::errors(const TargetView& view) {
  std::vector<StyledLine> all;
  std::vector<StyledLine> hints;
  for (const ErrorRow& row : view.errors) {
    std::string times = row.times > 1 ? fmt::format(" ({} times)", row.times) : "";
    if (row.databases.size() == 1) times += " in " + *row.databases.begin();
    if (row.databases.size() > 1) times += fmt::format(" in {} databases", row.databases.size());
    all.push_back({kRed, fmt::format("  error: {}: {}{}", row.heading, row.message, times)});
    // In a window every error stands before the first hint.
    std::vector<StyledLine>& where = options_.lines == 0 ? all : hints;
    if (row.hint.empty()) continue;
    for (const std::string_view hint : split(row.hint, '\n')) where.push_back({kCyan, "    hint: " + one_line(hint)});
  }
  for (const std::string& event : view.events) all.push_back({kYellow, "  event: " + event});
  all.insert(all.end(), hints.begin(), hints.end());
  if (options_.lines == 0) {
    // Hints are there to be copied: they are not cut where nothing redraws them.
    for (const StyledLine& each : all) lines_.push_back(paint(each.style, each.text));
    if (view.errors_left_out > 0) line(kRed, fmt::format("  and {} more errors", view.errors_left_out));
    return;
  }
  const std::size_t limit = std::clamp<std::size_t>(options_.lines / 6, 1, 3);
  const std::size_t shown = std::min(all.size(), limit);
  add({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(shown)});
  const std::uint64_t more = all.size() - shown + view.errors_left_out;
  if (more > 0) line(kRed, fmt::format("  and {} more lines of errors, events and hints", more));
}

/// `sessions`, `statements`: rows that are there. Each part comes with a title, a header and perhaps a blank line.
Drawing::Room Drawing::share_room(std::size_t sessions, std::size_t statements) const {
  const std::size_t lines = left();
  if (lines == kUnlimited) return {kUnlimited, kUnlimited};
  const std::size_t frame = airy() ? 3 : 2;
  const std::size_t wanted_sessions = sessions > 0 ? sessions + frame : frame - 1;
  const std::size_t wanted_statements = statements > 0 ? statements + frame : frame - 1;
  const std::size_t half = lines / 2;
  const std::size_t spare = lines > wanted_statements ? lines - wanted_statements : 0;
  const std::size_t given = std::min(wanted_sessions, std::max(half, spare));
  return {given, lines - given};
}

/// Rows that fit `room`, where what is left of `wanted` takes a row as well.
std::size_t rows_within(std::size_t room, std::size_t frame, std::size_t wanted, bool has_rest) {
  if (room == SIZE_MAX || room >= frame + wanted + (has_rest ? 1 : 0)) return wanted;
  return room > frame + 1 ? room - frame - 1 : 0;
}

std::string sessions_title(const TargetView& view, const SessionTree& tree) {
  std::string title = fmt::format("SESSIONS  {}", view.sessions.size() + view.sessions_left_out);
  if (tree.blocked() == 0) return title;
  const std::size_t behind = tree.behind_first();
  title += fmt::format(", {} blocked", tree.blocked());
  if (behind < tree.blocked()) title += fmt::format(", {} of them", behind);
  const SessionRow& first = *tree.rows().front().session;
  title += " by " + first.pid;
  if (!first.user.empty()) title += fmt::format(" ({})", first.user);
  title += ", " + show_state(first);
  if (first.transaction_ms) title += " for " + show_ms(*first.transaction_ms);
  return title;
}

// What leads to a row of the tree: its own corner and a line for each level above that goes on below it.
std::string branch(const std::vector<TreeRow>& rows, std::size_t row) {
  constexpr std::size_t kLevels = 4;  // deeper ones stay as narrow
  const auto goes_on = [&](std::size_t level) {
    const auto next = std::find_if(rows.begin() + static_cast<std::ptrdiff_t>(row) + 1, rows.end(),
                                   [&](const TreeRow& later) { return later.depth <= level; });
    return next != rows.end() && next->depth == level;
  };
  const std::size_t depth = rows[row].depth;
  std::string text;
  for (std::size_t level = depth < kLevels ? 1 : depth - kLevels + 1; level < depth; ++level) {
    text += goes_on(level) ? "│ " : "  ";
  }
  if (depth > 0) text += goes_on(depth) ? "├ " : "└ ";
  return text;
}

void Drawing::sessions(const TargetView& view, const SessionTree& tree, std::size_t room) {
  const auto& rows = tree.rows();
  if (rows.empty() && !view.sessions_read) return;
  if (airy()) lines_.emplace_back();
  const std::size_t frame = airy() ? 3 : 2;
  if (rows.empty()) {
    line(kBold, "SESSIONS  all idle");
    return;
  }
  line(tree.blocked() > 0 ? kBoldRed : kBold, sessions_title(view, tree));
  const std::size_t wanted = std::min(options_.sessions, rows.size());
  const std::size_t shown = rows_within(room, frame, wanted, wanted < rows.size() || view.sessions_left_out > 0);
  const bool databases = differ(view.sessions, [](const SessionRow& row) { return row.database; });
  Grid grid({{"PID", false, 8, 16},
             {"RUNS", true, 7, 7},
             {"IN TX", true, 7, 7},
             {"STATE", false, 10, 20},
             {"USER", false, 6, 12, 70},
             {"DATABASE", false, 8, 14, 100},
             {"APPLICATION", false, 8, 16, 120},
             {"QUERY"}});
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& [session, depth, waiters] = rows[i];
    std::string pid = branch(rows, i) + session->pid;
    if (session->blocked_by.size() > 1) pid += fmt::format(" +{}", session->blocked_by.size() - 1);
    const std::string_view style = !session->blocked_by.empty() ? kYellow : waiters > 0 ? kBoldRed : "";
    grid.add(style,
             {std::move(pid), show_time(session->duration_ms), show_time(session->transaction_ms), show_state(*session),
              session->user, databases ? session->database : "", session->application, session->query});
  }
  add(grid.lines(kDim, options_.width));
  const std::size_t more = rows.size() - shown + view.sessions_left_out;
  if (more > 0) line(kDim, fmt::format("  … and {} more", more));
}

std::string_view why_no_statements(const TargetView& view) {
  if (view.began_baseline) return "waiting for the next cycle: a difference takes two readings";
  if (view.lifetime_totals > 0) return "only lifetime totals (quality baseline), which are not shown";
  if (view.outcome == "ok") return "none finished in this interval";
  return {};
}

void Drawing::statements(const TargetView& view, const std::vector<const StatementSum*>& top, const StatementSum& sum,
                         std::size_t room) {
  const bool none = top.empty() && !view.other();
  const std::string_view why = why_no_statements(view);
  if (none && why.empty()) return;
  if (airy()) lines_.emplace_back();
  if (none) {
    line(kBold, fmt::format("STATEMENTS  {}", why));
    return;
  }
  const bool databases = differ(top, [](const StatementSum* row) { return row->database; });
  const bool users = differ(top, [](const StatementSum* row) { return row->user; });
  const std::string where =
      databases || top.empty() || top.front()->database.empty() ? "" : fmt::format(" in {}", top.front()->database);
  line(kBold, fmt::format("STATEMENTS by total time{}  {}{} in {}{} calls", where, bound_mark(sum),
                          show_ms(sum.total_ms), bound_mark(sum), show_count(sum.calls)));
  const std::size_t wanted = std::min(options_.statements, top.size());
  const std::size_t shown = rows_within(room, airy() ? 3 : 2, wanted, wanted < top.size() || view.other());
  Grid grid({{"SHARE", true, 6, 7},
             {"TOTAL", true, 9, 10},
             {"CALLS", true, 8, 9},
             {"MEAN", true, 7, 8},
             {"ROWS", true, 7, 9, 90},
             {"HIT", true, 4, 5},
             {"DATABASE", false, 8, 16},
             {"USER", false, 6, 12, 110},
             {"QUERY"}});
  const auto row = [&](const StatementSum& each, std::string query, std::string_view database, std::string_view user) {
    const double share = sum.total_ms > 0 ? each.total_ms / sum.total_ms : 0;
    const std::string_view mark = bound_mark(each);
    grid.add(
        share >= 0.25 ? kBold : "",
        {sum.total_ms > 0 ? ratio_mark(sum) + show_percent(100 * share, 1) : "",
         fmt::format("{}{}", mark, show_ms(each.total_ms)), fmt::format("{}{}", mark, show_count(each.calls)),
         each.calls > 0 && each.has_mean ? fmt::format("{}{}", ratio_mark(each), show_ms(each.total_ms / each.calls))
                                         : "",
         fmt::format("{}{}", mark, show_count(each.rows)), show_hit(each), std::string(database), std::string(user),
         std::move(query)});
  };
  StatementSum rest = view.other().value_or(StatementSum{});
  for (std::size_t i = 0; i < top.size(); ++i) {
    const StatementSum& each = *top[i];
    if (i >= shown) {
      rest.add(each);
    } else {
      row(each, each.query.empty() ? "(text not known yet)" : each.query, databases ? each.database : "",
          users ? each.user : "");
    }
  }
  const std::uint64_t more = top.size() - shown + view.folded();
  if (more > 0) row(rest, fmt::format("({} more statements)", more), "", "");
  if (more == 0 && view.other()) row(rest, "(all other statements)", "", "");
  add(grid.lines(kDim, options_.width));
}

void Drawing::overview(const std::vector<const TargetView*>& views) {
  Grid grid({{"TARGET", false, 12, 32},
             {"OUTCOME", false, 7, 9},
             {"LOAD", true, 6, 7},
             {"CALLS/S", true, 7, 8, 70},
             {"HIT", true, 4, 5, 70},
             {"SESS", true, 4, 5},
             {"BLOCKED", true, 7, 7},
             {"ERRORS", true, 6, 6, 70},
             {"MOST TIME"}});
  // The header, and below it either all of them or what fits and how many do not.
  const std::size_t shown = rows_within(left(), 1, views.size(), false);
  for (std::size_t i = 0; i < shown; ++i) {
    const TargetView& view = *views[i];
    const StatementSum sum = view.sum();
    const bool rates = has_interval(view) && sum.calls > 0;
    const auto top = view.top_statements();
    const std::size_t blocked = SessionTree(view.sessions).blocked();
    std::string query = top.empty() ? std::string(why_no_statements(view)) : top.front()->query;
    if (!view.errors.empty() && top.empty()) query = view.errors.front().message;
    grid.add(view.outcome != "ok" ? outcome_style(view.outcome)
             : blocked > 0        ? kYellow
                                  : "",
             {std::string(target_word(view)), std::string(outcome_word(view)), rates ? show_load(view, sum) : "",
              rates ? show_calls_per_second(view, sum) : "", show_hit(sum),
              view.sessions_read || !view.sessions.empty() ? std::to_string(view.sessions.size()) : "",
              blocked > 0 ? std::to_string(blocked) : "", view.errors.empty() ? "" : std::to_string(view.errors.size()),
              std::move(query)});
  }
  add(grid.lines(kDim, options_.width));
  if (shown < views.size()) line(kDim, fmt::format("  … and {} more targets", views.size() - shown));
}

}  // namespace

std::vector<std::string> draw(const TargetView& view, const LayoutOptions& options) {
  std::vector<std::string> lines;
  Drawing(options, lines).target(view);
  if (options.lines != 0 && lines.size() > options.lines) lines.resize(options.lines);
  return lines;
}

std::vector<std::string> draw_overview(std::vector<const TargetView*> views, const LayoutOptions& options) {
  const auto trouble = [](const TargetView* view) {
    const int outcome = view->outcome == "failed" ? 0 : view->outcome != "ok" ? 1 : 2;
    return std::tuple(outcome, -static_cast<std::ptrdiff_t>(SessionTree(view->sessions).blocked()),
                      -view->sum().total_ms);
  };
  std::ranges::stable_sort(views, {}, trouble);
  std::vector<std::string> lines;
  Drawing(options, lines).overview(views);
  if (!views.empty() && options.lines >= lines.size() + 1 + kMinDetailLines) {
    LayoutOptions below = options;
    below.lines = options.lines - lines.size() - 1;
    lines.emplace_back();
    for (std::string& line : draw(*views.front(), below)) lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace dbi::exporting
