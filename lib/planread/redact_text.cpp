// Writes a plan of EXPLAIN's TEXT again, redacted.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "planread/redact.hpp"
#include "planread/text_lines.hpp"

namespace dbi::planread {

namespace {

// Labels that JSON has under other names; their values are figures and words of EXPLAIN's own.
constexpr std::string_view kFigures[] = {"Batches",
                                         "Buckets",
                                         "Buffers",
                                         "Full-sort Groups",
                                         "Functions",
                                         "Heap Blocks",
                                         "Hits",
                                         "I/O Timings",
                                         "JIT",
                                         "Memory",
                                         "Planned Partitions",
                                         "Planning",
                                         "Options",
                                         "Serialization",
                                         "Pre-sorted Groups",
                                         "Timing",
                                         "Tuples",
                                         "WAL"};

bool is_figure(std::string_view label) {
  return std::find(std::begin(kFigures), std::end(kFigures), label) != std::end(kFigures) ||
         label.starts_with("Trigger ") || label.starts_with("JIT for worker ");
}

// Of "Worker 0:  Sort Method: quicksort  Memory: 25kB", as of a line that has it alone.
bool is_worker(const TextLine& line) {
  return line.label.starts_with("Worker ");
}

void append_value(const TextLine& line, std::string& out, RedactionFaults& faults) {
  const PlanKeyRow* key = find_plan_key(line.label);
  if (is_figure(line.label) || is_worker(line) || (key != nullptr && key->type != KeyType::Text)) {
    out.append(line.value);
  } else if (line.label == "Sampling" || line.label == "Settings") {
    redact_expression(line.value, out, faults);
  } else {
    redact_property(key, line.value, out, faults);
  }
}

}  // namespace

void redact_text(std::string_view source, std::string& out, RedactionFaults& faults) {
  TextLines lines(source);
  TextLine line;
  bool first = true;
  while (lines.next(line)) {
    if (line.kind == LineKind::Bare && line.text.find(" on ") == std::string_view::npos) continue;
    out.append(line.indent, ' ');
    if (line.kind == LineKind::Node && !first) out.append("->  ");
    first = false;
    if (line.kind == LineKind::Property) {
      out.append(line.label).append(line.value.empty() ? ":" : ": ");
      append_value(line, out, faults);
    } else {
      out.append(line.text);
    }
    out.push_back('\n');
  }
}

}  // namespace dbi::planread
