// SPDX-License-Identifier: Apache-2.0
#include "run/instance_state.hpp"

#include <fmt/format.h>

#include <utility>

namespace dbi::run {

std::string owner_name(const Context& context) {
  if (context.common.name == context.tool) return context.tool;
  return fmt::format("{} ({})", context.tool, context.common.name);
}

Result<InstanceState> take_state(const Context& context) {
  InstanceState held;
  DBI_TRY_ASSIGN(state::StateFolder folder,
                 state::StateFolder::open(context.folder_request(), context.process->environment));
  DBI_TRY_ASSIGN(held.file, folder.instance(context.tool, context.common.name));
  auto lock = state::Lock::acquire(held.file, state::this_process(owner_name(context)));
  if (!lock && lock.error().kind == ErrorKind::Owned && context.terminal) {
    context.log->warning(fmt::format("going on without state: {}", lock.error().message));
    return InstanceState{};
  }
  if (!lock) return fail(std::move(lock).error());
  held.folder = std::move(folder);
  held.lock = std::move(*lock);
  return held;
}

}  // namespace dbi::run
