// The tables of --report.
// SPDX-License-Identifier: Apache-2.0
#include "verify/report.hpp"

#include <gmock/gmock.h>

#include "verify/verifier_run.hpp"

namespace dbi::verify {
namespace {

using testing::HasSubstr;

TEST(Report, ShowsWhatThereIs) {
  VerifierRun run("", true, record::kMaxRecordBytes, true);
  run.feed({record_at(0, "session", R"(,"query":"a@b.cd")", "b"), record_at(10, "session", "", R"(a\u001b[2J)"),
            record_at(20, "session", R"(,"pid":1)", "b"), R"({"kind":"what"})"});
  EXPECT_EQ(run.written(), "");
  run.end();
  const std::string text = run.written();
  EXPECT_EQ(text, R"(  kind      from                   until                  records   bytes
  session   2027-01-15T08:00:00Z   2027-01-15T08:00:20Z         3     622
  -         -                      -                            1      15

  target   from                   until                  records   bytes   quality
  b        2027-01-15T08:00:00Z   2027-01-15T08:00:20Z         2     417     0.850
  -        -                      -                            1      15         -
  a [2J    2027-01-15T08:00:10Z   2027-01-15T08:00:10Z         1     205     1.000

  member     values   limit
  database       ~1     100
  query_id       ~0   10000
  table          ~0    1000

  finding          check          target   kind      member        records
  personal_data    email          b        session   query               1
  invalid_record   wrong_type     b        session   pid                 1
  invalid_record   unknown_kind   -        -         kind                1
  invalid_record   missing        -        -         v                   1
  invalid_record   missing        -        -         ts                  1
  invalid_record   missing        -        -         observed_ts         1
  invalid_record   missing        -        -         target              1
  invalid_record   missing        -        -         cycle               1
  invalid_record   missing        -        -         system              1

  email: Pass values as parameters, so that they are no part of the text; for a name of an application, choose another. Where the pattern is wrong, leave it out of --patterns.
  wrong_type: Write it as dbi-record(5) says: ids are texts, counters whole numbers.
  unknown_kind: Bring all tools to one version, or give the record a kind of dbi-record(5).
  missing: Look at what writes this kind, and at what changes records on the way here; dbi-record(5) lists its members.
)") << text;
}

TEST(Report, IsBounded) {
  Report report;
  for (std::size_t i = 0; i < Report::kMaxNames + 50; ++i) report.take("session", std::to_string(i), {}, 1);
  VerifierRun run("");
  const stream::RunClock clock(stream::ClockMode::Record, true, run.clock);
  const std::string text = report.print(Targets(10), Cardinality({}, {}), Notices("t", "t", clock, {}));
  EXPECT_THAT(text, HasSubstr("(others)"));
  EXPECT_THAT(text, HasSubstr("... and 9901 more"));
  EXPECT_THAT(text, HasSubstr("no findings"));
}

}  // namespace
}  // namespace dbi::verify
