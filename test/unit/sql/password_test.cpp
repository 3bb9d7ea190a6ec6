// Passwords whose quotes were forgotten: none comes out, and nothing else goes with those that are well-formed.
// SPDX-License-Identifier: Apache-2.0
#include "sql/password.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "fuzz/sql_invariants.hpp"
#include "sql/lexer.hpp"
#include "sql/mysql_lexer.hpp"
#include "sql/redact_mysql_message.hpp"

namespace dbi::sql {
namespace {

const Dialect kPostgreSql{System::PostgreSql, 0, true, {}, {}};
const Dialect kMySql{System::MySql, 90704, {}, false, false};
const Dialect kMariaDb{System::MariaDb, 101119, {}, false, false};
const std::array<Dialect, 3> kAll = {kPostgreSql, kMySql, kMariaDb};

// ~ stands for the password.
constexpr std::string_view kForms[] = {
    "alter role joe password ~",
    "ALTER ROLE joe WITH LOGIN PASSWORD ~",
    "alter role all password ~",
    "alter user joe encrypted password ~",
    "create user joe unencrypted password ~",
    "create user if not exists joe in role a, b password ~",
    "create role joe with createdb valid until '2030-01-01' password ~",
    "create group joe user a, password password ~",
    "alter role password password ~",
    "create or replace user joe passwd ~",
    "alter rol joe encrypted password ~",
    "alter user joe password = ~",
    "alter user joe password: ~",
    "alter user joe password to ~",
    "alter user joe password (~)",
    "alter user joe password login, ~",
    "alter user joe set password ~",
    "alter user joe set password = ~",
    "create user mapping for joe server s options (user a, password ~)",
    "create user mapping for joe server s options (user 'a' password ~)",
    "alter user mapping for joe server s options (set \"password\" ~, add x 'y')",
    "create server s foreign data wrapper w options (host 'h', sslkey ~, secret_token 'x')",
    "create server s foreign data wrapper mysql options (user 'a', password ~)",
    "create user joe identified by ~",
    "create user joe@localhost identified by ~",
    "create user 'joe'@'%' identified by ~ require ssl",
    "create user a identified by 'x', b identified by ~",
    "alter user joe identified by password ~",
    "alter user joe identified by 'x' replace ~",
    "alter user joe identified with mysql_native_password by ~",
    "alter user joe identified with mysql_native_password as ~",
    "alter user joe identified with `caching_sha2_password` as ~",
    "alter user joe identified via ed25519 using password(~)",
    "alter user joe identified via ed25519 using ~ or unix_socket",
    "alter user joe identified with ~",
    "alter user user() identified by ~",
    "grant all on *.* to joe identified by ~ with grant option",
    "clone instance from 'a'@'h':3306 identified by ~",
    "set password = ~",
    "set password ~",
    "set password to ~",
    "set password for joe = ~",
    "set password for joe ~",
    "set password for joe@localhost = ~",
    "set password for joe@localhost ~",
    "set password for 'joe'@'%' = password(~)",
    "set password for current_user() = ~",
    "set password := ~",
    "set password = password(~)",
};
constexpr std::string_view kMySqlForms[] = {
    "set password = old_password(~) retain current password",
    "set autocommit = 1, password = ~",
    "update mysql.user set authentication_string = password(~) where user = 'root'",
    "select password(~)",
    "select a, password( /* x */ ~), old_password(~) from t",
    "insert into t values (1, password(~))",
    "change master to master_host = 'h', master_password = ~, master_port = 1",
    "change replication source to source_password=~",
    "start replica user = 'a' password = ~",
    "start group_replication user='a', password=~",
};
constexpr std::string_view kPostgreSqlForms[] = {
    "create subscription s connection host=h password=~ publication p",
    "alter subscription s connection ~",
};
// # stands for the word that may not come out.
constexpr std::string_view kSpellings[] = {
    "#",
    "'#'",
    "\"#\"",
    "'it''s #'",
    "7#",
    "#7",
    "7.#",
    "4242424242",
    "-#",
    "#-4242424242",
    "#@#.example",
    "$#",
    "#$1",
    "$#$#$#$",
    "#.#.#",
    "#:#",
    "#=#",
    "(#)",
    "#)#",
    "[#]",
    "correct # battery",
    "login # superuser",
    "'a'#'b'",
    "'a' # 'b'",
    "'#' #",
    "#'",
    "'#",
    "`#`",
    "‘#’",
    "#, #",
    "/* c */ #",
    "-- c\n #",
    "# -- #",
    "#;#",
    "#; select 1",
    "# valid until '2030-01-01'",
    "# identified by #",
    "E'#'",
    "N'#'",
    "U&'#'",
    "x'#'",
    "_utf8mb4'#'",
    "#!\\",
    "null#",
    "select #",
    "password #",
    "= #",
    "? #",
    "?#",
    "{#}",
    "<#>",
};
constexpr std::string_view kBefore[] = {"", "begin; ", "begin ", "select 1; ", "/* # */ ", "-- #\n", "; ;"};
constexpr std::string_view kAfter[] = {"", ";", "; commit", " -- #", " login; select 1"};
constexpr std::string_view kWord = "hunter2";

std::string with(std::string_view form, char mark, std::string_view value) {
  std::string out;
  for (const char c : form) {
    if (c == mark) {
      out += value;
    } else {
      out += c;
    }
  }
  return out;
}

bool tells(std::string_view text) {
  return text.find(kWord) != std::string_view::npos || text.find("4242424242") != std::string_view::npos;
}

void expect_hidden(const std::string& text, const Dialect& dialect) {
  const auto once = normalize(text, dialect);
  ASSERT_FALSE(tells(once.text)) << text << "\n" << once.text;
  ASSERT_EQ(broken_invariant(text, dialect), "") << text << "\n" << once.text;
}

// What servers and their clients write around the text of a statement, or around the place of a fault in it.
void expect_hidden_in_messages(const std::string& text, std::string_view value) {
  const auto near = "syntax error at or near \"" + std::string(value) + "\"";
  const auto near_mysql = "You have an error in your SQL syntax; check the manual for the right syntax to use near '" +
                          std::string(value) + "' at line 1";
  for (const auto& message :
       {text, "ERROR:  " + text, near, near + "\nLINE 1: " + text + "\n           ^", near + "\nSTATEMENT:  " + text,
        "ERROR:  " + near + "\nQUERY:  " + text + "\nHINT:  " + text, "in \"" + text + "\": " + text}) {
    for (const auto* sqlstate : {"", "42601"}) {
      const auto out = redact_message(message, sqlstate);
      ASSERT_FALSE(tells(out)) << message << "\n" << out;
    }
  }
  for (const auto& message : {text, near_mysql, "Query '" + text + "' failed: " + text, near_mysql + ": " + text}) {
    const auto out = redact_mysql_message(message, 1064, "42000");
    ASSERT_FALSE(tells(out)) << message << "\n" << out;
  }
}

std::string filled(std::string_view form, std::string_view spelling) {
  return with(form, '~', with(spelling, '#', kWord));
}

class Passwords : public testing::TestWithParam<Dialect> {};

TEST_P(Passwords, DoNotComeOutWhateverTheirForm) {
  const auto& dialect = GetParam();
  std::vector<std::string_view> forms(std::begin(kForms), std::end(kForms));
  if (dialect.system == System::PostgreSql) {
    forms.insert(forms.end(), std::begin(kPostgreSqlForms), std::end(kPostgreSqlForms));
  } else {
    forms.insert(forms.end(), std::begin(kMySqlForms), std::end(kMySqlForms));
  }
  for (const auto form : forms) {
    for (const auto spelling : kSpellings) {
      const auto text = filled(form, spelling);
      for (const auto before : kBefore) expect_hidden(with(before, '#', kWord) + text, dialect);
      for (const auto after : kAfter) expect_hidden("select 1; " + text + with(after, '#', kWord), dialect);
      if (HasFatalFailure()) return;
    }
  }
}

TEST(PasswordMessages, DoNotTellThem) {
  for (const auto form : kForms) {
    for (const auto spelling : kSpellings) {
      expect_hidden_in_messages(filled(form, spelling), with(spelling, '#', kWord));
      if (HasFatalFailure()) return;
    }
  }
}

struct Case {
  std::string_view text;
  std::string_view expected;
};

void expect_readable(const Dialect& dialect, const Case& it) {
  const auto once = normalize(it.text, dialect);
  EXPECT_EQ(once.text, it.expected);
  EXPECT_TRUE(once.signature) << it.text;
  EXPECT_EQ(broken_invariant(it.text), "") << it.text;
}

TEST_P(Passwords, AsNamesStayReadable) {
  constexpr Case kCases[] = {
      {"select password from users", "select password from users"},
      {"select u.password, password as p, password pw from users u",
       "select u.password, password as p, password pw from users u"},
      {"select a from users where password = 'x'", "select a from users where password = ?"},
      {"select a from users where password = other and password is null",
       "select a from users where password = other and password is null"},
      {"select a from users where password in (1, 2) order by password desc",
       "select a from users where password in (?) order by password desc"},
      {"update users set password = other, identified = b where id = 1",
       "update users set password = other, identified = b where id = ?"},
      {"insert into users (id, password) values (1, 'x')", "insert into users (id, password) values (?)"},
      {"insert into password (id, a) values (1, b)", "insert into password (id, a) values (?, b)"},
      {"create table users (user text, password text not null, encrypted int)",
       "create table users (user text, password text not null, encrypted int)"},
      {"create table password (password int)", "create table password (password int)"},
      {"create index password on users (a, password)", "create index password on users (a, password)"},
      {"create index i on password (a)", "create index i on password (a)"},
      {"alter table users add password text", "alter table users add password text"},
      {"alter table users rename column password to identified",
       "alter table users rename column password to identified"},
      {"create view v as select identified, count(*) from t group by identified with rollup",
       "create view v as select identified, count(*) from t group by identified with rollup"},
      {"select options (a, password) from t", "select options (a, password) from t"},
      {"grant select (password) on users to joe", "grant select (password) on users to joe"},
      {"create user password", "create user password"},
      {"create role a role b, password", "create role a role b, password"},
      {"create server s foreign data wrapper w options (host 'h', sslkey 'x')",
       "create server s foreign data wrapper w options (host ?, sslkey ?)"},
  };
  for (const auto& it : kCases) expect_readable(GetParam(), it);
}

TEST(PasswordsOfPostgreSql, WellFormedLeaveTheRestReadable) {
  constexpr Case kCases[] = {
      {"create role joe login encrypted password 'x' valid until '2030-01-01' in role a, b",
       "create role joe login encrypted password ? valid until ? in role a, b"},
      {"alter user joe with password $1 superuser", "alter user joe with password $1 superuser"},
      {"alter user joe password null nologin", "alter user joe password ? nologin"},
      {"alter role joe password U&'d!0061t' uescape '!' login", "alter role joe password ? login"},
      {"alter role joe password \"x\" login", "alter role joe password ? login"},
      {"alter role password password 'x' login", "alter role password password ? login"},
      {"alter role password rename to joe", "alter role password rename to joe"},
      {"alter role joe rename to password", "alter role joe rename to password"},
      {"alter role joe in database password set search_path = password",
       "alter role joe in database password set search_path = ?"},
      {"alter user mapping for joe server s options (add \"user\" 'a', set password 'x', drop sslkey)",
       "alter user mapping for joe server s options (add \"user\" ?, set password ?, drop sslkey)"},
      {"create subscription s connection 'password=x' publication p",
       "create subscription s connection ? publication p"},
      {"alter table t set (password = 1)", "alter table t set (password = ?)"},
  };
  for (const auto& it : kCases) expect_readable(kPostgreSql, it);
  EXPECT_EQ(normalize("alter user joe password hunter2; select a", kPostgreSql).text, "alter user joe password ?");
  EXPECT_EQ(normalize("alter user joe password 'x'; select a", kPostgreSql).text,
            "alter user joe password ?; select a");
  EXPECT_FALSE(normalize("alter user joe password hunter2", kPostgreSql).signature);
}

TEST(PasswordsOfMySql, WellFormedLeaveTheRestReadable) {
  constexpr Case kCases[] = {
      {"create user a@h identified by 'x', b@h identified with caching_sha2_password by 'y' require ssl",
       "create user ? @? identified by ? @? identified with caching_sha2_password by ? require ssl"},
      {"create user a identified by random password, b identified by password 'x' password expire never",
       "create user a identified by random password, b identified by password ? password expire never"},
      {"alter user a identified by 'x' replace 'y' retain current password",
       "alter user a identified by ? replace ? retain current password"},
      {"alter user a discard old password", "alter user a discard old password"},
      {"alter user a identified via ed25519 using password('x') or unix_socket password expire",
       "alter user a identified via ed25519 using password(?) or unix_socket password expire"},
      {"alter user a password require current optional password history 5 password reuse interval 1 day",
       "alter user a password require current optional password history ? password reuse interval ? day"},
      {"set password for a@h = password('x')", "set password for ? @? = password(?)"},
      {"set password = 'x' replace 'y' retain current password", "set password = ? replace ? retain current password"},
      {"set password for current_user() to random", "set password for current_user() to random"},
      {"update t set a = password(concat('x', b)), password = c where d = 1",
       "update t set a = password(?), password = c where d = ?"},
      {"create index i on t (a, password(10))", "create index i on t (a, password(?))"},
      {"create table t (a int, key password (a))", "create table t (a int, key password (a))"},
      {"change master to master_user = 'a', master_password = 'x', master_port = 1",
       "change master to master_user = ?, master_password = ?, master_port = ?"},
      {"start replica user = 'a' password = 'x' for channel 'c'", "start replica user = ? password = ? for channel ?"},
      {"grant create user on *.* to a identified by 'x' with grant option",
       "grant create user on * .* to a identified by ? with grant option"},
      {"create user password@localhost", "create user ? @?"},
  };
  for (const auto& it : kCases) {
    expect_readable(kMySql, it);
    expect_readable(kMariaDb, it);
  }
}

TEST(PasswordMessages, KeepWhatTheServersSayOfThem) {
  for (const std::string_view message :
       {"password authentication failed for user \"joe\"", "role \"password\" does not exist", "password is too long",
        "column \"password\" does not exist", "must have admin option on role \"joe\" to alter user"}) {
    EXPECT_EQ(redact_message(message, {}), message);
  }
  for (const std::string_view message :
       {"Access denied for user 'joe'@'h' (using password: YES)", "Your password has expired",
        "You must SET PASSWORD before executing this statement", "Unknown column 'password' in 'field list'",
        "Access denied; you need (at least one of) the CREATE USER privilege(s) for this operation"}) {
    EXPECT_EQ(redact_mysql_message(message, 1045, "28000"), message);
  }
}

// What may_announce() promises: of random texts of words that count here, and other tokens, all are kept up to there.
TEST_P(Passwords, NothingIsHiddenBeforeAWordThatMayAnnounceOne) {
  constexpr std::array kTokens = std::to_array<std::string_view>({"alter",
                                                                  "create",
                                                                  "import",
                                                                  "grant",
                                                                  "role",
                                                                  "user",
                                                                  "group",
                                                                  "system_user",
                                                                  "add",
                                                                  "drop",
                                                                  "begin",
                                                                  "then",
                                                                  "execute",
                                                                  "by",
                                                                  "connection",
                                                                  "expire",
                                                                  "history",
                                                                  "current",
                                                                  "old",
                                                                  "retain",
                                                                  "admin",
                                                                  "exists",
                                                                  "database",
                                                                  "into",
                                                                  "from",
                                                                  "random",
                                                                  "replace",
                                                                  "rollup",
                                                                  "encrypted",
                                                                  "set",
                                                                  "reset",
                                                                  "to",
                                                                  "with",
                                                                  "via",
                                                                  "or",
                                                                  "as",
                                                                  "using",
                                                                  "for",
                                                                  "source_password",
                                                                  "change",
                                                                  "options",
                                                                  "password",
                                                                  "identified",
                                                                  "subscription",
                                                                  "(",
                                                                  ")",
                                                                  ",",
                                                                  ";",
                                                                  "=",
                                                                  "@",
                                                                  ".",
                                                                  "'x'",
                                                                  "7",
                                                                  "joe"});
  std::mt19937 random(7);
  std::size_t announced = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (int i = 0; i < 12; ++i) text += std::string(kTokens[random() % kTokens.size()]) + " ";
    const auto check = [&](auto reader) {
      PasswordRule rule(text, GetParam().system);
      for (auto token = reader.next(); token.kind != TokenKind::End; token = reader.next()) {
        if (token.kind == TokenKind::Failed) return;
        if (PasswordRule::may_announce(token, text)) {
          ++announced;
          return;
        }
        ASSERT_EQ(rule.judge(token), PasswordRule::Verdict::Keep) << text;
      }
      ASSERT_FALSE(rule.lost()) << text;
    };
    if (GetParam().system == System::PostgreSql) {
      check(Lexer(text, GetParam()));
    } else {
      check(MySqlLexer(text, GetParam()));
    }
  }
  EXPECT_GT(announced, 5000U);
}

INSTANTIATE_TEST_SUITE_P(Systems, Passwords, testing::ValuesIn(kAll));

}  // namespace
}  // namespace dbi::sql
