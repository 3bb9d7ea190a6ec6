// SPDX-License-Identifier: Apache-2.0
#include "generate/sources.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <system_error>

#include "base/text.hpp"

namespace dbi::generate {

namespace {

tl::unexpected<Error> no_such(const Sources& sources, const std::string& word, const std::vector<std::string>& known) {
  const std::vector<std::string_view> names(known.begin(), known.end());
  const std::string_view nearest = nearest_name(word, names);
  std::string hint =
      known.empty() ? "There is no overlay at all." : fmt::format("There are {}.", fmt::join(known, ", "));
  if (!nearest.empty()) hint = fmt::format("Did you mean {}?", nearest);
  return fail(ErrorKind::Usage,
              fmt::format("no environment '{}': {} does not exist", word, sources.overlay(word).string()),
              std::move(hint));
}

}  // namespace

Result<std::vector<std::string>> find_environments(const Sources& sources) {
  std::error_code fault;
  std::vector<std::string> out;
  for (std::filesystem::directory_iterator at(sources.overlays, fault), end; !fault && at != end; at.increment(fault)) {
    if (at->path().extension() == ".yaml" && !at->path().filename().string().starts_with('.')) {
      out.push_back(at->path().stem().string());
    }
  }
  if (fault) {
    return fail(ErrorKind::Configuration,
                fmt::format("cannot read the overlays in {}: {}", sources.overlays.string(), fault.message()),
                "Name their folder with --overlays; it holds ENVIRONMENT.yaml for each environment.");
  }
  std::ranges::sort(out);
  for (const std::string& name : out) DBI_TRY(check_environment(name));
  return out;
}

Status check_environment(const std::string& name) {
  constexpr std::string_view kBytes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  const bool fits = name.find_first_not_of(kBytes) == std::string::npos && !name.empty() && name.size() <= 64 &&
                    !name.starts_with('.') && !name.starts_with('-');
  if (fits && name != kAllEnvironments) return {};
  return fail(ErrorKind::Configuration, fmt::format("'{}' is no name for an environment", escape_controls(name)),
              "Use letters, digits, dots, underscores and hyphens, 64 at most, and not the word all.");
}

Result<std::vector<std::string>> choose_environments(const Sources& sources, const std::vector<std::string>& words) {
  if (words.empty()) return std::vector<std::string>{};
  DBI_TRY_ASSIGN(const std::vector<std::string> known, find_environments(sources));
  std::vector<std::string> out;
  const auto add = [&out](const std::string& name) {
    if (std::ranges::find(out, name) == out.end()) out.push_back(name);
  };
  for (const std::string& word : words) {
    if (word == kAllEnvironments) {
      if (known.empty()) return no_such(sources, word, known);
      std::ranges::for_each(known, add);
    } else if (std::ranges::find(known, word) != known.end()) {
      add(word);
    } else {
      return no_such(sources, word, known);
    }
  }
  return out;
}

}  // namespace dbi::generate
