// The completion files.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>

#include "cli/example_tree.hpp"
#include "state/scratch_folder.hpp"

namespace dbi::cli {
namespace {

using ::testing::HasSubstr;

using CompletionTest = ExampleTree;

TEST_F(CompletionTest, ShellsParseTheCompletions) {
  const std::pair<Shell, std::string> shells[] = {{Shell::Bash, "bash"}, {Shell::Zsh, "zsh"}, {Shell::Fish, "fish"}};
  const state::ScratchFolder folder;
  for (const auto& [shell, name] : shells) {
    const std::string text = completion(kProgram, tree_, shell);
    EXPECT_THAT(text, HasSubstr("colour"));
    if (std::system(("command -v " + name + " >/dev/null 2>&1").c_str()) != 0) continue;
    const std::string path = folder / name;
    std::ofstream(path) << text;
    EXPECT_EQ(std::system((name + " -n " + path).c_str()), 0) << text;
  }
}

}  // namespace
}  // namespace dbi::cli
