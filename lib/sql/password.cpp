// SPDX-License-Identifier: Apache-2.0
#include "sql/password.hpp"

#include <algorithm>
#include <array>

#include "sql/word_table.hpp"

namespace dbi::sql {

namespace {

// What can stand behind the password of a role (manual, CREATE ROLE, CREATE SUBSCRIPTION; gram.y of PostgreSQL).
constexpr std::array<std::string_view, 26> kPostgreSqlFollowers = {
    "admin",        "bypassrls", "connection", "createdb",      "createrole",  "createuser", "encrypted",
    "group",        "in",        "inherit",    "login",         "nobypassrls", "nocreatedb", "nocreaterole",
    "nocreateuser", "noinherit", "nologin",    "noreplication", "nosuperuser", "password",   "publication",
    "replication",  "role",      "superuser",  "unencrypted",   "valid"};
// The same of accounts and of replication (sql_yacc.yy of MySQL and MariaDB: CREATE, ALTER USER, GRANT, SET PASSWORD,
// CLONE, START REPLICA).
constexpr std::array<std::string_view, 24> kMySqlFollowers = {"account",
                                                              "add",
                                                              "and",
                                                              "attribute",
                                                              "comment",
                                                              "data",
                                                              "default",
                                                              "default_auth",
                                                              "discard",
                                                              "drop",
                                                              "failed_login_attempts",
                                                              "finish",
                                                              "for",
                                                              "identified",
                                                              "initial",
                                                              "modify",
                                                              "or",
                                                              "password",
                                                              "password_lock_time",
                                                              "plugin_dir",
                                                              "require",
                                                              "retain",
                                                              "until",
                                                              "with"};
// What can stand behind the name of a role or account that is called PASSWORD, besides.
constexpr std::array<std::string_view, 12> kNameFollowers = {"with", "rename",     "set", "reset", "for",    "in",
                                                             "from", "identified", "to",  "valid", "server", "options"};
// The names of plugins, besides those that begin with auth.
constexpr std::array<std::string_view, 14> kPlugins = {"mysql_native_password",
                                                       "caching_sha2_password",
                                                       "sha256_password",
                                                       "mysql_old_password",
                                                       "ed25519",
                                                       "parsec",
                                                       "unix_socket",
                                                       "socket",
                                                       "pam",
                                                       "gssapi",
                                                       "named_pipe",
                                                       "mysql_no_login",
                                                       "mysql_clear_password",
                                                       "test_plugin_server"};

template <std::size_t count>
bool is_one_of(std::string_view word, const std::array<std::string_view, count>& words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view one) { return equals_folded(word, one); });
}

// A name in any form, that of a digest included.
bool is_name(const Token& token) {
  if (token.kind == TokenKind::Word) return token.keyword != Keyword::Unknown;
  return token.kind == TokenKind::QuotedName || is_value(token.kind);
}

bool is_plugin(std::string_view name) {
  if (name.size() > 2 && (name.front() == '`' || name.front() == '"')) name = name.substr(1, name.size() - 2);
  return is_one_of(name, kPlugins) || equals_folded(name.substr(0, 5), "auth_") ||
         equals_folded(name.substr(0, 15), "authentication_");
}

}  // namespace

PasswordRule::Mark PasswordRule::mark_of(const Token& token) const {
  static constexpr Entry kEntries[] = {{"alter", Mark::Definition},
                                       {"create", Mark::Definition},
                                       {"import", Mark::Definition},
                                       {"grant", Mark::Definition},
                                       {"role", Mark::Account},
                                       {"user", Mark::Account},
                                       {"group", Mark::Account},
                                       {"system_user", Mark::Account},
                                       {"session_user", Mark::Account},
                                       {"add", Mark::Change},
                                       {"drop", Mark::Change},
                                       {"begin", Mark::Begin},
                                       {"then", Mark::Begin},
                                       {"else", Mark::Begin},
                                       {"do", Mark::Begin},
                                       {"loop", Mark::Begin},
                                       {"repeat", Mark::Begin},
                                       {"execute", Mark::Begin},
                                       {"by", Mark::By},
                                       {"connection", Mark::Connection},
                                       {"expire", Mark::Future},
                                       {"history", Mark::Future},
                                       {"reuse", Mark::Future},
                                       {"require", Mark::Future},
                                       {"current", Mark::Held},
                                       {"old", Mark::Held},
                                       {"retain", Mark::Held},
                                       {"identified", Mark::Identified},
                                       {"admin", Mark::Name},
                                       {"exists", Mark::Name},
                                       {"database", Mark::Name},
                                       {"into", Mark::NotCall},
                                       {"from", Mark::NotCall},
                                       {"on", Mark::NotCall},
                                       {"old_password", Mark::OldPassword},
                                       {"options", Mark::Options},
                                       {"passwd", Mark::Passphrase},
                                       {"passphrase", Mark::Passphrase},
                                       {"pwd", Mark::Passphrase},
                                       {"password", Mark::Password},
                                       {"random", Mark::Random},
                                       {"replace", Mark::Replace},
                                       {"change", Mark::Replication},
                                       {"start", Mark::Replication},
                                       {"rollup", Mark::Rollup},
                                       {"encrypted", Mark::Scrambled},
                                       {"unencrypted", Mark::Scrambled},
                                       {"set", Mark::Set},
                                       {"reset", Mark::Set},
                                       {"subscription", Mark::Subscription},
                                       {"to", Mark::To},
                                       {"with", Mark::With},
                                       {"via", Mark::With},
                                       {"or", Mark::Or},
                                       {"as", Mark::As},
                                       {"using", Mark::As},
                                       {"for", Mark::For}};
  static constexpr WordTable<Entry, 256> kTable(kEntries);
  if (token.kind != TokenKind::Word) return Mark::None;
  const auto* entry = kTable.find(text_of(token));
  return entry != nullptr ? entry->mark : Mark::None;
}

