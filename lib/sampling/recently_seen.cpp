// SPDX-License-Identifier: Apache-2.0
#include "sampling/recently_seen.hpp"

#include <xxhash.h>

#include <bit>
#include <charconv>
#include <utility>

#include "base/text.hpp"
#include "base/text_key.hpp"
#include "record/builder.hpp"
#include "record/text_of.hpp"
#include "sampling/matcher.hpp"

namespace dbi::sampling {

namespace {

constexpr std::string_view kKind = "recently_seen";

std::string hex_of(std::string_view digest) {
  std::string out;
  for (const std::size_t at : {std::size_t{0}, std::size_t{8}}) {
    std::uint64_t number = 0;
    for (const char c : digest.substr(at, 8)) number = number << 8U | static_cast<unsigned char>(c);
    out += hex16(number);
  }
  return out;
}

std::optional<std::string> digest_from(std::string_view hex) {
  std::string out;
  if (hex.size() != 32) return std::nullopt;
  for (std::size_t at = 0; at < hex.size(); at += 2) {
    unsigned byte = 0;
    const auto read = std::from_chars(hex.data() + at, hex.data() + at + 2, byte, 16);
    if (read.ec != std::errc{} || read.ptr != hex.data() + at + 2) return std::nullopt;
    out.push_back(static_cast<char>(byte));
  }
  return out;
}

}  // namespace

RecentlySeen::RecentlySeen(std::size_t max, std::chrono::seconds window, std::string attribute)
    : window_(window), attribute_(std::move(attribute)), kept_(max) {}

void RecentlySeen::set(std::size_t max, std::chrono::seconds window, std::string attribute) {
  kept_.set_max(max);
  window_ = window;
  attribute_ = std::move(attribute);
}

std::optional<RecentlySeen::Digest> RecentlySeen::digest_of(const record::Record& record) {
  const auto* attribute = record.find(attribute_);
  const Operand hash = attribute == nullptr ? Operand() : Operand(attribute->value);
  const auto text = hash.text(scratch_);
  if (!text || text->empty()) return std::nullopt;
  key_.clear();
  append_part(key_, attribute_);
  append_part(key_, text);
  for (const std::string_view name : {"target", "database", "query_signature"}) {
    append_part(key_, record.text(name, scratch_));
  }
  return std::bit_cast<Digest>(XXH3_128bits(key_.data(), key_.size()));
}

bool RecentlySeen::seen(const record::Record& record, Timestamp now) {
  const auto digest = digest_of(record);
  if (!digest) return false;
  const std::string_view key{digest->data(), digest->size()};
  if (const Timestamp* kept = kept_.find(key)) {
    // A time ahead is that of a clock that went back since, or of another run, whose records were newer.
    if (*kept <= now && now - *kept < window_) return true;
  }
  kept_.put(key) = now;
  return false;
}

void RecentlySeen::save(stream::Lines& lines) const {
  record::Builder builder(lines.text());
  kept_.for_each([&](const std::string& key, Timestamp kept) {
    builder.begin(kKind).text("key", hex_of(key)).time("kept", kept).end();
    lines.commit();
  });
}

bool RecentlySeen::load_line(const record::Record& line) {
  if (line.text("kind", scratch_) != kKind) return false;
  const auto key = digest_from(line.text("key", scratch_).value_or(""));
  const auto kept = record::time_of(line, "kept");
  if (key && kept) kept_.put(*key) = *kept;
  return true;
}

}  // namespace dbi::sampling
