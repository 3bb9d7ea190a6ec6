// What is thrown anywhere in a run is a bug that is told, never an end without a word.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "run/tool.hpp"

namespace dbi::run {
namespace {

struct Options {
  std::string word;
};

struct Unmakable {
  Unmakable() { throw std::runtime_error("no options"); }
};

void describe(cli::Tree& tree, Options& options) {
  tree.text("--word", &options.word, "a word");
}

Result<ExitStatus> body(const Options& /*options*/, Context& /*context*/) {
  return ExitStatus::Done;
}

class BugTest : public ::testing::Test {
 protected:
  BugTest() {
    process_.environment = [](const std::string&) { return std::nullopt; };
    process_.output = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    process_.diagnostics = ::mkstemp(path_.data());
  }
  ~BugTest() override {
    ::close(process_.diagnostics);
    ::unlink(path_.c_str());
  }

  [[nodiscard]] std::string diagnostics() const {
    std::ifstream in(path_);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  Process process_;

 private:
  std::string path_ = ::testing::TempDir() + "dbi-bug-XXXXXX";
};

TEST_F(BugTest, ADescriptionThatThrows) {
  const Tool<Options> tool{
      {"dbi-test", "for tests"}, [](cli::Tree&, Options&) { throw std::runtime_error("no table"); }, body};
  EXPECT_EQ(run_tool(tool, process_), 70);
  EXPECT_EQ(diagnostics(),
            "dbi-test: internal: unexpected exception: no table\n  hint: This is a bug in dbi; please report it.\n");
}

TEST_F(BugTest, OptionsThatCannotBeMade) {
  const Tool<Unmakable> tool{{"dbi-test", "for tests"},
                             [](cli::Tree&, Unmakable&) {},
                             [](const Unmakable&, Context&) -> Result<ExitStatus> { return ExitStatus::Done; }};
  EXPECT_EQ(run_tool(tool, process_), 70);
  EXPECT_THAT(diagnostics(), ::testing::HasSubstr("no options"));
}

TEST_F(BugTest, AnEnvironmentThatThrowsWhatIsNoException) {
  process_.environment = [](const std::string&) -> std::optional<std::string> { throw 7; };
  EXPECT_EQ(run_tool(Tool<Options>{{"dbi-test", "for tests"}, describe, body}, process_), 70);
  EXPECT_THAT(diagnostics(), ::testing::HasSubstr("internal: unexpected exception"));
}

}  // namespace
}  // namespace dbi::run