bool PasswordRule::is_operator(const Token& token, std::string_view spelling) const {
  return token.kind == TokenKind::Operator && text_of(token) == spelling;
}

bool PasswordRule::is_assignment(const Token& token) const {
  return is_operator(token, "=") || is_operator(token, ":=");
}

bool PasswordRule::may_follow(const Token& token) const {
  if (token.kind != TokenKind::Word) return false;
  return mysql_ ? is_one_of(text_of(token), kMySqlFollowers) : is_one_of(text_of(token), kPostgreSqlFollowers);
}

PasswordRule::Verdict PasswordRule::judge(const Token& token) {
  mark_before_ = mark_;
  mark_ = mark_of(token);
  const auto verdict = decide(token);
  previous_ = token;
  if (token.kind == TokenKind::Semicolon && state_ != State::Rest && state_ != State::Group) begin_statement();
  return verdict;
}

void PasswordRule::begin_statement() {
  const PasswordRule fresh(text_, mysql_ ? System::MySql : System::PostgreSql);
  *this = fresh;
}

PasswordRule::Verdict PasswordRule::decide(const Token& token) {
  switch (state_) {
    case State::Plain:
      return plain(token);
    case State::Name:
    case State::Password:
      return password_name(token);
    case State::OptionName:
    case State::Option:
      return option(token);
    case State::Parameter:
      return is_assignment(token) ? keep(State::Value) : value(token);
    case State::Call:
      if (token.kind != TokenKind::Open) return as_plain(token);
      group_end_ = State::CallEnd;
      return keep(State::Group);
    case State::Group:
      return group(token);
    case State::CallEnd:
      // A bracket in the password.
      if (!token.spaced && token.kind == TokenKind::Word && token.keyword == Keyword::None) return hide(State::Rest);
      return as_plain(token);
    case State::SetPassword:
    case State::SetAccount:
    case State::SetHost:
    case State::SetHostName:
    case State::SetHostCall:
    case State::SetAssignment:
      return set_password(token);
    case State::Plugin:
      return plugin(token);
    case State::PluginEnd:
      return plugin_end(token);
    case State::Value:
      return value(token);
    case State::ValueCall:
      if (token.kind != TokenKind::Open) return value(token);
      group_end_ = State::ValueEnd;
      return keep(State::Group);
    case State::ValueRandom:
      if (mark_ == Mark::Password) return keep(State::ValueEnd);
      return value_end(token);
    case State::ListComma:
      return list_comma(token);
    case State::ValueHost:
      return is_value(token.kind) ? keep(State::Plain) : hide(State::Rest);
    case State::ValueEnd:
      return value_end(token);
    case State::Rest:
      break;
  }
  return Verdict::Drop;
}

// Where nothing is announced: looks for what announces a password.
PasswordRule::Verdict PasswordRule::plain(const Token& token) {
  switch (token.kind) {
    case TokenKind::Word:
      note_word(token);
      break;
    case TokenKind::Open:
    case TokenKind::Close:
      note_bracket(token);
      break;
    default:
      break;
  }
  return Verdict::Keep;
}

void PasswordRule::note_bracket(const Token& token) {
  if (token.kind == TokenKind::Open) {
    ++depth_;
    if (mark_before_ == Mark::Options && definition_ && !in_options()) {
      options_depth_ = depth_;
      state_ = State::OptionName;
    }
    return;
  }
  if (depth_ == options_depth_) options_depth_ = 0;
  if (depth_ > 0) --depth_;
}

