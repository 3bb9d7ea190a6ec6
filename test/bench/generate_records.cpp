// dbi_generate_records --records N --seed S: writes N generated records to standard output.
// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <cstdio>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "bench/record_generator.hpp"

namespace {

struct Options {
  std::uint64_t records = 1'000'000;
  std::uint64_t seed = 1;
};

bool read_number(std::string_view text, std::uint64_t& out) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
  return read.ec == std::errc{} && read.ptr == text.data() + text.size();
}

std::optional<Options> read_options(std::span<char*> arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    const std::string_view flag = arguments[i];
    if (i + 1 == arguments.size()) return std::nullopt;
    std::uint64_t* number = flag == "--records" ? &options.records : flag == "--seed" ? &options.seed : nullptr;
    if (number == nullptr || !read_number(arguments[i + 1], *number)) return std::nullopt;
  }
  return options;
}

bool write_records(const Options& options) {
  constexpr std::size_t kBatch = std::size_t{256} << 10U;
  dbi::bench::RecordGenerator generator(options.seed);
  std::string out;
  for (std::uint64_t i = 0; i < options.records; ++i) {
    generator.append(out);
    if (out.size() < kBatch && i + 1 < options.records) continue;
    if (std::fwrite(out.data(), 1, out.size(), stdout) != out.size()) return false;
    out.clear();
  }
  return std::fflush(stdout) == 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = read_options(std::span(argv, static_cast<std::size_t>(argc)).subspan(1));
  if (!options) {
    std::fputs("usage: dbi_generate_records [--records N] [--seed S]\n", stderr);
    return 2;
  }
  if (!write_records(*options)) {
    std::perror("dbi_generate_records: standard output");
    return 5;
  }
  return 0;
}
