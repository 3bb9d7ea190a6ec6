// The words that the schema allows are those that the code writes, all of them, in the order of the enumerations.
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "base/error.hpp"
#include "collect/control_records.hpp"
#include "collect/quality.hpp"
#include "db/guards.hpp"
#include "record/schema/schema.hpp"

namespace dbi::collect {
namespace {

using testing::ElementsAreArray;

// The words of an enumeration from its first value to `last`.
template <typename Enumeration>
std::vector<std::string> words_to(Enumeration last, std::string_view (*word)(Enumeration),
                                  Enumeration first = Enumeration{}) {
  std::vector<std::string> words;
  for (int i = static_cast<int>(first); i <= static_cast<int>(last); ++i) {
    words.emplace_back(word(static_cast<Enumeration>(i)));
  }
  return words;
}

std::vector<std::string> schema_words(std::string_view kind, std::string_view member) {
  const auto words = record::schema::find_member(*record::schema::find_kind(kind), member)->words;
  return {words.begin(), words.end()};
}

TEST(Words, OfTheSchemaAreThoseOfTheCode) {
  EXPECT_THAT(schema_words("query_stats", "quality"), ElementsAreArray(words_to(Quality::Baseline, quality_word)));
  EXPECT_THAT(schema_words("scrape", "unclean"), ElementsAreArray(words_to(Unclean::SinceChanged, unclean_word)));
  EXPECT_THAT(schema_words("scrape", "incomparable"),
              ElementsAreArray(words_to(Incomparable::OtherServer, incomparable_word)));
  EXPECT_THAT(schema_words("scrape", "outcome"), ElementsAreArray(words_to(Outcome::Skipped, outcome_word)));
  EXPECT_THAT(schema_words("scrape", "guards"), ElementsAreArray(words_to(db::GuardForm::Transaction, db::guard_word)));
  EXPECT_THAT(schema_words("error", "error_class"),
              ElementsAreArray(words_to(ErrorKind::Other, error_word, ErrorKind::Timeout)));
}

}  // namespace
}  // namespace dbi::collect
