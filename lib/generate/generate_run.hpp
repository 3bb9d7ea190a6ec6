// What dbi-gen-config does with its sources.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "generate/environment_document.hpp"
#include "generate/generate_options.hpp"
#include "generate/preflight.hpp"

namespace dbi::generate {

/// What a run comes to.
struct Answer {
  ExitStatus status = ExitStatus::Done;
  std::string text;           ///< for standard output
  std::vector<Error> errors;  ///< of the documents, all of them; then nothing was written
};

/// Carries the options out: makes the documents of the environments, and writes, compares or explains them or what is
/// made of them. Either all documents are good and all is written (each file replaced atomically, mode 0644; one that
/// is as it should be is not touched), or nothing is. Fails with ErrorKind::Usage, Configuration or State.
Result<Answer> run(const GenerateOptions& options, const Setup& setup, const PreflightSetup& preflight);

}  // namespace dbi::generate
