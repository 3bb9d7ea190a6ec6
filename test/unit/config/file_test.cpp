// SPDX-License-Identifier: Apache-2.0
#include "config/file.hpp"
#include "state/scratch_folder.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace dbi::config {
namespace {

TEST(FindFile, TakesTheNamedOneElseTheUsersElseTheSystems) {
  const state::ScratchFolder home;
  const auto lookup = [&](const std::string& name) -> std::optional<std::string> {
    if (name == "XDG_CONFIG_HOME") return home.path().string();
    return std::nullopt;
  };
  EXPECT_EQ(find_file("other.yaml", lookup), "other.yaml");
  EXPECT_NE(find_file(std::nullopt, lookup), home / "dbi/dbi.yaml");
  std::filesystem::create_directories(home / "dbi");
  std::ofstream(home / "dbi/dbi.yaml") << "collector:\n";
  EXPECT_EQ(find_file(std::nullopt, lookup), home / "dbi/dbi.yaml");
}

TEST(ReadFile, SaysWhatCannotBeRead) {
  const auto missing = read_file("/nonexistent/dbi.yaml");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().message, "cannot read /nonexistent/dbi.yaml: No such file or directory");
  EXPECT_FALSE(read_file("/").has_value());
  EXPECT_FALSE(read_file("/dev/zero").has_value());
}

}  // namespace
}  // namespace dbi::config
