// SPDX-License-Identifier: Apache-2.0
#include "generate/kubernetes_manifest.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/credential.hpp"
#include "base/text.hpp"

namespace dbi::generate {

namespace {

// The text as a literal block of YAML, each line `indent` columns in.
std::string block(std::string_view text, std::size_t indent) {
  std::string out;
  for (const auto line : split(text, '\n')) {
    if (!line.empty()) out.append(indent, ' ').append(line);
    out += '\n';
  }
  while (out.ends_with("\n\n")) out.pop_back();
  return out;
}

// Names of Kubernetes are those of DNS (RFC 1123).
std::string dns_name(std::string_view name) {
  std::string out = lower_case(name);
  for (char& c : out) {
    if (c == '_' || c == '.') c = '-';
  }
  return out;
}

bool has_passwords(const Deployment& deployment) {
  return std::ranges::any_of(deployment.targets,
                             [](const TargetFacts& target) { return !target.password_file.empty(); });
}

// How the Secret is made, for whoever applies the manifest; no password stands in it.
std::string secret_hint(const Deployment& deployment) {
  std::string out = fmt::format("#   kubectl create secret generic dbi-{}-passwords", dns_name(deployment.pipeline));
  for (const TargetFacts& target : deployment.targets) {
    if (target.password_file.empty()) continue;
    out += fmt::format(" \\\n#     --from-file={}={}", credential_name(target.name), target.password_file);
  }
  return out + "\n";
}

constexpr std::string_view kConfigMap = R"(apiVersion: v1
kind: ConfigMap
metadata:
  name: dbi-{0}
  labels: {{app.kubernetes.io/name: dbi, app.kubernetes.io/instance: {0}}}
data:
  dbi.yaml: |
{1}---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: dbi-{0}-state
  labels: {{app.kubernetes.io/name: dbi, app.kubernetes.io/instance: {0}}}
spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: 1Gi
---
)";

// One pod at a time: a state folder has one owner.
constexpr std::string_view kDeployment = R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: dbi-{0}
  labels: {{app.kubernetes.io/name: dbi, app.kubernetes.io/instance: {0}}}
spec:
  replicas: 1
  strategy:
    type: Recreate
  selector:
    matchLabels: {{app.kubernetes.io/name: dbi, app.kubernetes.io/instance: {0}}}
  template:
    metadata:
      labels: {{app.kubernetes.io/name: dbi, app.kubernetes.io/instance: {0}}}
    spec:
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 30
      securityContext:
        runAsNonRoot: true
        runAsUser: 65532
        runAsGroup: 65532
        fsGroup: 65532
        seccompProfile:
          type: RuntimeDefault
      containers:
        - name: dbi
          image: "{1}"
          command: ["/bin/bash", "-o", "pipefail", "-c"]
          # The shell passes the end of the pod on to its group and waits until the pipe is empty.
          args:
            - |
              trap 'trap : TERM; kill -TERM 0' TERM
              (trap : TERM; {2}) &
              wait $!
              status=$?
              wait
              exit $status
          env:
            - {{name: DBI_STATE_DIR, value: /var/lib/dbi}}
{3}          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop: [ALL]
          resources:
            requests: {{cpu: 50m, memory: 64Mi}}
            limits: {{memory: 512Mi}}
          volumeMounts:
            - {{name: config, mountPath: /etc/dbi, readOnly: true}}
            - {{name: state, mountPath: /var/lib/dbi}}
            - {{name: tmp, mountPath: /tmp}}
{4}      volumes:
        - name: config
          configMap:
            name: dbi-{0}
        - name: state
          persistentVolumeClaim:
            claimName: dbi-{0}-state
        - name: tmp
          emptyDir: {{sizeLimit: 64Mi}}
{5})";

}  // namespace

Artefact kubernetes_manifest(const Deployment& deployment, const std::string& image) {
  const bool passwords = has_passwords(deployment);
  const std::string name = dns_name(deployment.pipeline);
  const std::string command = pipeline_command(deployment, "/etc/dbi/dbi.yaml", deployment.pipeline);
  std::string text = fmt::format("# The pipeline {} in a pod. Written by dbi-gen-config.\n", deployment.pipeline);
  if (passwords) text += "# Its passwords are a Secret, made beforehand:\n#\n" + secret_hint(deployment);
  text += fmt::format(fmt::runtime(kConfigMap), name, block(deployment.document, 4));
  text += fmt::format(
      fmt::runtime(kDeployment), name, image, command,
      passwords ? "            - {name: CREDENTIALS_DIRECTORY, value: /run/dbi/passwords}\n" : "",
      passwords ? "            - {name: passwords, mountPath: /run/dbi/passwords, readOnly: true}\n" : "",
      passwords ? fmt::format(
                      "        - name: passwords\n          secret:\n            secretName: dbi-{}-passwords\n", name)
                : std::string());
  return {fmt::format("kubernetes/{}.yaml", deployment.pipeline), std::move(text), "#"};
}

}  // namespace dbi::generate
