// Where the state folder is, what is kept where in it, and which names are refused.
// SPDX-License-Identifier: Apache-2.0
#include "state/folder.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <map>

#include "state/scratch_folder.hpp"

namespace dbi::state {
namespace {

using Variables = std::map<std::string, std::string>;

EnvironmentLookup environment(Variables variables) {
  return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

std::string root(const std::optional<std::string>& flag, Variables variables) {
  const auto path = resolve_root({flag, "p"}, environment(std::move(variables)));
  return path ? path->string() : "error";
}

TEST(StateFolder, IsFoundInTheDocumentedOrder) {
  Variables all{{"DBI_STATE_DIR", "/dbi"},
                {"STATE_DIRECTORY", "/systemd:/second"},
                {"XDG_STATE_HOME", "/xdg"},
                {"HOME", "/home/me"}};
  EXPECT_EQ(root("/flag", all), "/flag");
  EXPECT_EQ(root({}, all), "/dbi");
  all.erase("DBI_STATE_DIR");
  EXPECT_EQ(root({}, all), "/systemd");
  all.erase("STATE_DIRECTORY");
  EXPECT_EQ(root({}, all), "/xdg/dbi");
  all["XDG_STATE_HOME"] = "relative";
  EXPECT_EQ(root({}, all), "/home/me/.local/state/dbi");
  EXPECT_EQ(root({}, {{"HOME", ""}}), "error");
}

TEST(StateFolder, AnEmptyVariableCountsAsNotSet) {
  EXPECT_EQ(root("", {{"DBI_STATE_DIR", ""}, {"XDG_STATE_HOME", ""}, {"HOME", "/h"}}), "/h/.local/state/dbi");
}

TEST(StateFolder, FoldersAreMadePrivateWhateverTheUmask) {
  const ScratchFolder scratch;
  const auto old = ::umask(0);
  const auto folder = StateFolder::open({(scratch / "a/b").string(), "p"});
  ASSERT_TRUE(folder);
  ASSERT_TRUE(folder->baseline("prod"));
  ::umask(old);
  for (const auto* path : {"a", "a/b", "a/b/p", "a/b/p/baselines"}) {
    EXPECT_EQ(std::filesystem::status(scratch / path).permissions(), std::filesystem::perms::owner_all) << path;
  }
}

TEST(StateFolder, APipelineFolderOpenToOthersIsClosed) {
  const ScratchFolder scratch;
  std::filesystem::create_directory(scratch / "p");
  std::filesystem::permissions(scratch / "p", std::filesystem::perms::all);
  ASSERT_TRUE(StateFolder::open({scratch.path().string(), "p"}));
  EXPECT_EQ(std::filesystem::status(scratch / "p").permissions(), std::filesystem::perms::owner_all);
}

TEST(StateFolder, KeepsEachThingWhereTheDesignSaysItIs) {
  const ScratchFolder scratch;
  const auto folder = StateFolder::open({scratch.path().string(), "p"}).value();
  const auto inside = [&](const std::filesystem::path& path) {
    return path.lexically_relative(scratch / "p").string();
  };
  EXPECT_EQ(inside(folder.telemetry().value()), "telemetry");
  EXPECT_EQ(inside(folder.spool("otlp").value()), "spool/otlp");
  EXPECT_EQ(inside(folder.baseline("db1:5432").value()), "baselines/db1:5432.json");
  EXPECT_EQ(inside(folder.texts("db1:5432").value()), "texts/db1:5432");
  EXPECT_EQ(inside(folder.ack("db1", "dbi-export").value()), "acks/db1/dbi-export");
  EXPECT_EQ(inside(folder.rejects("dbi-sample", "first").value()), "rejects/dbi-sample@first.ndjson");
  EXPECT_EQ(inside(folder.instance("dbi-sample", "first").value()), "dbi-sample@first.json");
  EXPECT_EQ(inside(folder.circuits()), "circuits.json");
  EXPECT_EQ(inside(folder.overrides()), "overrides.json");
}

TEST(StateFolder, RefusesNamesThatAreNoFileNames) {
  const ScratchFolder scratch;
  for (const auto* name : {"", ".", "..", ".hidden", "a/b", "a b", "../x", "a\n", "\xC3\xA4"}) {
    const auto folder = StateFolder::open({scratch.path().string(), name});
    ASSERT_FALSE(folder) << name;
    EXPECT_EQ(folder.error().kind, ErrorKind::Usage);
  }
  EXPECT_FALSE(check_name("target", std::string(129, 'a')));
  const auto folder = StateFolder::open({scratch.path().string(), "p"}).value();
  EXPECT_FALSE(folder.baseline("../other"));
  EXPECT_FALSE(folder.texts("a/b"));
  EXPECT_FALSE(folder.ack("prod", ".."));
}

TEST(StateFolder, AFileInItsPlaceIsAnErrorOfState) {
  const ScratchFolder scratch;
  write_plainly(scratch / "file", "");
  const auto folder = StateFolder::open({(scratch / "file").string(), "p"});
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().kind, ErrorKind::State);
  EXPECT_THAT(folder.error().message, testing::HasSubstr((scratch / "file").string()));
}

}  // namespace
}  // namespace dbi::state
