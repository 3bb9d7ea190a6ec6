// SPDX-License-Identifier: Apache-2.0
#include "generate/rule_members.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/text.hpp"
#include "config/interpolate.hpp"
#include "record/schema/alias.hpp"
#include "record/schema/schema.hpp"

namespace dbi::generate {

namespace {

// dbi-breaker comes after dbi-sample (DESIGN.md section 1).
constexpr std::string_view kWrittenLater = "circuit";

std::vector<std::string_view> known_members() {
  std::vector<std::string_view> out;
  const auto add = [&out](std::span<const record::schema::MemberRow> rows) {
    for (const auto& row : rows) out.push_back(row.name);
  };
  add(record::schema::routing_members());
  add(record::schema::common_members());
  for (const auto& kind : record::schema::kinds()) add(kind.members);
  for (const auto& alias : record::schema::aliases()) out.push_back(alias.name);
  return out;
}

class Looker {
 public:
  explicit Looker(const config::Document& document) : document_(&document), members_(known_members()) {}

  // Every `attribute` below: conditions nest.
  void walk(const config::Value& value) {
    for (const config::Value& item : value.items) walk(item);
    for (const config::Entry& entry : value.entries) {
      if (entry.key == "attribute" && entry.value.kind == config::Kind::Scalar) {
        attribute(entry.value);
      } else {
        walk(entry.value);
      }
    }
  }

  std::vector<Error> errors;

 private:
  void attribute(const config::Value& value) {
    if (config::has_variable(value.text)) return;
    if (value.text == kWrittenLater) {
      errors.push_back(document_->error(value.place, "the rule looks at circuit, which dbi-breaker writes later",
                                        "dbi-breaker comes after dbi-sample in the pipeline."));
    } else if (std::ranges::find(members_, value.text) == members_.end()) {
      const std::string_view nearest = nearest_name(value.text, members_);
      errors.push_back(document_->error(
          value.place, fmt::format("the rule looks at {}, which no tool before dbi-sample writes", value.text),
          nearest.empty() ? std::string("dbi-record(5) has the members of each kind.")
                          : fmt::format("Did you mean {}?", nearest)));
    }
  }

  const config::Document* document_;
  std::vector<std::string_view> members_;
};

}  // namespace

std::vector<Error> check_rule_members(const config::Document& document) {
  Looker looker(document);
  const config::Value* section = document.root.find("adaptive_sampler");
  if (section == nullptr) return {};
  for (const auto* key : {"rules", "rule_templates"}) {
    if (const config::Value* rules = section->find(key)) looker.walk(*rules);
  }
  return std::move(looker.errors);
}

}  // namespace dbi::generate
