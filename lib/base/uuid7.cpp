// SPDX-License-Identifier: Apache-2.0
#include "base/uuid7.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <cstdint>
#include <random>

namespace dbi {

namespace {

std::array<std::uint64_t, 2> random_words() {
  std::array<std::uint64_t, 2> words{};
  if (getrandom(words.data(), sizeof words, 0) == static_cast<ssize_t>(sizeof words)) return words;
  std::random_device device;
  for (auto& word : words) word = (std::uint64_t{device()} << 32U) | device();
  return words;
}

// The id after `id` in the order of the text; the version and variant digits stay in place because a carry into them
// needs 2^62 ids within one millisecond.
std::string successor(std::string id) {
  for (auto digit = id.rbegin(); digit != id.rend(); ++digit) {
    if (*digit == 'f') {
      *digit = '0';
      continue;
    }
    *digit = *digit == '9' ? 'a' : static_cast<char>(*digit + 1);
    break;
  }
  return id;
}

}  // namespace

std::string next_cycle_id(Timestamp now, std::string_view newest) {
  const auto random = random_words();
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch()).count();
  const std::uint64_t time = static_cast<std::uint64_t>(ms) & 0xFFFF'FFFF'FFFFULL;
  const std::uint64_t high = (time << 16U) | 0x7000U | (random[0] & 0x0FFFU);
  const std::uint64_t low = 0x8000'0000'0000'0000ULL | (random[1] & 0x3FFF'FFFF'FFFF'FFFFULL);
  std::string id = fmt::format("{:016x}{:016x}", high, low);
  if (is_cycle_id(newest) && id <= newest) id = successor(std::string(newest));
  return id;
}

bool is_cycle_id(std::string_view text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace dbi
