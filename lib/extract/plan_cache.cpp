// SPDX-License-Identifier: Apache-2.0
#include "extract/plan_cache.hpp"

#include <xxhash.h>

#include <array>
#include <cstring>

namespace dbi::extract {

namespace {

// Of an entry beside its members: key, list, index.
constexpr std::size_t kEntryBytes = 200;

std::array<char, sizeof(XXH128_hash_t)> key_of(std::string_view plan) {
  const XXH128_hash_t hash = XXH3_128bits(plan.data(), plan.size());
  std::array<char, sizeof(XXH128_hash_t)> key{};
  std::memcpy(key.data(), &hash, sizeof hash);
  return key;
}

std::size_t cost_of(const KnownPlan& known) {
  return known.bytes() + kEntryBytes;
}

}  // namespace

std::size_t KnownPlan::bytes() const {
  const std::size_t nodes = outline == nullptr ? 0 : outline->nodes.size();
  return members.bytes() + hash.size() + gist.size() + nodes * sizeof(plan::OutlineNode);
}

const KnownPlan* PlanCache::find(std::string_view plan) {
  if (!enabled_) return nullptr;
  const auto key = key_of(plan);
  return entries_.find({key.data(), key.size()});
}

void PlanCache::put(std::string_view plan, const KnownPlan& known) {
  const std::size_t cost = cost_of(known);
  if (!enabled_ || cost > max_bytes_ / 4) return;
  evict_to(max_bytes_ - cost);
  while (entries_.size() >= entries_.max()) evict_to(bytes_ - 1);
  const auto key = key_of(plan);
  entries_.put({key.data(), key.size()}) = known;
  bytes_ += cost;
}

void PlanCache::shrink() {
  evict_to(bytes_ / 2);
}

void PlanCache::evict_to(std::size_t bytes) {
  while (bytes_ > bytes && entries_.size() > 0) {
    bytes_ -= cost_of(entries_.oldest());
    entries_.shrink_to(entries_.size() - 1);
    ++evictions_;
  }
}

}  // namespace dbi::extract
