// SPDX-License-Identifier: Apache-2.0
#include "planview/markup.hpp"

#include <gtest/gtest.h>

namespace dbi::planview {
namespace {

TEST(Markup, IsEscapedInTexts) {
  EXPECT_EQ(escaped("a < b && c > \"d\" 'e'"), "a &lt; b &amp;&amp; c &gt; &quot;d&quot; &#39;e&#39;");
  EXPECT_EQ(escaped("größe 日本\n\t."), "größe 日本\n\t.");
}

TEST(Markup, WhatIsNoCharacterOfXmlOrReordersTextIsReplaced) {
  const std::string_view replaced = "\xEF\xBF\xBD";
  for (const std::string_view bad :
       {std::string_view("\0", 1), std::string_view("\x1b"), std::string_view("\x7F"), std::string_view("\xC2\x85"),
        std::string_view("\xE2\x80\xAE"), std::string_view("\xE2\x81\xA6"), std::string_view("\xD8\x9C"),
        std::string_view("\xEF\xBF\xBF"), std::string_view("\xFF"), std::string_view("\xED\xA0\x80").substr(0, 1)}) {
    EXPECT_EQ(escaped(bad), replaced) << escaped(bad);
  }
  EXPECT_EQ(escaped("a\rb"), "a b");
}

}  // namespace
}  // namespace dbi::planview
