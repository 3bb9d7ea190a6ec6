// A record made from a line, valid as long as this.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "record/record.hpp"

namespace dbi {

class Parsed {
 public:
  explicit Parsed(std::string_view line) { parse(line); }
  Parsed() = default;

  const record::Record& parse(std::string_view line) {
    line_.assign(line);
    line_.append(record::kPadding, '\0');
    EXPECT_TRUE(reader_.parse(std::string_view(line_).substr(0, line.size()), record_).has_value()) << line;
    return record_;
  }
  [[nodiscard]] const record::Record& record() const { return record_; }

 private:
  std::string line_;
  record::Reader reader_;
  record::Record record_;
};

}  // namespace dbi
