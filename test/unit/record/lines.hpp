// Lines for the reader: in memory of their exact size, with padding that goes on as the line could.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <string_view>

#include "record/record.hpp"

namespace dbi::record {

/// A copy of a text with kPadding hostile bytes behind it and nothing behind those.
class Line {
 public:
  explicit Line(std::string_view text) : size_(text.size()), bytes_(std::make_unique<char[]>(text.size() + kPadding)) {
    constexpr std::string_view kHostile = "\"}],:1e\\u";
    text.copy(bytes_.get(), size_);
    for (std::size_t i = 0; i < kPadding; ++i) bytes_[size_ + i] = kHostile[i % kHostile.size()];
  }
  [[nodiscard]] std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  std::size_t size_;
  std::unique_ptr<char[]> bytes_;
};

/// A line that must be a record.
class Parsed {
 public:
  explicit Parsed(std::string_view text) : line_(text) {
    const auto status = Reader().parse(line_.view(), record_);
    EXPECT_TRUE(status.has_value()) << text << ": " << (status ? "" : status.error().message);
  }
  [[nodiscard]] const Record& record() const { return record_; }
  /// The bytes of a member's value, or "absent".
  [[nodiscard]] std::string raw(std::string_view name) const {
    const auto* member = record_.find(name);
    return member == nullptr ? "absent" : std::string(member->value.raw());
  }

 private:
  Line line_;
  Record record_;
};

/// What the reader says of a line; empty where it is a record.
inline std::string fault_of(std::string_view text) {
  const Line line(text);
  Record record;
  const auto status = Reader().parse(line.view(), record);
  if (status) return {};
  EXPECT_EQ(status.error().kind, ErrorKind::Malformed);
  EXPECT_TRUE(record.line().empty() && record.members().empty()) << text;
  return status.error().message;
}

}  // namespace dbi::record
