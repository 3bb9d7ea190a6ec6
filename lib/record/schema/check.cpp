// SPDX-License-Identifier: Apache-2.0
#include "record/schema/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/time_text.hpp"
#include "record/escape.hpp"
#include "record/schema/schema.hpp"

namespace dbi::record::schema {

namespace {

constexpr std::int64_t kVersion = 1;

std::string_view kind_word(ValueKind kind) {
  switch (kind) {
    case ValueKind::Object:
      return "an object";
    case ValueKind::Array:
      return "a list";
    case ValueKind::Text:
      return "a text";
    case ValueKind::Number:
      return "a number";
    case ValueKind::True:
    case ValueKind::False:
      return "a boolean";
    default:
      return "null";
  }
}

std::string with_article(std::string_view type) {
  return fmt::format("{} {}", type.front() == 'i' || type.front() == 'o' ? "an" : "a", type);
}

bool is_integer(const Value& value) {
  return value.kind() == ValueKind::Number && value.raw().find_first_of(".eE") == std::string_view::npos;
}

// The end of the JSON string that `raw` begins with, closing quote included.
std::size_t string_end(std::string_view raw) {
  std::size_t at = 1;
  while (raw[at] != '"') at += raw[at] == '\\' ? 2U : 1U;
  return at + 1;
}

// Calls `each` with the strings of a checked array; false where something else is in it or `each` says so.
template <typename Each>
bool each_text(std::string_view raw, Each each) {
  constexpr std::string_view kBetween = " \t\r\n,";
  raw = raw.substr(1, raw.size() - 2);
  for (;;) {
    const std::size_t begin = raw.find_first_not_of(kBetween);
    if (begin == std::string_view::npos) return true;
    raw.remove_prefix(begin);
    if (raw.front() != '"') return false;
    const std::size_t end = string_end(raw);
    if (!each(Value(raw.substr(0, end)))) return false;
    raw.remove_prefix(end);
  }
}

bool is_text_list(const Value& value) {
  return value.kind() == ValueKind::Array && each_text(value.raw(), [](const Value&) { return true; });
}

class Checker {
 public:
  explicit Checker(const Record& record) : record_(record) {}

  std::vector<Finding> check() {
    const Member* name = record_.find("kind");
    if (name != nullptr) {
      const auto text = name->value.text(scratch_);
      if (text) {
        kind_ = find_kind(*text);
        if (kind_ == nullptr) add(Finding::Code::UnknownKind, "kind", fmt::format("kind '{}' is not known", *text));
      }
    }
    is_filters_ = record_.find("tool") != nullptr;
    check_rows(routing_members());
    if (kind_ != nullptr) check_rows(kind_->members);
    check_common();
    check_version();
    check_weight();
    return std::move(findings_);
  }

 private:
  void add(Finding::Code code, std::string_view member, std::string message) {
    findings_.push_back({code, std::string(member), std::move(message)});
  }

  // A member is looked for behind the one before it, where writers put it; else from the start.
  const Member* find(std::string_view name) {
    const auto members = record_.members();
    for (std::size_t step = 0; step < kNear && next_ + step < members.size(); ++step) {
      if (members[next_ + step].raw_name != name) continue;
      next_ += step + 1;
      return &members[next_ - 1];
    }
    const Member* found = record_.find(name);
    if (found != nullptr) next_ = static_cast<std::size_t>(found - members.data()) + 1;
    return found;
  }

  void check_rows(std::span<const MemberRow> rows) {
    for (const MemberRow& row : rows) {
      const Member* member = find(row.name);
      if (member != nullptr) {
        check_value(row, member->value);
      } else if (row.presence == Presence::Required || (row.presence == Presence::Collected && !is_filters_)) {
        add(Finding::Code::Missing, row.name, fmt::format("member '{}' is missing", row.name));
      }
    }
  }

  // A kind that has such a member in its own table gave it a meaning of its own.
  void check_common() {
    for (const MemberRow& row : common_members()) {
      if (kind_ != nullptr && std::ranges::find(kind_->members, row.name, &MemberRow::name) != kind_->members.end()) {
        continue;
      }
      if (const Member* member = find(row.name)) check_value(row, member->value);
    }
  }

