// No literal of a plan comes out, and the plan is the same without them.
// SPDX-License-Identifier: Apache-2.0
#include "planread/redact.hpp"

#include <gtest/gtest.h>

#include <string>

#include "planread/describe.hpp"
#include "support/plan_fixtures.hpp"

namespace dbi::planread {
namespace {

std::string redacted(std::string_view expression) {
  std::string out;
  RedactionFaults faults;
  redact_expression(expression, out, faults);
  return out;
}

TEST(Redact, KeepsStructureAndTakesLiterals) {
  EXPECT_EQ(redacted("(a.v <> 'it''s'::text)"), "(a.v <> ?::text)");
  EXPECT_EQ(redacted("((n > 5) AND (hashed SubPlan 1))"), "((n > ?) AND (hashed SubPlan 1))");
  EXPECT_EQ(redacted("(x = (InitPlan 2).col1)"), "(x = (InitPlan 2).col1)");
  EXPECT_EQ(redacted("(a = $1) /* note */ -- more"), "(a = $1)");
  EXPECT_EQ(redacted("(a = -1)"), "(a = - ?)");
  EXPECT_EQ(redacted("(a = 'unfinished"), "<16 bytes, xxh3 5c4a7c5597a583a9>");
}

TEST(Redact, TakesTextsUnderUnknownNamesForExpressions) {
  Document document;
  RedactionFaults faults;
  std::string out;
  const std::string_view source = R"([{"Plan":{"Node Type":"Custom Scan","New Key":"x = 'secret'","Later":["'a'"]}}])";
  ASSERT_TRUE(read_json(source, document));
  redact_document(document, DocumentFormat::Json, out, faults);
  EXPECT_EQ(out, R"([{"Plan":{"Node Type":"Custom Scan","New Key":"x = ?","Later":["?"]}}])");
  EXPECT_EQ(faults.unknown_keys, 2U);
}

// A number that begins with "9876" and has two more digits: not within that of a query identifier.
bool holds_number_canary(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789";
  for (std::size_t at = text.find("9876"); at != std::string_view::npos; at = text.find("9876", at + 1)) {
    const std::string_view more = text.substr(at + 4, 2);
    const bool begins = at == 0 || kDigits.find(text[at - 1]) == std::string_view::npos;
    if (begins && more.size() == 2 && more.find_first_not_of(kDigits) == std::string_view::npos) return true;
  }
  return false;
}

// The canaries of the fixtures are words and numbers that stand in literals only.
TEST(Redact, NoCanaryComesOutAndThePlanStaysTheSame) {
  for (const auto& file : postgresql_fixtures(DBI_PLANS)) {
    for (Fixture fixture : read_fixtures(file)) {
      Document document;
      Plan plan;
      ASSERT_TRUE(read_plan(fixture, document, plan)) << fixture.key();
      RedactionFaults faults;
      const std::string out = redact(fixture, document, faults);
      EXPECT_EQ(out.find("canary"), std::string::npos)
          << file.filename() << " " << fixture.key() << " " << fixture.format << "\n"
          << out;
      EXPECT_FALSE(holds_number_canary(out)) << file.filename() << " " << fixture.key() << " " << fixture.format << "\n"
                                             << out;
      EXPECT_EQ(faults.unreadable, 0U) << out;
      Fixture second{fixture.name, fixture.options, fixture.format, out};
      Document again;
      Plan plan_again;
      const Status read = read_plan(second, again, plan_again);
      ASSERT_TRUE(read) << read.error().message << "\n" << out;
      ASSERT_EQ(plan_again.nodes().size(), plan.nodes().size()) << fixture.plan << out;
      EXPECT_EQ(plan_again.groups().size(), plan.groups().size()) << fixture.plan << out;
    }
  }
}

}  // namespace
}  // namespace dbi::planread
