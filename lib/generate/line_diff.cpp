// SPDX-License-Identifier: Apache-2.0
#include "generate/line_diff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace dbi::generate {

namespace {

using Lines = std::vector<std::string_view>;

constexpr std::size_t kContext = 3;
constexpr int kMaxEdits = 2000;

// Each with its line feed, so that a last line without one is another line.
Lines lines_of(std::string_view text) {
  Lines out;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::size_t length = end == std::string_view::npos ? text.size() : end + 1;
    out.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return out;
}

// One line of the edit script: ' ' is in both, '-' in the first, '+' in the second.
struct Edit {
  char mark;
  std::string_view line;
};

// The furthest x on each diagonal k = x - y, after each number of edits; walked back from the end.
class Script {
 public:
  Script(const Lines& before, const Lines& after)
      : before_(before), after_(after), n_(static_cast<int>(before.size())), m_(static_cast<int>(after.size())) {}

  std::vector<Edit> edits() {
    const int most = std::min(n_ + m_, kMaxEdits);
    std::vector<int> furthest(2 * static_cast<std::size_t>(most) + 3, 0);
    for (int d = 0; d <= most; ++d) {
      trace_.push_back(furthest);
      for (int k = -d; k <= d; k += 2) {
        const int x = follow(furthest, d, k, most);
        if (x >= n_ && x - k >= m_) return walk_back(d, most);
      }
    }
    return all();
  }

 private:
  static int& at(std::vector<int>& furthest, int k, int most) {
    const int index = k + most + 1;
    return furthest[static_cast<std::size_t>(index)];
  }

  static bool goes_down(std::vector<int>& furthest, int d, int k, int most) {
    return k == -d || (k != d && at(furthest, k - 1, most) < at(furthest, k + 1, most));
  }

  int follow(std::vector<int>& furthest, int d, int k, int most) const {
    int x = goes_down(furthest, d, k, most) ? at(furthest, k + 1, most) : at(furthest, k - 1, most) + 1;
    while (x < n_ && x - k < m_ && before_[static_cast<std::size_t>(x)] == after_[static_cast<std::size_t>(x - k)]) ++x;
    return at(furthest, k, most) = x;
  }

  std::vector<Edit> walk_back(int d, int most) {
    std::vector<Edit> out;
    int x = n_;
    int y = m_;
    for (; d > 0; --d) {
      std::vector<int>& earlier = trace_[static_cast<std::size_t>(d)];
      const int k = x - y;
      const bool down = goes_down(earlier, d, k, most);
      const int from = down ? k + 1 : k - 1;
      const int start = at(earlier, from, most);
      const int stop = down ? start : start + 1;
      for (; x > stop; --x, --y) out.push_back({' ', before_[static_cast<std::size_t>(x - 1)]});
      out.push_back(down ? Edit{'+', after_[static_cast<std::size_t>(y - 1)]}
                         : Edit{'-', before_[static_cast<std::size_t>(x - 1)]});
      x = start;
      y = start - from;
    }
    for (; x > 0; --x) out.push_back({' ', before_[static_cast<std::size_t>(x - 1)]});
    std::ranges::reverse(out);
    return out;
  }

  [[nodiscard]] std::vector<Edit> all() const {
    std::vector<Edit> out;
    for (const auto line : before_) out.push_back({'-', line});
    for (const auto line : after_) out.push_back({'+', line});
    return out;
  }

  const Lines& before_;
  const Lines& after_;
  int n_;
  int m_;
  std::vector<std::vector<int>> trace_;
};

// Pieces of the script that are written together, with the context around them.
class Hunks {
 public:
  explicit Hunks(const std::vector<Edit>& edits) : edits_(edits) {}

  std::string text() {
    for (std::size_t at = 0; at < edits_.size();) {
      if (edits_[at].mark == ' ') {
        count(edits_[at++]);
        continue;
      }
      at = hunk(at);
    }
    return std::move(out_);
  }

 private:
  void count(const Edit& edit) {
    if (edit.mark != '+') ++before_;
    if (edit.mark != '-') ++after_;
  }

  // The end of the hunk that changes at `at`: more than twice the context is alike behind it.
  [[nodiscard]] std::size_t end_of(std::size_t at) const {
    std::size_t alike = 0;
    std::size_t end = at;
    for (std::size_t i = at; i < edits_.size() && alike <= 2 * kContext; ++i) {
      alike = edits_[i].mark == ' ' ? alike + 1 : 0;
      if (alike == 0) end = i + 1;
    }
    return std::min(end + kContext, edits_.size());
  }

  std::size_t hunk(std::size_t at) {
    const std::size_t lead = std::min({kContext, before_, after_});
    const std::size_t end = end_of(at);
    std::string body;
    std::size_t old_lines = 0;
    std::size_t new_lines = 0;
    for (std::size_t i = at - lead; i < end; ++i) {
      const auto& [mark, line] = edits_[i];
      old_lines += mark != '+' ? 1 : 0;
      new_lines += mark != '-' ? 1 : 0;
      body += mark;
      body += line;
      if (!line.ends_with('\n')) body += "\n\\ No newline at end of file\n";
    }
    out_ += fmt::format("@@ -{} +{} @@\n{}", range(before_ - lead, old_lines), range(after_ - lead, new_lines), body);
    for (std::size_t i = at; i < end; ++i) count(edits_[i]);
    return end;
  }

  // An empty range is told by the line before it (POSIX diff, -U).
  static std::string range(std::size_t begin, std::size_t lines) {
    const std::size_t first = lines == 0 ? begin : begin + 1;
    return lines == 1 ? fmt::format("{}", first) : fmt::format("{},{}", first, lines);
  }

  const std::vector<Edit>& edits_;
  std::size_t before_ = 0;  // lines that lie behind
  std::size_t after_ = 0;
  std::string out_;
};

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after, std::string_view before_name,
                         std::string_view after_name) {
  if (before == after) return {};
  const Lines old_lines = lines_of(before);
  const Lines new_lines = lines_of(after);
  const std::vector<Edit> edits = Script(old_lines, new_lines).edits();
  return fmt::format("--- {}\n+++ {}\n{}", before_name, after_name, Hunks(edits).text());
}

}  // namespace dbi::generate
