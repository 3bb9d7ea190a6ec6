// What --probe makes of a server's settings, and how it says so.
// SPDX-License-Identifier: Apache-2.0
#include "collect/probe.hpp"

#include <gmock/gmock.h>

#include "collect/postgresql_probe.hpp"

namespace dbi::collect {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

StatementsSetup good() {
  return {.settings = {{"pg_stat_statements.track", "top"},
                       {"pg_stat_statements.max", "5000"},
                       {"compute_query_id", "auto"},
                       {"track_io_timing", "on"}},
          .installed_version = "1.10",
          .available_version = "1.10",
          .entries = 100};
}

std::vector<std::string> fixes(const StatementsSetup& setup) {
  std::vector<std::string> fixes;
  for (const auto& line : judge_setup(setup)) fixes.push_back(line.fix);
  return fixes;
}

TEST(Probe, HasNothingToSayOfAGoodSetup) {
  EXPECT_THAT(judge_setup(good()), IsEmpty());
  EXPECT_THAT(judge_setup({}), IsEmpty());
}

TEST(Probe, GivesTheLinesThatMendASetting) {
  auto setup = good();
  setup.settings["pg_stat_statements.track"] = "none";
  EXPECT_THAT(fixes(setup), ElementsAre("ALTER SYSTEM SET pg_stat_statements.track = 'top'; SELECT pg_reload_conf();"));
  EXPECT_EQ(judge_setup(setup)[0].verdict, Verdict::Denied);
  setup = good();
  setup.settings["compute_query_id"] = "off";
  EXPECT_THAT(fixes(setup), ElementsAre("ALTER SYSTEM SET compute_query_id = 'auto'; SELECT pg_reload_conf();"));
  setup = good();
  setup.installed_version = "1.8";
  EXPECT_THAT(fixes(setup), ElementsAre("ALTER EXTENSION pg_stat_statements UPDATE;"));
  EXPECT_EQ(judge_setup(setup)[0].verdict, Verdict::Limited);
  setup = good();
  setup.entries = 4500;
  EXPECT_THAT(fixes(setup), ElementsAre("ALTER SYSTEM SET pg_stat_statements.max = 10000; then restart the server"));
}

TEST(Probe, AlignsItsLines) {
  const ProbeReport report{.target = "db1:5432",
                           .lines = {{"connection", Verdict::Ok, "role \"x\"", ""},
                                     {"sessions", Verdict::Denied, "privilege: no", "GRANT a;\nGRANT b;"}},
                           .failure = {}};
  EXPECT_EQ(format_probe(report),
            "db1:5432\n"
            "  connection  ok       role \"x\"\n"
            "  sessions    denied   privilege: no\n"
            "                       fix: GRANT a;\n"
            "                       fix: GRANT b;\n");
}

TEST(Probe, EndsByTheWorstAnswer) {
  const ProbeReport fine{.target = "a", .lines = {{"x", Verdict::Limited, "", ""}}, .failure = {}};
  const ProbeReport no{.target = "b", .lines = {{"x", Verdict::Denied, "", ""}}, .failure = {}};
  const ProbeReport away{.target = "c", .lines = {}, .failure = ErrorKind::Connection};
  EXPECT_EQ(probe_status({fine}), ExitStatus::Done);
  EXPECT_EQ(probe_status({fine, no}), ExitStatus::AnswerIsNo);
  EXPECT_EQ(probe_status({no, away}), ExitStatus::Unreachable);
}

TEST(Probe, TellsAServerThatIsNotReached) {
  const auto report = probe_postgresql(
      "a",
      [](std::optional<microseconds>) -> tl::expected<std::unique_ptr<ServerReader>, SourceError> {
        return tl::unexpected(SourceError{
            .source = "server", .kind = ErrorKind::Authentication, .sqlstate = "28P01", .message = "no", .hint = {}});
      },
      {});
  ASSERT_EQ(report.lines.size(), 1U);
  EXPECT_EQ(report.lines[0].finding, "authentication: no [28P01]");
  EXPECT_EQ(probe_status({report}), ExitStatus::Unreachable);
}

}  // namespace
}  // namespace dbi::collect
