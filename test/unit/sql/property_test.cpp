// Random statements with known literals: none comes out, and which they are changes nothing.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "fuzz/sql_invariants.hpp"

namespace dbi::sql {
namespace {

const Dialect kPostgreSql{System::PostgreSql, 0, true, {}, {}};
constexpr std::string_view kCanary = "4242424242";

/// Writes a random statement; the same seed gives the same statement with other values.
class Grammar {
 public:
  Grammar(unsigned seed, std::string_view value) : random_(seed), value_(value) {}

  std::string statement() {
    switch (pick(8)) {
      case 0:
        return "insert into t(a, b) values (" + list() + "), (" + list() + ") returning a";
      case 1:
        return "update t set a = " + expression(3) + " where " + condition(3);
      case 2:
        return "delete from t where " + condition(3);
      case 3:
        return "set local x.y = " + value();
      case 4:
        return "alter role joe password " + string();
      case 5:
        return "create function f() returns text language sql as " + string();
      default:
        return "select " + expression(3) + " as c, " + list() + " from t where " + condition(3) + " limit " + value();
    }
  }

 private:
  std::size_t pick(std::size_t choices) { return random_() % choices; }

  std::string string() {
    const std::string v(value_);
    switch (pick(8)) {
      case 0:
        return "E'\\'" + v + "'";
      case 1:
        return "U&'" + v + "' UESCAPE '!'";
      case 2:
        return "$$'" + v + "$$";
      case 3:
        return "$t$ $$" + v + " $t$";
      case 4:
        return "'a'\n  -- " + v + "\n '" + v + "'";
      case 5:
        return "'it''s " + v + "'";
      case 6:
        return "/* " + v + " /* n */ */ '" + v + "'";
      default:
        return "'" + v + "'";
    }
  }

  std::string number() {
    const std::string v(value_);
    switch (pick(7)) {
      case 0:
        return "-" + v;
      case 1:
        return "0x" + v;
      case 2:
        return v + ".5e-3";
      case 3:
        return "1_" + v;
      case 4:
        return "." + v;
      case 5:
        return "(" + v + ")";
      default:
        return v;
    }
  }

  std::string value() { return pick(2) == 0 ? string() : number(); }

  std::string list() {
    std::string out = value();
    for (auto more = pick(4); more > 0; --more) out += pick(2) == 0 ? ", " + value() : "," + value() + "::text";
    return out;
  }

  std::string expression(int depth) {
    if (depth == 0) return pick(2) == 0 ? value() : "t.a";
    switch (pick(6)) {
      case 0:
        return "f(" + expression(depth - 1) + ", " + expression(depth - 1) + ")";
      case 1:
        return expression(depth - 1) + " + " + expression(depth - 1);
      case 2:
        return "array[" + list() + "]";
      case 3:
        return "case when " + condition(depth - 1) + " then " + value() + " else " + value() + " end";
      case 4:
        return "cast(" + value() + " as text)";
      default:
        return value() + "::numeric(10, 2)";
    }
  }

  std::string condition(int depth) {
    if (depth == 0) return "a=" + value();
    switch (pick(5)) {
      case 0:
        return condition(depth - 1) + " and " + condition(depth - 1);
      case 1:
        return "\"Q\" in (" + list() + ")";
      case 2:
        return "not (" + condition(depth - 1) + ")";
      case 3:
        return "b between " + value() + " and " + value();
      default:
        return expression(depth - 1) + " is not null";
    }
  }

  std::mt19937 random_;
  std::string_view value_;
};

TEST(Property, NoLiteralComesOutAndNoneChangesTheText) {
  for (unsigned seed = 0; seed < 5000; ++seed) {
    const auto text = Grammar(seed, kCanary).statement();
    const auto once = normalize(text, kPostgreSql);
    ASSERT_TRUE(once.readable) << text;
    ASSERT_TRUE(once.signature) << text;
    ASSERT_EQ(once.text.find("4242"), std::string::npos) << text << "\n" << once.text;
    const auto other = normalize(Grammar(seed, "7").statement(), kPostgreSql);
    ASSERT_EQ(other.text, once.text) << text;
    ASSERT_EQ(other.signature, once.signature) << text;
    ASSERT_EQ(broken_invariant(text), "") << text;
  }
}

TEST(Property, NoCutBringsALiteralOut) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    const auto text = Grammar(seed, kCanary).statement();
    for (std::size_t size = 0; size <= text.size(); ++size) {
      const auto cut = std::string_view(text).substr(0, size);
      const auto it = normalize(cut, kPostgreSql, {.truncated = true});
      ASSERT_FALSE(it.signature);
      ASSERT_EQ(it.readable ? it.text.find("42") : std::string::npos, std::string::npos) << cut << "\n" << it.text;
      ASSERT_EQ(broken_invariant(cut), "") << cut;
    }
  }
}

TEST(Property, SeedsOfTheFuzzTargetKeepItsInvariants) {
  std::size_t seeds = 0;
  for (const auto& entry : std::filesystem::directory_iterator(DBI_CORPUS)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(broken_invariant(text), "") << entry.path();
    ++seeds;
  }
  EXPECT_GE(seeds, 35U);
}

}  // namespace
}  // namespace dbi::sql
