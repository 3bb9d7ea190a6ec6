// Overlays: what they change, what they leave, and the laws that hold for any documents.
// SPDX-License-Identifier: Apache-2.0
#include "config/merge.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "config/emit.hpp"
#include "config/yaml.hpp"
#include "random_value.hpp"

namespace dbi::config {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

Document parsed(std::string_view text, std::string file, Role role) {
  auto document = parse_yaml(text, std::move(file), role);
  EXPECT_TRUE(document.has_value()) << (document ? "" : document.error().message);
  return document ? *std::move(document) : Document{};
}

Document merged(std::string_view base, std::string_view overlay) {
  return merge(parsed(base, "base.yaml", Role::Whole), parsed(overlay, "production.yaml", Role::Overlay));
}

std::string text_of(const Document& document) {
  EXPECT_THAT(document.faults, IsEmpty());
  return format_yaml(document.root);
}

TEST(Merge, MapsAreMergedDeeplyAndListsReplaced) {
  EXPECT_EQ(
      text_of(merged("a:\n  b: {c: 1, d: 2}\n  kinds: [x, y]\n", "a:\n  b: {d: 3, e: 4}\n  kinds: [z]\nf: {g: 1}\n")),
      "a:\n  b:\n    c: 1\n    d: 3\n    e: 4\n  kinds: [z]\n\nf:\n  g: 1\n");
}

TEST(Merge, ItemsWithANameAreMergedByIt) {
  EXPECT_EQ(text_of(merged("s:\n  rules:\n    - {name: a, rate: 1}\n    - {name: b, rate: 2}\n",
                           "s:\n  rules:\n    - {name: c, rate: 3}\n    - {name: b, rate: 9, most: 5}\n")),
            "s:\n  rules:\n    - name: a\n      rate: 1\n    - name: b\n      rate: 9\n      most: 5\n    - name: c\n  "
            "    rate: 3\n");
}

TEST(Merge, OneItemWithoutANameMakesTheListReplaceTheOther) {
  EXPECT_EQ(text_of(merged("s:\n  l:\n    - {name: a}\n    - {x: 1}\n", "s:\n  l:\n    - {name: a, z: 2}\n")),
            "s:\n  l:\n    - name: a\n      z: 2\n");
}

TEST(Merge, RemoveTakesAwayKeysAndNamedItems) {
  EXPECT_EQ(text_of(merged("s:\n  a: 1\n  b: {c: 2}\n  l:\n    - {name: x}\n    - {name: y}\n",
                           "s:\n  a: !remove\n  b: !remove\n  l:\n    - !remove {name: x}\n")),
            "s:\n  l:\n    - name: y\n");
}

TEST(Merge, WhatIsRemovedMustBeThere) {
  const Document out = merged("s:\n  a: 1\n", "s:\n  b: !remove\n  c:\n    d: !remove\n");
  ASSERT_THAT(out.faults, SizeIs(2));
  EXPECT_EQ(out.faults[0].message, "production.yaml:2:3: b: there is nothing to remove");
  EXPECT_EQ(out.faults[1].message, "production.yaml:4:5: d: there is nothing to remove");
}

TEST(Merge, OnlyAnOverlayRemoves) {
  const Document base = parsed("s:\n  a: !remove\n", "base.yaml", Role::Whole);
  ASSERT_THAT(base.faults, SizeIs(1));
  EXPECT_EQ(base.faults[0].message, "base.yaml:2:6: a tag: '!remove'");
}

TEST(Merge, EveryValueKeepsThePlaceWhereItWasWritten) {
  const Document out = merged("s:\n  a: 1\n  b: 2\n", "s:\n  b: 3\n");
  const Value* section = out.root.find("s");
  EXPECT_EQ(out.where(section->find("a")->place), "base.yaml:2:6");
  EXPECT_EQ(out.where(section->find("b")->place), "production.yaml:2:6");
}

TEST(Merge, AnEmptySideChangesNothing) {
  EXPECT_EQ(text_of(merged("s:\n  a: 1\n", "")), "s:\n  a: 1\n");
  EXPECT_EQ(text_of(merged("", "s:\n  a: 1\n")), "s:\n  a: 1\n");
  EXPECT_EQ(text_of(merged("s:\n  a: 1\n", "s:\n")), "s:\n  a: 1\n");
}

Document document_of(Value root) {
  Document out;
  out.files.emplace_back("t.yaml");
  out.root = std::move(root);
  return out;
}

TEST(MergeProperty, TheSameOverlayOnceMoreChangesNothing) {
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    RandomValue random(seed);
    const Document base = document_of(random.map(4));
    const Document overlay = document_of(random.map(4));
    const Document once = merge(base, overlay);
    ASSERT_TRUE(same_value(merge(once, overlay).root, once.root)) << "seed " << seed << "\n" << format_yaml(base.root);
    ASSERT_TRUE(same_value(merge(base, document_of({})).root, base.root)) << "seed " << seed;
  }
}

// Sorted by key, at any depth: what is left to compare where order does not count.
Value sorted(Value value) {
  for (Value& item : value.items) item = sorted(std::move(item));
  for (Entry& entry : value.entries) entry.value = sorted(std::move(entry.value));
  std::ranges::sort(value.entries, {}, &Entry::key);
  return value;
}

TEST(MergeProperty, OverlaysThatShareNoSectionMayComeInAnyOrder) {
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    RandomValue random(seed);
    const Document base = document_of(random.map(4));
    Value left = random.map(4);
    Value right = random.map(4);
    std::erase_if(right.entries, [&](const Entry& entry) { return left.find(entry.key) != nullptr; });
    const Document one = merge(merge(base, document_of(left)), document_of(right));
    const Document other = merge(merge(base, document_of(right)), document_of(left));
    ASSERT_TRUE(same_value(sorted(one.root), sorted(other.root))) << "seed " << seed;
  }
}

TEST(MergeProperty, WhatTheOverlaySaysHolds) {
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    RandomValue random(seed);
    const Document base = document_of(random.map(3));
    const Document overlay = document_of(random.map(3));
    const Document out = merge(base, overlay);
    for (const Entry& entry : overlay.root.entries) {
      const Value* value = out.root.find(entry.key);
      ASSERT_NE(value, nullptr);
      ASSERT_TRUE(entry.value.kind != Kind::Scalar || same_value(*value, entry.value));
    }
    for (const Entry& entry : base.root.entries) {
      const bool changed = overlay.root.find(entry.key) != nullptr;
      ASSERT_TRUE(changed || same_value(*out.root.find(entry.key), entry.value));
    }
  }
}

}  // namespace
}  // namespace dbi::config
