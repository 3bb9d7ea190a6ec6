// SPDX-License-Identifier: Apache-2.0
#include "export/table_layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>
#include <unordered_map>

#include "base/text.hpp"
#include "export/display_width.hpp"

namespace dbi::exporting {

namespace {

// ECMA-48, select graphic rendition.
constexpr std::string_view kBold = "1";
constexpr std::string_view kDim = "2";
constexpr std::string_view kRed = "31";
constexpr std::string_view kBoldRed = "1;31";
constexpr std::string_view kGreen = "32";
constexpr std::string_view kYellow = "33";
constexpr std::string_view kCyan = "36";

/// A session at its place in the tree.
struct TreeRow {
  const SessionRow* session;
  std::size_t depth;
  std::size_t waiters;  // directly below it
};

class Drawing {
 public:
  Drawing(const TargetView& view, const LayoutOptions& options) : view_(view), options_(options) {}

  std::vector<std::string> lines();

 private:
  [[nodiscard]] std::string paint(std::string_view style, std::string text) const {
    return options_.color && !style.empty() ? fmt::format("\x1b[{}m{}\x1b[0m", style, text) : text;
  }
  void line(std::string_view style, std::string_view text) {
    text = text.substr(0, text.find_last_not_of(' ') + 1);
    lines_.push_back(paint(style, fit(text, options_.width)));
  }
  [[nodiscard]] std::size_t room(std::size_t rows, std::size_t wanted) const;

  void heading();
  void errors();
  void sessions();
  void session(const TreeRow& row);
  void statements();
  void statement(const StatementSum& sum, double total, std::string_view query);
  void statement_line(std::string_view style, const std::vector<std::string>& cells, std::string_view query);

