// SPDX-License-Identifier: Apache-2.0
#include "terminal/wrap.hpp"

#include <gmock/gmock.h>

#include "terminal/display_width.hpp"

namespace dbi::terminal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Wrap, BreaksAtBlanks) {
  EXPECT_THAT(wrap("one two three four", 10, 9), ElementsAre("one two", "three four"));
  EXPECT_THAT(wrap("exactly 10", 10, 9), ElementsAre("exactly 10"));
  EXPECT_THAT(wrap("", 10, 9), IsEmpty());
  EXPECT_THAT(wrap(" \n ", 10, 9), IsEmpty());
}

TEST(Wrap, BreaksAWordThatIsWiderThanALine) {
  EXPECT_THAT(wrap("abcdefghijklmno", 10, 9), ElementsAre("abcdefghij", "klmno"));
  EXPECT_THAT(wrap("a bcdefghijklmnopq", 10, 9), ElementsAre("a bcdefghi", "jklmnopq"));
}

TEST(Wrap, TellsThatThereIsMore) {
  EXPECT_THAT(wrap("one two three four five", 10, 2), ElementsAre("one two", "three ..."));
  EXPECT_THAT(wrap("one two", 10, 1), ElementsAre("one two"));
}

TEST(Wrap, NoLineIsWiderThanAsked) {
  const std::string texts[] = {
      std::string(5000, 'x'), std::string("日本語 語 ").append(std::string(50, ' ')) + "日本語日本語",
      std::string(9, 'a') + "\xCC\x81\xCC\x81\xCC\x81 b", "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"};
  for (const std::string& text : texts) {
    for (const std::size_t width : {5U, 9U, 40U}) {
      for (const std::string& line : wrap(text, width, 3)) EXPECT_LE(display_width(line), width) << line;
      EXPECT_LE(wrap(text, width, 3).size(), 3U);
    }
  }
}

}  // namespace
}  // namespace dbi::terminal
