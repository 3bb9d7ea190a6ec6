// SPDX-License-Identifier: Apache-2.0
#include "generate/json_schema.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "cli/wording.hpp"
#include "config/apply.hpp"

namespace dbi::generate {

namespace {

using Json = nlohmann::ordered_json;

// base/units.hpp: what parse_duration and parse_size take.
constexpr std::string_view kDuration = "^[0-9]+(\\.[0-9]+)?(us|ms|s|m|min|h|d)$|^0$";
constexpr std::string_view kSize = "^[0-9]+ ?(B|[KMGT]iB|[KMGT])?$";
constexpr std::string_view kVariable = "\\$\\{";
// cli/value.hpp: read_boolean.
constexpr std::string_view kBoolean =
    "^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|[Yy][Ee][Ss]|[Nn][Oo]|[Oo][NnFf][Ff]?|[01])$";

// Conditions hold conditions: an entry that holds entries of its own form refers to its definition.
class Maker {
 public:
  Json make(const std::vector<ToolTable>& tables) {
    Json sections = Json::object();
    sections["environment"] = {{"description", "The environment whose environment_overrides hold."},
                               {"type", "string"}};
    for (const ToolTable& table : tables) {
      for (const cli::Node& node : table.tree->nodes()) {
        if (!node.key.empty()) put(sections, split(node.key, '.'), node);
      }
    }
    for (auto& [name, section] : sections.items()) {
      if (section.contains("properties")) add_overrides(name, section);
    }
    Json out;
    out["$schema"] = "https://json-schema.org/draft/2020-12/schema";
    out["title"] = "dbi.yaml, the configuration of dbi";
    out["type"] = "object";
    out["properties"] = std::move(sections);
    out["additionalProperties"] = false;
    out["$defs"] = std::move(definitions_);
    return out;
  }

 private:
  // The node under the last of its key's parts, in objects for the others.
  void put(Json& properties, std::vector<std::string_view> parts, const cli::Node& node) {
    const std::string first(parts.front());
    if (parts.size() == 1) {
      if (!properties.contains(first)) properties[first] = schema_of(node);
      return;
    }
    Json& object = properties[first];
    if (object.is_null()) object = open_object();
    parts.erase(parts.begin());
    put(object["properties"], std::move(parts), node);
  }

  static Json open_object() {
    return {{"type", {"object", "null"}}, {"properties", Json::object()}, {"additionalProperties", false}};
  }

  // What a section says for one environment is a section without overrides.
  void add_overrides(const std::string& name, Json& section) {
    definitions_["section-" + name] = section;
    section["properties"]["environment_overrides"] = {
        {"description", "What is different in an environment, by its name."},
        {"type", {"object", "null"}},
        {"additionalProperties", {{"$ref", "#/$defs/section-" + name}}}};
  }

  Json schema_of(const cli::Node& node) {
    Json out;
    out["description"] = cli::sentence(node.summary) + (node.text.empty() ? "" : " " + node.text);
    if (!node.default_value.empty())
      out["description"].get_ref<std::string&>() += " Default: " + node.default_value + ".";
    switch (node.shape) {
      case cli::Shape::Scalar:
        out.update(scalar(node));
        break;
      case cli::Shape::List:
        out.update(list(node));
        break;
      case cli::Shape::Map:
        out["type"] = "object";
        out["additionalProperties"] = entry_of(node);
        break;
      case cli::Shape::Union:
        out.update(forms(node));
        break;
    }
    return out;
  }

  static void add_range(Json& number, const cli::Range& range) {
    if (range.lowest) number["minimum"] = *range.lowest;
    if (range.highest) number["maximum"] = *range.highest;
  }

  static Json one_of_words(const cli::Node& node) {
    Json words = Json::array();
    for (const auto& choice : node.choices) words.push_back(choice.word);
    return {{"enum", std::move(words)}};
  }

  static Json text(std::string_view pattern) { return {{"type", "string"}, {"pattern", pattern}}; }

  // The value itself, without the variable that may stand for it.
  static std::vector<Json> plain_forms(const cli::Node& node) {
    if (!node.choices.empty()) return {one_of_words(node)};
    switch (node.type) {
      case cli::Type::Boolean:
        return {{{"type", "boolean"}}, {{"enum", {0, 1}}}, text(kBoolean)};
      case cli::Type::Integer:
      case cli::Type::Number: {
        Json number{{"type", node.type == cli::Type::Integer ? "integer" : "number"}};
        add_range(number, node.range);
        return {std::move(number), text("^[-+0-9.eE]+$")};
      }
      case cli::Type::Duration:
        return {{{"const", 0}}, text(kDuration)};
      case cli::Type::Size:
        return {{{"type", "integer"}, {"minimum", 0}}, text(kSize)};
      case cli::Type::Text:
      case cli::Type::Choice:
        return {{{"type", {"string", "number", "boolean"}}}};
      case cli::Type::Any:
        return {{{"type", {"string", "number", "boolean", "null"}}}};
    }
    return {};
  }

  static Json scalar(const cli::Node& node) {
    if (node.secret) return text("^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$");
    std::vector<Json> all = plain_forms(node);
    const bool any_text = node.choices.empty() && (node.type == cli::Type::Text || node.type == cli::Type::Any);
    if (!any_text) all.push_back(text(kVariable));
    return all.size() == 1 ? all.front() : Json{{"anyOf", std::move(all)}};
  }

  Json list(const cli::Node& node) {
    Json items = node.element ? entry_of(node) : scalar(node);
    Json as_list{{"type", "array"}, {"items", items}};
    if (node.element && !node.lone) return as_list;
    // One may stand without the list; words also as one text with commas.
    Json alone = node.element ? std::move(items) : Json{{"type", {"string", "number", "boolean"}}};
    return {{"anyOf", {std::move(as_list), std::move(alone)}}};
  }

  // An entry is a definition of its own, called by the keys that it may have: entries that hold entries end there.
  Json entry_of(const cli::Node& node) {
    const auto tree = node.element({}, false);
    if (const cli::Node* whole = tree->find(cli::kWholeEntry)) return schema_of(*whole);
    std::string name = "entry";
    for (const cli::Node& member : tree->nodes()) name += "-" + member.key;
    if (!definitions_.contains(name)) {
      definitions_[name] = nullptr;  // known, while its own members are described
      Json object{{"type", "object"}, {"properties", Json::object()}, {"additionalProperties", false}};
      for (const cli::Node& member : tree->nodes()) put(object["properties"], split(member.key, '.'), member);
      definitions_[name] = std::move(object);
    }
    return {{"$ref", "#/$defs/" + name}};
  }

  // A form declared as "label.member" is a map of such members.
  Json forms(const cli::Node& node) {
    Json all = Json::array();
    Json members = Json::object();
    for (const cli::Node& form : node.forms->nodes()) {
      const auto dot = form.key.find('.');
      if (dot == std::string::npos) {
        all.push_back(schema_of(form));
      } else {
        put(members, split(std::string_view(form.key).substr(dot + 1), '.'), form);
      }
    }
    if (!members.empty()) {
      all.push_back({{"type", "object"}, {"properties", std::move(members)}, {"additionalProperties", false}});
    }
    return {{"anyOf", std::move(all)}};
  }

  Json definitions_ = Json::object();
};

}  // namespace

std::string json_schema(const std::vector<ToolTable>& tables) {
  return Maker().make(tables).dump(2) + "\n";
}

}  // namespace dbi::generate
