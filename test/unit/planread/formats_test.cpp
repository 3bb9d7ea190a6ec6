// The plans that real servers printed say the same in every format.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "planread/describe.hpp"
#include "support/plan_fixtures.hpp"

namespace dbi::planread {
namespace {

std::string read_and_describe(const Fixture& fixture) {
  Document document;
  Plan plan;
  const Status read = read_plan(fixture, document, plan);
  return read ? describe(plan, Measured::Hide) : read.error().message;
}

TEST(Formats, SayTheSame) {
  for (const auto& file : postgresql_fixtures(DBI_PLANS)) {
    std::map<std::string, std::string> json;
    for (const Fixture& fixture : read_fixtures(file)) {
      const std::string described = read_and_describe(fixture);
      EXPECT_EQ(described.find("unknown "), std::string::npos) << described;
      const auto [known, fresh] = json.emplace(fixture.key(), described);
      EXPECT_TRUE(fresh || described == known->second)
          << file.filename() << " " << fixture.key() << " " << fixture.format << "\n"
          << fixture.plan << described << known->second;
    }
  }
}

}  // namespace
}  // namespace dbi::planread
