// Notices as `event` records.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "history/history.hpp"
#include "record/record.hpp"
#include "record/schema/check.hpp"

namespace dbi::history {
namespace {

Notice notice() {
  Notice made;
  made.kind = NoticeKind::PlanRegressed;
  made.evidence = Evidence::Executions;
  made.target = "t";
  made.query_signature = "12ab";
  made.plan_source = "auto_explain";
  made.before = {"p1:p:a", "IS:orders.i", 10, 2};
  made.after = {"p1:p:b", "SS:orders", 900, 30};
  made.load = 1.5;
  made.differences = {{"index_lost", "index i of orders is no longer used"}};
  return made;
}

TEST(Notice, SaysItInASentence) {
  EXPECT_EQ(notice().message(),
            "statement 12ab has become slower (30 ms, before 2 ms): SS:orders, before IS:orders.i; "
            "index i of orders is no longer used");
}

TEST(Notice, HasBeforeAndAfterAsMembers) {
  std::string out;
  write_notice(out, notice(), "dbi-plan");
  for (const char* part :
       {"\"event\":\"plan_regressed\"", "\"severity\":\"warning\"", "\"evidence\":\"executions\"",
        "\"plan_hash\":\"p1:p:b\",\"plan_hash_before\":\"p1:p:a\"", "\"median_ms\":30,\"median_ms_before\":2",
        "\"load_factor\":1.5", "\"plan_differences\":[\"index_lost\"]", "\"plan_source\":\"auto_explain\""}) {
    EXPECT_NE(out.find(part), std::string::npos) << part << " in " << out;
  }
  EXPECT_EQ(out.find("\"plans\""), std::string::npos);
  const std::size_t length = out.size() - 1;
  out.append(record::kPadding, ' ');
  record::Reader reader;
  record::Record record;
  ASSERT_TRUE(reader.parse(std::string_view(out).substr(0, length), record));
  for (const auto& finding : record::schema::check_record(record)) ADD_FAILURE() << finding.message;
}

}  // namespace
}  // namespace dbi::history
