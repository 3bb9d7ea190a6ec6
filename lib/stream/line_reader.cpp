// SPDX-License-Identifier: Apache-2.0
#include "stream/line_reader.hpp"

#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/errno_text.hpp"
#include "record/record.hpp"

namespace dbi::stream {

// Of a line that is never in memory as a whole.
class LineReader::Hash {
 public:
  Hash() : state_(XXH3_createState()) {}
  Hash(const Hash&) = delete;
  Hash& operator=(const Hash&) = delete;
  ~Hash() { XXH3_freeState(state_); }
  void reset() { XXH3_64bits_reset(state_); }
  void add(std::string_view bytes) { XXH3_64bits_update(state_, bytes.data(), bytes.size()); }
  [[nodiscard]] std::uint64_t value() const { return XXH3_64bits_digest(state_); }

 private:
  XXH3_state_t* state_;
};

LineReader::LineReader(std::size_t max_line_bytes)
    : max_line_bytes_(max_line_bytes), buffer_(kBlock + record::kPadding), hash_(std::make_unique<Hash>()) {}

LineReader::~LineReader() = default;

void LineReader::start(int descriptor, std::uint64_t line_number) {
  descriptor_ = descriptor;
  begin_ = searched_ = end_ = 0;
  at_end_ = skipping_ = false;
  line_number_ = line_number;
  bytes_taken_ = bytes_read_ = 0;
}

Line LineReader::next() {
  const char* found = nullptr;
  if (searched_ < end_) {
    found = static_cast<const char*>(std::memchr(buffer_.data() + searched_, '\n', end_ - searched_));
  }
  if (found != nullptr) return take(static_cast<std::size_t>(found - buffer_.data()) - begin_, true);
  searched_ = end_;
  if (at_end_) return begin_ < end_ || skipping_ ? take(end_ - begin_, false) : Line{Line::Kind::End, {}, 0, 0, false};
  if (skipping_ || end_ - begin_ > max_line_bytes_) {
    if (!skipping_) {
      hash_->reset();
      skipped_ = 0;
      skipping_ = true;
    }
    hash_->add({buffer_.data() + begin_, end_ - begin_});
    skipped_ += end_ - begin_;
    begin_ = searched_ = end_ = 0;
  }
  return {};
}

Line LineReader::take(std::size_t length, bool has_end) {
  const std::string_view text(buffer_.data() + begin_, length);
  begin_ += length + (has_end ? 1 : 0);
  searched_ = begin_;
  ++line_number_;
  if (skipping_ || length > max_line_bytes_) return take_long(text, has_end);
  bytes_taken_ += length + (has_end ? 1 : 0);
  return {Line::Kind::Whole, text, length, 0, has_end};
}

Line LineReader::take_long(std::string_view last, bool has_end) {
  if (!skipping_) {
    hash_->reset();
    skipped_ = 0;
  }
  skipping_ = false;
  hash_->add(last);
  const std::uint64_t bytes = skipped_ + last.size();
  bytes_taken_ += bytes + (has_end ? 1 : 0);
  return {Line::Kind::TooLong, {}, bytes, hash_->value(), has_end};
}

void LineReader::put_back(const Line& line) {
  const std::size_t length = line.text.size() + (line.ended ? 1 : 0);
  begin_ -= length;
  searched_ = begin_;
  --line_number_;
  bytes_taken_ -= length;
}

// The rest of a line moves to the front; the buffer grows only where a line fills it, and to no more than the longest
// line and a block: what is longer next() has given away.
void LineReader::make_room() {
  if (begin_ == end_) begin_ = searched_ = end_ = 0;
  const std::size_t usable = buffer_.size() - record::kPadding;
  if (usable - end_ >= kBlock / 2) return;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    searched_ -= begin_;
    begin_ = 0;
  }
  if (usable - end_ >= kBlock / 2) return;
  const std::size_t larger = std::min(2 * usable, max_line_bytes_ + kBlock) + record::kPadding;
  buffer_.reserve(larger);  // exactly, where resize() alone would double
  buffer_.resize(larger);
}

void LineReader::shrink() {
  const std::size_t held = end_ - begin_;
  if (buffer_.size() <= kBlock + record::kPadding || held > kBlock / 2) return;
  std::vector<char> smaller(kBlock + record::kPadding);
  std::memcpy(smaller.data(), buffer_.data() + begin_, held);
  buffer_ = std::move(smaller);
  searched_ -= begin_;
  end_ = held;
  begin_ = 0;
}

Status LineReader::fill() {
  if (at_end_) return {};
  make_room();
  const auto got = ::read(descriptor_, buffer_.data() + end_, buffer_.size() - record::kPadding - end_);
  if (got > 0) {
    end_ += static_cast<std::size_t>(got);
    bytes_read_ += static_cast<std::uint64_t>(got);
  } else if (got == 0) {
    at_end_ = true;
  } else if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK) {
    return fail(ErrorKind::Input, errno_text(errno));
  }
  return {};
}

}  // namespace dbi::stream
