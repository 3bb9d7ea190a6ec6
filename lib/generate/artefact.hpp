// A file that is made of a document: what services, schedulers and administrators read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace dbi::generate {

struct Artefact {
  std::filesystem::path path;  ///< below the folder of --out
  std::string text;
  std::string comment = "#";  ///< what begins a comment in it
};

}  // namespace dbi::generate
