// Second step of the reader: walks from operator to operator and checks what stands between them by the grammar.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "record/names.hpp"
#include "record/record.hpp"
#include "record/scalar.hpp"
#include "record/scan.hpp"
#include "record/utf8.hpp"

namespace dbi::record {

namespace {

constexpr std::string_view kRepeatedName = "repeated name";

bool is_opening(char c) {
  return c == '{' || c == '[';
}

bool is_white_space(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

std::string_view trim_white_space(std::string_view text) {
  while (!text.empty() && is_white_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_white_space(text.back())) text.remove_suffix(1);
  return text;
}

// Bytes of the checked string that `text` begins with, quotes included; more than there are where it does not end.
std::size_t string_length(std::string_view text) {
  std::size_t at = text.find('"', 1);
  if (at == std::string_view::npos) return text.size() + 1;
  if (text[at - 1] != '\\') return at + 1;
  at = 1;
  while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2U : 1U;
  return at + 1;
}

// The kinds of the open containers, a bit each.
class Nesting {
 public:
  // False where that is one too many.
  bool push(char opening) {
    if (depth_ == static_cast<std::size_t>(kMaxDepth)) return false;
    const std::uint64_t bit = std::uint64_t{1} << depth_ % 64;
    std::uint64_t& word = objects_[depth_ / 64];
    word = opening == '{' ? word | bit : word & ~bit;
    ++depth_;
    return true;
  }
  void pop() { --depth_; }
  [[nodiscard]] std::size_t depth() const { return depth_; }
  [[nodiscard]] bool in_object() const { return (objects_[(depth_ - 1) / 64] >> (depth_ - 1) % 64 & 1U) != 0; }
  [[nodiscard]] char closing() const { return in_object() ? '}' : ']'; }

 private:
  std::size_t depth_ = 0;
  std::array<std::uint64_t, kMaxDepth / 64> objects_;  // only the bits below depth_ mean something
};

// What is wrong, and at which byte from 0.
struct Fault {
  std::string_view what;
  std::size_t at = 0;
};

Fault describe(const Scan& scan) {
  switch (scan.fault) {
    case ScanFault::ControlCharacter:
      return {"control character in a string", scan.fault_at};
    case ScanFault::Escape:
      return {"invalid escape", scan.fault_at};
    default:
      return {"unexpected byte beside a quote", scan.fault_at};
  }
}

// The check of one line, which begins with { and ends with }. Appends its members.
class Walk {
 public:
  Walk(std::string_view line, std::vector<Member>& members)
      : line_(line), members_(&members), scan_chunk_(best_scan_chunk()), scan_(line) {}

  // False where the line is malformed: fault() says how. Names are compared as they are written, and only as long as
  // the filter has room for them.
  bool record();

  [[nodiscard]] Fault fault() const { return fault_; }
  [[nodiscard]] bool has_backslash() const { return scan_.backslash; }
  [[nodiscard]] bool has_non_ascii() const { return scan_.non_ascii; }

 private:
  // Inlined: a record has some thirty members, and a call costs more than what these two do.
  [[gnu::always_inline]] inline bool name(std::string_view& out);
  [[gnu::always_inline]] [[nodiscard]] inline bool is_scalar(std::string_view text) const;
  bool value(std::string_view& out);
  bool add(std::string_view name, std::string_view value);
  bool end_of_record();
  bool container();
  bool open();
  bool element();
  bool after_element();
  bool fail(std::string_view what, std::size_t at);

  // Goes to the next operator; behind the last one comes '\0' at the end of the line.
  void advance() {
    begin_ = at_ + 1;
    if (next_ == scan_.count) return refill();
    at_ = scan_.operators[next_++];
    byte_ = line_[at_];
  }
  void refill();

  // What stands between the operator before and this one.
  [[nodiscard]] std::string_view segment() const {
    const std::string_view text(line_.data() + begin_, at_ - begin_);
    return scan_.white_space ? trim_white_space(text) : text;
  }

  // Only white space lets other tokens stand beside a string: the scan takes care of all else.
  [[nodiscard]] bool is_string(std::string_view text) const {
    if (text.empty() || text[0] != '"') return false;
    return !scan_.white_space || string_length(text) == text.size();
  }

  std::string_view line_;
  std::vector<Member>* members_;
  ScanFunction scan_chunk_;
  std::size_t next_ = 0;   // index of the next operator
  std::size_t at_ = 0;     // this operator
  std::size_t begin_ = 0;  // the byte behind the operator before it
  char byte_ = '\0';       // its byte
  Fault fault_;
  NameFilter names_;
  Nesting nesting_;
  Scan scan_;
};

void Walk::refill() {
  next_ = 0;
  scan_.count = 0;
  while (scan_.count == 0 && !scan_.at_end() && scan_.fault == ScanFault::None) scan_chunk_(scan_);
  if (scan_.count == 0 || scan_.fault != ScanFault::None) {
    scan_.count = 0;
    at_ = line_.size();
    begin_ = std::min(begin_, at_);  // where the walk was at the end already
    byte_ = '\0';
    return;
  }
  at_ = scan_.operators[next_++];
  byte_ = line_[at_];
}

// A fault of the scan comes first: it is what made the walk end early.
bool Walk::fail(std::string_view what, std::size_t at) {
  if (scan_.fault != ScanFault::None) {
    fault_ = describe(scan_);
  } else if (at_ == line_.size()) {
    fault_ = {scan_.in_string ? "unclosed string" : "unclosed container", at_};
  } else {
    fault_ = {what, at};
  }
  return false;
}

bool Walk::is_scalar(std::string_view text) const {
  if (text.empty()) return false;
  switch (text[0]) {
    case '"':
      return is_string(text);
    case 't':
    case 'f':
    case 'n':
      return is_literal(text);
    default:
      return is_number(text);
  }
}

bool Walk::record() {
  nesting_.push('{');
  advance();  // to the brace that the line begins with
  advance();
  if (byte_ == '}' && segment().empty()) return end_of_record();
  for (;;) {
    std::string_view member_name;
    std::string_view member_value;
    if (!name(member_name) || !value(member_value) || !add(member_name, member_value)) return false;
    if (byte_ == '}') return end_of_record();
    if (byte_ != ',') return fail("expected ',' or '}'", at_);
    advance();
  }
}

bool Walk::end_of_record() {
  return at_ + 1 == line_.size() || fail("unexpected bytes behind the object", at_ + 1);
}

// Ends at the first operator of the value.
bool Walk::name(std::string_view& out) {
  out = segment();
  if (!is_string(out)) return fail("expected a member name", begin_);
  if (byte_ != ':') return fail("expected ':'", at_);
  out = std::string_view(out.data() + 1, out.size() - 2);
  advance();
  return true;
}

// Ends at the first operator behind the value.
bool Walk::value(std::string_view& out) {
  if (!is_opening(byte_)) {
    out = segment();
    return is_scalar(out) || fail("expected a value", begin_);
  }
  const std::size_t start = at_;
  if (!container()) return false;
  out = line_.substr(start, at_ + 1 - start);
  advance();
  return segment().empty() || fail("expected ',' or '}'", begin_);
}

bool Walk::add(std::string_view name, std::string_view value) {
  if (members_->size() < NameFilter::kCapacity && names_.note(name)) {
    const auto same = [name](const Member& member) { return member.raw_name == name; };
    if (std::any_of(members_->begin(), members_->end(), same)) {
      return fail(kRepeatedName, static_cast<std::size_t>(name.data() - line_.data()));
    }
  }
  members_->push_back({name, Value(value)});
  return true;
}

// From an opening bracket to its closing one.
bool Walk::container() {
  if (!open()) return false;
  while (nesting_.depth() > 1) {
    if (!element()) return false;
  }
  return true;
}

// Takes an opening bracket, and the closing one where nothing is between.
bool Walk::open() {
  if (!segment().empty()) return fail("expected a value", begin_);
  if (!nesting_.push(byte_)) return fail("more than 1024 nested containers", at_);
  advance();
  return byte_ == nesting_.closing() && segment().empty() ? after_element() : true;
}

// Takes the member or value that this operator belongs to; a container only as far as it was opened.
bool Walk::element() {
  std::string_view text;
  if (nesting_.in_object() && !name(text)) return false;
  if (is_opening(byte_)) return open();
  return is_scalar(segment()) ? after_element() : fail("expected a value", begin_);
}

// Takes the closing brackets, as far as the record's own member is not complete, and the comma behind them.
bool Walk::after_element() {
  while (byte_ == nesting_.closing()) {
    nesting_.pop();
    if (nesting_.depth() == 1) return true;
    advance();
    if (!segment().empty()) return fail("unexpected bytes behind a container", begin_);
  }
  if (byte_ != ',') return fail(nesting_.in_object() ? "expected ',' or '}'" : "expected ',' or ']'", at_);
  advance();
  return true;
}

Status malformed(std::string_view what, std::size_t at) {
  return fail(ErrorKind::Malformed, fmt::format("{} at byte {}", what, at + 1));
}

bool has_escape(const Member& member) {
  return member.raw_name.find('\\') != std::string_view::npos;
}

}  // namespace

Status Reader::parse(std::string_view line, Record& record) {
  record.line_ = line;
  record.members_.clear();
  record.escaped_names_ = false;
  Status status = check(line, record);
  if (!status) {
    record.line_ = {};
    record.members_.clear();
  }
  return status;
}

Status Reader::check(std::string_view line, Record& record) {
  const std::string_view object = trim_white_space(line);
  const auto offset = static_cast<std::size_t>(object.data() - line.data());
  if (object.empty() || object.front() != '{') return fail(ErrorKind::Malformed, "not a JSON object");
  if (object.back() != '}') return malformed("expected '}'", offset + object.size());
  if (object.size() > std::numeric_limits<std::uint32_t>::max()) return malformed("line too long", object.size());
  Walk walk(object, record.members_);
  if (!walk.record()) return malformed(walk.fault().what, offset + walk.fault().at);
  if (walk.has_non_ascii()) {
    const std::size_t at = find_invalid_utf8(object);
    if (at != std::string_view::npos) return malformed("invalid UTF-8", offset + at);
  }
  const auto& members = record.members_;
  record.escaped_names_ = walk.has_backslash() && std::any_of(members.begin(), members.end(), has_escape);
  if (!record.escaped_names_ && members.size() <= NameFilter::kCapacity) return {};
  const std::size_t repeated = name_sorter_.find_repeated(members);
  if (repeated == members.size()) return {};
  return malformed(kRepeatedName, static_cast<std::size_t>(members[repeated].raw_name.data() - line.data()));
}

}  // namespace dbi::record
