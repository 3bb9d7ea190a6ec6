// SPDX-License-Identifier: Apache-2.0
#include "db/result_set.hpp"

#include <algorithm>
#include <utility>

namespace dbi::db {

namespace {

// Small at first, since most reads are: a block is as large as all before it, up to this.
constexpr std::size_t kSmallestBlock = std::size_t{1} << 10U;
constexpr std::size_t kLargestBlock = std::size_t{1} << 20U;

}  // namespace

ResultSet::ResultSet(std::vector<Column> columns) : columns_(std::move(columns)), blocks_(std::make_shared<Blocks>()) {
  cells_.columns = columns_.size();
  for (const auto& column : columns_) cells_.names.push_back(column.name);
}

void ResultSet::add(const Cell& value) {
  cells_.values.push_back(value ? Cell(keep(*value)) : Cell());
}

std::string_view ResultSet::keep(std::string_view bytes) {
  if (bytes.size() > left_) {
    left_ = std::max(bytes.size(), std::clamp(bytes_, kSmallestBlock, kLargestBlock));
    free_ = blocks_->emplace_back(std::make_unique_for_overwrite<char[]>(left_)).get();
  }
  const auto* begin = free_;
  free_ = std::copy(bytes.begin(), bytes.end(), free_);
  left_ -= bytes.size();
  bytes_ += bytes.size();
  return {begin, bytes.size()};
}

}  // namespace dbi::db
