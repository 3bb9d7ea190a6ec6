// SPDX-License-Identifier: Apache-2.0
#include "breaker/operator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <system_error>
#include <vector>

#include "base/text.hpp"
#include "base/time_text.hpp"
#include "base/units.hpp"
#include "circuit/key.hpp"
#include "state/circuits.hpp"
#include "state/lock.hpp"
#include "state/overrides.hpp"

namespace dbi::breaker {

namespace {

using state::CircuitState;
using Names = std::set<std::string, std::less<>>;

constexpr std::string_view kTool = "dbi-breaker";

Names entries_of(const std::filesystem::path& folder, bool folders_only) {
  Names out;
  std::error_code fault;
  for (auto at = std::filesystem::directory_iterator(folder, fault); !fault && at != end(at); at.increment(fault)) {
    if (!folders_only || at->is_directory(fault)) out.insert(at->path().filename().string());
  }
  return out;
}

// The targets that dbi-collect or an exporter has kept something of: baselines/<target>.json and so on.
Names targets_on_disk(const state::StateFolder& folder) {
  Names out;
  for (const auto* each : {"baselines", "texts", "acks"}) {
    for (std::string name : entries_of(folder.path() / each, false)) {
      for (const std::string_view ending : {".lock", ".corrupt", ".json", ".lz4", ".ndjson"}) {
        if (name.ends_with(ending)) name.resize(name.size() - ending.size());
      }
      out.insert(std::move(name));
    }
  }
  return out;
}

struct Known {
  Names keys;     // of circuits and overrides
  Names targets;  // all that the pipeline has had to do with
};

Known known_of(const state::StateFolder& folder, const circuit::View& view) {
  Known known{{}, targets_on_disk(folder)};
  for (const auto& [key, stored] : view.circuits()) known.keys.insert(key);
  for (const auto& [key, given] : view.overrides()) known.keys.insert(key);
  for (const auto& key : known.keys) known.targets.insert(std::string(circuit::split_key(key).target));
  return known;
}

// A database is known once it had records. Where none of the target's has, nobody can tell a slip from a name; what an
// operator has said of one before makes it no better known.
bool is_known(const Known& known, const state::Circuits& circuits, std::string_view key) {
  if (known.keys.contains(key) || key == circuit::kHostKey) return true;
  const auto parts = circuit::split_key(key);
  if (!known.targets.contains(parts.target)) return false;
  if (!parts.has_database) return true;
  const auto first = circuits.lower_bound(circuit::make_key(parts.target, ""));
  return first == circuits.end() || circuit::split_key(first->first).target != parts.target;
}

Status check_key(const state::StateFolder& folder, const circuit::View& view, std::string_view key) {
  const Known known = known_of(folder, view);
  if (is_known(known, view.circuits(), key)) return {};
  std::vector<std::string_view> names(known.keys.begin(), known.keys.end());
  names.insert(names.end(), known.targets.begin(), known.targets.end());
  const std::string_view nearest = nearest_name(key, names);
  return fail(ErrorKind::Usage, fmt::format("{} knows no '{}'", folder.path().string(), key),
              nearest.empty() ? "dbi-breaker status lists the circuits; --state-dir and --pipeline choose the folder."
                              : fmt::format("Did you mean {}?", nearest));
}

// The folder's name, and what is wrong there.
std::string heading(const state::StateFolder& folder, const std::vector<std::optional<state::Damage>>& damages) {
  std::string out = fmt::format("folder {}\n", folder.path().string());
  for (const auto& damage : damages) {
    if (damage) out += escape_controls(damage->message) + "\n";
  }
  return out;
}

// What lies behind it says nothing any more: an `open` that is over, and a `close` of what is closed since.
void drop_old(state::Overrides& overrides, const state::Circuits& circuits, Timestamp now) {
  std::erase_if(overrides, [&](const auto& entry) {
    const state::Override& given = entry.second;
    if (given.order == state::Override::Order::Open) return given.until && *given.until <= now;
    const auto stored = circuits.find(entry.first);
    return stored == circuits.end() || stored->second.state == CircuitState::Closed ||
           (stored->second.opened_at && *stored->second.opened_at > given.at);
  });
}

Result<std::string> give_order(const state::StateFolder& folder, const std::string& key, const state::Override& order) {
  DBI_TRY_ASSIGN(const state::Lock lock, state::lock_briefly(folder.overrides(), kTool));
  DBI_TRY_ASSIGN(const auto circuits, state::load_circuits(folder.circuits(), state::OnDamage::Report));
  DBI_TRY_ASSIGN(const auto earlier, state::load_overrides(folder.overrides(), state::OnDamage::SetAside));
  DBI_TRY(check_key(folder, circuit::View(circuits.circuits, earlier.overrides), key));
  state::Overrides overrides = earlier.overrides;
  drop_old(overrides, circuits.circuits, order.at);
  overrides[key] = order;
  DBI_TRY(state::store_overrides(folder.overrides(), overrides));
  return heading(folder, {circuits.damage, earlier.damage});
}

std::string to_the_second(Timestamp time) {
  return format_timestamp(time).substr(0, std::string_view("2026-11-25T12:00:30").size()) + "Z";
}

// "until 2026-11-25T12:00:30Z (12 s left): 5 of 5 calls failed ..."
std::string detail_of(const circuit::Standing& standing, const state::StoredCircuit* stored, Timestamp now) {
  std::string out;
  if (standing.until) {
    const auto left = std::chrono::duration_cast<std::chrono::seconds>(*standing.until - now);
    out = fmt::format("until {} ({} s left)", to_the_second(*standing.until), left.count());
  } else if (standing.state == CircuitState::Open) {
    out = "until it is closed";
  } else if (stored != nullptr && stored->state == CircuitState::HalfOpen && standing.state == CircuitState::HalfOpen) {
    out = fmt::format("{} of {} probes succeeded", stored->successes, stored->probes);
  } else if (standing.state == CircuitState::HalfOpen) {
    out = "its open time is over, the next cycle is a probe";
  }
  if (standing.forced && standing.state == CircuitState::Open) out = "by an operator, " + out;
  if (!standing.why.empty()) out += ": " + escape_controls(standing.why);
  return out;
}

}  // namespace

Result<state::StateFolder> find_folder(const state::FolderRequest& request,
                                       const state::EnvironmentLookup& environment) {
  DBI_TRY_ASSIGN(const auto root, state::resolve_root(request, environment));
  DBI_TRY(state::check_name("--pipeline", request.pipeline));
  std::error_code fault;
  if (!std::filesystem::is_directory(root / request.pipeline, fault)) {
    const Names others = entries_of(root, true);
    return fail(ErrorKind::Usage, fmt::format("no pipeline '{}' in {}", request.pipeline, root.string()),
                others.empty() ? "Nothing has run with this --state-dir yet."
                               : fmt::format("There are: {}.", fmt::join(others, ", ")));
  }
  return state::StateFolder::open(request, environment);
}

Result<std::string> show_status(const state::StateFolder& folder, Timestamp now) {
  DBI_TRY_ASSIGN(const auto loaded, circuit::load_view(folder.circuits(), folder.overrides()));
  const circuit::View& view = loaded.view;
  std::string out = heading(folder, {loaded.damages.begin(), loaded.damages.end()});
  Names keys;
  for (const auto& [key, stored] : view.circuits()) keys.insert(key);
  for (const auto& [key, given] : view.overrides()) keys.insert(key);
  std::size_t healthy = 0;
  std::size_t width = 0;
  for (const auto& key : keys) width = std::max(width, std::min<std::size_t>(key.size(), 40));
  for (const auto& key : keys) {
    const auto standing = view.standing(key, now);
    if (standing.state == CircuitState::Closed && circuit::split_key(key).has_database) {
      ++healthy;
      continue;
    }
    const auto found = view.circuits().find(key);
    const auto* stored = found == view.circuits().end() ? nullptr : &found->second;
    const std::string detail = detail_of(standing, stored, now);
    out += fmt::format("{:<{}}  {:<9}  {} trips{}{}\n", escape_controls(key), width,
                       state::circuit_state_word(standing.state), stored == nullptr ? 0 : stored->trips,
                       detail.empty() ? "" : "  ", detail);
  }
  if (healthy > 0) out += fmt::format("closed circuits of databases: {}\n", healthy);
  if (keys.empty()) out += "no circuits yet\n";
  return out;
}

Result<std::string> open_circuit(const state::StateFolder& folder, const OpenRequest& request, const Clock& clock) {
  const Timestamp now = clock.now();
  const auto until = request.duration ? std::optional(now + *request.duration) : std::nullopt;
  DBI_TRY_ASSIGN(std::string out,
                 give_order(folder, request.key, {state::Override::Order::Open, now, until, request.why}));
  return out +
         fmt::format("{} is open {}\n", request.key, until ? "until " + to_the_second(*until) : "until it is closed");
}

Result<std::string> close_circuit(const state::StateFolder& folder, const std::string& key, const Clock& clock) {
  DBI_TRY_ASSIGN(const std::string out,
                 give_order(folder, key, {state::Override::Order::Close, clock.now(), std::nullopt, {}}));
  return out + fmt::format("{} is closed\n", key);
}

}  // namespace dbi::breaker
