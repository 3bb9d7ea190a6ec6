// SPDX-License-Identifier: Apache-2.0
#include "collect/probe_parts.hpp"

#include <fmt/format.h>

#include <utility>

namespace dbi::collect {

ProbeLine denied_line(const SourceError& error) {
  const auto state = error.sqlstate.empty() ? std::string() : fmt::format(" [{}]", error.sqlstate);
  return {.what = error.source,
          .verdict = Verdict::Denied,
          .finding = fmt::format("{}: {}{}", error_word(error.kind), error.message, state),
          .fix = error.hint};
}

bool add_errors(ProbeReport& report, const CycleAccount& account, std::string_view source) {
  bool failed = false;
  for (const auto& error : account.errors) {
    if (error.source != source) continue;
    report.lines.push_back(denied_line(error));
    failed = true;
  }
  return failed;
}

void add_source(ProbeReport& report, const CycleAccount& account, std::string_view source, Verdict verdict,
                std::string finding) {
  if (add_errors(report, account, source)) return;
  const auto cost = account.cost.find(std::string(source));
  if (cost != account.cost.end()) {
    finding += fmt::format(" ({:.1f} ms, {} bytes)", cost->second.ms, cost->second.bytes);
  }
  report.lines.push_back({.what = std::string(source), .verdict = verdict, .finding = std::move(finding), .fix = {}});
}

void add_sessions(ProbeReport& report, const ReadSessions& read, ServerReader& reader, CycleAccount& account) {
  const TextStore texts;
  const auto write = read(reader, texts, account);
  std::size_t sessions = 0;
  if (write) {
    std::string unused;
    sessions = (*write)(
        unused, Routing{.target = {}, .cycle = {}, .system = {}, .host = {}, .port = 0, .observed_ts = {}}, {}, 1);
  }
  add_source(report, account, "sessions", Verdict::Ok, fmt::format("{} sessions that are not idle", sessions));
}

std::string address_of(const ConnectionFacts& facts) {
  if (facts.host.empty()) return fmt::format("a local socket, port {}", facts.port);
  return fmt::format("{}:{}", facts.host, facts.port);
}

ProbeReport probe_with(std::string target, const OpenReader& open,
                       const std::function<void(ProbeReport& report, ServerReader& reader)>& probe) {
  ProbeReport report;
  report.target = std::move(target);
  const auto reader = open({});
  if (!reader) {
    auto line = denied_line(reader.error());
    line.what = reader.error().kind == ErrorKind::Unsupported ? "guards" : "connection";
    report.lines.push_back(std::move(line));
    report.failure = reader.error().kind;
    return report;
  }
  probe(report, **reader);
  return report;
}

}  // namespace dbi::collect
