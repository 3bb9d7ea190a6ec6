// Versions are honoured in both directions; what is damaged is set aside, never lost and never believed.
// SPDX-License-Identifier: Apache-2.0
#include "state/document.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "state/scratch_folder.hpp"

namespace dbi::state {
namespace {

constexpr DocumentFormat kFormat{"circuits", 3};

struct Seen {
  int version = 0;
  std::string value;
};

Result<Loaded> load(const std::filesystem::path& path, Seen& seen) {
  return load_document(path, kFormat, [&](const nlohmann::ordered_json& body, int version) -> Status {
    seen = {version, body.at("value").get<std::string>()};
    return {};
  });
}

TEST(Document, ReadsWhatItWroteWithItsVersionInFront) {
  const ScratchFolder folder;
  ASSERT_TRUE(store_document(folder / "d", kFormat, {{"value", "x"}}, Durability::Durable));
  EXPECT_EQ(content_of(folder / "d").find("{\n \"format\": \"circuits\",\n \"version\": 3,"), 0U);
  Seen seen;
  const auto loaded = load(folder / "d", seen);
  ASSERT_TRUE(loaded);
  EXPECT_TRUE(loaded->found);
  EXPECT_FALSE(loaded->damage);
  EXPECT_EQ(seen.version, 3);
  EXPECT_EQ(seen.value, "x");
}

TEST(Document, NoFileIsAnEmptyStart) {
  const ScratchFolder folder;
  Seen seen;
  const auto loaded = load(folder / "absent", seen);
  ASSERT_TRUE(loaded);
  EXPECT_FALSE(loaded->found);
  EXPECT_FALSE(loaded->damage);
}

TEST(Document, ThePreviousVersionIsReadAndToldApart) {
  const ScratchFolder folder;
  write_plainly(folder / "d", R"({"format":"circuits","version":2,"value":"old"})");
  Seen seen;
  ASSERT_TRUE(load(folder / "d", seen)->found);
  EXPECT_EQ(seen.version, 2);
}

TEST(Document, ANewerVersionIsRefusedUntouched) {
  const ScratchFolder folder;
  const std::string text = R"({"format":"circuits","version":4,"other":1})";
  write_plainly(folder / "d", text);
  Seen seen;
  const auto loaded = load(folder / "d", seen);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().kind, ErrorKind::State);
  EXPECT_FALSE(loaded.error().hint.empty());
  EXPECT_EQ(content_of(folder / "d"), text);
  EXPECT_FALSE(std::filesystem::exists(folder / "d.corrupt"));
}

TEST(Document, DamageIsSetAsideAndReported) {
  for (const auto* text :
       {"", "\n", "{", "not json", "[]", "{}", R"({"format":"circuits","version":3})", R"({"format":"circuits"})",
        R"({"format":"acks","version":3,"value":"x"})", R"({"format":"circuits","version":1,"value":"x"})",
        R"({"format":"circuits","version":"3","value":"x"})", R"({"format":"circuits","version":3,"value":7})"}) {
    const ScratchFolder folder;
    write_plainly(folder / "d", text);
    Seen seen;
    const auto loaded = load(folder / "d", seen);
    ASSERT_TRUE(loaded) << text;
    EXPECT_FALSE(loaded->found) << text;
    ASSERT_TRUE(loaded->damage) << text;
    EXPECT_EQ(loaded->damage->set_aside, folder / "d.corrupt");
    EXPECT_THAT(loaded->damage->message, testing::HasSubstr((folder / "d").string()));
    EXPECT_EQ(content_of(folder / "d.corrupt"), text);
    EXPECT_FALSE(std::filesystem::exists(folder / "d"));
  }
}

TEST(Document, WhoOnlyLooksMovesNothing) {
  const ScratchFolder folder;
  write_plainly(folder / "d", "{");
  const auto refuse = [](const nlohmann::ordered_json&, int) { return Status{}; };
  const auto loaded = load_document(folder / "d", kFormat, refuse, OnDamage::Report);
  ASSERT_TRUE(loaded && loaded->damage);
  EXPECT_EQ(loaded->damage->set_aside, "");
  EXPECT_THAT(loaded->damage->message, testing::HasSubstr("d is damaged (no JSON from byte 2 on)"));
  EXPECT_EQ(content_of(folder / "d"), "{");
}

// The reading and the moving are two steps, between which a writer puts a whole file there.
TEST(Document, WhatWasReplacedMeanwhileIsNotSetAside) {
  const ScratchFolder folder;
  write_plainly(folder / "d", "damaged");
  const auto accept = [&](std::string_view text) -> Status {
    if (text == "whole") return {};
    write_plainly(folder / "d", "whole");
    return fail(ErrorKind::Malformed, "on purpose");
  };
  const auto loaded = load_text(folder / "d", accept, OnDamage::LockAndSetAside);
  ASSERT_TRUE(loaded);
  EXPECT_TRUE(loaded->found);
  EXPECT_FALSE(loaded->damage);
  EXPECT_EQ(content_of(folder / "d"), "whole");
  write_plainly(folder / "e", "damaged");
  const auto refuse = [](std::string_view) -> Status { return fail(ErrorKind::Malformed, "on purpose"); };
  EXPECT_TRUE(load_text(folder / "e", refuse, OnDamage::LockAndSetAside)->damage);
  EXPECT_EQ(content_of(folder / "e.corrupt"), "damaged");
}

TEST(Document, DamageIsToldInWordsOfOurs) {
  for (const auto* text : {"{", "[]", "{}", R"({"format":"circuits","version":3,"value":7})"}) {
    const ScratchFolder folder;
    write_plainly(folder / "d", text);
    Seen seen;
    EXPECT_THAT(load(folder / "d", seen)->damage->message, testing::Not(testing::HasSubstr("exception"))) << text;
  }
}

TEST(Document, AnErrorOfTheReceiverIsNoDamage) {
  const ScratchFolder folder;
  ASSERT_TRUE(store_document(folder / "d", kFormat, {}, Durability::Fast));
  const auto loaded = load_document(folder / "d", kFormat, [](const nlohmann::ordered_json&, int) -> Status {
    return fail(ErrorKind::Internal, "on purpose");
  });
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().kind, ErrorKind::Internal);
  EXPECT_TRUE(std::filesystem::exists(folder / "d"));
}

}  // namespace
}  // namespace dbi::state
