// Buffered output of whole records with a flush policy and faults that are looked at.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace dbi::stream {

/// Collects records and writes all of them once there are kChunk bytes, to a descriptor which it does not own and never
/// makes non-blocking. A record of kChunk bytes or more given to append() leaves at once, without a copy of it. Not
/// shared between threads. The first fault stays: every later call fails the
/// same way. A reader that is gone (EPIPE) is a fault too, told apart by reader_gone(): it is no error of the run.
/// Where the reader is gone or was given up (is_shut()), append() and commit() go on to take records, for
/// take_unwritten(), so that none falls between what was decided and what left; flush() fails.
class Writer {
 public:
  /// Bytes in the buffer from which on it is written out.
  static constexpr std::size_t kChunk = std::size_t{64} << 10U;

  explicit Writer(int descriptor);

  /// A record without its line end; LF is added. Fails with ErrorKind::Output where the device does.
  Status append(std::string_view record) {
    if (record.size() >= kChunk) return append_long(record);
    buffer_.append(record);
    buffer_.push_back('\n');
    return commit();
  }

  /// The buffer, for record::Builder: append whole records, LF included, and call commit() after them.
  [[nodiscard]] std::string& buffer() { return buffer_; }
  Status commit() { return buffer_.size() < kChunk ? Status{} : write_full(); }

  /// Writes out all that is buffered.
  Status flush();

  /// Gives back the room that long records took.
  void shrink();

  /// True where nothing waits in the buffer.
  [[nodiscard]] bool empty() const { return buffer_.empty(); }

  [[nodiscard]] int descriptor() const { return descriptor_; }

  /// The reader closed its end; set by a failed write, or by the caller who saw it in poll.
  [[nodiscard]] bool reader_gone() const { return reader_gone_; }
  void set_reader_gone();

  /// Asked whenever a signal interrupts a write that waits; true gives up, with an error of kind Output and gave_up().
  void set_give_up(std::function<bool()> give_up) { give_up_ = std::move(give_up); }
  [[nodiscard]] bool gave_up() const { return gave_up_; }

  /// There was a fault of any kind.
  [[nodiscard]] bool has_failed() const { return !status_; }

  /// Nothing leaves any more, by either of the two.
  [[nodiscard]] bool is_shut() const { return reader_gone_ || gave_up_; }

  /// From now on a write(2) carries at most as many whole records as the kernel writes to a pipe in one piece
  /// (PIPE_BUF; longer records go alone), so that giving up leaves no half record behind. Two cannot be avoided, since
  /// a pipe takes what it has room for: one that a write before this call had begun, and one of more than PIPE_BUF.
  /// Both are finished as long as the reader takes anything; else the reader sees a last line without its end, which is
  /// no record, and the record is among take_unwritten().
  void write_records_whole() { records_whole_ = true; }

  /// Records that did not leave, after a fault: the buffer is handed over and is empty then. A record of which all but
  /// its LF left did leave: for the reader it is a last line without one.
  [[nodiscard]] std::string take_unwritten();

  /// Totals of what left, and the time that write(2) took.
  [[nodiscard]] std::uint64_t bytes_written() const { return bytes_written_; }
  [[nodiscard]] std::uint64_t records_written() const { return records_written_; }
  [[nodiscard]] microseconds write_time() const { return write_time_; }

 private:
  Status append_long(std::string_view record);
  Status write_full();
  Status write_out();
  Status write_chunk(std::string_view chunk);
  [[nodiscard]] std::string_view next_chunk(std::string_view rest) const;
  Status fault(int error_number);

  int descriptor_;
  std::string buffer_;
  std::size_t written_ = 0;  // bytes at the front of buffer_ that have left
  std::function<bool()> give_up_;
  std::uint64_t bytes_written_ = 0;
  std::uint64_t records_written_ = 0;
  microseconds write_time_{};
  bool reader_gone_ = false;
  bool gave_up_ = false;
  bool records_whole_ = false;
  Status status_;
};

}  // namespace dbi::stream
