// SPDX-License-Identifier: Apache-2.0
#include "collect/target_memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "state/ack.hpp"

namespace dbi::collect {

Result<TargetMemory> open_memory(const CollectorSettings& settings, const CollectorSurroundings& around,
                                 const std::string& target, const Log& log) {
  TargetMemory memory;
  const TextLimits limits{.text_bytes = std::max(settings.cycle.stats.query_bytes, TextLimits{}.text_bytes)};
  memory.texts = TextStore(limits, settings.text_interval);
  // What explains a file starts from nothing and leaves nothing, beside a collector that has the target's state.
  if (!around.state || settings.cycle.explain) return memory;
  DBI_TRY_ASSIGN(const auto baseline_path, around.state->baseline(target));
  DBI_TRY_ASSIGN(memory.texts_path, around.state->texts(target));
  auto lock = state::Lock::acquire(baseline_path, state::this_process(around.owner));
  if (!lock && around.terminal && lock.error().kind == ErrorKind::Owned) {
    log.warning(lock.error());
    log.warning(fmt::format("{}: going on without state", target));
    memory.texts_path.clear();
    return memory;
  }
  DBI_TRY_ASSIGN(memory.lock, std::move(lock));
  DBI_TRY_ASSIGN(memory.baselines, BaselineStore::open(baseline_path));
  if (memory.baselines.damage()) memory.damages.push_back(*memory.baselines.damage());
  DBI_TRY_ASSIGN(const auto loaded, memory.texts.load(memory.texts_path));
  if (loaded.damage) memory.damages.push_back(*loaded.damage);
  return memory;
}

Result<ReadAck> make_read_ack(const std::optional<std::string>& exporter, const CollectorSurroundings& around,
                              const std::string& target, const TargetMemory& memory) {
  if (!exporter) return ReadAck();
  if (!memory.lock) {
    return fail(ErrorKind::State, "--commit exported needs the state folder",
                "It is where dbi-export says what it holds.");
  }
  DBI_TRY_ASSIGN(auto path, around.state->ack(target, *exporter));
  return ReadAck([path = std::move(path)] { return state::load_ack(path); });
}

}  // namespace dbi::collect
