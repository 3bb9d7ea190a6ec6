// SPDX-License-Identifier: Apache-2.0
#include "generate/cron_lines.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dbi::generate {

namespace {

// The greatest divisor of `whole` that is at most `wanted`: only those come round evenly.
std::int64_t even_part(std::int64_t whole, std::int64_t wanted) {
  std::int64_t part = std::clamp(wanted, std::int64_t{1}, whole);
  while (whole % part != 0) --part;
  return part;
}

std::string every(std::int64_t count, std::int64_t whole) {
  if (count == 1) return "*";
  return count == whole ? "0" : fmt::format("*/{}", count);
}

}  // namespace

std::string cron_schedule(std::chrono::microseconds interval) {
  const std::int64_t minutes = std::chrono::duration_cast<std::chrono::minutes>(interval).count();
  if (minutes < 60) return fmt::format("{} * * * *", every(even_part(60, minutes), 60));
  return fmt::format("0 {} * * *", every(even_part(24, minutes / 60), 24));
}

Artefact cron_lines(const Deployment& deployment) {
  const std::string config = fmt::format("/etc/dbi/{}.yaml", deployment.pipeline);
  std::string text = fmt::format(
      "# The pipeline {0} as a job, for /etc/cron.d/dbi-{0}. Written by dbi-gen-config.\n"
      "# User dbi needs to read {1} and the password files, and a home for its state.\n"
      "SHELL=/bin/bash\n"
      "PATH=/usr/local/bin:/usr/bin:/bin\n\n"
      "{2} dbi set -o pipefail; {3}\n",
      deployment.pipeline, config, cron_schedule(deployment.interval),
      pipeline_command(deployment, config, deployment.pipeline, "--once --quiet"));
  return {fmt::format("cron/dbi-{}", deployment.pipeline), std::move(text), "#"};
}

}  // namespace dbi::generate
