// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace dbi {

namespace {

// Wagner and Fischer, "The String-to-String Correction Problem" (1974), with one row kept.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above + 1, row[j - 1] + 1, change});
      diagonal = above;
    }
  }
  return row[b.size()];
}

constexpr char lower_letter(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr std::string_view kMask = "***";

// Where the credentials of the URL whose "//" ends at `at` have their password: behind the first colon, up to the last
// at sign of the line, for it may hold what ought to be encoded. Without an at sign the host is missing.
std::string_view url_password(std::string_view text, std::size_t at) {
  const auto line = text.substr(at, text.find('\n', at) - at);
  if (line.starts_with('[')) return {};
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return {};
  const auto behind = line.substr(colon + 1);
  if (const auto end = line.rfind('@'); end != std::string_view::npos) {
    return end > colon ? behind.substr(0, end - colon - 1) : std::string_view();
  }
  if (line.find_first_of("/?#'\" ") < colon) return {};
  const auto port = behind.substr(0, behind.find_first_of("/?#'\" ,:"));
  return std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; }) ? std::string_view() : port;
}

// The value of a "password=" that ends at `at`.
std::string_view named_password(std::string_view text, std::size_t at) {
  const auto rest = text.substr(at);
  if (rest.starts_with('\'')) {
    const auto end = rest.find('\'', 1);
    return end == std::string_view::npos ? rest : rest.substr(0, end + 1);
  }
  return rest.substr(0, rest.find_first_of(" \t\n&'\""));
}

bool names_password(std::string_view text, std::size_t equals) {
  constexpr std::string_view kName = "password";
  const auto before = trim(text.substr(0, equals));
  return before.size() >= kName.size() && std::ranges::equal(before.substr(before.size() - kName.size()), kName,
                                                             [](char a, char b) { return lower_letter(a) == b; });
}

}  // namespace

std::string_view nearest_name(std::string_view name, std::span<const std::string_view> candidates) {
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(name.size() / 3, 1) + 1;
  for (const auto candidate : candidates) {
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string hex16(std::uint64_t value) {
  return fmt::format("{:016x}", value);
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string_view first_line(std::string_view text) {
  return trim(text.substr(0, text.find('\n')));
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  for (;;) {
    const auto at = text.find(separator);
    pieces.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return pieces;
    text.remove_prefix(at + 1);
  }
}

std::string mask_passwords(std::string_view text) {
  std::string out;
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string_view secret;
    if (text.substr(i).starts_with("://")) secret = url_password(text, i + 3);
    if (text[i] == '=' && names_password(text, i)) {
      secret = named_password(text, std::min(text.find_first_not_of(" \t", i + 1), text.size()));
    }
    if (secret.empty()) continue;
    const auto begin = static_cast<std::size_t>(secret.data() - text.data());
    out.append(text.substr(copied, begin - copied)).append(kMask);
    copied = begin + secret.size();
    i = copied - 1;
  }
  return out.append(text.substr(copied));
}

std::string mask_before_at(std::string_view text) {
  const auto at = text.rfind('@');
  if (at == std::string_view::npos) return std::string(text);
  return std::string(kMask).append(text.substr(at));
}

std::string escape_controls(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower_letter);
  return out;
}

std::string_view truncate_utf8(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) --bytes;
  return text.substr(0, bytes);
}

}  // namespace dbi
