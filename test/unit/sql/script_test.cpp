// The statements of a file: where each begins and ends, what it is called, what is refused.
// SPDX-License-Identifier: Apache-2.0
#include "sql/script.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace dbi::sql {
namespace {

Dialect postgresql() {
  Dialect dialect;
  dialect.standard_conforming_strings = true;
  return dialect;
}

Dialect mysql(System system = System::MySql) {
  Dialect dialect;
  dialect.system = system;
  dialect.version = system == System::MySql ? 90700 : 101100;
  dialect.ansi_quotes = false;
  dialect.no_backslash_escapes = false;
  return dialect;
}

std::vector<std::string> texts(std::string_view script, const Dialect& dialect) {
  const auto split = split_script(script, dialect);
  if (!split) return {"refused: " + split.error().message};
  std::vector<std::string> out;
  for (const auto& statement : *split) out.emplace_back(statement.text);
  return out;
}

std::vector<std::string> names(std::string_view script, const Dialect& dialect = postgresql()) {
  const auto split = split_script(script, dialect);
  if (!split) return {"refused: " + split.error().message};
  std::vector<std::string> out;
  for (const auto& statement : *split) out.push_back(statement.name);
  return out;
}

using Texts = std::vector<std::string>;

TEST(Script, SplitsAtSemicolonsThatAreTokens) {
  EXPECT_EQ(texts("select 1;\n select 2 ;", postgresql()), (Texts{"select 1", "select 2"}));
  EXPECT_EQ(texts("select ';' -- ;\n, 1 /* ; /* ; */ ; */ ; select \";\"", postgresql()),
            (Texts{"select ';' -- ;\n, 1", "select \";\""}));
  EXPECT_EQ(texts("select $$;$$, $a$ $$ ; $a$; select 2", postgresql()),
            (Texts{"select $$;$$, $a$ $$ ; $a$", "select 2"}));
  EXPECT_EQ(texts(R"(select E'\';' ; select '\'; select 3)", postgresql()),
            (Texts{R"(select E'\';')", R"(select '\')", "select 3"}));
  EXPECT_EQ(texts(R"(select '\';' # ;
 ; select `;`, ";")",
                  mysql()),
            (Texts{R"(select '\';')", R"(select `;`, ";")"}));
}

TEST(Script, WhatIsEmptyIsNoStatement) {
  EXPECT_EQ(texts(" ;; -- only a comment\n ; /* ; */", postgresql()), Texts{});
  EXPECT_EQ(names(";;select 1;;select 2"), (Texts{"1", "2"}));
}

TEST(Script, ALineOfItsOwnNamesTheStatementBehindIt) {
  EXPECT_EQ(names("-- name: first one\nselect 1;\n\n--NAME:second\n-- a word on it\n/* more */ select 2;select 3"),
            (Texts{"first one", "second", "3"}));
  EXPECT_EQ(names("-- name: a\n-- name: b\nselect 1"), Texts{"b"});
  EXPECT_EQ(names("select 1; -- name: of the one before\nselect 2"), (Texts{"1", "2"}));
  EXPECT_EQ(names("/*\n-- name: in a comment\n*/ select 1"), Texts{"1"});
  EXPECT_EQ(names("select 1\n-- name: inside\n, 2"), Texts{"1"});
  EXPECT_EQ(names("select '\n-- name: forged\n'; select 2"), (Texts{"1", "2"}));
  EXPECT_EQ(names("-- name:\nselect 1"), Texts{"1"});
}

TEST(Script, OneNameIsOfOneStatement) {
  EXPECT_EQ(names("-- name: a\nselect 1;\n-- name: a\nselect 2"),
            Texts{"refused: line 4: a second statement is called 'a', after the one of line 2"});
  EXPECT_EQ(names("-- name: 2\nselect 1;\nselect 2"),
            Texts{"refused: line 3: a second statement is called '2', after the one of line 2"});
  EXPECT_EQ(names("-- name: " + std::string(201, 'x') + "\nselect 1").front().substr(0, 16), "refused: line 2:");
}

TEST(Script, SaysWhereItCannotGoOnAndNeverWhatStandsThere) {
  const auto unfinished = split_script("select 1;\nselect 'SECRET\n;", postgresql());
  ASSERT_FALSE(unfinished);
  EXPECT_EQ(unfinished.error().message, "line 2: where the statement that begins here ends cannot be told");
  EXPECT_EQ(texts("\\connect SECRET\nselect 1", postgresql()),
            Texts{"refused: line 1: what follows here is no statement"});
  EXPECT_EQ(texts("select 1;\n\n\\connect SECRET\n", postgresql()),
            Texts{"refused: line 3: what follows here is no statement"});
  EXPECT_EQ(texts(std::string_view("select '\0'", 10), postgresql()), Texts{"refused: line 1: a zero byte"});
}

