// What the probes of all engines are made of.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "collect/cycle_account.hpp"
#include "collect/probe.hpp"
#include "collect/server_reader.hpp"
#include "collect/server_source.hpp"
#include "collect/source_error.hpp"

namespace dbi::collect {

/// The line of something that could not be read.
[[nodiscard]] ProbeLine denied_line(const SourceError& error);

/// A line for each error of a source; false where it had none.
bool add_errors(ProbeReport& report, const CycleAccount& account, std::string_view source);

/// A source's own line, or those of its errors.
void add_source(ProbeReport& report, const CycleAccount& account, std::string_view source, Verdict verdict,
                std::string finding);

/// Reads the sessions once and says how many a cycle would write.
void add_sessions(ProbeReport& report, const ReadSessions& read, ServerReader& reader, CycleAccount& account);

/// "db1:3306", "a local socket, port 3306".
[[nodiscard]] std::string address_of(const ConnectionFacts& facts);

/// Opens a connection and hands it to `probe`; what kept it from being opened is in the report.
ProbeReport probe_with(std::string target, const OpenReader& open,
                       const std::function<void(ProbeReport& report, ServerReader& reader)>& probe);

}  // namespace dbi::collect
