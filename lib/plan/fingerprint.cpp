// SPDX-License-Identifier: Apache-2.0
#include "plan/fingerprint.hpp"

#include <xxhash.h>

#include <algorithm>
#include <utility>

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

std::string Fingerprint::name(std::string_view level, Hash128 hash) const {
  return std::string(prefix_).append(level).append(hex(hash));
}

void Fingerprint::compute(const planread::Plan& plan) {
  plan_ = &plan;
  if (is_postgresql()) {
    names_.begin(plan);
    prefix_ = "p1";
  } else {
    mysql_.begin(plan);
    prefix_ = mysql_.prefix();
  }
  text_.clear();
  shared_.clear();
  const auto count = static_cast<std::uint32_t>(plan.nodes().size());
  own_.assign(count, {});
  plan_hashes_.assign(count, {});
  shape_hashes_.assign(count, {});
  for (std::uint32_t place = 0; place < count; ++place) write_node(place);
  hash_nodes(shape_hashes_, true);
  hash_nodes(plan_hashes_, false);
}

void Fingerprint::hash_nodes(std::vector<Hash128>& hashes, bool shape) {
  for (auto place = static_cast<std::uint32_t>(hashes.size()); place-- > 0;) hash_node(place, hashes, shape);
}

std::string_view Fingerprint::own_text(std::uint32_t place, bool shape) const {
  const Own own = own_[place];
  const std::string_view text(text_);
  return shape ? text.substr(own.begin, own.shape - own.begin) : text.substr(own.plan, own.end - own.plan);
}

void Fingerprint::write_node(std::uint32_t place) {
  own_[place].begin = own_[place].plan = static_cast<std::uint32_t>(text_.size());
  if (is_postgresql()) {
    write_postgresql(place);
  } else {
    write_mysql(place);
  }
  own_[place].end = static_cast<std::uint32_t>(text_.size());
}

void Fingerprint::write_mysql(std::uint32_t place) {
  mysql_.append_shape(plan_->nodes()[place], text_);
  own_[place].shape = static_cast<std::uint32_t>(text_.size());
  if (mysql_.has_prose()) own_[place].plan = own_[place].shape;
  mysql_.append_work(place, text_);
  if (mysql_.is_shared(place) && plan_->nodes()[place].end > place + 1) shared_.push_back(place);
}

void Fingerprint::write_postgresql(std::uint32_t place) {
  const Node& node = plan_->nodes()[place];
  for (const PlanKey key : kShape) {
    if (plan_->has(node, key))
      text_.append(plan_key_row(key).type == planread::KeyType::Flag ? "1" : plan_->text(node, key));
    text_.push_back(kFieldEnd);
  }
  own_[place].shape = static_cast<std::uint32_t>(text_.size());
  write_object(node);
  names_.enter(place);
  write_expressions(place);
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
void Fingerprint::hash_node(std::uint32_t place, std::vector<Hash128>& hashes, bool shape) {
  const Node& node = plan_->nodes()[place];
  const bool members = has_members(node);
  children_.clear();
  for (std::uint32_t child = place + 1; child < node.end; child = plan_->nodes()[child].end) {
    const bool shared = !shared_.empty() && mysql_.is_shared(child);
    const Child next{.edge = edge_of(plan_->nodes()[child]),
                     .hash = shared ? hash_of(own_text(child, shape)) : hashes[child]};
    // Partitions that are read alike are one, however many of them there are.
    if (!members || children_.empty() || !(children_.back() == next)) children_.push_back(next);
  }
  if (members && children_.size() == 1) {
    hashes[place] = children_.front().hash;
    return;
  }
  if (place == 0) add_shared(hashes);
  input_.assign(own_text(place, shape));
  for (const Child& child : children_) {
    input_.push_back(kChild);
    input_.push_back(static_cast<char>('0' + static_cast<int>(child.edge)));
    append_hash(child.hash, input_);
  }
  hashes[place] = hash_of(input_);
}

// Wherever they are printed, they belong to the whole plan.
void Fingerprint::add_shared(const std::vector<Hash128>& hashes) {
  const auto first = children_.size();
  for (const std::uint32_t place : shared_) children_.push_back({.edge = planread::Edge::Cte, .hash = hashes[place]});
  std::sort(children_.begin() + static_cast<std::ptrdiff_t>(first), children_.end(),
            [](const Child& a, const Child& b) {
              return std::pair(a.hash.high, a.hash.low) < std::pair(b.hash.high, b.hash.low);
            });
}

bool Fingerprint::has_members(const Node& node) const {
  if (!is_postgresql()) return false;
  const std::string_view type = plan_->text(node, PlanKey::NodeType);
  return type == "Append" || type == "Merge Append";
}

// A type of MySQL may be unknown, where its prose was replaced: what stands below it has to stand there alike.
planread::Edge Fingerprint::edge_of(const Node& node) const {
  if (is_postgresql()) return node.edge;
  return node.label.empty() ? planread::Edge::Outer : planread::Edge::SubPlan;
}

}  // namespace dbi::plan
