// Plans that real servers printed, read by whatever format they are in. For the tests of planread/ and plan/.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "planread/document.hpp"
#include "planread/plan.hpp"
#include "planread/postgresql_document.hpp"
#include "planread/postgresql_text.hpp"
#include "planread/redact.hpp"
#include "record/record.hpp"
#include "record/text_of.hpp"

namespace dbi::planread {

struct Fixture {
  std::string name, options, format, plan;
  [[nodiscard]] std::string key() const { return name + " " + options; }
};

inline std::vector<Fixture> read_fixtures(const std::filesystem::path& path) {
  std::vector<Fixture> fixtures;
  std::ifstream file(path);
  record::Reader reader;
  record::Record record;
  for (std::string line; std::getline(file, line);) {
    const std::size_t size = line.size();
    line.append(record::kPadding, '\0');
    EXPECT_TRUE(reader.parse(std::string_view(line).substr(0, size), record));
    fixtures.push_back({record::text_of(record, "name"), record::text_of(record, "options"),
                        record::text_of(record, "format"), record::text_of(record, "plan")});
  }
  return fixtures;
}

/// The files of a folder with plans of PostgreSQL.
inline std::vector<std::filesystem::path> postgresql_fixtures(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const std::string name = file.path().filename().string();
    if (name.starts_with("postgresql-") && !name.ends_with(".expected.ndjson")) files.push_back(file.path());
  }
  std::sort(files.begin(), files.end());
  EXPECT_FALSE(files.empty());
  return files;
}

/// Views of the plan point into the fixture and the document.
inline Status read_plan(const Fixture& fixture, Document& document, Plan& plan) {
  if (fixture.format == "text") return read_postgresql_text(fixture.plan, plan);
  if (fixture.format == "json") DBI_TRY(read_json(fixture.plan, document));
  if (fixture.format == "yaml") DBI_TRY(read_yaml(fixture.plan, document));
  if (fixture.format == "xml") DBI_TRY(read_xml(fixture.plan, document));
  const auto statements = postgresql_statements(document);
  if (statements.empty()) return fail(ErrorKind::Malformed, "no statement");
  return read_postgresql(document, statements.front(), fixture.plan.size(), plan);
}

/// The plan without its literals, in the format it came in; `document` is what read_plan made.
inline std::string redact(const Fixture& fixture, const Document& document, RedactionFaults& faults) {
  std::string out;
  if (fixture.format == "text") redact_text(fixture.plan, out, faults);
  if (fixture.format == "json") redact_document(document, DocumentFormat::Json, out, faults);
  if (fixture.format == "yaml") redact_document(document, DocumentFormat::Yaml, out, faults);
  if (fixture.format == "xml") redact_document(document, DocumentFormat::Xml, out, faults);
  return out;
}

}  // namespace dbi::planread