TEST(Script, KnowsWhatAStatementIsMadeOf) {
  const auto split = split_script("\n(WiTh a as (select $3, $12) select 1);\nselect ? into x; ;'x'", postgresql());
  ASSERT_TRUE(split);
  EXPECT_EQ((*split)[0].line, 2U);
  EXPECT_EQ((*split)[0].verb, "WITH");
  EXPECT_EQ((*split)[0].placeholders, 12U);
  EXPECT_FALSE((*split)[0].has_into);
  EXPECT_EQ((*split)[1].verb, "SELECT");
  EXPECT_TRUE((*split)[1].question_marks);
  EXPECT_TRUE((*split)[1].has_into);
  EXPECT_EQ((*split)[2].verb, "");
}

TEST(Script, CodeInACommentOfMySqlIsNoComment) {
  const auto split = split_script("/*!50000 drop table t */; select 1", mysql());
  ASSERT_TRUE(split);
  EXPECT_EQ((*split)[0].verb, "DROP");
}

// Cut from its mark the comment's end would be an operator, and what follows another text: here a string that holds the
// word INTO would be code.
TEST(Script, ACommentWithCodeIsNotCut) {
  const std::string forged = R"(/*!50000 select 2 */* "a */ 3 into outfile 'x' -- ")";
  EXPECT_EQ(texts(forged + "\n;select 1", mysql()), (Texts{forged, "select 1"}));
  EXPECT_EQ(texts("select /*!50000 a */ from t /*!50000 limit 1 /* ; */ */; /*!50000 */ select 2", mysql()),
            (Texts{"select /*!50000 a */ from t /*!50000 limit 1 /* ; */ */", "select 2"}));
  EXPECT_EQ(texts("/*!999999 drop table t; */ select 1 /*!999999 ; */", mysql()), Texts{"select 1"});
  EXPECT_EQ(texts("select 1;\n/*! select 1; */", mysql()),
            Texts{"refused: line 2: a semicolon in a comment with code (/*! ... */)"});
  EXPECT_EQ(texts("/*! select 1; */", postgresql()), Texts{});
}

// Whatever pieces a file is put together of, the same come out, with names and lines.
TEST(ScriptProperty, PutTogetherAndSplitIsTheSame) {
  const std::vector<std::string> pieces{"select 1", "select ';', $$;$$", "select /* ; */ 2",
                                        "update t set a = '\n-- name: no\n' where \";\" = $1",
                                        "select E'\\';' from t -- ;\n where true"};
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    std::string script;
    Texts expected;
    Texts called;
    std::vector<std::size_t> lines;
    const auto count = random() % 8;
    for (std::size_t i = 0; i < count; ++i) {
      script += std::string(random() % 3, '\n') + (random() % 4 == 0 ? ";" : "");
      const bool named = random() % 2 == 0;
      if (named) script += "\n-- name: n" + std::to_string(i) + "\n";
      const auto& piece = pieces[random() % pieces.size()];
      lines.push_back(1 + static_cast<std::size_t>(std::count(script.begin(), script.end(), '\n')));
      script += piece + (random() % 2 == 0 ? ";" : " -- the end\n;");
      expected.push_back(piece);
      called.push_back(named ? "n" + std::to_string(i) : std::to_string(i + 1));
    }
    EXPECT_EQ(texts(script, postgresql()), expected) << script;
    EXPECT_EQ(names(script), called) << script;
    const auto split = split_script(script, postgresql());
    for (std::size_t i = 0; i < count; ++i) EXPECT_EQ((*split)[i].line, lines[i]) << script;
  }
}

// Bytes of any kind are either split into pieces of the text, in order, or refused; nothing is read beyond it.
TEST(ScriptProperty, AnyBytesAreSplitOrRefused) {
  const std::string alphabet = "a1 ;'\"$-/*\n\\#`().?n:E";
  std::mt19937 random(11);
  for (int round = 0; round < 3000; ++round) {
    std::string script;
    for (auto i = random() % 40; i > 0; --i) script += alphabet[random() % alphabet.size()];
    for (const auto& dialect : {postgresql(), mysql(), mysql(System::MariaDb)}) {
      const auto split = split_script(script, dialect);
      if (!split) continue;
      const char* behind = script.data();
      for (const auto& statement : *split) {
        EXPECT_FALSE(statement.text.empty());
        EXPECT_GE(statement.text.data(), behind);
        behind = statement.text.data() + statement.text.size();
      }
      EXPECT_LE(behind, script.data() + script.size());
    }
  }
}

}  // namespace
}  // namespace dbi::sql
