// SPDX-License-Identifier: Apache-2.0
#include "sampling/goal.hpp"

#include <algorithm>
#include <cmath>

#include "record/builder.hpp"
#include "record/text_of.hpp"

namespace dbi::sampling {

namespace {

constexpr std::string_view kKind = "sampling_goal";
constexpr double kLeast = 0.02;  // of goal/demand, which each class keeps
constexpr double kMostDemand = 1e12;
constexpr auto kSlot = std::chrono::seconds(5);

double seconds(microseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

Goal::Goal(double per_second, double window_s, const std::vector<std::int64_t>& priorities)
    : goal_(per_second), window_s_(window_s) {
  classes_.push_back({"must_keep"});
  for (const auto priority : priorities) classes_.push_back({std::to_string(priority)});
  classes_.push_back({"unmatched"});
}

std::size_t Goal::class_of(std::int64_t priority) const {
  const auto found = std::ranges::find(classes_, std::to_string(priority), &Class::name);
  return static_cast<std::size_t>(found - classes_.begin());
}

double Goal::factor(std::size_t importance, double rate, Timestamp now) {
  if (goal_ <= 0 || now == Timestamp()) return 1;
  go_on_to(now);
  Class& own = classes_[importance];
  own.count += rate;
  estimate(own);
  if (importance == kMustKeep) return 1;
  double before = 0;
  for (std::size_t i = 0; i < importance; ++i) before += classes_[i].demand;
  double all = before;
  for (std::size_t i = importance; i < classes_.size(); ++i) all += classes_[i].demand;
  if (all <= goal_) return 1;
  return std::min(1.0, std::max((goal_ - before) / own.demand, kLeast * goal_ / all));
}

// Where the clock has gone back, or this run's records are older than the last one's, the slot is as long as it was.
void Goal::go_on_to(Timestamp now) {
  if (!slot_start_) {
    slot_start_ = now;
  } else if (now < latest_) {
    *slot_start_ -= latest_ - now;
  }
  latest_ = now;
  if (now - *slot_start_ >= kSlot) close_slot(now);
}

void Goal::close_slot(Timestamp now) {
  const double length = seconds(now - *slot_start_);
  const double share = 1 - std::exp(-length / (window_s_ / 3));
  slot_s_ += share * (std::min(length, window_s_) - slot_s_);
  slot_start_ = now;
  for (Class& one : classes_) {
    one.average += share * (one.count / length - one.average);
    one.count = 0;
    estimate(one);
  }
}

void Goal::estimate(Class& one) const {
  one.demand = std::max(one.average, one.count / slot_s_);
}

void Goal::take_over(const Goal& other) {
  slot_s_ = other.slot_s_;
  slot_start_ = other.slot_start_;
  latest_ = other.latest_;
  for (Class& own : classes_) {
    const auto found = std::ranges::find(other.classes_, own.name, &Class::name);
    if (found != other.classes_.end()) own = *found;
  }
}

void Goal::save(std::string& lines) const {
  if (!slot_start_) return;
  record::Builder builder(lines);
  for (const Class& one : classes_) {
    builder.begin(kKind).text("class", one.name).number("average", one.average).number("count", one.count);
    builder.number("slot_s", slot_s_).time("slot_start", *slot_start_).time("latest", latest_).end();
  }
}

bool Goal::load_line(const record::Record& line) {
  if (line.text("kind", scratch_) != kKind) return false;
  const auto found = std::ranges::find(classes_, line.text("class", scratch_).value_or(""), &Class::name);
  const auto start = record::time_of(line, "slot_start");
  const auto latest = record::time_of(line, "latest");
  if (found == classes_.end() || !start || !latest) return true;
  slot_start_ = std::min(*start, *latest);
  latest_ = *latest;
  // Within what a run can come to, as the file may have been edited.
  slot_s_ = std::clamp(line.number("slot_s").value_or(kFirstSlot), seconds(kSlot), std::max(kFirstSlot, window_s_));
  found->average = std::clamp(line.number("average").value_or(0), 0.0, kMostDemand);
  found->count = std::clamp(line.number("count").value_or(0), 0.0, kMostDemand);
  for (Class& one : classes_) estimate(one);
  return true;
}

}  // namespace dbi::sampling