  const TargetView& view_;
  const LayoutOptions& options_;
  std::vector<std::string> lines_;
  bool with_rows_ = false;
  std::size_t database_width_ = 0;
};

std::string_view outcome_style(std::string_view outcome) {
  if (outcome == "ok") return kGreen;
  return outcome == "failed" ? kBoldRed : kYellow;
}

/// "2026-11-25 07:40:00 UTC" of an RFC 3339 text in UTC; others stay as they are.
std::string show_time(std::string_view ts) {
  if (ts.size() < 20 || ts.back() != 'Z') return std::string(ts);
  return fmt::format("{} {} UTC", ts.substr(0, 10), ts.substr(11, 8));
}

std::vector<std::string> Drawing::lines() {
  heading();
  errors();
  sessions();
  statements();
  if (options_.lines != 0 && lines_.size() > options_.lines) {
    lines_.resize(options_.lines);
    lines_.back() = paint(kDim, fit("  … more than fits the window", options_.width));
  }
  return std::move(lines_);
}

/// Rows of a part that has `wanted`, where `rows` are allowed and a part may take half of the lines left.
std::size_t Drawing::room(std::size_t rows, std::size_t wanted) const {
  rows = std::min(rows, wanted);
  if (options_.lines == 0) return rows;
  const std::size_t left = options_.lines > lines_.size() ? options_.lines - lines_.size() : 0;
  return std::min(rows, std::max<std::size_t>(left / 2, 1));
}

void Drawing::heading() {
  std::string text = view_.target.empty() ? "(no target)" : view_.target;
  if (!view_.system.empty()) text += "  " + view_.system;
  if (!view_.server_version.empty()) text += " " + view_.server_version;
  std::string rest;
  if (!view_.ts.empty()) rest += "  " + show_time(view_.ts);
  if (view_.interval_s) rest += "  interval " + show_ms(*view_.interval_s * 1000);
  if (view_.cycle_ms) rest += "  cycle " + show_ms(*view_.cycle_ms);
  const std::string outcome = view_.outcome.empty() ? "no scrape" : view_.outcome;
  const std::string whole = fit(fmt::format("{}  {}{}", text, outcome, rest), options_.width);
  // Coloured in parts only where all of it fits.
  if (display_width(whole) == display_width(text) + 2 + outcome.size() + display_width(rest)) {
    lines_.push_back(paint(kBold, text) + "  " + paint(outcome_style(view_.outcome), outcome) + rest);
  } else {
    line(kBold, whole);
  }
  if (!view_.reason.empty()) line(kYellow, "  " + view_.reason);
  if (view_.dropped > 0) line(kYellow, fmt::format("  {} records dropped by filters", show_count(view_.dropped)));
}

void Drawing::errors() {
  for (const std::string& event : view_.events) line(kYellow, "  event: " + event);
  for (const ErrorRow& row : view_.errors) {
    std::string times = row.times > 1 ? fmt::format(" ({} times)", row.times) : "";
    if (row.databases.size() == 1) times += " in " + *row.databases.begin();
    if (row.databases.size() > 1) times += fmt::format(" in {} databases", row.databases.size());
    line(kRed, fmt::format("  error: {}: {}{}", row.heading, row.message, times));
    if (row.hint.empty()) continue;
    for (const std::string_view hint : split(row.hint, '\n')) {
      // Hints are there to be copied: they are not cut where nothing redraws them.
      const std::string text = "    hint: " + one_line(hint);
      lines_.push_back(paint(kCyan, options_.lines == 0 ? text : fit(text, options_.width)));
    }
  }
  if (view_.errors_left_out > 0) line(kRed, fmt::format("  and {} more errors", view_.errors_left_out));
}

/// Blockers above those who wait for them; then the rest by the age of their transaction.
std::vector<TreeRow> order_sessions(const TargetView& view, std::vector<SessionRow>& strangers) {
  std::unordered_map<std::string, const SessionRow*> by_pid;
  std::unordered_map<std::string, std::vector<const SessionRow*>> waiters;
  for (const SessionRow& session : view.sessions) by_pid.emplace(session.pid, &session);
  std::set<std::string> unknown;
  for (const SessionRow& session : view.sessions) {
    for (const std::string& blocker : session.blocked_by) {
      waiters[blocker].push_back(&session);
      if (!by_pid.contains(blocker)) unknown.insert(blocker);
    }
  }
  for (const std::string& pid : unknown) {
    SessionRow stranger;
    stranger.pid = pid;
    stranger.state = "unknown";  // it is not among the records
    strangers.push_back(std::move(stranger));
  }
  std::vector<const SessionRow*> roots;
  for (const SessionRow& stranger : strangers) roots.push_back(&stranger);
  for (const SessionRow& session : view.sessions) roots.push_back(&session);
  const auto rank = [&](const SessionRow* session) {
    const auto found = waiters.find(session->pid);
    const double age = session->transaction_ms.value_or(session->duration_ms.value_or(0));
    // A circle of waiters has no root: its members come behind those that have one.
    const int group = !session->blocked_by.empty() ? 1 : found != waiters.end() ? 0 : 2;
    return std::tuple(group, found == waiters.end() ? 0 : -static_cast<std::ptrdiff_t>(found->second.size()), -age);
  };
  std::ranges::stable_sort(roots, {}, rank);
  std::vector<TreeRow> rows;
  std::set<const SessionRow*> seen;
  const auto below = [&](const SessionRow* session) -> const std::vector<const SessionRow*>& {
    static const std::vector<const SessionRow*> kNone;
    const auto found = waiters.find(session->pid);
    return found == waiters.end() ? kNone : found->second;
  };
  const auto place = [&](const SessionRow* root) {
    std::vector<std::pair<const SessionRow*, std::size_t>> stack{{root, 0}};
    while (!stack.empty()) {
      const auto [session, depth] = stack.back();
      stack.pop_back();
      if (!seen.insert(session).second) continue;
      const auto& next = below(session);
      rows.push_back({session, depth, next.size()});
      for (auto waiter = next.rbegin(); waiter != next.rend(); ++waiter) stack.emplace_back(*waiter, depth + 1);
    }
  };
  for (const SessionRow* root : roots) place(root);
  return rows;
}

void Drawing::sessions() {
  if (view_.sessions.empty()) return;
  std::vector<SessionRow> strangers;
  const auto rows = order_sessions(view_, strangers);
  const auto waiting = std::ranges::count_if(view_.sessions, [](const auto& row) { return !row.blocked_by.empty(); });
  const std::string waits = waiting > 0 ? fmt::format(", {} blocked", waiting) : "";
  lines_.emplace_back();
  line(waiting > 0 ? kBoldRed : kBold,
       fmt::format("SESSIONS  {}{}", view_.sessions.size() + view_.sessions_left_out, waits));
  line(kDim, fmt::format("  {:<14} {:>7} {:>7} {:<12} {:<10} {:<14} {}", "PID", "RUNS", "IN TX", "STATE", "USER",
                         "WAIT", "QUERY"));
  const std::size_t shown = room(options_.sessions, rows.size());
  for (std::size_t i = 0; i < shown; ++i) session(rows[i]);
  const std::size_t left = rows.size() - shown + view_.sessions_left_out;
  if (left > 0) line(kDim, fmt::format("  … and {} more", left));
}

void Drawing::session(const TreeRow& row) {
  const SessionRow& session = *row.session;
  std::string pid =
      row.depth == 0 ? session.pid : std::string(2 * std::min<std::size_t>(row.depth - 1, 3), ' ') + "└ " + session.pid;
  if (session.blocked_by.size() > 1) pid += fmt::format(" +{}", session.blocked_by.size() - 1);
  std::string state = session.state;
  if (state.starts_with("idle in transaction")) state = state.size() > 19 ? "idle in tx!" : "idle in tx";
  const auto time = [](const std::optional<double>& ms) { return ms ? show_ms(*ms) : std::string("-"); };
  const std::string_view style = row.waiters > 0 && session.blocked_by.empty() ? kBoldRed
                                 : !session.blocked_by.empty()                 ? kYellow
                                                                               : std::string_view{};
  line(style, fmt::format("  {} {} {} {} {} {} {}", pad_right(pid, 14), pad_left(time(session.duration_ms), 7),
                          pad_left(time(session.transaction_ms), 7), pad_right(state, 12), pad_right(session.user, 10),
                          pad_right(session.wait, 14), session.query));
}

void Drawing::statements() {
  const auto top = view_.top_statements();
  if (top.empty() && !view_.other()) {
    if (view_.began_baseline) line(kDim, "  the first cycle is the baseline; statements come with the next one");
    if (view_.lifetime_totals > 0) {
      line(kDim, fmt::format("  {} lifetime totals (quality baseline) are not shown", view_.lifetime_totals));
    }
    return;
  }
  const StatementSum sum = view_.sum();
  with_rows_ = options_.width >= 90;
  for (const StatementSum* statement : top) {
    if (statement->database != top.front()->database) {
      database_width_ = std::max(database_width_, std::min<std::size_t>(display_width(statement->database), 16));
    }
  }
  if (database_width_ > 0) database_width_ = std::max<std::size_t>(database_width_, 8);
  lines_.emplace_back();
  const std::string where = database_width_ == 0 && !top.empty() && !top.front()->database.empty()
                                ? fmt::format(" in {}", top.front()->database)
                                : "";
  const std::string_view mark = sum.lower_bound ? ">=" : "";
  line(kBold, fmt::format("STATEMENTS by total time{}  {}{} in {}{} calls", where, mark, show_ms(sum.total_ms), mark,
                          show_count(sum.calls)));
  statement_line(kDim, {"SHARE", "TOTAL", "CALLS", "MEAN", "ROWS", "HIT", "DATABASE"}, "QUERY");
  const std::size_t limit = options_.lines == 0 ? options_.statements
                            : options_.lines > lines_.size() + 2
                                ? std::min(options_.statements, options_.lines - lines_.size() - 2)
                                : 0;
  const std::size_t shown = std::min(limit, top.size());
  StatementSum rest = view_.other().value_or(StatementSum{});
  for (std::size_t i = 0; i < top.size(); ++i) {
    if (i < shown) {
      statement(*top[i], sum.total_ms, top[i]->query.empty() ? "(text not known yet)" : top[i]->query);
    } else {
      rest.add(*top[i]);
    }
  }
  rest.database.clear();
  if (shown < top.size()) statement(rest, sum.total_ms, fmt::format("({} more statements)", top.size() - shown));
  if (shown == top.size() && view_.other()) statement(rest, sum.total_ms, "(all other statements)");
}

void Drawing::statement(const StatementSum& sum, double total, std::string_view query) {
  const std::string_view mark = sum.lower_bound ? ">=" : "";
  const double blocks = sum.blocks_hit + sum.blocks_read;
  statement_line({},
                 {total > 0 ? fmt::format("{:.1f}%", 100 * sum.total_ms / total) : "-",
                  fmt::format("{}{}", mark, show_ms(sum.total_ms)), fmt::format("{}{}", mark, show_count(sum.calls)),
                  sum.calls > 0 && sum.has_mean ? show_ms(sum.total_ms / sum.calls) : "-", show_count(sum.rows),
                  blocks > 0 ? fmt::format("{:.0f}%", std::floor(100 * sum.blocks_hit / blocks)) : "-", sum.database},
                 query);
}

void Drawing::statement_line(std::string_view style, const std::vector<std::string>& cells, std::string_view query) {
  std::string text = fmt::format("  {} {} {} {}", pad_left(cells[0], 6), pad_left(cells[1], 9), pad_left(cells[2], 8),
                                 pad_left(cells[3], 7));
  if (with_rows_) text += " " + pad_left(cells[4], 7);
  text += " " + pad_left(cells[5], 4);
  if (database_width_ > 0) text += " " + pad_right(cells[6], database_width_);
  line(style, text + "  " + std::string(query));
}

}  // namespace

std::vector<std::string> draw(const TargetView& view, const LayoutOptions& options) {
  return Drawing(view, options).lines();
}

std::string show_ms(double ms) {
  if (ms < 9.995) return fmt::format("{:.2f}ms", ms);
  if (ms < 99.95) return fmt::format("{:.1f}ms", ms);
  if (ms < 999.5) return fmt::format("{:.0f}ms", ms);
  if (ms < 9995) return fmt::format("{:.2f}s", ms / 1000);
  if (ms < 59'950) return fmt::format("{:.1f}s", ms / 1000);
  const double seconds = std::round(ms / 1000);
  const auto two = [&](double unit, double below, char big, char small) {
    return fmt::format("{:.0f}{}{:02.0f}{}", std::floor(seconds / unit), big,
                       std::floor(std::fmod(seconds, unit) / below), small);
  };
  if (seconds < 3600) return two(60, 1, 'm', 's');
  if (seconds < 86'400) return two(3600, 60, 'h', 'm');
  return two(86'400, 3600, 'd', 'h');
}

std::string show_count(double count) {
  if (count < 99'999.5) return fmt::format("{:.0f}", count);
  if (count < 999'500) return fmt::format("{:.0f}k", count / 1e3);
  if (count < 999.5e6) return fmt::format("{:.3g}M", count / 1e6);
  return fmt::format("{:.3g}G", count / 1e9);
}

}  // namespace dbi::exporting
