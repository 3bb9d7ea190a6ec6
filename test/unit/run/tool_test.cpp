// The runner, with a tool of two options whose streams are temporary files.
// SPDX-License-Identifier: Apache-2.0
#include "run/tool.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <stdexcept>

#include "cli/review.hpp"
#include "state/scratch_folder.hpp"

namespace dbi::run {
namespace {

using std::chrono::microseconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Options {
  microseconds interval = std::chrono::seconds{10};
  std::vector<std::string> targets;
};

Options seen;
std::string seen_name;

void describe(cli::Tree& tree, Options& options) {
  tree.duration("--interval", &options.interval, "read every DURATION").key("collector.interval");
  tree.positional("TARGET", &options.targets, "what to read");
}

Result<ExitStatus> keep(const Options& options, Context& context) {
  seen = options;
  seen_name = context.common.name;
  return ExitStatus::Done;
}

class ToolTest : public ::testing::Test {
 protected:
  ToolTest() {
    process_.environment = [this](const std::string& name) { return variable(name); };
  }

  int run(std::vector<std::string> arguments, Result<ExitStatus> (*body)(const Options&, Context&) = keep) {
    seen = {};
    process_.arguments = std::move(arguments);
    process_.output = temporary(output_);
    process_.diagnostics = temporary(diagnostics_);
    const Tool<Options> tool{{"dbi-test", "for tests"}, describe, body};
    const int status = run_tool(tool, process_);
    ::close(process_.diagnostics);
    return status;
  }

  [[nodiscard]] std::string output() const { return content(output_); }
  [[nodiscard]] std::string diagnostics() const { return content(diagnostics_); }

  std::string write_config(const std::string& text) {
    const std::string path = folder_ / "dbi.yaml";
    std::ofstream(path) << text;
    return path;
  }

  std::map<std::string, std::string> variables_ = {{"HOME", "/nonexistent"}};
  Process process_;

