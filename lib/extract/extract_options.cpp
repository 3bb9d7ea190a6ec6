// SPDX-License-Identifier: Apache-2.0
#include "extract/extract_options.hpp"

#include <fmt/format.h>

#include "base/result.hpp"

namespace dbi::extract {

namespace {

using plan::Thresholds;

/// A threshold of the findings: its flag, its place, what it says.
struct ThresholdRow {
  std::string_view flag;
  double Thresholds::*value;
  std::string_view unit;
  std::string_view summary;
};

constexpr ThresholdRow kThresholds[] = {
    {"--misestimate-info", &Thresholds::misestimate_info, "TIMES", "tell of estimates that are so many times off"},
    {"--misestimate-warning", &Thresholds::misestimate_warning, "TIMES", "from here on as a warning"},
    {"--misestimate-critical", &Thresholds::misestimate_critical, "TIMES", "from here on as critical"},
    {"--misestimate-rows", &Thresholds::misestimate_rows, "ROWS", "unless a node has fewer rows in all"},
    {"--discarded-rows", &Thresholds::discarded_rows, "ROWS", "tell of filters that throw away so many rows"},
    {"--discarded-rows-critical", &Thresholds::discarded_rows_critical, "ROWS", "from here on as critical"},
    {"--scan-discarded-pct", &Thresholds::scan_discarded_pct, "PCT",
     "and so much of what a scan of a whole table reads"},
    {"--index-discarded-pct", &Thresholds::index_discarded_pct, "PCT", "and so much of what an index gives"},
    {"--join-discarded-rows", &Thresholds::join_discarded_rows, "ROWS", "the same of joins' filters"},
    {"--join-discarded-pct", &Thresholds::join_discarded_pct, "PCT", "and so much of the pairs that a join builds"},
    {"--join-pairs", &Thresholds::join_pairs, "PAIRS", "tell of joins without an index that compare so many pairs"},
    {"--join-pairs-critical", &Thresholds::join_pairs_critical, "PAIRS", "from here on as critical"},
    {"--large-scan-rows", &Thresholds::large_scan_rows, "ROWS", "a scan of so many rows is large"},
    {"--consumed-pct", &Thresholds::consumed_pct, "PCT", "and worth telling where less of it is made use of"},
    {"--heap-fetches", &Thresholds::heap_fetches, "ROWS", "tell of index-only scans that look up so many rows"},
    {"--heap-fetches-pct", &Thresholds::heap_fetches_pct, "PCT", "and so much of their rows"},
    {"--recheck-ratio", &Thresholds::recheck_ratio, "TIMES",
     "tell of rechecks that throw away so many rows for one that stays"},
    {"--loops", &Thresholds::loops, "N", "tell of inner sides of nested loops and subplans that run so often"},
    {"--materialize-loops", &Thresholds::materialize_loops, "N", "tell of what is materialized and read so often"},
    {"--share-pct", &Thresholds::share_pct, "PCT", "a share of the execution time that is worth telling"},
    {"--planning-share-pct", &Thresholds::planning_share_pct, "PCT", "the same of planning"},
    {"--planning-ms", &Thresholds::planning_ms, "MS", "unless planning took less"},
    {"--jit-ms", &Thresholds::jit_ms, "MS", "tell of compiling expressions that took so long"},
    {"--sort-disk-kb", &Thresholds::sort_disk_kb, "KB", "a sort on disk is a warning from here on"},
    {"--sort-disk-critical-kb", &Thresholds::sort_disk_critical_kb, "KB", "and critical from here on"},
    {"--sorted-rows", &Thresholds::sorted_rows, "ROWS", "tell of filesorts and temporary tables of so many rows"},
    {"--hash-batches-critical", &Thresholds::hash_batches_critical, "N", "so many batches of a hash are critical"},
    {"--temp-blocks", &Thresholds::temp_blocks, "BLOCKS", "tell of other nodes with so much temporary data"},
    {"--read-blocks", &Thresholds::read_blocks, "BLOCKS", "tell of nodes that need so many shared blocks"},
    {"--read-pct", &Thresholds::read_pct, "PCT", "and read so much of them from outside the cache"},
    {"--wide-row-bytes", &Thresholds::wide_row_bytes, "BYTES", "tell of many rows that are so wide"},
    {"--skew", &Thresholds::skew, "TIMES", "tell of a worker with so many times the rows of the median"},
};

// "--sort-disk-kb" is plan_extractor.findings.sort_disk_kb.
std::string key_of(std::string_view flag) {
  std::string key = "plan_extractor.findings.";
  for (const char c : flag.substr(2)) key.push_back(c == '-' ? '_' : c);
  return key;
}

void describe_thresholds(cli::Tree& tree, Thresholds& thresholds) {
  tree.group("Findings");
  for (const ThresholdRow& row : kThresholds) {
    tree.number(std::string(row.flag), &(thresholds.*row.value), std::string(row.summary))
        .value(std::string(row.unit))
        .range(0.0, 1e15)
        .key(key_of(row.flag));
  }
}

void describe_history(cli::Tree& tree, ExtractOptions& options) {
  tree.group("History");
  tree.toggle("--history", &options.history,
              "remember the plans of each statement, and tell when they change or get slower")
      .key("plan_extractor.history.enabled");
  tree.integer("--history-statements", &options.remembered.statements, "remember so many statements")
      .text("The one seen longest ago makes room.")
      .value("N")
      .range(1, 1'000'000)
      .key("plan_extractor.history.statements");
  tree.integer("--history-plans", &options.remembered.plans, "and so many plans of each")
      .value("N")
      .range(2, 1000)
      .key("plan_extractor.history.plans");
}

void describe_gate(cli::Tree& tree, GateOptions& options) {
  tree.group("Gate");
  tree.text("--baseline", &options.baseline, "compare the plans of the run with those of FILE")
      .text(
          "By query_signature, else by plan_name, within a plan_source. What differs is told on standard error, with a "
          "last line \"compared N, changed N, regressed N, missing N, new N\". Where nothing was comparable the status "
          "is 1.")
      .value("FILE")
      .completes(cli::Completion::File);
  tree.text("--save-baseline", &options.save_baseline, "write the plans of the run to FILE, a line a statement")
      .value("FILE")
      .completes(cli::Completion::File);
  tree.texts("--fail-on", &options.fail_on, "end with status 1 where a plan is so: changed, regressed, missing, CODE")
      .text(
          "regressed: costs ten times as much, by a worse kind of scan or join. CODE is that of a finding, see "
          "dbi-findings(7).")
      .value("WORD");
}

void describe_bare_input(cli::Tree& tree, ExtractOptions& options) {
  tree.group("Plans without a record");
  tree.choice("--input", &options.input,
              {{"auto", InputKind::Unknown, "what the first line of each says"},
               {"records", InputKind::Records, "records, one a line"},
               {"plans", InputKind::Plans, "what EXPLAIN printed"},
               {"log", InputKind::Log, "PostgreSQL's log with entries of auto_explain"}},
              "what the inputs hold")
      .key("plan_extractor.input");
  tree.text("--target", &options.target, "the server that the plans are of")
      .value("TARGET")
      .key("plan_extractor.target");
  tree.text("--database", &options.database, "the database that they are of, where the log does not say")
      .value("DATABASE")
      .key("plan_extractor.database");
  tree.text("--plan-name", &options.plan_name, "how the plans' statements are called")
      .text("A second plan of an input has :2 behind its name, and so on.")
      .value("NAME")
      .default_text("the input's file name")
      .key("plan_extractor.plan_name");
}

}  // namespace

void describe_extract_options(cli::Tree& tree, ExtractOptions& options) {
  describe_bare_input(tree, options);
  tree.group("Plans");
  tree.choice("--literals", &options.literals,
              {{"remove", Literals::Remove, "'?' stands for each"},
               {"keep", Literals::Keep, "they stay, and the records are marked with literals: true"}},
              "what becomes of literals in plans")
      .key("plan_extractor.literals");
  tree.integer("--nodes", &options.nodes, "name so many nodes of a plan in plan_nodes, those that took most time")
      .value("N")
      .range(0, 1000)
      .key("plan_extractor.nodes");
  tree.size("--compress", &options.compress, "pack plans of SIZE and more into plan_lz4, in place of plan")
      .text("An LZ4 frame in base64: jq -r .plan_lz4 | base64 -d | lz4 -d.")
      .key("plan_extractor.compress");
  tree.number("--timeout-ms", &options.timeout_ms, "give up on a plan that would take longer")
      .text("A budget of 100,000 bytes of plan a millisecond, so that the same plans are refused everywhere.")
      .value("MS")
      .range(1, 10'000)
      .key("plan_extractor.timeout_ms");
  tree.integer("--workers", &options.workers, "read plans of records and logs in so many threads")
      .text("Records leave in the order in which they came.")
      .value("N")
      .range(1, 64)
      .key("plan_extractor.workers");
  tree.integer("--cache-entries", &options.cache_entries, "remember what was said of so many plans, by their bytes")
      .text("0 remembers none.")
      .value("N")
      .range(0, 10'000'000)
      .key("plan_extractor.cache_entries");
  tree.size("--cache-bytes", &options.cache_bytes, "and no more than so many bytes of that")
      .key("plan_extractor.cache_bytes");
  describe_history(tree, options);
  describe_gate(tree, options.gate);
  describe_thresholds(tree, options.thresholds);
}

}  // namespace dbi::extract
