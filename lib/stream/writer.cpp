// SPDX-License-Identifier: Apache-2.0
#include "stream/writer.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "base/errno_text.hpp"

namespace dbi::stream {

namespace {

// By memchr(3): std::count goes byte by byte at -O2, which was a quarter of a filter's time.
std::uint64_t count_ends(std::string_view records) {
  std::uint64_t count = 0;
  for (auto end = records.find('\n'); end != std::string_view::npos; end = records.find('\n', end + 1)) ++count;
  return count;
}

// Somebody else made the descriptor non-blocking: it is waited for, not changed. A signal ends the wait.
void wait_for_room(int descriptor) {
  pollfd entry{descriptor, POLLOUT, 0};
  ::poll(&entry, 1, -1);
}

}  // namespace

Writer::Writer(int descriptor) : descriptor_(descriptor) {
  buffer_.reserve(2 * kChunk);
}

Status Writer::flush() {
  return buffer_.empty() && status_ ? Status{} : write_out();
}

void Writer::shrink() {
  if (buffer_.capacity() <= 4 * kChunk || buffer_.size() > kChunk) return;
  std::string smaller;
  smaller.reserve(2 * kChunk);
  smaller += buffer_;
  buffer_.swap(smaller);
}

// Behind what is buffered. Only what does not leave is copied: for take_unwritten().
Status Writer::append_long(std::string_view record) {
  Status done = status_ ? write_out() : fail(Error(status_.error()));
  const auto start = std::chrono::steady_clock::now();
  while (done && written_ < record.size()) done = write_chunk(record.substr(written_));
  while (done && written_ == record.size()) done = write_chunk("\n");
  write_time_ += std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - start);
  if (done) {
    written_ = 0;
    return {};
  }
  buffer_.append(record);
  buffer_.push_back('\n');
  return commit();
}

void Writer::set_reader_gone() {
  reader_gone_ = true;
  if (status_) status_ = fail(ErrorKind::Output, errno_text(EPIPE));
}

Status Writer::write_full() {
  Status status = is_shut() ? Status{} : write_out();
  return is_shut() ? Status{} : status;
}

Status Writer::write_out() {
  if (!status_) return fail(Error(status_.error()));
  const auto start = std::chrono::steady_clock::now();
  const std::string_view all(buffer_);
  Status done;
  while (done && written_ < all.size()) done = write_chunk(next_chunk(all.substr(written_)));
  write_time_ += std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - start);
  if (!done) return done;
  buffer_.clear();
  written_ = 0;
  return {};
}

// What one write(2) is given.
std::string_view Writer::next_chunk(std::string_view rest) const {
  if (!records_whole_ || rest.size() <= PIPE_BUF) return rest;
  const auto last_end = rest.rfind('\n', PIPE_BUF - 1);
  return rest.substr(0, last_end == std::string_view::npos ? rest.find('\n') + 1 : last_end + 1);
}

Status Writer::write_chunk(std::string_view chunk) {
  const auto wrote = ::write(descriptor_, chunk.data(), chunk.size());
  if (wrote >= 0) {
    const auto left = chunk.substr(0, static_cast<std::size_t>(wrote));
    written_ += left.size();
    bytes_written_ += left.size();
    records_written_ += count_ends(left);
    if (left.size() == chunk.size()) return {};
  } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
    wait_for_room(descriptor_);
  } else if (errno != EINTR) {
    return fault(errno);
  }
  // A short write is what a signal makes of a long one.
  if (!give_up_ || !give_up_()) return {};
  gave_up_ = true;
  status_ = fail(ErrorKind::Output, "the reader took nothing for too long");
  return fail(Error(status_.error()));
}

Status Writer::fault(int error_number) {
  if (error_number == EPIPE) reader_gone_ = true;
  status_ = fail(ErrorKind::Output, errno_text(error_number));
  return fail(Error(status_.error()));
}

std::string Writer::take_unwritten() {
  std::size_t begin = written_;
  while (begin > 0 && buffer_[begin - 1] != '\n') --begin;
  if (begin < written_ && buffer_[written_] == '\n') {
    begin = written_ + 1;
    ++records_written_;
  }
  std::string rest = buffer_.substr(begin);
  buffer_.clear();
  written_ = 0;
  return rest;
}

}  // namespace dbi::stream
