// The pipeline as a job of cron.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "generate/artefact.hpp"
#include "generate/deployment.hpp"

namespace dbi::generate {

/// cron/dbi-PIPELINE, a file for /etc/cron.d (crontab(5)): one reading as often as the document says, as user dbi.
[[nodiscard]] Artefact cron_lines(const Deployment& deployment);

/// The five fields of crontab(5) for a job each `interval`: the longest time that cron can keep evenly and that is not
/// longer, at least a minute, at most a day.
[[nodiscard]] std::string cron_schedule(std::chrono::microseconds interval);

}  // namespace dbi::generate
