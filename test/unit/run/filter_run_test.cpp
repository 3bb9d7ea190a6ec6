// run_filter with a filter that passes everything, over files.
// SPDX-License-Identifier: Apache-2.0
#include "run/filter_run.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>

#include "cli/review.hpp"
#include "state/lock.hpp"

namespace dbi::run {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Passes records; has a ledger of one line, which an earlier run could not write, and remembers how many it ever saw.
class Pass final : public stream::Filter {
 public:
  Status on_record(const record::Record& record, stream::Writer& out) override {
    ++seen_;
    DBI_TRY(out.append(record.line()));
    return record.find("scrape") == nullptr ? Status{} : on_end(out);
  }
  Status on_end(stream::Writer& out) override {
    if (pending_.empty()) return {};
    return out.append(std::exchange(pending_, {}));
  }
  void save_pending(std::string& lines) const override {
    if (!pending_.empty()) lines += pending_ + "\n";
  }
  void on_cut_off(const record::Record& record) override {
    if (record.find("count") != nullptr) pending_ = record.line();
  }
  void save_memory(stream::Lines& lines) const override {
    lines.text() += "{\"seen\":" + std::to_string(seen_) + "}\n";
  }
  Status load_line(const record::Record& line) override {
    if (const auto seen = line.integer("seen")) {
      seen_ = *seen;
      return {};
    }
    if (line.find("refuse") != nullptr) return fail(ErrorKind::State, "refused");
    pending_ = line.line();
    return {};
  }

 private:
  std::string pending_;
  std::int64_t seen_ = 0;
};

bool had_folder = false;
std::optional<std::filesystem::path> rejects_of_setup;
bool refuse_to_start = false;

void describe(cli::Tree& tree, FilterOptions& options) {
  describe_filter_options(tree, options);
  describe_clock_options(tree, options);
}

Result<ExitStatus> body(const FilterOptions& options, Context& context) {
  return run_filter(options, context, [](const FilterSetup& setup) -> Result<std::unique_ptr<stream::Filter>> {
    had_folder = setup.folder.has_value();
    rejects_of_setup = setup.rejects;
    if (refuse_to_start) return fail(ErrorKind::Usage, "refused");
    return std::make_unique<Pass>();
  });
}

class FilterRunTest : public ::testing::Test {
 protected:
  FilterRunTest() : folder_(::testing::TempDir() + "dbi-filter-run-XXXXXX") { folder_ = ::mkdtemp(folder_.data()); }
  ~FilterRunTest() override { std::filesystem::remove_all(folder_); }

  int run(std::vector<std::string> arguments) {
    Process process;
    process.environment = [](const std::string&) { return std::nullopt; };
    process.arguments = {"--no-config", "--state-dir", folder_ + "/state"};
    process.arguments.insert(process.arguments.end(), arguments.begin(), arguments.end());
    process.output = full_output_ ? ::open("/dev/full", O_WRONLY | O_CLOEXEC) : open_new("/out");
    process.diagnostics = open_new("/diagnostics");
    const int status = run_tool(Tool<FilterOptions>{{"dbi-test", "for tests"}, describe, body}, process);
    ::close(process.diagnostics);
    return status;
  }

  // Counts that an earlier run of the instance left.
  void leave_pending(const std::string& lines = "{\"count\":7}\n") const {
    std::filesystem::create_directories(folder_ + "/state/default");
    std::ofstream(folder_ + kPending) << lines;
  }

