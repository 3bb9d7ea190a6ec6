// The pipeline as a deployment of Kubernetes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "generate/artefact.hpp"
#include "generate/deployment.hpp"

namespace dbi::generate {

/// kubernetes/PIPELINE.yaml: a ConfigMap with the document, a claim for the state, and a Deployment of one pod that
/// runs the pipeline, without rights and with a root file system that is only read. Passwords come from a Secret called
/// dbi-PIPELINE-passwords, with a key for each target (credential_name()), mounted where $CREDENTIALS_DIRECTORY says.
[[nodiscard]] Artefact kubernetes_manifest(const Deployment& deployment, const std::string& image);

}  // namespace dbi::generate
