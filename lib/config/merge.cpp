// SPDX-License-Identifier: Apache-2.0
#include "config/merge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace dbi::config {

namespace {

bool all_named(const Value& list) {
  return list.kind == Kind::List && !list.items.empty() &&
         std::ranges::all_of(list.items, [](const Value& item) { return item.name() != nullptr; });
}

// Moves every place behind the files of the base.
void shift(Value& value, std::uint16_t files) {
  value.place.file = static_cast<std::uint16_t>(value.place.file + files);
  for (Value& item : value.items) shift(item, files);
  for (Entry& entry : value.entries) {
    entry.place.file = static_cast<std::uint16_t>(entry.place.file + files);
    shift(entry.value, files);
  }
}

class Merger {
 public:
  explicit Merger(Document& out) : out_(&out) {}

  void maps(Value& base, Value&& overlay) {
    for (Entry& entry : overlay.entries) {
      const auto found = std::ranges::find(base.entries, entry.key, &Entry::key);
      if (found == base.entries.end()) {
        if (entry.value.remove) {
          nothing_to_remove(entry.place, entry.key);
        } else {
          look_for_removals(entry.value);
          base.entries.push_back(std::move(entry));
        }
      } else if (entry.value.remove) {
        base.entries.erase(found);
      } else {
        merge_entry(*found, std::move(entry));
      }
    }
  }

 private:
  void nothing_to_remove(Place place, std::string_view what) {
    out_->faults.push_back(out_->error(place, fmt::format("{}: there is nothing to remove", what),
                                       "What an overlay removes must stand in the base."));
  }

  // In what the base does not have there is nothing to remove.
  void look_for_removals(const Value& value) {
    for (const Value& item : value.items) {
      if (item.remove) nothing_to_remove(item.place, item.name() != nullptr ? *item.name() : "an item");
      look_for_removals(item);
    }
    for (const Entry& entry : value.entries) {
      if (entry.value.remove) nothing_to_remove(entry.place, entry.key);
      look_for_removals(entry.value);
    }
  }

  void merge_entry(Entry& base, Entry&& overlay) {
    if (base.value.kind == Kind::Map && overlay.value.kind == Kind::Null) return;
    if (base.value.kind == Kind::Map && overlay.value.kind == Kind::Map) {
      maps(base.value, std::move(overlay.value));
    } else if (all_named(base.value) && all_named(overlay.value)) {
      named_lists(base.value, std::move(overlay.value));
    } else {
      look_for_removals(overlay.value);
      base = std::move(overlay);
    }
  }

  void named_lists(Value& base, Value&& overlay) {
    for (Value& item : overlay.items) {
      const std::string name = *item.name();
      const auto found = std::ranges::find_if(base.items, [&](const Value& other) { return *other.name() == name; });
      if (found == base.items.end()) {
        if (item.remove) {
          nothing_to_remove(item.place, name);
        } else {
          look_for_removals(item);
          base.items.push_back(std::move(item));
        }
      } else if (item.remove) {
        base.items.erase(found);
      } else {
        maps(*found, std::move(item));
      }
    }
  }

  Document* out_;
};

}  // namespace

Document merge(Document base, Document overlay) {
  Document out = std::move(base);
  shift(overlay.root, static_cast<std::uint16_t>(out.files.size()));
  out.files.insert(out.files.end(), overlay.files.begin(), overlay.files.end());
  out.faults.insert(out.faults.end(), overlay.faults.begin(), overlay.faults.end());
  if (out.root.kind == Kind::Null) {
    const Place place = out.root.place;
    out.root = {};
    out.root.kind = Kind::Map;
    out.root.place = place;
  }
  Merger(out).maps(out.root, std::move(overlay.root));
  return out;
}

}  // namespace dbi::config
