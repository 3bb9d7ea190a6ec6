// SPDX-License-Identifier: Apache-2.0
#include "export/open_sink.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <set>

namespace dbi::exporting {

namespace {

constexpr std::string_view kHint = "Write --to table, --to ndjson:PATH or --to sqlite:PATH.";

struct Word {
  std::string_view scheme;
  std::string_view path;
};

Word split_word(std::string_view word) {
  const std::size_t colon = word.find(':');
  if (colon == std::string_view::npos) return {word, {}};
  return {word.substr(0, colon), word.substr(colon + 1)};
}

Result<std::unique_ptr<Sink>> open_sink(std::string_view word, const SinkOptions& options, const Clock& clock) {
  const auto [scheme, path] = split_word(word);
  if (scheme == "table") return make_table_sink(options.table, clock);
  if (scheme == "ndjson") return open_ndjson_sink(std::string(path), options.rotation, clock, options.log);
  return open_sqlite_sink(std::string(path), options.sqlite, clock, options.log);
}

}  // namespace

Status check_sinks(const std::vector<std::string>& words) {
  std::set<std::string_view> seen;
  std::set<std::filesystem::path> files;
  for (const std::string& word : words) {
    const auto [scheme, path] = split_word(word);
    const bool file = scheme == "ndjson" || scheme == "sqlite";
    if (word != "table" && !file) {
      return fail(ErrorKind::Usage, fmt::format("'{}' is no sink", word), std::string(kHint));
    }
    if (file && path.empty()) {
      return fail(ErrorKind::Usage, fmt::format("'{}' names no file", word), std::string(kHint));
    }
    if (file && path == "-") {
      return fail(ErrorKind::Usage, fmt::format("'{}': only the table is written to standard output", word),
                  "Records that pass through are what tee is for.");
    }
    std::error_code fault;  // a path that cannot be looked at is told by who opens it
    if (file && !seen.contains(word) && !files.insert(std::filesystem::weakly_canonical(path, fault)).second) {
      return fail(ErrorKind::Usage, fmt::format("'{}': another sink writes to that file", word));
    }
    if (!seen.insert(word).second) return fail(ErrorKind::Usage, fmt::format("--to {} is given twice", word));
  }
  return {};
}

bool can_acknowledge(const std::vector<std::string>& words) {
  std::vector<std::string_view> durable;
  for (const std::string& word : words) {
    if (word != "table") durable.push_back(split_word(word).scheme);
  }
  return durable.size() == 1 && durable.front() == "sqlite";
}

Result<std::vector<std::unique_ptr<Sink>>> open_sinks(const std::vector<std::string>& words, const SinkOptions& options,
                                                      const Clock& clock) {
  std::vector<std::unique_ptr<Sink>> sinks;
  for (const std::string& word : words) {
    auto sink = open_sink(word, options, clock);
    if (!sink) {
      Error error = std::move(sink).error();
      error.message = fmt::format("{}: {}", word, error.message);
      return fail(std::move(error));
    }
    sinks.push_back(std::move(*sink));
  }
  return sinks;
}

}  // namespace dbi::exporting
