// SPDX-License-Identifier: Apache-2.0
#include "db/mysql_greeting.hpp"

namespace dbi::db {

Greeting read_greeting(std::string_view bytes) {
  constexpr std::size_t kHeader = 4;  // length, sequence number
  constexpr char kProtocol = 10;
  constexpr std::size_t kBeforeFlags = 4 + 8 + 1;  // thread id, first part of the scramble, a zero
  constexpr unsigned kSslInHighByte = 0x08;        // CLIENT_SSL, 0x0800, of the lower two bytes
  constexpr std::size_t kMaxVersion = 256;
  if (bytes.size() <= kHeader) return Greeting::Unfinished;
  if (bytes[kHeader] != kProtocol) return Greeting::Unrecognised;
  const auto version = bytes.substr(kHeader + 1);
  const auto end = version.find('\0');
  if (end == std::string_view::npos)
    return version.size() > kMaxVersion ? Greeting::Unrecognised : Greeting::Unfinished;
  const auto rest = version.substr(end + 1);
  if (rest.size() < kBeforeFlags + 2) return Greeting::Unfinished;
  const auto high = static_cast<unsigned char>(rest[kBeforeFlags + 1]);
  return (high & kSslInHighByte) != 0 ? Greeting::OffersTls : Greeting::OffersNoTls;
}

}  // namespace dbi::db
