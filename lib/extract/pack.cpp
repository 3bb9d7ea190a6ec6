// SPDX-License-Identifier: Apache-2.0
#include "extract/pack.hpp"

#include <lz4frame.h>

#include <cstdint>
#include <stdexcept>

namespace dbi::extract {

void append_base64(std::string_view bytes, std::string& out) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto byte = [&](std::size_t at) {
    return at < bytes.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at])) : 0U;
  };
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::uint32_t group = byte(at) << 16U | byte(at + 1) << 8U | byte(at + 2);
    const std::size_t digits = bytes.size() - at >= 3 ? 4 : bytes.size() - at + 1;
    for (std::size_t digit = 0; digit < 4; ++digit) {
      out.push_back(digit < digits ? kDigits[group >> (18U - 6U * digit) & 63U] : '=');
    }
  }
}

void append_packed(std::string_view text, std::string& out) {
  LZ4F_preferences_t preferences{};
  preferences.frameInfo.contentSize = text.size();
  std::string frame(LZ4F_compressFrameBound(text.size(), &preferences), '\0');
  const std::size_t size = LZ4F_compressFrame(frame.data(), frame.size(), text.data(), text.size(), &preferences);
  if (LZ4F_isError(size) != 0) throw std::runtime_error("lz4: a frame of the size it asked for is too small");
  append_base64(std::string_view(frame).substr(0, size), out);
}

}  // namespace dbi::extract
