// Records that wait until their cycle is decided on, in bounded memory and a temporary file.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "export/spill_file.hpp"
#include "record/record.hpp"

namespace dbi::exporting {

/// Whose cycle; both are empty for the records that have none.
struct CycleKey {
  std::string target;
  std::string cycle;

  [[nodiscard]] bool is_loose() const { return cycle.empty(); }
  friend auto operator<=>(const CycleKey&, const CycleKey&) = default;
};

[[nodiscard]] CycleKey cycle_key(const record::Record& record);

/// A record that tells of others (`scrape`, `error`, `event`, `dropped`) and is not counted by `scrape.records`.
[[nodiscard]] bool is_control(const record::Record& record);

/// Not shared between threads. Fails with ErrorKind::Output where the temporary file cannot be written or read.
class HeldCycles {
 public:
  using Use = std::function<Status(const record::Record&)>;

  /// `bytes`: how much may be in memory.
  explicit HeldCycles(std::size_t bytes) : limit_(bytes) {}

  /// True where the record is the first of its cycle.
  Result<bool> add(const CycleKey& key, const record::Record& record);

  /// Calls `use` with each record of the cycle in the order of arrival; a cycle that is not held has none.
  Status each(const CycleKey& key, const Use& use);

  void forget(const CycleKey& key);

  /// How many cycles there are.
  [[nodiscard]] std::size_t size() const { return held_.size(); }

  /// Data records of the cycle that arrived, and those that `dropped` records of the cycle count.
  [[nodiscard]] std::uint64_t accounted(const CycleKey& key) const;

  /// The cycles of the same target that sort before, oldest first.
  [[nodiscard]] std::vector<CycleKey> older(const CycleKey& key) const;

  /// Which has waited longest. Requires size() > 0.
  [[nodiscard]] CycleKey first() const;

  /// Moves what is in memory to the file, where that is worth the effort.
  Status shrink();

 private:
  /// First the lines in the file, then those in memory.
  struct Held {
    std::vector<SpillFile::Extent> spilled;
    std::string lines;
    std::uint64_t since = 0;  ///< ascends with each cycle that began
    std::uint64_t accounted = 0;
  };

  Status spill_largest();
  Status spill(Held& held);
  Status use_lines(std::string_view lines, const Use& use);

  std::size_t limit_;
  std::map<CycleKey, Held> held_;
  std::size_t bytes_ = 0;  ///< in memory
  SpillFile file_;
  std::uint64_t begun_ = 0;
  record::Reader reader_;
  record::Record record_;
  std::string padded_;
};

}  // namespace dbi::exporting
