// Random statements of MySQL and MariaDB, each written as a client sends it, with known literals, and as the server's
// digest has it: no literal comes out, which they are changes nothing, and both have one signature.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "fuzz/sql_invariants.hpp"

namespace dbi::sql {
namespace {

/// A piece of SQL as it is sent and as the digest table has it.
struct Piece {
  std::string sent;
  std::string digest;
};

Piece operator+(const Piece& one, const Piece& other) {
  return {one.sent + other.sent, one.digest + " " + other.digest};
}

/// Punctuation and keywords that are the same in both.
Piece same(const std::string& text) {
  return {text, text};
}

/// Writes a random statement; the same seed gives the same statement with other values.
class MySqlGrammar {
 public:
  MySqlGrammar(unsigned seed, std::string_view value, System system)
      : random_(seed), value_(value), maria_(system == System::MariaDb) {}

  Piece statement() {
    switch (pick(9)) {
      case 0:
        return same("insert into ") + name() + same(" values ") + rows();
      case 1:
        return same("update ") + name() + same(" set ") + name() + same(" = ") + expression(3) + where();
      case 2:
        return same("delete from ") + name() + where();
      case 3:
        return Piece{"set @x" + value_ + " = ", "SET @? ="} + value() + Piece{", @`y" + value_ + "` := ", ", @`y` :="} +
               value();
      case 4:
        return account("create user ", "CREATE SYSTEM_USER") + same(" identified by ") + password();
      case 5:
        return Piece{"set password for ", "SET PASSWORD FOR"} + account("", "") + same(" = ") + password();
      default:
        return same("select ") + hint() + expression(3) + same(" as c, ") + value() + same(" from ") + name() +
               where() + Piece{" limit " + value_, "LIMIT ?"};
    }
  }

 private:
  std::size_t pick(std::size_t choices) { return random_() % choices; }

  Piece account(const std::string& sent, const std::string& digest) {
    const Piece verb{sent, digest};
    switch (pick(3)) {
      case 0:
        return verb + Piece{"'" + value_ + "'@'" + value_ + ".%'", "? @?"};
      case 1:
        return verb + Piece{"joe@h" + value_, "`joe` @?"};
      default:
        return verb + Piece{"`joe`@`h" + value_ + "`", "`joe` @`h`"};
    }
  }

  Piece hint() {
    switch (pick(5)) {
      case 0:
        return {"/*+ SET_VAR(x = '" + value_ + "') */ ", maria_ ? "" : "/*+ SET_VAR ( `x` = ? ) */"};
      case 1:
        return {"/*! distinct */ ", "DISTINCTROW"};
      case 2:
        return {"/*!99999 '" + value_ + "' /* x */ */ ", ""};
      case 3:
        return {"/* " + value_ + " ' */", ""};
      default:
        return {};
    }
  }

  Piece name() {
    switch (pick(5)) {
      case 0:
        return {"t.day", "`t` . `day`"};
      case 1:
        return {"`Two ' Words`", "`Two ' Words`"};
      case 2:
        return {"A", "`A`"};
      case 3:
        return {"day", "SQL_TSI_DAY"};
      default:
        return {"`b`", "`b`"};
    }
  }

  // The servers take no typed value for one.
  Piece password() {
    for (;;) {
      auto piece = string();
      if (!piece.sent.starts_with("date")) return piece;
    }
  }

  Piece string() {
    switch (pick(11)) {
      case 0:
        return {"'a\\'" + value_ + "'", "?"};
      case 1:
        return {"\"a\\\"" + value_ + "\"", "?"};
      case 2:
        return {"'it''s " + value_ + "'", "?"};
      case 3:
        return {"_utf8mb4'" + value_ + "'", "(_charset) ?"};
      case 4:
        return {"N'" + value_ + "'", "?"};
      case 5:
        return {"'a' -- " + value_ + "\n '" + value_ + "'", "? ?"};
      case 6:
        return {"'" + value_ + "' # ' " + value_ + "\n", "?"};
      case 7:
        return {"x'" + value_ + "'", maria_ ? "(unknown)" : "?"};
      case 8:
        return {"date'" + value_ + "'", "DATE ?"};
      case 9:
        return {"/*!40000 '" + value_ + "' */", "?"};
      default:
        return {"'" + value_ + "'", "?"};
    }
  }

  Piece number() {
    switch (pick(8)) {
      case 0:
        return {"-" + value_, maria_ ? "- ?" : "?"};
      case 1:
        return {"0x" + value_, "?"};
      case 2:
        return {value_ + ".5e-3", "?"};
      case 3:
        return {value_ + "e1", "?"};
      case 4:
        return {"." + value_, "?"};
      case 5:
        return {"(" + value_ + ")", "(?)"};
      case 6:
        return {"b'0101'", "?"};
      default:
        return {value_, "?"};
    }
  }

