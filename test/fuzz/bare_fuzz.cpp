// Any bytes as an input of dbi-plan, records, plans or a log: what leaves are records, and they pass once more
// unchanged.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "extract/extractor.hpp"

using namespace dbi;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

/// A filter, and the loop's part of reading lines for it.
class Run {
 public:
  explicit Run(extract::InputKind input) : filter_(options(input), setup()) {}

  std::string operator()(std::string_view text) {
    stream::LineTaker& taker = *filter_.line_taker();
    taker.begin_input("-");
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      take(taker, text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    static_cast<void>(taker.end_input(out_));
    std::string written;
    written.swap(out_.buffer());
    return written;
  }

 private:
  static extract::ExtractOptions options(extract::InputKind input) {
    extract::ExtractOptions options;
    options.input = input;
    options.history = false;
    return options;
  }
  static extract::Extractor::Setup setup() {
    static const SystemClock kClock;
    extract::Extractor::Setup setup;
    setup.tool = "dbi-plan";
    setup.clock = &kClock;
    setup.replay = true;
    return setup;
  }

  void take(stream::LineTaker& taker, std::string_view line) {
    line_.assign(line);
    line_.append(record::kPadding, '\0');
    const std::string_view padded = std::string_view(line_).substr(0, line.size());
    const auto taken = taker.take(padded, out_);
    if (!taken || *taken || !reader_.parse(padded, record_)) return;
    require(filter_.on_record(record_, out_).has_value());
  }

  extract::Extractor filter_;
  stream::Writer out_{-1};
  record::Reader reader_;
  record::Record record_;
  std::string line_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Run run(extract::InputKind::Unknown);
  static Run run_again(extract::InputKind::Records);
  static record::Reader reader;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (size > (std::size_t{48} << 10U)) return 0;  // the writer writes from 64 KiB on
  const std::string written = run(text);
  record::Record record;
  for (std::string_view rest = written; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    require(end != std::string_view::npos);
    std::string line(rest.substr(0, end));
    line.append(record::kPadding, '\0');
    require(reader.parse(std::string_view(line).substr(0, end), record).has_value());
    rest.remove_prefix(end + 1);
  }
  // Damaged text may read differently once its literals are out; records stay as many as they are.
  if (written.size() < (std::size_t{48} << 10U)) {
    // As records, which a first one without its kind does not tell.
    const std::string again = run_again(written);
    require(std::count(again.begin(), again.end(), '\n') == std::count(written.begin(), written.end(), '\n'));
  }
  return 0;
}
