// The tables of all tools together: what dialects and schema rely on.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>

#include "cli/review.hpp"
#include "config/apply.hpp"
#include "config/dialect.hpp"
#include "generate/key_catalog.hpp"
#include "options/all.hpp"

namespace dbi::generate {
namespace {

using ::testing::IsEmpty;
using tools::all_tables;

TEST(Tables, EveryToolsTableIsInOrder) {
  for (const ToolTable& table : all_tables()) EXPECT_THAT(cli::review(*table.tree), IsEmpty()) << table.tool;
}

TEST(Tables, EveryNameThatAnOldOneIsToldExists) {
  const KeyCatalog keys(all_tables());
  const auto exists = [&](const config::OldName& old) {
    if (old.section.empty()) {
      return std::ranges::find(config::kSections, old.key) != config::kSections.end();
    }
    return std::ranges::any_of(keys.rows(), [&](const KeyRow& row) {
      const std::string end = "." + std::string(old.key);
      const std::string inside = end + ".";
      return row.path.starts_with(std::string(old.section) + ".") &&
             (row.path.ends_with(end) || row.path.find(inside) != std::string::npos);
    });
  };
  for (const config::OldName& old : config::old_names()) {
    EXPECT_TRUE(old.key.empty() ? !old.remedy.empty() : exists(old)) << old.section << "." << old.name;
    EXPECT_TRUE(old.remedy.empty() || old.remedy.ends_with('.')) << old.name;
  }
}

TEST(Tables, NoOldNameIsAKeyOfToday) {
  const KeyCatalog keys(all_tables());
  for (const config::OldName& old : config::old_names()) {
    EXPECT_EQ(keys.find(std::string(old.section) + "." + std::string(old.name)), nullptr) << old.name;
  }
}

TEST(Tables, EveryKeyLiesInASection) {
  const KeyCatalog keys(all_tables());
  EXPECT_GT(keys.rows().size(), 150U);
  for (const KeyRow& row : keys.rows()) {
    const std::string section = row.path.substr(0, row.path.find('.'));
    EXPECT_NE(std::ranges::find(config::kSections, section), config::kSections.end()) << row.path;
  }
}

}  // namespace
}  // namespace dbi::generate