  Piece value() {
    switch (pick(5)) {
      case 0:
        return {"null", "?"};
      case 1:
        return {"true", "TRUE"};
      case 2:
        return number();
      default:
        return string();
    }
  }

  // A list of plain values, as the digest folds it.
  Piece list() {
    std::string sent = "(" + value_;
    const auto more = pick(4);
    for (std::size_t i = 0; i < more; ++i) sent += pick(2) == 0 ? ", '" + value_ + "'" : ",-" + value_;
    return {sent + ")", more == 0 ? "(?)" : "(...)"};
  }

  Piece rows() {
    if (pick(2) == 0) return list();
    return {"(" + value_ + ", 'x'), (" + value_ + ", null)", "(...) /* , ... */"};
  }

  Piece where() { return same(" where ") + condition(3); }

  Piece expression(int depth) {
    if (depth == 0) return pick(2) == 0 ? value() : name();
    switch (pick(7)) {
      case 0:
        return Piece{"substr(", "SUBSTRING ("} + expression(depth - 1) + Piece{"," + value_ + ", 2)", ", ?, ... )"};
      case 1:
        return same("(") + expression(depth - 1) + same(" + ") + expression(depth - 1) + same(")");
      case 2:
        return Piece{"now() - interval '" + value_ + "' day", "NOW ( ) - INTERVAL ? SQL_TSI_DAY"};
      case 3:
        return same(" case when ") + condition(depth - 1) + same(" then ") + value() + same(" else ") + value() +
               same(" end ");
      case 4:
        return same(" cast(") + value() + Piece{" as char(5))", "AS CHARACTER (?) )"};
      case 5:
        return Piece{"extract(month from ", "EXTRACT ( SQL_TSI_MONTH FROM"} + name() + same(")");
      default:
        return Piece{"@a" + value_, "@?"};
    }
  }

  Piece condition(int depth) {
    if (depth == 0) return name() + same(" = ") + value();
    switch (pick(6)) {
      case 0:
        return condition(depth - 1) + same(" and ") + condition(depth - 1);
      case 1:
        return name() + Piece{" in ", "IN"} + list();
      case 2:
        return same(" not (") + condition(depth - 1) + same(")");
      case 3:
        return name() + Piece{" <> ", "!="} + value();
      case 4:
        return name() + Piece{" regexp ", "RLIKE"} + string();
      default:
        return expression(depth - 1) + same(" is not null ");
    }
  }

  std::mt19937 random_;
  std::string value_;
  bool maria_;
};

class MySqlProperty : public testing::TestWithParam<Dialect> {};

TEST_P(MySqlProperty, NoLiteralComesOutAndTheDigestHasTheSignature) {
  const auto& dialect = GetParam();
  const Dialect unknown{dialect.system, dialect.version, {}, {}, {}};
  for (unsigned seed = 0; seed < 3000; ++seed) {
    const auto piece = MySqlGrammar(seed, "4242424242", dialect.system).statement();
    const auto sent = normalize(piece.sent, dialect);
    ASSERT_TRUE(sent.readable) << piece.sent;
    ASSERT_TRUE(sent.signature) << piece.sent;
    ASSERT_EQ(sent.text.find("4242"), std::string::npos) << piece.sent << "\n" << sent.text;
    const auto digest = normalize(piece.digest, unknown);
    ASSERT_EQ(sent.signature, digest.signature) << piece.sent << "\n" << sent.text << "\n" << digest.text;
    const auto other = normalize(MySqlGrammar(seed, "77", dialect.system).statement().sent, dialect);
    ASSERT_EQ(other.text, sent.text) << piece.sent;
    ASSERT_EQ(broken_invariant(piece.sent), "") << piece.sent;
  }
}

TEST_P(MySqlProperty, NoCutBringsALiteralOut) {
  const auto& dialect = GetParam();
  for (unsigned seed = 0; seed < 200; ++seed) {
    const auto text = MySqlGrammar(seed, "4242424242", dialect.system).statement().sent;
    for (std::size_t size = 0; size <= text.size(); ++size) {
      const auto cut = std::string_view(text).substr(0, size);
      const auto it = normalize(cut, dialect, {.truncated = true});
      ASSERT_FALSE(it.signature);
      ASSERT_EQ(it.readable ? it.text.find("42") : std::string::npos, std::string::npos) << cut << "\n" << it.text;
      ASSERT_EQ(broken_invariant(cut, dialect), "") << cut;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Servers, MySqlProperty,
                         testing::Values(Dialect{System::MySql, 90704, {}, false, false},
                                         Dialect{System::MariaDb, 101119, {}, false, false}));

}  // namespace
}  // namespace dbi::sql
