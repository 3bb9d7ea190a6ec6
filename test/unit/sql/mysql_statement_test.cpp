// Normalised text and signatures of MySQL and MariaDB, construct by construct. What the servers write into a digest
// was read from MySQL 9.7 and MariaDB 10.11; test/live/mysql_signatures.py compares with servers.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <initializer_list>

#include "sql/statement.hpp"

namespace dbi::sql {
namespace {

const Dialect kMySql{System::MySql, 90704, {}, false, false};
const Dialect kMariaDb{System::MariaDb, 101119, {}, false, false};
const Dialect kAnsi{System::MySql, 90704, {}, true, false};
const Dialect kNoEscapes{System::MySql, 90704, {}, false, true};
const Dialect kUnknown{System::MySql, 0, {}, {}, {}};

struct Case {
  std::string_view text;
  std::string_view expected;
};

TEST(MySqlNormalize, MakesReadableTextOfEveryConstruct) {
  constexpr Case kCases[] = {
      {"SELECT a.b FROM `t` WHERE x='secret' and y=\"secret\"", "SELECT a.b FROM `t` WHERE x = ? and y = ?"},
      {"select 'it''s', 'it\\'s', \"it\"\"s\", \"a\\\"b\"", "select ?"},
      {"select 'a' 'b' \"c\", 1 'alias'", "select ?"},
      {"select _utf8mb4'a', _latin1 x'1f', _utf8 0x41, N'a', n'b'", "select ?"},
      {"select x'1F', X'1f', b'01', B'1', 0x1F, 0b01", "select ?"},
      {"select 1, 1.5, .5, 5., 1e5, 1.5e-3, 1E+2", "select ?"},
      {"select -1, +1, - -1, a - 1, a-1", "select ?, a - ?, a - ?"},
      {"select date'2020-01-01', time '10:00', timestamp\"2020-01-01\"", "select date ?, time ?, timestamp ?"},
      {"select {d '2020-01-01'}", "select { d ? }"},
      {"select null, true, \\N", "select ?"},
      {"select a is null, b is not true, c = null", "select a is null, b is not true, c = ?"},
      {"select @x, @`x y`, @'secret', @\"z\", @a.b, @@version, @@global.x",
       "select @?, @?, @?, @?, @?, @@version, @@global.x"},
      {"set @x := 5, y = 'a'", "set @? := ?, y = ?"},
      {"select a from t where b in (1, -2, 'x', null)", "select a from t where b in (?)"},
      {"select a from t where (a, b) in ((1, 2), (3, 4))", "select a from t where (a, b) in (?)"},
      {"insert into t values (1, 'a'), (2, 'b') on duplicate key update a = values(a), b = 3",
       "insert into t values (?) on duplicate key update a = values(a), b = ?"},
      {"create user 'joe'@'h%' identified by 'secret'", "create user ? @? identified by ?"},
      {"CREATE USER 'joe'@'localhost' IDENTIFIED BY <secret>", "CREATE USER ? @? IDENTIFIED BY ?"},
      {"SET PASSWORD FOR `joe`@`%`=<secret>", "SET PASSWORD FOR ? @? = ?"},
      {"select `a`@ 'x', b@ 'y'", "select `a` @ ?, b @ ?"},
      {"select f...null=, a", "select f ? = , a"},
      {"select `a`@-1", "select `a` @ - ?"},
      {"select a in (1, (2): : b, (3))", "select a in (? : : b, ?)"},
      {"select@x, joe@h, a+@b, joe @c", "select @? @?, a + @?, joe @?"},
      {"grant all on app.* to joe@localhost", "grant all on app.* to ? @?"},
      {"select 1 # 'secret'\n + 2 -- secret\n + 3 /* secret */", "select ? + ? + ?"},
      {"select 5--5, a--\n b", "select ? - ?, a b"},
      {"select /*+ SET_VAR(x='secret') */ 1", "select ?"},
      {"select 1 /*! + 'secret' */ /*!50000 + 2 */ /*!99999 + 'secret' /* x */ */", "select ? + ? + ?"},
      {"select 1 /*!080034 + 2 */ /*!100000 + x */", "select ? + ?"},
      {"select 1 /*M! + x */ /*M!100000 + y */", "select ?"},
      {"select /*!50000 1 /* c */ + 2 */ + 3", "select ? + ? + ?"},
      {"select a->'$.x', a->>'$.y', a <=> 1, a << 2, a && b || c",
       "select a -> ?, a ->> ?, a <=> ?, a << ?, a && b || c"},
      {"select a from t limit 5, 10", "select a from t limit ?"},
      {"select extract(year from d)", "select extract(? from d)"},
      {"savepoint s1", "savepoint ?"},
      {"rollback to s1", "rollback to ?"},
      {"deallocate prepare p1", "deallocate prepare ?"},
      {"select 2020_sales, t.1st, $name from t", "select 2020_sales, t.1st, $name from t"},
      {"select `a``b`, `x`.`y z` from `p`.q", "select `a``b`, `x`.`y z` from `p`.q"},
      {"select $$secret$$, $t$ 'secret' $t$", "select ?"},
      {"EXECUTE SELECT ? FROM `t`", "SELECT ? FROM `t`"},
      {"select 'ä\\'s', `ö` from ü", "select ?, `ö` from ü"},
      {"select case a when 1 then'x'else'y'end", "select case a when ? then ? else ? end"},
      {"alter table t alter a set default 5, add foreign key (a) references u (b) on delete set null",
       "alter table t alter a set default ?, add foreign key (a) references u (b) on delete set null"},
      {"insert into t values row(1, 2), row(3, 4)", "insert into t values row(?), row(?)"},
      {"  ;; ", ""},
  };
  for (const auto& it : kCases) {
    const auto once = normalize(it.text, kMySql);
    EXPECT_TRUE(once.readable) << it.text;
    EXPECT_EQ(once.text, it.expected) << it.text;
    const auto twice = normalize(once.text, kMySql);
    EXPECT_EQ(twice.text, once.text) << it.text;
    EXPECT_EQ(twice.signature, once.signature) << it.text;
  }
}

TEST(MySqlNormalize, SignsADigestAsItsStatement) {
  constexpr Case kCases[] = {
      {"select -1, +1, a - 1, a = -1", "SELECT ?, ... , `a` - ? , `a` = ?"},
      {"select _utf8mb4'x', _latin1 'x'", "SELECT (_charset) ? , (_charset) ?"},
      {"select @x, @`x y`, @@version, @@global.a", "SELECT @? , @`x y` , @@`version` , @@GLOBAL . `a`"},
      {"select a from t where b in (1,2) and c in ((1),(2))",
       "SELECT `a` FROM `t` WHERE `b` IN (...) AND `c` IN ( (?) /* , ... */ )"},
      {"insert into t values (1,2),(3,4)", "INSERT INTO `t` VALUES (...) /* , ... */"},
      {"insert into t (a,b) values (1,now()),(2,now())",
       "INSERT INTO `t` ( `a` , `b` ) VALUES ( ? , NOW ( ) ) , ( ? , NOW ( ) )"},
      {"create user 'joe'@'h' identified by 'secret'", "CREATE SYSTEM_USER ? @? IDENTIFIED BY ?"},
      {"select /*+ NO_MERGE(t) */ A from T", "SELECT /*+ NO_MERGE ( `T` ) */ `A` FROM `T`"},
      {"select distinct a from t where a <> 1 and b regexp 'x' order by 1",
       "SELECT DISTINCTROW `a` FROM `t` WHERE `a` != ? AND `b` RLIKE ? ORDER BY 1"},
      {"select now(), current_timestamp, curdate(), substr('a', 1), mid('a', 1), std(a), user()",
       "SELECT NOW ( ) , NOW , CURDATE ( ) , SUBSTRING (...) , SUBSTRING (...) , STDDEV_POP ( `a` ) , SYSTEM_USER ( )"},
      {"select day, t.day, user, std, substring from t",
       "SELECT SQL_TSI_DAY , `t` . `day` , SYSTEM_USER , `std` , `substring` FROM `t`"},
      {"create table x (a int, b bigint, c varchar(5) not null default 'x')",
       "CREATE TABLE `x` ( `a` INTEGER , `b` INT8 , `c` VARCHARACTER (?) NOT NULL DEFAULT ? )"},
      {"show databases", "SHOW SCHEMAS"},
      {"select extract(month from d), `month` from t", "SELECT EXTRACT ( SQL_TSI_MONTH FROM `d` ) , `month` FROM `t`"},
      {"describe t", "EXPLAIN `t`"},
      {"select a as \"x y\" from t", "SELECT `a` AS ? FROM `t`"},
      {"select if(a in (1), (3), b), round(1), (2), (3), c",
       "SELECT IF ( `a` IN (?) /* , ... */ , `b` ) , `round` (?) /* , ... */ , `c`"},
      {"select if(a in (1), (3), b)", "SELECT IF ( `a` IN (...) , (?) , `b` )"},
      {"select a, (1), (2), b", "SELECT `a` , (?) /* , ... */ , `b`"},
      {"select (1), (2, 3), 4, (5), (6)", "SELECT (?) , (...) , ? , (?) /* , ... */"},
      {"select if(a like 'x', 2, 3 div b)", "SELECT IF ( `a` LIKE ?, ... DIV `b` )"},
      {"select a = 1, _latin1'x', true, -2 + b, (3)", "SELECT `a` = ? , (_charset) ? , TRUE , ? + `b` , (?)"},
      {"do 1", "EXECUTE DO ?"},
      {"desc t", "EXECUTE DESC `t`"},
      {"(select 1) union (select 2)", "EXECUTE ( SELECT ? ) UNION ( SELECT ? )"},
      {"execute p using @a", "EXECUTE `p` USING @?"},
      {"select 1 where -1 = a", "SELECT ? WHERE - ? = `a`"},
  };
  for (const auto& it : kCases) {
    const auto sent = normalize(it.text, kMySql);
    const auto digest = normalize(it.expected, kMySql);
    EXPECT_TRUE(sent.signature) << it.text;
    EXPECT_EQ(sent.signature, digest.signature) << sent.text << "\n" << digest.text;
    // The digest table's reader need not know the modes.
    EXPECT_EQ(normalize(it.expected, kUnknown).signature, digest.signature) << it.expected;
  }
}

TEST(MySqlNormalize, ReadsTheFormsOfMariaDb) {
  constexpr Case kCases[] = {
      {"select a = -1, b = +1", "SELECT `a` = - ? , `b` = + ? "},
      {"select x'1f', 0x1F, -x'1f', _binary x'1f'", "SELECT (unknown) , ?, ... , - (unknown) , (_charset) (unknown) "},
      {"select 'a' || 'b', a || b", "SELECT ? (unknown) ? , `a` (unknown) `b` "},
      {"select 1 /*M! + 2 */ /*M!100000 + 3 */ /*!100100 + 4 */", "SELECT ? + ? + ? + ? "},
      {"select 1 /*!50700 + 2 */ /*M!999999 + 3 */ /*!080034 + 4 */", "SELECT ? "},
      {"select f( unknown ), ( _charset )", "SELECT `f` ( UNKNOWN ) , ( `_charset` )"},
      {"show replica status", "SHOW SLAVE STATUS "},
  };
  for (const auto& it : kCases) {
    const auto sent = normalize(it.text, kMariaDb);
    const auto digest = normalize(it.expected, kMariaDb);
    EXPECT_TRUE(sent.signature) << it.text;
    EXPECT_EQ(sent.signature, digest.signature) << sent.text << "\n" << digest.text;
    EXPECT_EQ(normalize(digest.text, kMariaDb).signature, digest.signature) << digest.text;
    EXPECT_EQ(normalize(sent.text, kMariaDb).signature, sent.signature) << sent.text;
  }
  EXPECT_EQ(normalize("SELECT `a` (unknown) `b` ", kMariaDb).text, "SELECT `a` || `b`");
  EXPECT_FALSE(normalize("SELECT ? ; ", kMariaDb).signature);
  EXPECT_TRUE(normalize("SELECT ? ; ", kMySql).signature);
  EXPECT_TRUE(normalize("select 1;", kMariaDb).signature);
}

TEST(MySqlNormalize, KnowsTheModes) {
  EXPECT_EQ(normalize("select \"a\", \"b\"\"'\" from t where c = 'x'", kAnsi).text,
            "select \"a\", \"b\"\"'\" from t where c = ?");
  EXPECT_EQ(normalize("select \"a\" from t", kAnsi).signature, normalize("select a from t", kAnsi).signature);
  EXPECT_EQ(normalize("select 'a\\', b, 'c'", kNoEscapes).text, "select ?, b, ?");
  EXPECT_FALSE(normalize("select 'a\\', b, 'c'", kMySql).readable);
  EXPECT_EQ(normalize("select 'a\\\\', 'b\\c'", kUnknown).text, "select ?");
  for (const std::string_view text :
       {"select 'a\\', secret, 'b'", "select \"a\"", "select @\"a\"", "select /*!50000 1 */"}) {
    EXPECT_FALSE(normalize(text, kUnknown).readable) << text;
  }
}

TEST(MySqlNormalize, ReplacesWhatItCannotFinish) {
  for (const std::string_view text : {"select 'abc",
                                      "select 'abc\\'",
                                      "select \"a",
                                      "select `a",
                                      "select /* a",
                                      "select /*! 1",
                                      "select /*!99999 /* */",
                                      "select $a$ b",
                                      "select 12abc",
                                      "select 0X42",
                                      "select 0x",
                                      "select 1e",
                                      "select 1.5abc",
                                      "select 1_000",
                                      "select 550a8400",
                                      "select x'1g'",
                                      "select b'2'",
                                      "select [a]",
                                      "select \\d",
                                      "select t.5",

                                      "select /*+ X('*/ secret') */ 1",
                                      "select \x01",
                                      "select '\xbf\\' or 'secret'",
                                      "select $1",
                                      "select a $5"}) {
    const auto it = normalize(text, kMySql);
    EXPECT_FALSE(it.readable) << text << "\n" << it.text;
    EXPECT_FALSE(it.signature) << text;
    EXPECT_EQ(normalize(it.text, kMySql).text, it.text);
  }
  EXPECT_FALSE(normalize(std::string_view("select 1 # a\0b\n", 15), kMySql).readable);
  EXPECT_FALSE(normalize("select $$secret$$", kMariaDb).readable);
  EXPECT_FALSE(normalize("select 1 /*!500001 + 2 */", {System::MySql, 80400, {}, false, false}).readable);
}

TEST(MySqlNormalize, GivesNoSignatureWhereTextIsNotOneWholeStatement) {
  EXPECT_FALSE(normalize("select 1; select 2", kMySql).signature);
  EXPECT_FALSE(normalize("select (1", kMySql).signature);
  EXPECT_FALSE(normalize("select 1", kMySql, {.truncated = true}).signature);
  EXPECT_TRUE(normalize("select 1;", kMySql).signature);
}

TEST(MySqlNormalize, TellsTheVerb) {
  EXPECT_EQ(normalize("(select 1)", kMySql).verb, "SELECT");
  EXPECT_EQ(normalize("EXECUTE SELECT ?", kMySql).verb, "SELECT");
  EXPECT_EQ(normalize("/*!50000 explain */ select 1", kMySql).verb, "EXPLAIN");
}

TEST(MySqlNormalize, TakesLinearTimeOnHostileText) {
  constexpr std::size_t kBytes = std::size_t{1} << 20U;
  for (const std::string_view unit :
       {"(",    "/*",   "/*!",    "/*!99999 ", "/*+ '", "'",    "\"",         "`",         "((1),",      "in(", "-",
        "- ",   "#",    ",",      ";",         "1,",    "'a' ", "\\",         "@",         "@@",         "a.",  "1e",
        "mid ", "mid(", "_utf8 ", "$a",        "$$ $",  "--\n", "cast(1 as ", "(unknown)", "(_charset)", "*/",  "a "}) {
    std::string text;
    while (text.size() < kBytes) text += unit;
    for (const auto& dialect : {kMySql, kMariaDb, kUnknown}) {
      EXPECT_LE(normalize(text, dialect).text.size(), 2 * kBytes) << unit;
    }
  }
}

}  // namespace
}  // namespace dbi::sql
