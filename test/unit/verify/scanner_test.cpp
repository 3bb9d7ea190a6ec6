// Which texts hold what; what the prefilter does not see no expression would find.
// SPDX-License-Identifier: Apache-2.0
#include "verify/scanner.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <random>

#include "verify/prefilter.hpp"

namespace dbi::verify {
namespace {

std::vector<std::string> all_names() {
  std::vector<std::string> names;
  for (const Pattern& pattern : patterns()) names.emplace_back(pattern.name);
  return names;
}

const Scanner& scanner() {
  static const Scanner kScanner = Scanner::make(all_names(), {}).value();
  return kScanner;
}

// "email:a@b.cd" for each that is found.
std::vector<std::string> found(std::string_view text, unsigned signs) {
  std::vector<std::string> out;
  for (const Find& find : scanner().find(text, signs)) {
    out.push_back(
        fmt::format("{}:{}", scanner().name_of(find.pattern), text.substr(find.begin, find.end - find.begin)));
  }
  return out;
}
std::vector<std::string> found(std::string_view text) {
  return found(text, signs_of(text));
}

struct Case {
  std::string text;
  std::vector<std::string> finds;
};

TEST(Scanner, FindsPersonalDataAndSecrets) {
  const std::string jwt =
      "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";
  const std::vector<Case> cases{
      {"select * from u where mail = 'ann.o+x@mail.example.co.uk'", {"email:ann.o+x@mail.example.co.uk"}},
      {"user%40example.com", {"email:user%40example.com"}},
      {R"(user\u0040example.com)", {R"(email:user\u0040example.com)"}},
      {"jörg@exämple.de", {"email:jörg@exämple.de"}},
      {"a@b.cd,e@f.gh", {"email:a@b.cd", "email:e@f.gh"}},
      {"pan=4111 1111 1111 1111;", {"card:4111 1111 1111 1111"}},
      {"('4111111111111111', 1)", {"card:4111111111111111"}},
      {"amex 3782-822463-10005", {"card:3782-822463-10005"}},
      {"iban DE89 3704 0044 0532 0130 00 AND", {"iban:DE89 3704 0044 0532 0130 00"}},
      {"GB29NWBK60161331926819", {"iban:GB29NWBK60161331926819"}},
      {"RO53 MCYB T54T 15MM 4399 8AW1", {"iban:RO53 MCYB T54T 15MM 4399 8AW1"}},
      {"NO9386011117947", {"iban:NO9386011117947"}},
      {"ssn '123-45-6789'", {"ssn:123-45-6789"}},
      {"call +49 (0)171 2345678 now", {"phone:+49 (0)171 2345678"}},
      {"'+14155552671'", {"phone:+14155552671"}},
      {"(415) 555-2671", {"phone:(415) 555-2671"}},
      {"tel 06 12 34 56 78", {"phone:06 12 34 56 78"}},
      {"0049 171 2345678", {"phone:0049 171 2345678"}},
      {"token " + jwt, {"jwt:" + jwt}},
      {"AKIAIOSFODNN7EXAMPLE", {"aws_key:AKIAIOSFODNN7EXAMPLE"}},
      {"ghp_16C7e42F292c6912E7710c838347Ae178B4a", {"github_token:ghp_16C7e42F292c6912E7710c838347Ae178B4a"}},
      {"glpat-abcdefghij0123456789", {"gitlab_token:glpat-abcdefghij0123456789"}},
      {"xoxb-17653672481-19874698323-pdFAdUEnFx2G", {"slack_token:xoxb-17653672481-19874698323-pdFAdUEnFx2G"}},
      {"sk_live_4eC39HqLyjWDarjtT1zdp7dc", {"secret_key:sk_live_4eC39HqLyjWDarjtT1zdp7dc"}},
      {"AIzaSyA1234567890abcdefghijklmnopqrstuv", {"google_key:AIzaSyA1234567890abcdefghijklmnopqrstuv"}},
      {"Authorization: Bearer abc.DEF~123+456/789==", {"bearer_token:abc.DEF~123+456/789=="}},
      {"-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- x",
       {"private_key:-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----"}},
      {"-----BEGIN PRIVATE KEY-----\nMIIE", {"private_key:-----BEGIN PRIVATE KEY-----\nMIIE"}},
      {"postgres://app:s3cret@db/x", {"url_password:s3cret"}},
  };
  for (const auto& [text, finds] : cases) EXPECT_EQ(found(text), finds) << text;
}

TEST(Scanner, LeavesAloneWhatOnlyLooksLikeIt) {
  for (const std::string_view text :
       {"select count(*) from orders where id = $1 and created_at > $2",
        "where a @> b and @var = @@global.max",
        "'app'@'%' app@localhost app@10.0.0.1",
        "id 4611686018427387904 or -4111111111111111",
        "1795593600 1795593600000 1795593600000000",
        "2026-11-23 08:00:00.123456+02:00 2026-11-23",
        "16/B374D848 000000010000000000000001 0/1500000-000",
        "10.0.22.1234 192.168.100.200 15.8.1.20261123",
        "550e8400-e29b-41d4-a716-446655440000",
        "0.4111111111111111 4111111111111111.5 e4111111111111111",
        "(cost=0.42..8.44 rows=1234567 width=244) (actual time=0.012..123456.013 rows=1 loops=1)",
        "123-456-7890-123 12-123-45-6789 123-45-6789-0",
        "a+14155552671",
        "select_payment_method_by_customer_id_v2",
        "sk_live short, bearer some_column_name_that_is_long",
        "-----BEGIN CERTIFICATE-----",
        "postgres://app:***@db/x",
        "postgres://app:${PASSWORD}@db/x",
        "xid 4294967295 pid 123456 oid 1663/16384/2619",
        "+02:00 +0200 + 1234567890"}) {
    EXPECT_THAT(found(text), testing::IsEmpty()) << text;
  }
}

TEST(Scanner, TakesPatternsOfTheUser) {
  const Scanner own = Scanner::make({}, {{"badge", R"(\bB\d{4}\b)"}, {"name", "name=(\\w+)"}}).value();
  const std::string_view text = "B1234 name=ann B12345";
  const auto& finds = own.find(text, kNoSign);
  ASSERT_EQ(finds.size(), 2U);
  EXPECT_EQ(text.substr(finds[0].begin, finds[0].end - finds[0].begin), "B1234");
  EXPECT_EQ(text.substr(finds[1].begin, finds[1].end - finds[1].begin), "ann");
  EXPECT_THAT(own.find("B12345 nam=ann", kNoSign), testing::IsEmpty());
  const Scanner both = Scanner::make({"ssn"}, {{"badge", R"(\bB\d{4}\b)"}}).value();
  EXPECT_EQ(both.find("B1234 123-45-6789 B4321", kDigits).size(), 3U);
  EXPECT_FALSE(Scanner::make({}, {{"bad", "("}}).has_value());
  EXPECT_FALSE(Scanner::make({}, {{"empty", "a*"}}).has_value());
}

TEST(Scanner, JoinsWhatOverlaps) {
  EXPECT_EQ(found("postgres://app:s3cret@db.example.com/x"),
            std::vector<std::string>{"url_password:s3cret@db.example.com"});
}

// Whatever stands around it, and wherever it lies in the blocks that the prefilter reads.
TEST(Prefilter, MissesNothingThatAnExpressionWouldFind) {
  std::mt19937 random(3);
  const std::vector<std::string_view> needles{"ann@example.com",
                                              "4111 1111 1111 1111",
                                              "GB29NWBK60161331926819",
                                              "NO9386011117947",
                                              "123-45-6789",
                                              "(415) 555-2671",
                                              "+49 (0)171 2345678",
                                              "AKIAIOSFODNN7EXAMPLE",
                                              "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
                                              "glpat-abcdefghij0123456789",
                                              "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
                                              "Bearer abcdefgh12345678",
                                              "-----BEGIN PRIVATE KEY-----",
                                              "npm_0123456789abcdefghijklmnopqrstuvwxyz",
                                              "GB29 NWBK 6016 1331 9268 19",
                                              "RO53 MCYB T54T 15MM 4399 8AW1",
                                              "user%40example.com",
                                              "xoxb-17653672481-19874698323-pdFAdUEnFx2G"};
  const std::string_view filler = "select from where and = ( ) , ; ' - . / 7 12 345 _ a_long_identifier_of_a_table \n";
  std::size_t hits = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    const std::size_t before = random() % 150;
    while (text.size() < before) text += filler[random() % filler.size()];
    text += needles[random() % needles.size()];
    const std::size_t size = text.size() + random() % 100;
    while (text.size() < size) text += filler[random() % filler.size()];
    const auto all = found(text, ~0U);
    ASSERT_EQ(found(text), all) << text;
    hits += all.size();
  }
  EXPECT_GT(hits, 5'000U);
}

TEST(Prefilter, SeesNothingInMostStatements) {
  for (const std::string_view text :
       {"select count(*) from orders where id = $1 and created_at > $2 limit 100",
        "update pgbench_accounts set abalance = abalance + $1 where aid = $2",
        "{\"Node Type\":\"Seq Scan\",\"Total Cost\":123456.78,\"Plan Rows\":1000000,\"Actual Total Time\":1234.567}"}) {
    EXPECT_EQ(signs_of(text), unsigned{kNoSign}) << text;
  }
  EXPECT_EQ(signs_of(""), unsigned{kNoSign});
  EXPECT_EQ(signs_of("\\u0041"), unsigned{kEscape});
}

}  // namespace
}  // namespace dbi::verify
