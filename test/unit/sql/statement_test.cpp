// Normalised text and signatures, construct by construct.
// SPDX-License-Identifier: Apache-2.0
#include "sql/statement.hpp"

#include <gtest/gtest.h>

namespace dbi::sql {
namespace {

const Dialect kPostgreSql{System::PostgreSql, 0, true, {}, {}};
const Dialect kUnknown{System::PostgreSql, 0, {}, {}, {}};
const Dialect kOff{System::PostgreSql, 0, false, {}, {}};

struct Case {
  std::string_view text;
  std::string_view expected;
};

TEST(Normalize, MakesReadableTextOfEveryConstruct) {
  constexpr Case kCases[] = {
      {"SELECT a.b, count(*) FROM t WHERE x='secret' -- c", "SELECT a.b, count(*) FROM t WHERE x = ?"},
      {"select E'a\\'b' , U&'d!0061t' UESCAPE '!', U&\"d!0061t\" UESCAPE '!'", "select ?, U&\"d!0061t\""},
      {"select x'1f', B'01', N'abc', $$a$$, $t$ $$ $t$", "select ?, N ?, ?"},
      {"select 'a'\n  -- c\n 'b''c'", "select ?"},
      {"select /* a /* b */ c */ 1", "select ?"},
      {"select 0x1F, 0o17, 0b1, 1_000, 1.5e-3, .5, 5.", "select ?"},
      {"select $3 + $1", "select $1 + $2"},
      {"select a from t where b in (1,2,3)", "select a from t where b in (?)"},
      {"select a from t where b in ($1 /*, ... */)", "select a from t where b in ($1)"},
      {"select a from t where b in ('1'::int, (2), -3, date '2020-01-01', cast('x' as int))",
       "select a from t where b in (?)"},
      {"select array[1,2,3], array[[1,2],[3,4]]", "select array[?], array[[?]]"},
      {"insert into t values (1,'a'),(2,'b') on conflict do nothing",
       "insert into t values (?) on conflict do nothing"},
      {"select a - 1, b = -1, - -1", "select a - ?, b = ?, ?"},
      {"select date'2020-01-01', case when a then'x'else'y'end", "select date ?, case when a then ? else ? end"},
      {"select date$1, case when a then$2else$3end", "select date $1, case when a then $2 else $3 end"},
      {"select a is null, b is not true, c = null, not false", "select a is null, b is not true, c = ?, not ?"},
      {"select extract(year from d)", "select extract(? from d)"},
      {"savepoint s1", "savepoint ?"},
      {"rollback to savepoint s1", "rollback to savepoint ?"},
      {"deallocate prepare p1", "deallocate prepare ?"},
      {"set local search_path to a, b", "set local search_path to ?"},
      {"alter role joe set search_path = a, b", "alter role joe set search_path = ?"},
      {"alter table t alter a set default true, alter b set not null",
       "alter table t alter a set default ?, alter b set not null"},
      {"select a from t where b in (1, $2, 'x')", "select a from t where b in (?)"},
      {"alter role joe password 'secret'", "alter role joe password ?"},
      {"create table t (a int not null default 5)", "create table t (a int not null default ?)"},
      {"select a->>'b', c ? 'd', e ?| array['f']", "select a ->> ?, c ? ?, e ?| array[?]"},
      {"select $14242424242)", "select $1)"},
      {"select @ -5, a @@ b, a @? 'c'", "select @ ?, a @@ b, a @? ?"},
      {"  ;; ", ""},
  };
  for (const auto& it : kCases) {
    const auto once = normalize(it.text, kPostgreSql);
    EXPECT_TRUE(once.readable) << it.text;
    EXPECT_EQ(once.text, it.expected) << it.text;
    const auto twice = normalize(once.text, kPostgreSql);
    EXPECT_EQ(twice.text, once.text) << it.text;
    EXPECT_EQ(twice.signature, once.signature) << it.text;
  }
}

TEST(Normalize, ReplacesWhatItCannotFinish) {
  constexpr std::string_view kTexts[] = {
      "select 'abc",  "select E'abc\\'", "select $a$ b",    "select \"a", "select /* a /* b */",  "select 1abc",
      "select $1abc", "select 0xZZ",     "select $10x1F)",  "select \\d", "select a$1$x$ 's$x$'", "select $",
      "select 1_",    "select 1e",       "select $11_000)", "select U&'x"};
  for (const auto text : kTexts) {
    const auto it = normalize(text, kPostgreSql);
    EXPECT_FALSE(it.readable) << text;
    EXPECT_FALSE(it.signature) << text;
    EXPECT_TRUE(it.text.starts_with("<" + std::to_string(text.size()) + " bytes, xxh3 ")) << it.text;
    EXPECT_EQ(normalize(it.text, kPostgreSql).text, it.text);
  }
}

TEST(Normalize, ReplacesTextWhoseTokensDependOnASetting) {
  const std::string_view text = "select 'a\\', secret, 'b'";
  EXPECT_FALSE(normalize(text, kUnknown).readable);
  EXPECT_EQ(normalize(text, kPostgreSql).text, "select ?, secret, ?");
  EXPECT_FALSE(normalize(text, kOff).readable);
  EXPECT_EQ(normalize("select 'a\\\\', 'b\\c'", kUnknown).text, "select ?");
}

TEST(Normalize, GivesNoSignatureWhereTextIsNotOneWholeStatement) {
  EXPECT_FALSE(normalize("select 1; select 2", kPostgreSql).signature);
  EXPECT_FALSE(normalize("select (1", kPostgreSql).signature);
  EXPECT_FALSE(normalize("select (1]", kPostgreSql).signature);
  EXPECT_FALSE(normalize("", kPostgreSql).signature);
  EXPECT_FALSE(normalize("select 1", kPostgreSql, {.truncated = true}).signature);
  EXPECT_TRUE(normalize("select 1;", kPostgreSql).signature);
}

TEST(Normalize, TellsTheVerb) {
  EXPECT_EQ(normalize("(select 1)", kPostgreSql).verb, "SELECT");
  EXPECT_EQ(normalize("/* x */ explain select 1", kPostgreSql).verb, "EXPLAIN");
  EXPECT_EQ(normalize("", kPostgreSql).verb, "");
}

TEST(Normalize, TakesLinearTimeOnHostileText) {
  constexpr std::size_t kBytes = std::size_t{1} << 20U;
  for (const std::string_view unit :
       {"(", "/*", "$",   "$a", "'",     "\"",         "((1),", "[",    "in(",   "-", "- ",
        ",", ";",  "a$1", "1,", "E'\\'", "cast(1 as ", "1::a",  "--\n", "'a'\n", "a "}) {
    std::string text;
    while (text.size() < kBytes) text += unit;
    const auto it = normalize(text, kPostgreSql);
    EXPECT_LE(it.text.size(), 2 * kBytes) << unit;
  }
}

TEST(Normalize, LooksOnceAtAnElementBeforeStrayBrackets) {
  std::string text = "a in (1::b";
  for (int i = 0; i < 120000; ++i) text += " b";
  text += " - ";
  text.append(120000, ']');
  EXPECT_TRUE(normalize(text, kPostgreSql).readable);
}

TEST(RedactMessage, KeepsNamesAndDropsValues) {
  constexpr Case kCases[] = {
      {"invalid input syntax for type integer: \"secret\"", "invalid input syntax for type integer: \"?\""},
      {"relation \"app.t\" does not exist", "relation \"app.t\" does not exist"},
      {"duplicate key value violates unique constraint \"t_pkey\"\nDETAIL:  Key (id)=(42) already exists.",
       "duplicate key value violates unique constraint \"t_pkey\""},
      {"invalid value for parameter \"TimeZone\": \"sec\"ret\"", "invalid value for parameter \"TimeZone\": \"?\""},
      {"Key (id)=(42, (x)) exists", "Key (id)=(?) exists"},
      {"syntax error at or near \"secret\"\nLINE 1: select secret\n               ^", "syntax error at or near \"?\""},
      {"value 4242 is out of range", "value ? is out of range"},
      {"connection to server at \"10.0.0.1\", port 5432 failed: Connection refused",
       "connection to server at \"10.0.0.1\", port 5432 failed: Connection refused"},
      {"unterminated quoted string at or near \"'secret", "unterminated quoted string at or near \"?\""},
      {"ungültige Eingabesyntax für Typ integer: »secret«", "ungültige Eingabesyntax für Typ integer: \"?\""},
      {"invalid input syntax for type json: \"a\nsecret\"\nHINT:  secret", "invalid input syntax for type json: \"?\""},
      {"DETAIL:  Key (a)=(secret) exists", "DETAIL:  Key (a)=(?) exists"},
      {"could not open file\nsecret \nHINT:  try again", "could not open file\nHINT:  try again"},
      {"no pg_hba.conf entry for host \"10.0.0.1\", user \"joe\", database \"app\", no encryption",
       "no pg_hba.conf entry for host \"10.0.0.1\", user \"joe\", database \"app\", no encryption"},
      {"column \"a\" can't be \"secret\"", "column \"a\" can't be \"?\""},
      {"invalid value for parameter \"x\": 'secret' and $$secret$$", "invalid value for parameter \"x\": '?' and ?"},
      {"Duplicate entry 'secret' for key 'x'", "Duplicate entry '?'"},
  };
  for (const auto& it : kCases) EXPECT_EQ(redact_message(it.text, {}), it.expected) << it.text;
}

TEST(RedactMessage, TakesAnApplicationsWordsAway) {
  constexpr std::string_view kRaised = "customer John Smith not found";
  EXPECT_EQ(redact_message(kRaised, "22012"), kRaised);
  for (const std::string_view sqlstate : {"P0001", "P0004", "90210", "UX123", "P"}) {
    EXPECT_TRUE(redact_message(kRaised, sqlstate).starts_with("<29 bytes, xxh3 ")) << sqlstate;
  }
}

}  // namespace
}  // namespace dbi::sql
