// SPDX-License-Identifier: Apache-2.0
#include "generate/environment_document.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <xxhash.h>

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "base/text.hpp"
#include "config/apply.hpp"
#include "config/emit.hpp"
#include "config/expand.hpp"
#include "config/file.hpp"
#include "config/interpolate.hpp"
#include "config/merge.hpp"
#include "generate/rule_members.hpp"

namespace dbi::generate {

namespace {

using PlaceKey = std::tuple<std::uint16_t, int, int>;

PlaceKey key_of(const config::Place& place) {
  return {place.file, place.line, place.column};
}

// A source as the text's first lines call it: from the folder of the base on, so that they do not depend on where the
// run was started.
std::string name_from(const std::filesystem::path& base, const std::filesystem::path& file) {
  const auto relative = file.lexically_normal().lexically_proximate(base.parent_path().lexically_normal());
  return relative.empty() || *relative.begin() == ".." ? file.filename().string() : relative.string();
}

// Sections in the order of DESIGN.md section 5.
void sort_sections(config::Value& root) {
  const auto rank = [](const config::Entry& entry) {
    return std::ranges::find(config::kSections, entry.key) - config::kSections.begin();
  };
  std::ranges::stable_sort(root.entries, {}, rank);
}

class Maker {
 public:
  Maker(const Setup& setup, const std::string& environment) : setup_(&setup) {
    out_.environment = environment;
    lookup_ = [this](const std::string& name) -> std::optional<std::string> {
      if (name == "DBI_ENV" && !out_.environment.empty()) return out_.environment;
      // A secret is not known where documents are made: only its form is checked.
      if (secret_names_.contains(name)) return "secret";
      return setup_->environment(name);
    };
  }

  EnvironmentDocument make() && {
    out_.tables = setup_->tables();
    if (!read_sources()) return std::move(out_);
    if (!out_.environment.empty()) {
      if (Status named = check_environment(out_.environment); !named) say_all({std::move(named).error()});
    }
    say_all(std::exchange(out_.document.faults, {}));
    sort_sections(out_.document.root);
    apply();
    if (out_.good()) write();
    return std::move(out_);
  }

 private:
  void say_all(std::vector<Error> errors) {
    for (Error& error : errors) {
      if (told_.insert(error.message).second) out_.errors.push_back(std::move(error));
    }
  }

  // Each is told of, also where the other cannot be read.
  bool read_sources() {
    bool whole = read(setup_->sources.base, config::Role::Whole);
    if (out_.environment.empty()) {
      out_.environment = chosen_;
    } else {
      whole = read(setup_->sources.overlay(out_.environment), config::Role::Overlay) && whole;
    }
    return whole;
  }

  // A document with its own overrides in; those for other environments are checked here, where they stand. False where
  // it cannot be read.
  bool read(const std::filesystem::path& file, config::Role role) {
    auto document = config::read_file(file, role);
    if (!document) {
      say_all({std::move(document).error()});
      return false;
    }
    config::Sections sections = config::choose_overrides(*document, lookup_);
    if (chosen_.empty()) chosen_ = sections.environment;
    say_all(std::move(sections.errors));
    for (const ToolTable& table : out_.tables) {
      say_all(config::apply_sections(*document, {{}, {}, sections.others, {}}, *table.tree, lookup_));
    }
    document->root = std::move(sections.root);
    hash(file, *document);
    out_.document = role == config::Role::Whole ? *std::move(document)
                                                : config::merge(std::move(out_.document), *std::move(document));
    return true;
  }

  // Of what was read, not of its layout: a comment changes no document.
  void hash(const std::filesystem::path& file, const config::Document& document) {
    const std::string text = config::format_yaml(document.root);
    sources_.push_back(
        fmt::format("{} ({})", name_from(setup_->sources.base, file), hex16(XXH3_64bits(text.data(), text.size()))));
  }

  void apply() {
    for (const config::Entry& section : out_.document.root.entries) look_for_reader(section);
    const auto visit = [this](const cli::Node& node, const config::Value& value, const std::string&) {
      if (!node.secret) return;
      secrets_.insert(key_of(value.place));
      if (config::is_bare_variable(value.text)) secret_names_.insert(value.text.substr(2, value.text.size() - 3));
    };
    const config::Sections sections{out_.environment, out_.document.root, {}, {}};
    for (const ToolTable& table : out_.tables) {
      say_all(config::apply_sections(out_.document, sections, *table.tree, lookup_, visit));
    }
    say_all(check_rule_members(out_.document));
    if (!out_.good()) return;
    for (const ToolTable& table : out_.tables) {
      if (Status status = table.tree->run_checks(); !status) say_all({std::move(status).error()});
    }
  }

  void look_for_reader(const config::Entry& section) {
    const auto reads = [&](const ToolTable& table) { return config::has_options_under(*table.tree, section.key); };
    const bool known = std::ranges::find(config::kSections, section.key) != config::kSections.end();
    if (!known || std::ranges::any_of(out_.tables, reads)) return;
    say_all({out_.document.error(section.place, section.key + ": no tool of this version reads this section",
                                 "Take it out: nothing in it is checked, and nothing comes of it.")});
  }

  void write() {
    config::Document document = out_.document;
    std::set<std::string> used;
    if (!setup_->keep_variables) {
      const auto watch = [&](const std::string& name) -> std::optional<std::string> {
        if (secret_names_.contains(name)) return std::nullopt;  // it is written nowhere
        auto value = lookup_(name);
        if (value && !value->empty()) used.insert(name);
        return value;
      };
      config::expand(document, watch, [&](const config::Place& place) { return secrets_.contains(key_of(place)); });
      say_all(std::move(document.faults));
    }
    out_.text = fmt::format("# Written by dbi-gen-config from {}; what is changed here is lost.\n",
                            fmt::join(sources_, " and "));
    if (!used.empty()) out_.text += fmt::format("# Values from the environment: {}.\n", fmt::join(used, ", "));
    if (!out_.environment.empty()) out_.text += fmt::format("environment: {}\n", out_.environment);
    out_.text += "\n" + config::format_yaml(document.root);
    out_.expanded = std::move(document);
  }

  const Setup* setup_;
  cli::EnvironmentLookup lookup_;
  EnvironmentDocument out_;
  std::string chosen_;  // by the base itself
  std::vector<std::string> sources_;
  std::set<std::string> told_;
  std::set<PlaceKey> secrets_;
  std::set<std::string> secret_names_;  // of their variables
};

}  // namespace

EnvironmentDocument make_document(const Setup& setup, const std::string& environment) {
  return Maker(setup, environment).make();
}

}  // namespace dbi::generate
