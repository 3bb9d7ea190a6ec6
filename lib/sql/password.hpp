// Finds passwords in statements by where they stand, whatever their form: without its quotes one is a name to a lexer,
// and the statement, which the server refuses, is shown all the same.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sql/statement.hpp"
#include "sql/token.hpp"
#include "sql/word_table.hpp"

namespace dbi::sql {

/// Looks at the tokens of a text in turn, before they are folded. Knows CREATE and ALTER ROLE, USER, GROUP with
/// PASSWORD, IDENTIFIED BY and WITH, SET PASSWORD, options of servers and user mappings, connections of subscriptions,
/// passwords of replication, and on MySQL and MariaDB PASSWORD(...). A value of a form that the server takes is left as
/// it is; of any other nobody can tell where it ends, so all the text behind it goes with it.
/// The tokens before the first that may_announce() a password can wait: their verdict is Keep. That saves texts without
/// one a fifth of the time of reading them.
class PasswordRule {
 public:
  enum class Verdict : std::uint8_t {
    Keep,
    Hide,  ///< a value stands for the token
    Drop,
  };

  /// `text` is what the tokens' places refer to.
  PasswordRule(std::string_view text, System system) : text_(text), mysql_(system != System::PostgreSql) {}

  /// True for the words without which nothing is ever hidden, and for a few others.
  [[nodiscard]] static bool may_announce(const Token& token, std::string_view text) {
    return token.kind == TokenKind::Word && kFilter.may_hold(text.substr(token.begin, token.size));
  }

  /// Takes the next token, which is neither End nor Failed.
  [[nodiscard]] Verdict judge(const Token& token);
  /// The rest of the text went with a password: what it said is not known.
  [[nodiscard]] bool lost() const { return state_ == State::Rest; }

 private:
  /// What the words say that count here.
  enum class Mark : std::uint8_t {
    None,
    Account,  ///< of the statements that keep a password: ROLE, USER, GROUP
    Begin,    ///< a statement can follow
    By,
    Change,  ///< of an option: ADD, DROP
    Connection,
    Definition,
    Future,  ///< PASSWORD EXPIRE and the like
    Held,    ///< CURRENT PASSWORD, OLD PASSWORD
    Identified,
    Name,  ///< a name follows
    NotCall,
    OldPassword,
    Options,
    Passphrase,
    Password,
    Random,
    Replace,
    Replication,
    Rollup,
    Scrambled,  ///< ENCRYPTED PASSWORD
    Set,
    Subscription,
    To,
    With,
    Or,
    As,
    For,
  };
  struct Entry {
    std::string_view word;
    Mark mark = Mark::None;
  };
  // All that lets plain() leave its state: the words of a password, and those that the other ways there begin with.
  static constexpr std::string_view kAnnouncing[] = {"password", "old_password", "passwd",  "passphrase",
                                                     "pwd",      "identified",   "options", "subscription",
                                                     "change",   "start"};
  static constexpr WordFilter kFilter{kAnnouncing};
  enum class State : std::uint8_t {
    Plain,
    Name,      ///< behind PASSWORD where it can be a name
    Password,  ///< behind PASSWORD of an account
    OptionName,
    Option,     ///< behind its name
    Parameter,  ///< behind one of replication, before its equals sign
    Call,       ///< behind PASSWORD, which a bracket makes a function
    Group,      ///< in its brackets
    CallEnd,
    SetPassword,    ///< behind SET PASSWORD
    SetAccount,     ///< behind FOR
    SetHost,        ///< behind the account
    SetHostName,    ///< behind its at sign
    SetHostCall,    ///< in the brackets of CURRENT_USER()
    SetAssignment,  ///< before the equals sign
    Plugin,
    PluginEnd,
    Value,
    ValueCall,    ///< behind PASSWORD where a value stands
    ValueRandom,  ///< behind RANDOM likewise
    ValueEnd,
    ListComma,  ///< behind the comma behind a value
    ValueHost,  ///< behind an at sign there
    Rest,
  };

  [[nodiscard]] Verdict decide(const Token& token);
  [[nodiscard]] Verdict plain(const Token& token);
  [[nodiscard]] Verdict password_name(const Token& token);
  [[nodiscard]] Verdict option(const Token& token);
  [[nodiscard]] Verdict group(const Token& token);
  [[nodiscard]] Verdict set_password(const Token& token);
  [[nodiscard]] Verdict plugin(const Token& token);
  [[nodiscard]] Verdict plugin_end(const Token& token);
  [[nodiscard]] Verdict value(const Token& token);
  [[nodiscard]] Verdict value_end(const Token& token);
  [[nodiscard]] Verdict list_end(const Token& token);
  [[nodiscard]] Verdict list_comma(const Token& token);
  void note_word(const Token& token);
  void note_password();
  void note_bracket(const Token& token);
  [[nodiscard]] Verdict keep(State state) {
    state_ = state;
    return Verdict::Keep;
  }
  [[nodiscard]] Verdict hide(State state) {
    state_ = state;
    return Verdict::Hide;
  }
  [[nodiscard]] Verdict as_plain(const Token& token) {
    state_ = State::Plain;
    return plain(token);
  }
  void begin_statement();
  [[nodiscard]] Mark mark_of(const Token& token) const;
  [[nodiscard]] bool is_operator(const Token& token, std::string_view spelling) const;
  [[nodiscard]] bool is_assignment(const Token& token) const;
  [[nodiscard]] bool may_follow(const Token& token) const;
  [[nodiscard]] bool call_expected() const;
  [[nodiscard]] bool in_options() const { return options_depth_ > 0; }
  [[nodiscard]] std::string_view text_of(const Token& token) const { return text_.substr(token.begin, token.size); }

  std::string_view text_;
  bool mysql_;
  State state_ = State::Plain;
  Token previous_;  ///< End at the start of a statement
  Mark mark_ = Mark::None;
  Mark mark_before_ = Mark::None;
  std::size_t depth_ = 0;
  std::size_t options_depth_ = 0;
  std::size_t group_depth_ = 0;
  bool group_hidden_ = false;
  State group_end_ = State::Plain;
  State list_state_ = State::ValueEnd;
  bool definition_ = false;
  bool account_ = false;
  bool subscription_ = false;
  bool replication_ = false;
  bool set_ = false;
  bool set_statement_ = false;
};

}  // namespace dbi::sql
