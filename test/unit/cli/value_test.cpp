// The one grammar of values.
// SPDX-License-Identifier: Apache-2.0
#include "cli/value.hpp"

#include <gtest/gtest.h>

namespace dbi::cli {
namespace {

Node node_of(Type type) {
  Node node;
  node.type = type;
  return node;
}

TEST(Value, RetypesPlainWordsOnly) {
  EXPECT_EQ(read_any({"true", true}), Any(true));
  EXPECT_EQ(read_any({"7", true}), Any(std::int64_t{7}));
  EXPECT_EQ(read_any({"0.5", true}), Any(0.5));
  EXPECT_EQ(read_any({"~", true}), Any(std::monostate{}));
  EXPECT_EQ(read_any({"7", false}), Any(std::string("7")));
  EXPECT_EQ(read_any({"7th", true}), Any(std::string("7th")));
}

TEST(Value, ReadsBackWhatItShows) {
  EXPECT_EQ(show_number(Type::Size, 16777216), "16MiB");
  EXPECT_EQ(read_size(node_of(Type::Size), {"16MiB", true}).value(), 16777216U);
  EXPECT_EQ(show_number(Type::Duration, 500000), "500ms");
  EXPECT_EQ(read_duration(node_of(Type::Duration), {"500ms", true}).value(), std::chrono::milliseconds{500});
}

TEST(Value, NeverNamesASecret) {
  Node node = node_of(Type::Integer);
  node.secret = true;
  const auto read = read_integer(node, {"hunter2", true});
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ((read.error().message + read.error().hint).find("hunter2"), std::string::npos);
}

}  // namespace
}  // namespace dbi::cli
