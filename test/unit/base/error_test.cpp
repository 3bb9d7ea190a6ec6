// The table of error kinds and the Result that carries them.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cerrno>
#include <set>

#include "base/errno_text.hpp"
#include "base/result.hpp"

namespace dbi {
namespace {

TEST(ErrorKinds, HaveDistinctWords) {
  std::set<std::string_view> words;
  for (const auto& row : kErrorKinds) EXPECT_TRUE(words.insert(row.word).second) << row.word;
}

TEST(ErrorKinds, DatabaseFaultsAreRetryable) {
  for (auto kind = ErrorKind::Timeout; kind <= ErrorKind::Other;
       kind = static_cast<ErrorKind>(static_cast<int>(kind) + 1)) {
    EXPECT_EQ(exit_status(kind), ExitStatus::Unreachable) << error_word(kind);
  }
}

TEST(FormatError, PutsTheHintOnItsOwnLine) {
  EXPECT_EQ(format_error({ErrorKind::Usage, "no target", ""}), "no target");
  EXPECT_EQ(format_error({ErrorKind::Usage, "no target", "Name one."}), "no target\n  hint: Name one.");
}

TEST(ErrnoText, IsTheSystemsOwn) {
  EXPECT_EQ(errno_text(ENOENT), "No such file or directory");
  EXPECT_EQ(errno_text(ENOSPC), "No space left on device");
}

Result<int> half(int number) {
  if (number % 2 != 0) return fail(ErrorKind::Usage, "odd");
  return number / 2;
}

Result<int> quarter(int number) {
  DBI_TRY_ASSIGN(const int once, half(number));
  return half(once);
}

TEST(Result, PassesErrorsOn) {
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_EQ(quarter(6).error().message, "odd");
  EXPECT_EQ(quarter(3).error().kind, ErrorKind::Usage);
}

}  // namespace
}  // namespace dbi
