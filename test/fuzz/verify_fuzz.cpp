// Any bytes as a text and as a JSON value: the prefilter misses nothing that an expression finds, what is written stays
// JSON, and what was found is not found again.
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "record/builder.hpp"
#include "record/record.hpp"
#include "record/utf8.hpp"
#include "verify/pattern.hpp"
#include "verify/redactor.hpp"
#include "verify/scanner.hpp"

namespace {

using namespace dbi;

void require(bool condition) {
  if (!condition) std::abort();
}

std::vector<std::string> all_names() {
  std::vector<std::string> names;
  for (const verify::Pattern& pattern : verify::patterns()) names.emplace_back(pattern.name);
  return names;
}

verify::Scanner make_scanner() {
  auto scanner = verify::Scanner::make(all_names(), {});
  require(scanner.has_value());
  return std::move(*scanner);
}

void check_prefilter(std::string_view text) {
  static const verify::Scanner scanner = make_scanner();
  const std::size_t found = scanner.find(text, verify::signs_of(text)).size();
  require(found == scanner.find(text, ~0U).size());
}

void check_redaction(std::string_view value) {
  static verify::Redactor redactor(make_scanner());
  static record::Reader reader;
  std::string line = "{\"m\":" + std::string(value) + "}";
  const std::size_t size = line.size();
  line.append(record::kPadding, '\0');
  record::Record record;
  if (!reader.parse(std::string_view(line).substr(0, size), record)) return;
  if (record.members().size() != 1) return;
  const record::Value whole = record.members()[0].value;
  const bool found = redactor.search(whole);
  std::string json;
  redactor.redact(whole, json);
  require(found == (json != whole.raw()));
  std::string again = "{\"m\":" + json + "}";
  const std::size_t length = again.size();
  again.append(record::kPadding, '\0');
  record::Record redacted;
  require(reader.parse(std::string_view(again).substr(0, length), redacted).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);  // NOLINT: bytes as text
  check_redaction(input);
  const std::string text = record::replace_invalid_utf8(input);
  check_prefilter(text);
  std::string json;
  record::append_json_text(json, text);
  check_redaction(json);
  return 0;
}
