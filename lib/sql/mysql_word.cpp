// The servers write one spelling into a digest for all words of the same token: the last one in the order of their
// symbol tables (sql/lex.h of both). The groups were read from MySQL 9.7 and MariaDB 10.5, 10.11 and 11.8.
// SPDX-License-Identifier: Apache-2.0
#include "sql/mysql_word.hpp"

#include <array>
#include <cstddef>

#include "sql/word_table.hpp"

namespace dbi::sql {

namespace {

// The shortest of each group; 0 is no synonym.
constexpr std::array<std::string_view, 42> kSynonyms = {
    "",         "!=",      "||",     "any",     "char",      "curdate",       "curtime", "day",   "dec",
    "distinct", "double",  "float",  "hour",    "explain",   "int",           "int1",    "int2",  "int3",
    "int8",     "fields",  "minute", "mid",     "month",     "ndb",           "now",     "slave", "quarter",
    "rlike",    "schema",  "second", "schemas", "slaves",    "slave_pos",     "std",     "user",  "var_pop",
    "week",     "varchar", "year",   "elseif",  "io_thread", "geomcollection"};

constexpr std::uint8_t synonym(std::string_view word) {
  std::uint8_t number = 0;
  while (kSynonyms[number] != word) ++number;  // the compiler refuses a word that is not there
  return number;
}

constexpr MySqlWord same(std::string_view word, std::string_view as) {
  return {word, Keyword::None, synonym(as), false};
}

constexpr MySqlWord same_call(std::string_view word, std::string_view as) {
  return {word, Keyword::None, synonym(as), true};
}

constexpr MySqlWord kWords[] = {
    {"all", Keyword::All},
    {"alter", Keyword::Alter},
    {"as", Keyword::As},
    {"cast", Keyword::Cast},
    {"create", Keyword::Create},
    {"deallocate", Keyword::Deallocate},
    {"extract", Keyword::Extract},
    {"execute", Keyword::Execute},
    {"false", Keyword::False},
    {"from", Keyword::From},
    {"in", Keyword::In},
    {"is", Keyword::Is},
    {"limit", Keyword::Limit},
    {"not", Keyword::Not},
    {"null", Keyword::Null},
    {"prepare", Keyword::Prepare},
    {"release", Keyword::Release},
    {"rollback", Keyword::Rollback},
    {"savepoint", Keyword::Savepoint},
    {"select", Keyword::Select},
    {"set", Keyword::Set},
    {"to", Keyword::To},
    {"true", Keyword::True},
    {"values", Keyword::Values},
    {"with", Keyword::With},
    {"work", Keyword::Work},
    // an operand follows: MySQL takes a sign away there (sql/gen_lex_token.cc, set_start_expr_token)
    {"and", Keyword::Operand},
    {"at", Keyword::Operand},
    {"between", Keyword::Operand},
    {"binary", Keyword::Operand},
    {"case", Keyword::Operand},
    {"default", Keyword::Default},
    {"div", Keyword::Operand},
    {"do", Keyword::Operand},
    {"else", Keyword::Operand},
    {"elseif", Keyword::Operand},
    {"ends", Keyword::Operand},
    {"every", Keyword::Operand},
    {"if", Keyword::Operand},
    {"interval", Keyword::Operand},
    {"like", Keyword::Operand},
    {"mod", Keyword::Operand},
    {"or", Keyword::Operand},
    {"return", Keyword::Operand},
    {"starts", Keyword::Operand},
    {"then", Keyword::Operand},
    {"until", Keyword::Operand},
    {"using", Keyword::Operand},
    {"when", Keyword::Operand},
    {"while", Keyword::Operand},
    {"xor", Keyword::Operand},
    {"by", Keyword::OperandList},
    {"distinct", Keyword::OperandList},
    {"distinctrow", Keyword::OperandList, synonym("distinct")},
    {"regexp", Keyword::Operand, synonym("rlike")},
    {"rlike", Keyword::Operand},
    {"elsif", Keyword::Operand, synonym("elseif")},
    // the next clause
    {"where", Keyword::Clause},
    {"on", Keyword::Clause},
    {"having", Keyword::Clause},
    {"offset", Keyword::Clause},
    {"fetch", Keyword::Clause},
    {"group", Keyword::Clause},
    {"order", Keyword::Clause},
    {"union", Keyword::Clause},
    {"except", Keyword::Clause},
    {"intersect", Keyword::Clause},
    {"window", Keyword::Clause},
    {"for", Keyword::Clause},
    {"into", Keyword::Clause},
    {"returning", Keyword::ClauseList},
    // neither
    {"end", Keyword::Follower},
    {"asc", Keyword::Follower},
    {"desc", Keyword::Follower},
    {"collate", Keyword::Follower},
    {"over", Keyword::Follower},
    // what a client can prepare (manual, "PREPARE Statement")
    {"analyze", Keyword::Verb},
    {"call", Keyword::Verb},
    {"commit", Keyword::Verb},
    {"delete", Keyword::Verb},
    {"drop", Keyword::Verb},
    {"flush", Keyword::Verb},
    {"grant", Keyword::Verb},
    {"insert", Keyword::Verb},
    {"kill", Keyword::Verb},
    {"optimize", Keyword::Verb},
    {"rename", Keyword::Verb},
    {"repair", Keyword::Verb},
    {"replace", Keyword::Verb},
    {"reset", Keyword::Verb},
    {"revoke", Keyword::Verb},
    {"show", Keyword::Verb},
    {"table", Keyword::Verb},
    {"truncate", Keyword::Verb},
    {"update", Keyword::Verb},
    // character sets (information_schema.character_sets)
    {"_armscii8", Keyword::Introducer},
    {"_ascii", Keyword::Introducer},
    {"_big5", Keyword::Introducer},
    {"_binary", Keyword::Introducer},
    {"_cp1250", Keyword::Introducer},
    {"_cp1251", Keyword::Introducer},
    {"_cp1256", Keyword::Introducer},
    {"_cp1257", Keyword::Introducer},
    {"_cp850", Keyword::Introducer},
    {"_cp852", Keyword::Introducer},
    {"_cp866", Keyword::Introducer},
    {"_cp932", Keyword::Introducer},
    {"_dec8", Keyword::Introducer},
    {"_eucjpms", Keyword::Introducer},
    {"_euckr", Keyword::Introducer},
    {"_gb18030", Keyword::Introducer},
    {"_gb2312", Keyword::Introducer},
    {"_gbk", Keyword::Introducer},
    {"_geostd8", Keyword::Introducer},
    {"_greek", Keyword::Introducer},
    {"_hebrew", Keyword::Introducer},
    {"_hp8", Keyword::Introducer},
    {"_keybcs2", Keyword::Introducer},
    {"_koi8r", Keyword::Introducer},
    {"_koi8u", Keyword::Introducer},
    {"_latin1", Keyword::Introducer},
    {"_latin2", Keyword::Introducer},
    {"_latin5", Keyword::Introducer},
    {"_latin7", Keyword::Introducer},
    {"_macce", Keyword::Introducer},
    {"_macroman", Keyword::Introducer},
    {"_sjis", Keyword::Introducer},
    {"_swe7", Keyword::Introducer},
    {"_tis620", Keyword::Introducer},
    {"_ucs2", Keyword::Introducer},
    {"_ujis", Keyword::Introducer},
    {"_utf16", Keyword::Introducer},
    {"_utf16le", Keyword::Introducer},
    {"_utf32", Keyword::Introducer},
    {"_utf8", Keyword::Introducer},
    {"_utf8mb3", Keyword::Introducer},
    {"_utf8mb4", Keyword::Introducer},
    // synonyms
    same("some", "any"),
    same("character", "char"),
    same("current_date", "curdate"),
    same("current_time", "curtime"),
    same("sql_tsi_day", "day"),
    same("decimal", "dec"),
    same("float8", "double"),
    same("float4", "float"),
    same("geometrycollection", "geomcollection"),
    same("sql_tsi_hour", "hour"),
    {"describe", Keyword::Verb, synonym("explain")},
    {"explain", Keyword::Verb},
    same("integer", "int"),
    same("int4", "int"),
    same("tinyint", "int1"),
    same("smallint", "int2"),
    same("mediumint", "int3"),
    same("middleint", "int3"),
    same("bigint", "int8"),
    same("columns", "fields"),
    same("sql_tsi_minute", "minute"),
    same_call("substr", "mid"),
    same_call("substring", "mid"),
    same("sql_tsi_month", "month"),
    same("ndbcluster", "ndb"),
    same("current_timestamp", "now"),
    same("localtime", "now"),
    same("localtimestamp", "now"),
    same("replica", "slave"),
    same("replicas", "slaves"),
    same("replica_pos", "slave_pos"),
    same("sql_tsi_quarter", "quarter"),
    same("database", "schema"),
    same("databases", "schemas"),
    same("sql_tsi_second", "second"),
    same_call("stddev", "std"),
    same_call("stddev_pop", "std"),
    same("session_user", "user"),
    same("system_user", "user"),
    same_call("variance", "var_pop"),
    same("sql_tsi_week", "week"),
    same("varcharacter", "varchar"),
    same("sql_tsi_year", "year"),
    same("relay_thread", "io_thread"),
};

constexpr WordTable<MySqlWord, 1024> kTable(kWords);

}  // namespace

MySqlWord find_mysql_word(std::string_view word) {
  const auto* entry = kTable.find(word);
  return entry != nullptr ? *entry : MySqlWord{};
}

std::uint8_t find_mysql_operator_synonym(std::string_view spelling) {
  if (spelling == "<>") return synonym("!=");
  return spelling == "(unknown)" ? synonym("||") : std::uint8_t{0};
}

std::string_view mysql_synonym(std::uint8_t number) {
  return kSynonyms[number];
}

}  // namespace dbi::sql
