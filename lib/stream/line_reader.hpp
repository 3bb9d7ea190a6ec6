// Reads a descriptor in blocks and hands out its lines in place.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace dbi::stream {

/// What LineReader::next found.
struct Line {
  enum class Kind : std::uint8_t {
    Whole,    ///< `text` is a line without its LF
    TooLong,  ///< a line of more than the limit has ended: `bytes` and `xxh3` tell of it, `text` is empty
    More,     ///< nothing more is in memory: fill()
    End       ///< nothing more comes
  };
  Kind kind = Kind::More;
  std::string_view text;  ///< valid until the next fill(); at least record::kPadding bytes behind it are readable
  std::uint64_t bytes = 0;
  std::uint64_t xxh3 = 0;
  bool ended = true;  ///< its LF is there, which `bytes` does not count
};

/// One growing buffer, bounded by the longest line plus a block. Does not own the descriptor, waits in read(2) as it
/// does. Reused from input to input; after warm-up nothing is allocated. Not shared between threads.
class LineReader {
 public:
  /// Bytes asked of one read(2).
  static constexpr std::size_t kBlock = std::size_t{256} << 10U;

  explicit LineReader(std::size_t max_line_bytes);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  /// Starts with another input; `line_number` lines of it were read before.
  void start(int descriptor, std::uint64_t line_number = 0);

  Line next();

  /// The line that next() has just given, a whole one, comes once more.
  void put_back(const Line& line);

  /// One read(2). Fails with ErrorKind::Input; a signal that interrupts it is no fault.
  Status fill();

  /// Gives back the room that a long line took, where what is in memory does not need it. Lines given before are not
  /// valid any more.
  void shrink();

  /// Lines handed out, empty ones included: the number of the last one.
  [[nodiscard]] std::uint64_t line_number() const { return line_number_; }
  /// Bytes of the input that belong to lines handed out, line ends included.
  [[nodiscard]] std::uint64_t bytes_taken() const { return bytes_taken_; }
  /// Bytes that came so far.
  [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }
  /// The input is at its end, though lines may be in memory still.
  [[nodiscard]] bool at_end() const { return at_end_; }

 private:
  class Hash;
  Line take(std::size_t length, bool has_end);
  Line take_long(std::string_view last, bool has_end);
  void make_room();

  std::size_t max_line_bytes_;
  int descriptor_ = -1;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;     // first byte not handed out
  std::size_t searched_ = 0;  // up to here there is no LF
  std::size_t end_ = 0;       // behind the last byte read
  bool at_end_ = false;
  bool skipping_ = false;  // inside a line that is too long
  std::uint64_t skipped_ = 0;
  std::unique_ptr<Hash> hash_;
  std::uint64_t line_number_ = 0;
  std::uint64_t bytes_taken_ = 0;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace dbi::stream
