// SPDX-License-Identifier: Apache-2.0
#include "generate/deployment.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/units.hpp"

namespace dbi::generate {

namespace {

using config::Value;

std::string text_of(const Value& map, std::string_view key) {
  const Value* value = map.find(key);
  return value == nullptr ? std::string() : value->text;
}

// The user between "://" and '@'. A password in a URL was refused before.
std::string user_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  const auto at = url.substr(0, url.find_first_of("/?")).find('@');
  return at == std::string_view::npos ? std::string() : std::string(url.substr(0, at));
}

std::string database_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  const auto slash = url.find('/');
  if (slash == std::string_view::npos) return {};
  url.remove_prefix(slash + 1);
  return std::string(url.substr(0, url.find('?')));
}

TargetFacts facts_of(const Value& target) {
  TargetFacts out;
  const std::string url = text_of(target, "url");
  out.name = text_of(target, "name");
  if (url.starts_with("mysql://")) out.system = System::MySql;
  if (url.starts_with("mariadb://")) out.system = System::MariaDb;
  if (std::string user = user_of(url); !user.empty()) out.user = std::move(user);
  out.database = database_of(url);
  out.password_file = text_of(target, "password_file");
  return out;
}

}  // namespace

Deployment deployment_of(const EnvironmentDocument& document) {
  Deployment out;
  out.pipeline = document.environment.empty() ? "default" : document.environment;
  out.document = document.text;
  for (const ToolTable& table : document.tables) out.tools.push_back(table.tool);
  const Value& root = document.expanded.root;
  if (const Value* targets = root.find("targets")) {
    for (const Value& target : targets->items) out.targets.push_back(facts_of(target));
  }
  const Value* collector = root.find("collector");
  if (collector == nullptr) return out;
  if (const auto interval = parse_duration(text_of(*collector, "interval"))) out.interval = *interval;
  return out;
}

std::string pipeline_command(const Deployment& deployment, const std::string& config, const std::string& pipeline,
                             const std::string& first) {
  std::string out;
  for (const std::string& tool : deployment.tools) {
    if (!out.empty()) out += " | ";
    out += fmt::format("{} --config {} --pipeline {}", tool, config, pipeline);
    if (tool == deployment.tools.front() && !first.empty()) out += " " + first;
  }
  return out;
}

}  // namespace dbi::generate