 private:
  std::optional<std::string> variable(const std::string& name) const {
    const auto found = variables_.find(name);
    return found == variables_.end() ? std::nullopt : std::optional(found->second);
  }
  int temporary(std::string& path) const {
    path = folder_ / "XXXXXX";
    return ::mkstemp(path.data());
  }
  static std::string content(const std::string& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  state::ScratchFolder folder_;
  std::string output_;
  std::string diagnostics_;
};

TEST_F(ToolTest, FlagBeatsEnvironmentBeatsConfigurationBeatsDefault) {
  const auto config = write_config("collector: {interval: 2s}\n");
  ASSERT_EQ(run({}), 0) << diagnostics();
  EXPECT_EQ(seen.interval, std::chrono::seconds{10});
  ASSERT_EQ(run({"--config", config}), 0) << diagnostics();
  EXPECT_EQ(seen.interval, std::chrono::seconds{2});
  variables_["DBI_TEST_INTERVAL"] = "3s";
  ASSERT_EQ(run({"--config", config}), 0);
  EXPECT_EQ(seen.interval, std::chrono::seconds{3});
  ASSERT_EQ(run({"--config", config, "--interval=4s"}), 0);
  EXPECT_EQ(seen.interval, std::chrono::seconds{4});
}

TEST_F(ToolTest, HelpAndVersionGoToStandardOutput) {
  EXPECT_EQ(run({"--help"}), 0);
  EXPECT_THAT(output(), HasSubstr("--interval DURATION"));
  EXPECT_THAT(output(), HasSubstr("--print-completion"));
  EXPECT_EQ(run({"-h"}), 0);
  EXPECT_THAT(output(), HasSubstr("usage: dbi-test [OPTIONS] [TARGET ...]"));
  EXPECT_EQ(run({"--version"}), 0);
  EXPECT_THAT(output(), HasSubstr("dbi-test "));
  EXPECT_THAT(diagnostics(), IsEmpty());
}

TEST_F(ToolTest, MisuseIsStatus2OnStandardErrorOnly) {
  EXPECT_EQ(run({"--intervall", "1s"}), 2);
  EXPECT_EQ(diagnostics(), "dbi-test: usage: unknown flag --intervall\n  hint: Did you mean --interval?\n");
  EXPECT_THAT(output(), IsEmpty());
  EXPECT_EQ(run({"-pPassword"}), 2);
  EXPECT_THAT(diagnostics(), HasSubstr("unknown flag -p\n"));
  EXPECT_EQ(run({"--pipeline", "../up"}), 2);
  EXPECT_EQ(run({"--name", ".hidden"}), 2);
}

TEST_F(ToolTest, TellsAllFaultsOfTheConfigurationAtOnce) {
  const auto config = write_config("collector:\n  interval: soon\n  intervall: 1s\n");
  EXPECT_EQ(run({"--config", config}), 2);
  EXPECT_THAT(diagnostics(), HasSubstr(config + ":2:13: collector.interval: not a duration: 'soon'"));
  EXPECT_THAT(diagnostics(),
              HasSubstr(config + ":3:3: collector.intervall: unknown key\n  hint: Did you mean interval?"));
}

TEST_F(ToolTest, NamedConfigurationMustExistAndNoConfigReadsNone) {
  EXPECT_EQ(run({"--config", "/nonexistent/dbi.yaml"}), 2);
  EXPECT_EQ(run({"--config", "/nonexistent/dbi.yaml", "--no-config"}), 0);
}

TEST_F(ToolTest, NamesTheConfigurationAtLevelInfo) {
  const auto config = write_config("");
  EXPECT_EQ(run({"--config", config, "--log-level", "info"}), 0);
  EXPECT_THAT(diagnostics(), HasSubstr("configuration: " + config));
}

TEST_F(ToolTest, AnErrorOfTheBodyDecidesTheStatus) {
  EXPECT_EQ(run({}, [](const Options&, Context&) -> Result<ExitStatus> { return fail(ErrorKind::Timeout, "late"); }),
            4);
  EXPECT_EQ(diagnostics(), "dbi-test: timeout: late\n");
  EXPECT_EQ(run({}, [](const Options&, Context&) -> Result<ExitStatus> { return ExitStatus::AnswerIsNo; }), 1);
}

TEST_F(ToolTest, AnExceptionIsABug) {
  EXPECT_EQ(run({}, [](const Options&, Context&) -> Result<ExitStatus> { throw std::runtime_error("oops"); }), 70);
  EXPECT_THAT(diagnostics(), HasSubstr("oops"));
}

TEST_F(ToolTest, InstanceIsCalledLikeTheTool) {
  run({});
  EXPECT_EQ(seen_name, "dbi-test");
  run({"--name", "second"});
  EXPECT_EQ(seen_name, "second");
}

TEST_F(ToolTest, PrintsWhatIsGenerated) {
  EXPECT_EQ(run({"--print-completion=bash"}), 0);
  EXPECT_THAT(output(), HasSubstr("complete -o filenames -F _dbi_test dbi-test"));
  EXPECT_EQ(run({"--print-manual-options"}), 0);
  EXPECT_THAT(output(), HasSubstr("*--interval* _DURATION_"));
}

TEST_F(ToolTest, RereadsTheConfigurationForAReload) {
  const auto config = write_config("collector: {interval: 2s}\n");
  static const Tool<Options> kTool{{"dbi-test", "for tests"}, describe, keep};
  static std::string path;
  path = config;
  const auto body = [](const Options&, Context& context) -> Result<ExitStatus> {
    std::ofstream(path) << "collector: {interval: 7s}\n";
    DBI_TRY_ASSIGN(seen, reread(kTool, context));
    std::ofstream(path) << "collector: [\n";
    EXPECT_FALSE(reread(kTool, context).has_value());
    std::ofstream(path) << "collector: {interval: 8s}\n";
    context.reloading.emplace();
    EXPECT_EQ(reread(kTool, context).value().interval, std::chrono::seconds{8});
    std::ofstream(path) << "collector: {interval: 9s}\n";
    EXPECT_EQ(reread(kTool, context).value().interval, std::chrono::seconds{8}) << "one reload, one look";
    context.reloading.emplace();
    EXPECT_EQ(reread(kTool, context).value().interval, std::chrono::seconds{9});
    return ExitStatus::Done;
  };
  EXPECT_EQ(run({"--config", config}, body), 0) << diagnostics();
  EXPECT_EQ(seen.interval, std::chrono::seconds{7});
}

TEST(CommonOptions, PassTheReview) {
  CommonOptions options;
  cli::Tree tree("DBI_TEST_");
  describe_common_options(tree, options);
  EXPECT_THAT(cli::review(tree), IsEmpty());
}

TEST(RunDeath, SigintEndsTheProcessAtTheEnd) {
  const auto run_interrupted = [] {
    Process process;
    process.environment = [](const std::string&) { return std::nullopt; };
    process.output = ::open("/dev/null", O_WRONLY);
    const Tool<Options> tool{
        {"dbi-test", "for tests"}, describe, [](const Options&, Context& context) -> Result<ExitStatus> {
          context.raise_at_end = SIGINT;
          return ExitStatus::Done;
        }};
    run_tool(tool, process);
  };
  EXPECT_EXIT(run_interrupted(), ::testing::KilledBySignal(SIGINT), "");
}

}  // namespace
}  // namespace dbi::run
