// One file for many texts, whole lines back, room given back.
// SPDX-License-Identifier: Apache-2.0
#include "export/spill_file.hpp"

#include <string>
#include <vector>

#include "export/samples.hpp"

namespace dbi::exporting {
namespace {

std::string read_back(const SpillFile& file, const SpillFile::Extent& extent) {
  std::string text;
  EXPECT_TRUE(file.read(extent, [&text](std::string_view lines) -> Status {
    EXPECT_TRUE(lines.empty() || lines.ends_with('\n'));
    text += lines;
    return {};
  }));
  return text;
}

TEST(SpillFile, GivesEachTextBackWhole) {
  SpillFile file;
  std::vector<std::string> texts{"a\nb\n", std::string(3 << 20, 'x') + "\ny\n"};
  std::string many;
  for (int i = 0; i < 300'000; ++i) many += "line " + std::to_string(i) + "\n";
  texts.push_back(many);
  std::vector<SpillFile::Extent> extents;
  for (const std::string& text : texts) extents.push_back(*file.write(text));
  for (std::size_t i = texts.size(); i-- > 0;) EXPECT_TRUE(read_back(file, extents[i]) == texts[i]) << i;
}

TEST(SpillFile, HoldsManyTextsInOneDescriptor) {
  SpillFile file;
  const auto before = open_descriptors();
  std::vector<SpillFile::Extent> extents;
  for (int i = 0; i < 2000; ++i) extents.push_back(*file.write(std::to_string(i) + "\n"));
  EXPECT_EQ(open_descriptors(), before + 1);
  EXPECT_EQ(read_back(file, extents[1234]), "1234\n");
}

TEST(SpillFile, BeginsAnewOnceNothingWaits) {
  SpillFile file;
  const auto first = *file.write("aa\n");
  const auto second = *file.write("bb\n");
  EXPECT_EQ(second.offset, 3);
  file.give_back(first);
  EXPECT_EQ(file.bytes(), 3U);
  EXPECT_EQ(read_back(file, second), "bb\n") << "a hole beside it leaves it as it is";
  file.give_back(second);
  EXPECT_EQ(file.bytes(), 0U);
  const auto third = *file.write("cc\n");
  EXPECT_EQ(third.offset, 0);
  EXPECT_EQ(read_back(file, third), "cc\n");
}

TEST(SpillFile, PassesOnWhatItsReaderSays) {
  SpillFile file;
  const auto extent = *file.write("a\n");
  EXPECT_FALSE(file.read(extent, [](std::string_view) -> Status { return fail(ErrorKind::Output, "no"); }));
}

}  // namespace
}  // namespace dbi::exporting
