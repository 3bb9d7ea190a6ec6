// dbi-collect --probe: what each source of a server can give and what would mend the rest, whatever its engine.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/result.hpp"

namespace dbi::collect {

enum class Verdict : std::uint8_t {
  Ok,
  Limited,  ///< it works, and could give more
  Denied
};

/// "ok", "limited", "denied".
[[nodiscard]] std::string_view verdict_word(Verdict verdict);

struct ProbeLine {
  std::string what;  ///< "connection", "guards", or a source
  Verdict verdict = Verdict::Ok;
  std::string finding;
  std::string fix;  ///< the exact lines, or empty
};

struct ProbeReport {
  std::string target;
  std::vector<ProbeLine> lines;
  std::optional<ErrorKind> failure;  ///< the server was not reached, or its guards did not hold

  [[nodiscard]] bool denied() const;
};

/// What is asked for; the rest is not tried.
struct ProbeRequest {
  bool statements = true;
  bool sessions = true;
};

/// For people: the target, then aligned lines, with each fix under its line.
[[nodiscard]] std::string format_probe(const ProbeReport& report);

/// 0; 1 where something asked for is denied; what the error's kind leads to where a server was not reached.
[[nodiscard]] ExitStatus probe_status(const std::vector<ProbeReport>& reports);

}  // namespace dbi::collect