  void check_value(const MemberRow& row, const Value& value) {
    if (!has_type(row.type, value, scratch_)) {
      add(Finding::Code::WrongType, row.name, describe(row, value));
    } else if (!row.words.empty()) {
      check_words(row, value);
    }
  }

  // What it is, in words that differ from what it should be.
  std::string describe(const MemberRow& row, const Value& value) {
    std::string what(kind_word(value.kind()));
    if (row.type == MemberType::Time && value.kind() == ValueKind::Text) {
      what = fmt::format("'{}'", *value.text(scratch_));
    } else if (row.type == MemberType::Integer && value.kind() == ValueKind::Number) {
      what = value.raw();
    } else if (row.type == MemberType::TextList && value.kind() == ValueKind::Array) {
      what = "a list of other values";
    }
    return fmt::format("member '{}' is {}, not {}", row.name, what, with_article(type_word(row.type)));
  }

  void check_words(const MemberRow& row, const Value& value) {
    const auto known = [&](const Value& text) {
      const auto word = *text.text(scratch_);
      if (std::ranges::find(row.words, word) != row.words.end()) return true;
      add(Finding::Code::UnknownWord, row.name,
          fmt::format("member '{}' is '{}', not one of {}", row.name, word, fmt::join(row.words, ", ")));
      return false;
    };
    if (row.type == MemberType::TextList) {
      each_text(value.raw(), known);
    } else {
      known(value);
    }
  }

  void check_version() {
    const Member* version = record_.find("v");
    if (version == nullptr || !is_integer(version->value) || version->value.integer() == kVersion) return;
    add(Finding::Code::UnknownKind, "v", fmt::format("version {} is not known", version->value.raw()));
  }

  void check_weight() {
    const Member* weight = record_.find("weight");
    if (weight == nullptr || kind_ == nullptr) return;
    if (kind_->kind_class == KindClass::Gauge) {
      add(Finding::Code::NotAllowed, "weight", fmt::format("kind '{}' has no weight", kind_->name));
      return;
    }
    const bool may_be_less = kind_->name == "dropped";  // there it is a sum, and 0 for the coin's
    const auto number = weight->value.number();
    if (!may_be_less && number && *number < 1) {
      add(Finding::Code::NotAllowed, "weight", fmt::format("member 'weight' is {}, less than 1", weight->value.raw()));
    }
  }

  static constexpr std::size_t kNear = 4;

  const Record& record_;
  const KindRow* kind_ = nullptr;
  bool is_filters_ = false;
  std::size_t next_ = 0;
  std::string scratch_;
  std::vector<Finding> findings_;
};

}  // namespace

bool has_type(MemberType type, const Value& value, std::string& scratch) {
  switch (type) {
    case MemberType::Text:
      return value.kind() == ValueKind::Text;
    case MemberType::Time: {
      const auto text = value.text(scratch);
      return text && parse_timestamp(*text).has_value();
    }
    case MemberType::Integer:
      return is_integer(value);
    case MemberType::Number:
      return value.kind() == ValueKind::Number;
    case MemberType::Boolean:
      return value.boolean().has_value();
    case MemberType::TextList:
      return is_text_list(value);
    case MemberType::Object:
      return value.kind() == ValueKind::Object;
    case MemberType::TextOrObject:
      return value.kind() == ValueKind::Text || value.kind() == ValueKind::Object;
    case MemberType::ObjectList:
      return value.kind() == ValueKind::Array;
  }
  return false;
}

bool has_known_words(const MemberRow& row, const Value& value, std::string& scratch) {
  if (row.words.empty()) return true;
  const auto known = [&](const Value& text) {
    return std::ranges::find(row.words, *text.text(scratch)) != row.words.end();
  };
  return row.type == MemberType::TextList ? each_text(value.raw(), known) : known(value);
}

bool is_known_version(const Value& value) {
  return value.integer() == kVersion;
}

std::vector<Finding> check_record(const Record& record) {
  return Checker(record).check();
}

}  // namespace dbi::record::schema