  std::string write(const std::string& text) const {
    std::ofstream(folder_ + "/in") << text;
    return folder_ + "/in";
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream in(folder_ + name);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  static constexpr auto kMemory = "/state/default/dbi-test@dbi-test.json";
  static constexpr auto kPending = "/state/default/dbi-test@dbi-test.json.pending";
  std::string folder_;
  bool full_output_ = false;

 private:
  [[nodiscard]] int open_new(const std::string& name) const {
    std::string path = folder_ + "/XXXXXX";
    const int descriptor = ::mkstemp(path.data());
    std::filesystem::rename(path, folder_ + name);
    return descriptor;
  }
};

TEST_F(FilterRunTest, PassesRecords) {
  EXPECT_EQ(run({write("{\"a\":1}\n{}")}), 0) << read("/diagnostics");
  EXPECT_EQ(read("/out"), "{\"a\":1}\n{}\n");
  EXPECT_TRUE(had_folder);
}

TEST_F(FilterRunTest, KeepsRejectsInTheStateFolderAndEndsWith3) {
  EXPECT_EQ(run({write("{\"a\":1}\nnonsense\n")}), 3);
  EXPECT_THAT(read("/diagnostics"), HasSubstr("line 2"));
  EXPECT_THAT(read("/state/default/rejects/dbi-test@dbi-test.ndjson"), HasSubstr("\"line\":2"));
  EXPECT_EQ(rejects_of_setup, folder_ + "/state/default/rejects/dbi-test@dbi-test.ndjson");
}

TEST_F(FilterRunTest, RemembersFromRunToRun) {
  EXPECT_EQ(run({write("{}\n{}\n")}), 0);
  EXPECT_EQ(run({write("{}\n")}), 0);
  EXPECT_EQ(read(kMemory), "{\"format\":\"filter_memory\",\"version\":1}\n{\"seen\":3}\n");
}

TEST_F(FilterRunTest, RemembersNothingWhereAResumeFileDoes) {
  EXPECT_EQ(run({"--resume", folder_ + "/resume", write("{}\n")}), 0);
  EXPECT_FALSE(std::filesystem::exists(folder_ + kMemory));
}

TEST_F(FilterRunTest, SetsADamagedMemoryAsideWithAnEvent) {
  for (const std::string damage : {"", "{", "{}\n", "{\"format\":\"other\",\"version\":1}\n",
                                   "{\"format\":\"filter_memory\",\"version\":1}\n{\"seen\":3}"}) {
    std::filesystem::create_directories(folder_ + "/state/default");
    std::ofstream(folder_ + kMemory) << damage;
    EXPECT_EQ(run({write("{}\n")}), 0);
    EXPECT_THAT(read("/out"), AllOf(HasSubstr(R"("event":"state_corrupt","severity":"warning")"), EndsWith("}\n{}\n")));
    EXPECT_THAT(read("/diagnostics"), HasSubstr("was damaged")) << damage;
    EXPECT_EQ(read(std::string(kMemory) + ".corrupt"), damage);
    EXPECT_THAT(read(kMemory), HasSubstr("{\"seen\":1}"));
  }
}

TEST_F(FilterRunTest, LeavesANewerMemoryAsItIs) {
  const std::string newer = "{\"format\":\"filter_memory\",\"version\":2}\n";
  std::filesystem::create_directories(folder_ + "/state/default");
  std::ofstream(folder_ + kMemory) << newer;
  EXPECT_EQ(run({write("{}\n")}), 5);
  EXPECT_EQ(read(kMemory), newer);
}

TEST_F(FilterRunTest, ReplayTouchesNoState) {
  EXPECT_EQ(run({"--replay", write("nonsense\n")}), 3);
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/state"));
  EXPECT_FALSE(had_folder);
  EXPECT_EQ(run({"--replay", "--rejects", folder_ + "/rejects", write("nonsense\n")}), 3);
  EXPECT_THAT(read("/rejects"), HasSubstr("\"line\":1"));
}

TEST_F(FilterRunTest, StateOfALiveOwnerIsStatus5) {
  std::filesystem::create_directories(folder_ + "/state/default");
  const auto lock =
      state::Lock::acquire(folder_ + "/state/default/dbi-test@dbi-test.json", state::this_process("other"));
  ASSERT_TRUE(lock.has_value());
  EXPECT_EQ(run({write("{}\n")}), 5);
  EXPECT_THAT(read("/diagnostics"), HasSubstr("other"));
  EXPECT_EQ(run({"--name", "second", write("{}\n")}), 0);
}

TEST_F(FilterRunTest, ResumeGoesOnBehindWhatWasRead) {
  const auto resume = folder_ + "/resume";
  EXPECT_EQ(run({"--resume", resume, write("{\"a\":1}\n")}), 0);
  EXPECT_EQ(run({"--resume", resume, write("{\"a\":1}\n{\"a\":2}\n")}), 0) << read("/diagnostics");
  EXPECT_EQ(read("/out"), "{\"a\":2}\n");
}

TEST_F(FilterRunTest, ADamagedResumeFileIsToldAndKept) {
  const auto resume = folder_ + "/resume";
  for (const std::string damaged : {"{\"kind\":\"stream_position\",\"inde\n", "nonsense\n", "{\"other\":1}\n",
                                    "{\"kind\":\"stream_position\",\"index\":0,\"input\":\"-\"}\n"}) {
    std::ofstream(resume) << damaged;
    EXPECT_EQ(run({"--resume", resume, write("{\"a\":1}\n")}), 5) << damaged;
    EXPECT_EQ(read("/out"), "");
    EXPECT_THAT(read("/diagnostics"), HasSubstr("the resume file is damaged"));
    EXPECT_EQ(read("/resume"), damaged);
  }
  std::ofstream(resume) << "";
  EXPECT_EQ(run({"--resume", resume, write("{\"a\":1}\n")}), 0);
}

TEST_F(FilterRunTest, MissingInputIsStatus5AndBadLimitsAreStatus2) {
  EXPECT_EQ(run({folder_ + "/nothing"}), 5);
  EXPECT_EQ(run({"--memory-limit", "1MiB", "--memory-spike", "1MiB"}), 2);
  EXPECT_EQ(run({"--drain", "2h"}), 2);
}

TEST_F(FilterRunTest, WritesWhatAnEarlierRunLeftPendingOnce) {
  leave_pending();
  EXPECT_EQ(run({write("{}\n")}), 0) << read("/diagnostics");
  EXPECT_EQ(read("/out"), "{}\n{\"count\":7}\n");
  EXPECT_FALSE(std::filesystem::exists(folder_ + kPending));
  EXPECT_EQ(run({write("{}\n")}), 0);
  EXPECT_EQ(read("/out"), "{}\n");
}

// So that a kill later on does not count them twice.
TEST_F(FilterRunTest, PendingCountsThatHaveLeftAreForgottenWhileTheRunGoesOn) {
  leave_pending();
  const std::string input = folder_ + "/fifo";
  ASSERT_EQ(::mkfifo(input.c_str(), 0600), 0);
  bool gone = false;
  std::string out;
  std::thread writer([&] {
    std::ofstream to(input);
    to << "{\"scrape\":1}\n" << std::flush;
    for (int i = 0; i < 1000 && !gone; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
      gone = !std::filesystem::exists(folder_ + kPending);
    }
    out = read("/out");
  });
  const int status = run({input});
  writer.join();
  EXPECT_EQ(status, 0) << read("/diagnostics");
  EXPECT_TRUE(gone);
  EXPECT_EQ(out, "{\"scrape\":1}\n{\"count\":7}\n");
  EXPECT_EQ(read("/out"), out);
}

TEST_F(FilterRunTest, KeepsPendingCountsWhereTheRunDoesNotStart) {
  leave_pending();
  refuse_to_start = true;
  EXPECT_EQ(run({write("{}\n")}), 2);
  refuse_to_start = false;
  EXPECT_EQ(read(kPending), "{\"count\":7}\n");
  leave_pending("{\"count\":7}\n{\"refuse\":1}\n");
  EXPECT_EQ(run({write("{}\n")}), 5);
  EXPECT_EQ(read(kPending), "{\"count\":7}\n{\"refuse\":1}\n");
}

TEST_F(FilterRunTest, WritesPendingCountsWhereTheInputIsNotThere) {
  leave_pending();
  EXPECT_EQ(run({folder_ + "/nothing"}), 5);
  EXPECT_EQ(read("/out") + read(kPending), "{\"count\":7}\n");
}

TEST_F(FilterRunTest, KeepsPendingCountsWhereTheOutputFails) {
  leave_pending();
  full_output_ = true;
  EXPECT_EQ(run({write("{}\n")}), 5);
  EXPECT_EQ(read(kPending), "{\"count\":7}\n");
}

// Most of it has left, the counts are in the buffer when the disk gets full.
TEST_F(FilterRunTest, KeepsCountsThatAFullDiskDidNotTake) {
  leave_pending();
  std::string many;
  while (many.size() < 100'000) many += "{\"text\":\"" + std::string(90, 'x') + "\"}\n";
  const auto input = write(many);
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit limit{70'000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  const int status = run({input});
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(status, 5);
  EXPECT_EQ(read("/out").size(), 70'000U);
  EXPECT_EQ(read(kPending), "{\"count\":7}\n");
}

// As if the run had been killed behind the one and before the other.
TEST_F(FilterRunTest, CountsThatAResumeFileHasTakenOverAreNotTakenAgain) {
  leave_pending();
  std::filesystem::create_hard_link(folder_ + kPending, folder_ + "/kept");
  const auto resume = folder_ + "/resume";
  EXPECT_EQ(run({"--resume", resume, write("{\"a\":1}\n")}), 0) << read("/diagnostics");
  EXPECT_EQ(read("/out"), "{\"a\":1}\n{\"count\":7}\n");
  std::filesystem::rename(folder_ + "/kept", folder_ + kPending);
  EXPECT_EQ(run({"--resume", resume, write("{\"a\":1}\n{\"a\":2}\n")}), 0) << read("/diagnostics");
  EXPECT_EQ(read("/out"), "{\"a\":2}\n");
  EXPECT_FALSE(std::filesystem::exists(folder_ + kPending));
  leave_pending("{\"count\":8}\n");
  EXPECT_EQ(run({"--resume", resume, write("{\"a\":1}\n{\"a\":2}\n")}), 0) << read("/diagnostics");
  EXPECT_EQ(read("/out"), "{\"count\":8}\n");
}

TEST_F(FilterRunTest, CountsInTheTotalsOfTheInstance) {
  const std::string total = "/state/default/telemetry/dbi-test@dbi-test.total.json";
  EXPECT_EQ(run({write("{}\n{\"a\":1}\nnonsense\n")}), 3);
  EXPECT_THAT(read(total), HasSubstr("\"records_in\": 2,"));
  EXPECT_THAT(read(total), HasSubstr("\"bytes_out\": 11,"));
  EXPECT_THAT(read(total), HasSubstr("\"rejects\": 1,"));
  EXPECT_EQ(run({write("{}\n")}), 0) << read("/diagnostics");
  EXPECT_THAT(read(total), HasSubstr("\"records_in\": 3,"));
  EXPECT_EQ(run({folder_ + "/nothing"}), 5);
  const auto files = std::filesystem::directory_iterator(folder_ + "/state/default/telemetry");
  EXPECT_EQ(std::distance(begin(files), end(files)), 1) << "a snapshot outlived its run";
}

TEST(FilterOptions, PassTheReview) {
  FilterOptions options;
  cli::Tree tree("DBI_TEST_");
  describe(tree, options);
  EXPECT_THAT(cli::review(tree), IsEmpty());
}

}  // namespace
}  // namespace dbi::run