void PasswordRule::note_word(const Token& token) {
  const bool first = previous_.kind == TokenKind::End || mark_before_ == Mark::Begin;
  if (replication_ && contains_folded(text_of(token), "password")) {
    state_ = State::Parameter;
    return;
  }
  switch (mark_) {
    case Mark::Definition:
      definition_ = true;
      break;
    case Mark::Replication:
      replication_ = mysql_ && first;
      break;
    case Mark::Account:
      // CREATE OR REPLACE as well; whatever else REPLACE stands for, no such word is behind it.
      account_ = account_ || mark_before_ == Mark::Definition || mark_before_ == Mark::Replace;
      break;
    case Mark::Subscription:
      subscription_ = mark_before_ == Mark::Definition;
      break;
    case Mark::Connection:
      if (subscription_ && mark_before_ != Mark::Subscription) state_ = State::Value;
      break;
    case Mark::By:
      if (mark_before_ == Mark::Identified) state_ = State::Value;
      break;
    case Mark::With:
      if (mark_before_ == Mark::Identified && definition_) state_ = State::Plugin;
      break;
    case Mark::Set:
      set_ = first;
      set_statement_ = set_statement_ || (mysql_ && set_);
      break;
    case Mark::Password:
    case Mark::OldPassword:
    case Mark::Passphrase:
      note_password();
      break;
    default:
      break;
  }
}

void PasswordRule::note_password() {
  if (previous_.kind == TokenKind::Dot) return;
  const bool listed = previous_.kind == TokenKind::Comma;
  const bool own = mark_ == Mark::Password;
  if (own && ((mark_before_ == Mark::Set && set_) || (set_statement_ && listed && depth_ == 0))) {
    state_ = State::SetPassword;
  } else if (mark_before_ == Mark::Scrambled) {
    state_ = State::Password;
  } else if (account_ && mark_ != Mark::OldPassword) {
    if (mark_before_ == Mark::Held) return;
    const bool name = listed || previous_.kind == TokenKind::Operator || mark_before_ == Mark::Account ||
                      mark_before_ == Mark::Name || mark_before_ == Mark::To;
    state_ = name ? State::Name : State::Password;
  } else if (mysql_ && mark_ != Mark::Passphrase && call_expected()) {
    state_ = State::Call;
  }
}

// Each is ADD, SET, DROP or nothing, a name and a string; where one is not, it could be of a password.
PasswordRule::Verdict PasswordRule::option(const Token& token) {
  if (token.kind == TokenKind::Comma) return keep(State::OptionName);
  if (token.kind == TokenKind::Close) return as_plain(token);
  if (state_ == State::Option) return value(token);
  if (mark_ == Mark::Set || mark_ == Mark::Change) return Verdict::Keep;
  return is_name(token) ? keep(State::Option) : hide(State::Rest);
}

// Whether PASSWORD is a function where a bracket follows: not so where a table or an index of that name is defined.
bool PasswordRule::call_expected() const {
  switch (previous_.kind) {
    case TokenKind::Operator:
    case TokenKind::Comma:
    case TokenKind::Open:
      return true;
    case TokenKind::Word:
      return mark_before_ != Mark::NotCall &&
             (expects_operand(previous_.keyword) || previous_.keyword == Keyword::Unknown);
    default:
      return false;
  }
}

// Behind PASSWORD in a statement about accounts.
PasswordRule::Verdict PasswordRule::password_name(const Token& token) {
  if (state_ == State::Name) {
    const bool ends = token.kind == TokenKind::Comma || token.kind == TokenKind::Semicolon ||
                      token.kind == TokenKind::Close || token.kind == TokenKind::Dot || is_operator(token, "@");
    const bool follows =
        token.kind == TokenKind::Word && (may_follow(token) || is_one_of(text_of(token), kNameFollowers));
    if (ends || follows) return as_plain(token);
  }
  if (mysql_ && mark_ == Mark::Future) return keep(State::Plain);
  return value(token);
}

// All in the brackets is one value; the outer ones stay.
PasswordRule::Verdict PasswordRule::group(const Token& token) {
  if (token.kind == TokenKind::Close && group_depth_ == 0) {
    group_hidden_ = false;
    return keep(group_end_);
  }
  if (token.kind == TokenKind::Open) ++group_depth_;
  if (token.kind == TokenKind::Close) --group_depth_;
  if (group_hidden_) return Verdict::Drop;
  group_hidden_ = true;
  return Verdict::Hide;
}

