// Unified diffs: read back by a small patch of our own, for any texts.
// SPDX-License-Identifier: Apache-2.0
#include "generate/line_diff.hpp"

#include <gmock/gmock.h>

#include <random>
#include <sstream>
#include <vector>

namespace dbi::generate {
namespace {

using ::testing::HasSubstr;

std::string diff(std::string_view before, std::string_view after) {
  return unified_diff(before, after, "a", "b");
}

TEST(UnifiedDiff, IsNothingForEqualTexts) {
  EXPECT_EQ(diff("", ""), "");
  EXPECT_EQ(diff("x\ny\n", "x\ny\n"), "");
}

// The bytes are those of diff -u (GNU diffutils 3.8).
TEST(UnifiedDiff, LooksLikeThatOfDiff) {
  EXPECT_EQ(diff("1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\n4\nfive\n6\n7\n8\n"),
            "--- a\n+++ b\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
  EXPECT_EQ(diff("", "1\n2\n"), "--- a\n+++ b\n@@ -0,0 +1,2 @@\n+1\n+2\n");
  EXPECT_EQ(diff("1\n", ""), "--- a\n+++ b\n@@ -1 +0,0 @@\n-1\n");
  EXPECT_EQ(diff("1\n", "1"), "--- a\n+++ b\n@@ -1 +1 @@\n-1\n+1\n\\ No newline at end of file\n");
}

TEST(UnifiedDiff, ChangesFarApartAreHunksOfTheirOwn) {
  std::string before;
  for (int i = 0; i < 40; ++i) before += std::to_string(i) + "\n";
  std::string after = before;
  after.replace(after.find("\n5\n"), 3, "\nfive\n");
  after.replace(after.find("\n30\n"), 4, "\nthirty\n");
  const std::string text = diff(before, after);
  EXPECT_THAT(text, HasSubstr("@@ -3,7 +3,7 @@\n"));
  EXPECT_THAT(text, HasSubstr("@@ -28,7 +28,7 @@\n"));
}

using Lines = std::vector<std::string>;

Lines lines_of(const std::string& text) {
  Lines out;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) out.push_back(line);
  return out;
}

// What the diff makes of `before`, whose lines must be those it says.
Lines patched(const Lines& before, const std::string& diff_text) {
  const Lines steps = lines_of(diff_text);
  Lines out;
  std::size_t at = 0;
  for (std::size_t i = 2; i < steps.size(); ++i) {
    const std::string& step = steps[i];
    if (step.starts_with("@@ -")) {
      const std::size_t comma = step.find_first_of(", ", 4);
      std::size_t begin = std::stoul(step.substr(4, comma - 4));
      const bool empty = step.compare(comma, 3, ",0 ") == 0;
      if (!empty) --begin;
      while (at < begin) out.push_back(before.at(at++));
      continue;
    }
    if (step.front() != '+') {
      EXPECT_EQ(before.at(at++), step.substr(1));
    }
    if (step.front() != '-') out.push_back(step.substr(1));
  }
  while (at < before.size()) out.push_back(before[at++]);
  return out;
}

TEST(UnifiedDiff, MakesTheOtherTextOfAnyText) {
  std::mt19937 random(7);
  const auto below = [&random](int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(random); };
  for (int round = 0; round < 2000; ++round) {
    std::string before;
    std::string after;
    for (int i = below(60); i > 0; --i) {
      const std::string line(1, static_cast<char>('a' + below(6)));
      if (below(5) > 0) before += line + "\n";
      if (below(5) > 0) after += line + "\n";
    }
    ASSERT_EQ(patched(lines_of(before), diff(before, after)), lines_of(after)) << before << "to\n" << after;
  }
}

TEST(UnifiedDiff, TextsWithNothingInCommonAreShownWhole) {
  std::string before;
  std::string after;
  for (int i = 0; i < 3000; ++i) {
    before += "b" + std::to_string(i) + "\n";
    after += "a" + std::to_string(i) + "\n";
  }
  EXPECT_EQ(patched(lines_of(before), diff(before, after)), lines_of(after));
}

}  // namespace
}  // namespace dbi::generate
