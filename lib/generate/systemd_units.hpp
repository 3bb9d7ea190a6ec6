// The pipeline as a service of systemd.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "generate/artefact.hpp"
#include "generate/deployment.hpp"

namespace dbi::generate {

/// systemd/dbi@.service, a template whose instance names the pipeline and its document, /etc/dbi/INSTANCE.yaml; and,
/// for each deployment with password files, systemd/dbi@PIPELINE.service.d/credentials.conf, which hands them to the
/// service. The service runs as a user of its own without rights (systemd.exec(5), "SANDBOXING"), keeps its state in
/// /var/lib/dbi, ends cleanly when it is stopped and reads its document again when it is reloaded.
[[nodiscard]] std::vector<Artefact> systemd_units(const std::vector<Deployment>& deployments);

}  // namespace dbi::generate
