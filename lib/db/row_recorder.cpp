// SPDX-License-Identifier: Apache-2.0
#include "db/row_recorder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <lz4frame.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "base/descriptor.hpp"
#include "base/errno_text.hpp"
#include "record/builder.hpp"

namespace dbi::db {

namespace {

constexpr std::size_t kPiece = std::size_t{64} << 10U;

Status make_private(const std::filesystem::path& folder) {
  std::error_code error;
  const bool made = std::filesystem::create_directories(folder, error);
  if (!error && made) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  if (error) return fail(ErrorKind::Output, fmt::format("cannot make {}: {}", folder.string(), error.message()));
  return {};
}

tl::unexpected<Error> refused(const std::filesystem::path& path) {
  return fail(ErrorKind::Output, fmt::format("{}: {}", path.string(), errno_text(errno)));
}

}  // namespace

/// An lz4 frame on its way into a file.
class RowRecorder::Frame {
 public:
  Frame(std::filesystem::path path, Descriptor file) : path_(std::move(path)), file_(std::move(file)) {
    if (LZ4F_isError(LZ4F_createCompressionContext(&context_, LZ4F_VERSION)) != 0) {
      context_ = nullptr;
      status_ = fail(ErrorKind::Output, fmt::format("{}: out of memory", path_.string()));
      return;
    }
    block_.resize(LZ4F_compressBound(kPiece, nullptr));
    put(LZ4F_compressBegin(context_, block_.data(), block_.size(), nullptr));
  }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;
  ~Frame() { LZ4F_freeCompressionContext(context_); }

  void append(std::string_view text) {
    while (status_ && !text.empty()) {
      const auto piece = text.substr(0, kPiece);
      put(LZ4F_compressUpdate(context_, block_.data(), block_.size(), piece.data(), piece.size(), nullptr));
      text.remove_prefix(piece.size());
    }
  }

  Status close() {
    if (status_) put(LZ4F_compressEnd(context_, block_.data(), block_.size(), nullptr));
    if (!file_.close() && status_) refuse();
    return status_;
  }

 private:
  void put(std::size_t bytes) {
    if (LZ4F_isError(bytes) != 0) {
      status_ = fail(ErrorKind::Output, fmt::format("{}: {}", path_.string(), LZ4F_getErrorName(bytes)));
    }
    if (status_ && !write_all(file_.get(), {block_.data(), bytes})) refuse();
  }

  void refuse() { status_ = refused(path_); }

  std::filesystem::path path_;
  Descriptor file_;
  LZ4F_cctx* context_ = nullptr;
  std::vector<char> block_;
  Status status_;
};

Result<RowRecorder> RowRecorder::open(const std::filesystem::path& folder, std::string_view target,
                                      std::string_view cycle, sql::Dialect dialect) {
  const auto own = folder / target;
  DBI_TRY(make_private(folder));
  DBI_TRY(make_private(own));
  auto path = own / fmt::format("{}.ndjson.lz4", cycle);
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file.valid()) return refused(path);
  return RowRecorder(std::make_unique<Frame>(std::move(path), std::move(file)), dialect);
}

RowRecorder::RowRecorder(std::unique_ptr<Frame> frame, sql::Dialect dialect)
    : frame_(std::move(frame)), dialect_(dialect) {}
RowRecorder::RowRecorder(RowRecorder&&) noexcept = default;
RowRecorder& RowRecorder::operator=(RowRecorder&&) noexcept = default;
RowRecorder::~RowRecorder() = default;

void RowRecorder::record(std::string_view source, const OwnStatement& statement, const ResultSet& rows) {
  using record::append_json_text;
  std::vector<bool> is_open;
  line_ = "{\"read\":";
  append_json_text(line_, source);
  line_ += ",\"sql\":";
  append_json_text(line_, statement.text());
  line_ += ",\"columns\":[";
  for (std::size_t column = 0; column < rows.columns(); ++column) {
    if (column > 0) line_ += ',';
    append_json_text(line_, rows.column(column).name);
    is_open.push_back(!rows.column(column).is_text || statement.is_open(column));
  }
  line_ += "],\"rows\":[";
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    line_ += row > 0 ? ",[" : "[";
    for (std::size_t column = 0; column < rows.columns(); ++column) {
      if (column > 0) line_ += ',';
      const auto& value = rows.value(row, column);
      if (!value) {
        line_ += "null";
      } else if (is_open[column]) {
        append_json_text(line_, *value);
      } else {
        append_json_text(line_, sql::normalize(*value, dialect_).text);
      }
    }
    line_ += ']';
    if (line_.size() >= kPiece) {
      frame_->append(line_);
      line_.clear();
    }
  }
  line_ += "]}\n";
  frame_->append(line_);
}

Status RowRecorder::close() {
  return frame_->close();
}

}  // namespace dbi::db
