// Texts for the record generator: statements and plans as a server shows them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "bench/random.hpp"

namespace dbi::bench {

/// A normalised statement, in most cases of 60 to 500 bytes; some have quoted identifiers, line breaks or letters
/// beyond ASCII.
[[nodiscard]] std::string sample_statement(Random& random);

/// The plan of EXPLAIN (FORMAT JSON), without white space, of about `bytes` bytes.
[[nodiscard]] std::string sample_json_plan(Random& random, std::size_t bytes);

/// The plan of EXPLAIN in text form, of about `bytes` bytes.
[[nodiscard]] std::string sample_text_plan(Random& random, std::size_t bytes);

}  // namespace dbi::bench
