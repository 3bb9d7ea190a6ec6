// What is taken out of JSON values, whatever hides it, and what stays.
// SPDX-License-Identifier: Apache-2.0
#include "verify/redactor.hpp"

#include <gmock/gmock.h>

#include <bit>

#include "support/parsed.hpp"
#include "verify/pattern.hpp"

namespace dbi::verify {
namespace {

Redactor& redactor() {
  static Redactor redactor = [] {
    std::vector<std::string> names;
    for (const Pattern& pattern : patterns()) names.emplace_back(pattern.name);
    return Redactor(Scanner::make(names, {}).value());
  }();
  return redactor;
}

// The value without personal data; "nothing" where nothing is found in it.
std::string redacted(std::string_view value) {
  const Parsed parsed("{\"m\":" + std::string(value) + "}");
  const record::Value& whole = parsed.record().members()[0].value;
  const bool found = redactor().search(whole);
  std::string json;
  redactor().redact(whole, json);
  EXPECT_EQ(json != whole.raw(), found);
  const Parsed again("{\"m\":" + json + "}");  // which says where it is no record
  return found ? json : "nothing";
}

TEST(Redactor, TakesOutOfTexts) {
  EXPECT_EQ(redacted(R"("mail = 'ann@example.com' or ssn = '123-45-6789'")"),
            R"("mail = '[REDACTED:email]' or ssn = '[REDACTED:ssn]'")");
  EXPECT_EQ(redacted(R"("select 1")"), "nothing");
  EXPECT_EQ(redacted(R"("")"), "nothing");
  EXPECT_EQ(redacted("4111111111111111"), "nothing");
  EXPECT_EQ(redacted("null"), "nothing");
}

TEST(Redactor, SeesThroughEscapes) {
  EXPECT_EQ(redacted(R"("ann\u0040example.com")"), R"("[REDACTED:email]")");
  EXPECT_EQ(redacted(R"("\u0061nn@example\u002ecom")"), R"("[REDACTED:email]")");
  EXPECT_EQ(redacted(R"("\t\"a\" ann\u0040example.com\n b@c.de \u00e9")"),
            R"("\t\"a\" [REDACTED:email]\n [REDACTED:email] é")");
  EXPECT_EQ(redacted(R"("\u0034111 1111\u00201111 1111")"), R"("[REDACTED:card]")");
  EXPECT_EQ(redacted(R"("x\n4111111111111111\t")"), R"("x\n[REDACTED:card]\t")");
  EXPECT_EQ(redacted(R"("\nghp_16C7e42F292c6912E7710c838347Ae178B4a")"), R"("\n[REDACTED:github_token]")");
  EXPECT_EQ(redacted(R"("AKI\u0041IOSFODNN7EXAMPLE")"), R"("[REDACTED:aws_key]")");
  EXPECT_EQ(redacted(R"("https:\/\/u:secret1@h\/x")"), R"("https://u:[REDACTED:url_password]@h/x")");
  EXPECT_EQ(redacted(R"("{\"mail\":\"ann\\u0040example.com\"}")"), R"("{\"mail\":\"[REDACTED:email]\"}")");
  EXPECT_EQ(redacted(R"("a \"quoted\" word \ud83d")"), "nothing");
}

TEST(Redactor, TakesOutOfTheTextsOfAPlan) {
  EXPECT_EQ(
      redacted(R"~({ "Plan" : [{"Filter":"(mail = 'ann@example.com')", "Rows":4111111111111111}],"e":"\u00e9"})~"),
      R"~({ "Plan" : [{"Filter":"(mail = '[REDACTED:email]')", "Rows":4111111111111111}],"e":"\u00e9"})~");
  EXPECT_EQ(redacted(R"(["x",["\u0061nn@example.com"],{"ann@example.com":1}])"),
            R"(["x",["[REDACTED:email]"],{"[REDACTED:email]":1}])");
  EXPECT_EQ(redacted(R"~({"Filter":"(a = $1)","\"":"\\"})~"), "nothing");
  EXPECT_EQ(redacted("{}"), "nothing");
}

TEST(Redactor, SaysWhatItFound) {
  redactor().clear();
  redacted(R"("ann@example.com")");
  redacted(R"("123-45-6789")");
  EXPECT_EQ(std::popcount(redactor().found()), 2);
}

}  // namespace
}  // namespace dbi::verify