// Behind SET PASSWORD: FOR account, then the equals sign or TO.
PasswordRule::Verdict PasswordRule::set_password(const Token& token) {
  const bool name = is_name(token);
  const bool assigns = is_assignment(token) || mark_ == Mark::To;
  switch (state_) {
    case State::SetPassword:
      if (token.kind == TokenKind::Dot) return as_plain(token);
      if (mark_ == Mark::For) return keep(State::SetAccount);
      break;
    case State::SetAccount:
      return name ? keep(State::SetHost) : hide(State::Rest);
    case State::SetHost:
      if (is_operator(token, "@")) return keep(State::SetHostName);
      if (token.kind == TokenKind::Open) return keep(State::SetHostCall);
      break;
    case State::SetHostName:
      return name ? keep(State::SetAssignment) : hide(State::Rest);
    case State::SetHostCall:
      return token.kind == TokenKind::Close ? keep(State::SetAssignment) : hide(State::Rest);
    default:
      break;
  }
  return assigns ? keep(State::Value) : hide(State::Rest);
}

PasswordRule::Verdict PasswordRule::plugin(const Token& token) {
  if (mark_ == Mark::Rollup) return as_plain(token);
  if (is_value(token.kind)) return keep(State::PluginEnd);
  if (token.kind != TokenKind::Word && token.kind != TokenKind::QuotedName) return hide(State::Rest);
  return is_plugin(text_of(token)) ? keep(State::PluginEnd) : hide(State::PluginEnd);
}

PasswordRule::Verdict PasswordRule::plugin_end(const Token& token) {
  if (mark_ == Mark::By || mark_ == Mark::As) return keep(State::Value);
  if (mark_ == Mark::Or) return keep(State::Plugin);
  // What follows is of the statement or of a next one only where what was read is a plugin for certain.
  const bool ends = token.kind == TokenKind::Comma || token.kind == TokenKind::Semicolon;
  if (ends && is_value(previous_.kind)) return list_end(token);
  if (ends && is_plugin(text_of(previous_))) return as_plain(token);
  if (mysql_ && is_operator(token, "@")) return keep(State::ValueHost);
  if (may_follow(token)) return as_plain(token);
  return hide(State::Rest);
}

// Where a password stands.
PasswordRule::Verdict PasswordRule::value(const Token& token) {
  if (is_value(token.kind)) return keep(State::ValueEnd);
  if (token.kind == TokenKind::QuotedName || token.keyword == Keyword::Unknown) return hide(State::ValueEnd);
  if (token.keyword == Keyword::Null) return keep(State::ValueEnd);
  if (token.keyword == Keyword::Introducer) return keep(State::Value);
  if (mysql_ && !in_options() && state_ == State::Value) {
    if (mark_ == Mark::Password || mark_ == Mark::OldPassword) return keep(State::ValueCall);
    if (mark_ == Mark::Random) return keep(State::ValueRandom);
  }
  return hide(State::Rest);
}

PasswordRule::Verdict PasswordRule::value_end(const Token& token) {
  if (is_value(token.kind) || token.keyword == Keyword::Uescape || token.keyword == Keyword::Introducer) {
    return Verdict::Keep;
  }
  if (token.kind == TokenKind::Semicolon) return as_plain(token);
  if (in_options()) {
    if (token.kind == TokenKind::Comma || token.kind == TokenKind::Close) return option(token);
  } else if (mysql_ && is_operator(token, "@")) {
    // Of the next account of a list, whose name was folded into the password before it.
    return keep(State::ValueHost);
  } else if (mysql_ && mark_ == Mark::Replace) {
    return keep(State::Value);
  } else if (may_follow(token)) {
    return as_plain(token);
  } else if (mysql_ && token.kind == TokenKind::Comma) {
    return list_end(token);
  }
  return hide(State::Rest);
}

// At the comma or semicolon behind a value. On MySQL and MariaDB a value behind the comma is folded into the one
// before.
PasswordRule::Verdict PasswordRule::list_end(const Token& token) {
  if (!mysql_ || token.kind != TokenKind::Comma) return as_plain(token);
  list_state_ = state_;
  return keep(State::ListComma);
}

PasswordRule::Verdict PasswordRule::list_comma(const Token& token) {
  switch (token.keyword) {
    case Keyword::Null:
    case Keyword::True:
    case Keyword::False:
    case Keyword::Unknown:
      return keep(list_state_);
    case Keyword::Introducer:
      return Verdict::Keep;
    default:
      break;
  }
  if (is_operator(token, "-") || is_operator(token, "+")) return Verdict::Keep;
  return is_value(token.kind) ? keep(list_state_) : as_plain(token);
}

}  // namespace dbi::sql
