// SPDX-License-Identifier: Apache-2.0
#include "generate/systemd_units.hpp"

#include <fmt/format.h>

#include <string_view>

#include "base/credential.hpp"

namespace dbi::generate {

namespace {

// What a pipe of processes that read sockets and files and write below one folder does not need. /proc stays whole:
// dbi-breaker reads the machine's CPU, memory and pressure there.
constexpr std::string_view kSandbox = R"(
# Nothing of the machine but the network, the configuration and the state.
User=dbi
DynamicUser=yes
StateDirectory=dbi
StateDirectoryMode=0700
UMask=0077
CapabilityBoundingSet=
AmbientCapabilities=
NoNewPrivileges=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
PrivateDevices=yes
PrivateTmp=yes
PrivateUsers=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
RemoveIPC=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallErrorNumber=EPERM
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
)";

std::string service(const Deployment& deployment) {
  // The shell outlives a reload, which goes to all processes of its group; the tools take it as one.
  const std::string command = pipeline_command(deployment, "/etc/dbi/%i.yaml", "%i");
  return fmt::format(
      R"(# dbi@.service: the pipeline %i, configured by /etc/dbi/%i.yaml. Written by dbi-gen-config.
#
#   systemctl enable --now dbi@{}.service
[Unit]
Description=dbi pipeline %i
Documentation=man:dbi(7) man:dbi-config(5)
Wants=network-online.target
After=network-online.target
AssertPathExists=/etc/dbi/%i.yaml

[Service]
Type=exec
ExecStart=/bin/bash -o pipefail -c 'trap : HUP; {}'
ExecReload=/bin/sh -c 'kill -s HUP -- -$MAINPID'
# A wrong configuration (2) does not get better by itself.
Restart=on-failure
RestartPreventExitStatus=2
RestartSec=5s
# What is in the pipe is delivered before the end, within --drain (10s).
TimeoutStopSec=30s
{}
[Install]
WantedBy=multi-user.target
)",
      deployment.pipeline, command, kSandbox);
}

// '%' begins a specifier in units.
std::string without_specifiers(std::string_view path) {
  std::string out;
  for (const char c : path) out.append(c == '%' ? 2 : 1, c);
  return out;
}

std::string credentials(const Deployment& deployment) {
  std::string out;
  for (const TargetFacts& target : deployment.targets) {
    if (target.password_file.empty()) continue;
    out +=
        fmt::format("LoadCredential={}:{}\n", credential_name(target.name), without_specifiers(target.password_file));
  }
  if (out.empty()) return out;
  return "# Passwords for the service, which cannot read their files itself. Written by dbi-gen-config.\n[Service]\n" +
         out;
}

}  // namespace

std::vector<Artefact> systemd_units(const std::vector<Deployment>& deployments) {
  std::vector<Artefact> out{{"systemd/dbi@.service", service(deployments.front()), "#"}};
  for (const Deployment& deployment : deployments) {
    if (std::string text = credentials(deployment); !text.empty()) {
      out.push_back(
          {fmt::format("systemd/dbi@{}.service.d/credentials.conf", deployment.pipeline), std::move(text), "#"});
    }
  }
  return out;
}

}  // namespace dbi::generate
