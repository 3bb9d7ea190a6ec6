// SPDX-License-Identifier: Apache-2.0
#include "plan/fingerprint.hpp"

#include <xxhash.h>

#include "base/text.hpp"

namespace dbi::plan {

namespace {

using planread::Node;
using planread::PlanKey;
using planread::Property;

// In the order in which they are hashed, each behind a byte of its own.
constexpr PlanKey kShape[] = {PlanKey::NodeType,    PlanKey::Operation,          PlanKey::Strategy,
                              PlanKey::PartialMode, PlanKey::JoinType,           PlanKey::ScanDirection,
                              PlanKey::Command,     PlanKey::CustomPlanProvider, PlanKey::ParallelAware};
constexpr PlanKey kObjects[] = {PlanKey::RelationName,
                                PlanKey::IndexName,
                                PlanKey::FunctionName,
                                PlanKey::TableFunctionName,
                                PlanKey::CteName,
                                PlanKey::TuplestoreName,
                                PlanKey::SamplingMethod,
                                PlanKey::ConflictResolution,
                                PlanKey::ConflictArbiterIndexes};
// Grouping sets repeat their keys, so each is gone through for all of them.
constexpr PlanKey kConditions[] = {PlanKey::IndexCond,
                                   PlanKey::RecheckCond,
                                   PlanKey::TidCond,
                                   PlanKey::OrderBy,
                                   PlanKey::HashCond,
                                   PlanKey::MergeCond,
                                   PlanKey::JoinFilter,
                                   PlanKey::Filter,
                                   PlanKey::OneTimeFilter,
                                   PlanKey::ConflictFilter,
                                   PlanKey::RunCondition,
                                   PlanKey::CacheKey,
                                   PlanKey::SortKey,
                                   PlanKey::PresortedKey,
                                   PlanKey::GroupKey,
                                   PlanKey::HashKey,
                                   PlanKey::SamplingParameters,
                                   PlanKey::RepeatableSeed};

constexpr char kFieldEnd = '\x02';
constexpr char kChild = '\x03';

void append_hash(Hash128 hash, std::string& out) {
  for (const std::uint64_t half : {hash.high, hash.low}) {
    for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(half >> static_cast<unsigned>(shift)));
  }
}

Hash128 hash_of(std::string_view text) {
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  return {.high = hash.high64, .low = hash.low64};
}

}  // namespace

std::string hex(Hash128 hash) {
  return hex16(hash.high) + hex16(hash.low);
}

void Fingerprint::compute(const planread::Plan& plan) {
  plan_ = &plan;
  names_.begin(plan);
  text_.clear();
  const auto count = static_cast<std::uint32_t>(plan.nodes().size());
  own_.assign(count, {});
  plan_hashes_.assign(count, {});
  shape_hashes_.assign(count, {});
  for (std::uint32_t place = 0; place < count; ++place) write_node(place);
  for (std::uint32_t place = count; place-- > 0;) {
    const std::string_view text(text_);
    const Own own = own_[place];
    hash_node(place, shape_hashes_, text.substr(own.begin, own.shape - own.begin));
    hash_node(place, plan_hashes_, text.substr(own.begin, own.end - own.begin));
  }
}

void Fingerprint::write_node(std::uint32_t place) {
  const Node& node = plan_->nodes()[place];
  own_[place].begin = static_cast<std::uint32_t>(text_.size());
  for (const PlanKey key : kShape) {
    if (plan_->has(node, key))
      text_.append(plan_key_row(key).type == planread::KeyType::Flag ? "1" : plan_->text(node, key));
    text_.push_back(kFieldEnd);
  }
  own_[place].shape = static_cast<std::uint32_t>(text_.size());
  write_object(node);
  names_.enter(place);
  write_expressions(place);
  own_[place].end = static_cast<std::uint32_t>(text_.size());
}

void Fingerprint::write_object(const Node& node) {
  for (const PlanKey key : kObjects) {
    const std::string_view name = plan_->text(node, key);
    const std::string_view ordinal = key == PlanKey::CteName ? names_.cte(name) : std::string_view();
    if (ordinal.empty()) {
      append_folded_name(name, text_);
    } else {
      text_.append(ordinal);
    }
    text_.push_back(kFieldEnd);
  }
}

void Fingerprint::write_expressions(std::uint32_t place) {
  const Node& node = plan_->nodes()[place];
  char letter = 'A';
  for (const PlanKey key : kConditions) {
    const char mark = letter++;
    for (const Property& property : plan_->properties(node)) {
      if (property.key != key) continue;
      text_.push_back(mark);
      expressions_.append(property.text, names_, text_);
      text_.push_back(kFieldEnd);
    }
  }
}

// Bottom-up: what is below stands for itself by its hash.
void Fingerprint::hash_node(std::uint32_t place, std::vector<Hash128>& hashes, std::string_view own) {
  const Node& node = plan_->nodes()[place];
  const std::string_view type = plan_->text(node, PlanKey::NodeType);
  const bool members = type == "Append" || type == "Merge Append";
  children_.clear();
  for (std::uint32_t child = place + 1; child < node.end; child = plan_->nodes()[child].end) {
    const Child next{.edge = plan_->nodes()[child].edge, .hash = hashes[child]};
    // Partitions that are read alike are one, however many of them there are.
    if (!members || children_.empty() || !(children_.back() == next)) children_.push_back(next);
  }
  if (members && children_.size() == 1) {
    hashes[place] = children_.front().hash;
    return;
  }
  input_.assign(own);
  for (const Child& child : children_) {
    input_.push_back(kChild);
    input_.push_back(static_cast<char>('0' + static_cast<int>(child.edge)));
    append_hash(child.hash, input_);
  }
  hashes[place] = hash_of(input_);
}

}  // namespace dbi::plan
