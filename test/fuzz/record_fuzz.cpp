// Fuzzes the record reader: any line is read or refused without a fault, what is read can be spliced and read again,
// both scans agree, and the tables can be applied.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "record/record.hpp"
#include "record/scan.hpp"
#include "record/schema/check.hpp"
#include "record/utf8.hpp"

namespace {

using dbi::record::Change;
using dbi::record::kPadding;
using dbi::record::Reader;
using dbi::record::Record;
using dbi::record::Scan;

void require(bool condition) {
  if (!condition) std::abort();
}

// A line in memory of its exact size, padding included, so that the address sanitizer sees a byte read too far. The
// padding is hostile: it goes on as the line could.
class Line {
 public:
  explicit Line(std::string_view text) : size_(text.size()), bytes_(new char[text.size() + kPadding]) {
    constexpr std::string_view kHostile = "\"}],:1e\\u";
    text.copy(bytes_.get(), size_);
    for (std::size_t i = 0; i < kPadding; ++i) bytes_[size_ + i] = kHostile[i % kHostile.size()];
  }
  [[nodiscard]] std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  std::size_t size_;
  std::unique_ptr<char[]> bytes_;
};

// The positions of the last chunk less those of the two bytes that a scan may take for operators.
std::vector<std::uint32_t> operators_of(const Scan& scan) {
  std::vector<std::uint32_t> positions;
  for (std::size_t i = 0; i < scan.count; ++i) {
    const char byte = scan.line[scan.operators[i]];
    if (byte != '\x0C' && byte != '\x1A') positions.push_back(scan.operators[i]);
  }
  return positions;
}

void compare_scans(std::string_view line) {
  const auto kernels = dbi::record::scan_kernels();
  for (const auto& kernel : kernels.subspan(1)) {
    const auto first = std::make_unique<Scan>(line);
    const auto other = std::make_unique<Scan>(line);
    while (!first->at_end()) {
      kernels[0].scan_chunk(*first);
      kernel.scan_chunk(*other);
      require(first->position == other->position && operators_of(*first) == operators_of(*other));
      require(first->fault == other->fault && first->fault_at == other->fault_at);
      require(first->in_string == other->in_string && first->backslash == other->backslash);
      require(first->white_space == other->white_space && first->non_ascii == other->non_ascii);
    }
  }
}

void read_values(const Record& record) {
  std::string scratch;
  for (const auto& member : record.members()) {
    const auto& value = member.value;
    const std::string_view line = record.line();
    require(value.raw().data() > line.data() && value.raw().data() + value.raw().size() < line.data() + line.size());
    if (const auto text = value.text(scratch)) require(dbi::record::find_invalid_utf8(*text) == std::string_view::npos);
    if (value.integer()) require(value.number().has_value());
    static_cast<void>(value.boolean());
  }
}

// Replaces the first member and adds one; what comes out is a record with the other members as they were.
void splice_and_read_again(const Record& record, Reader& reader) {
  constexpr std::string_view kNew = "\x01 no such \"name\"";
  std::string first;
  if (!record.members().empty()) first = record.members()[0].raw_name;
  const bool replaces = !first.empty() && first.find('\\') == std::string::npos;
  const std::array changes{Change{.name = kNew, .json = "[1]"}, Change{.name = first, .json = "{\"a\":null}"}};
  const bool is_new = record.find(kNew) == nullptr;
  std::string out;
  dbi::record::splice(record, std::span(changes).first(replaces ? 2 : 1), out);
  const Line line(out);
  Record again;
  require(reader.parse(line.view(), again).has_value());
  require(again.members().size() == record.members().size() + (is_new ? 1 : 0));
  require(again.find(kNew) != nullptr && again.find(kNew)->value.raw() == "[1]");
  for (std::size_t i = replaces ? 1 : 0; is_new && i < record.members().size(); ++i) {
    require(again.members()[i].raw_name == record.members()[i].raw_name);
    require(again.members()[i].value.raw() == record.members()[i].value.raw());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Line line(std::string_view(reinterpret_cast<const char*>(data), size));
  compare_scans(line.view());
  Reader reader;
  Record record;
  const auto status = reader.parse(line.view(), record);
  if (!status) {
    require(record.line().empty() && record.members().empty() && !status.error().message.empty());
    return 0;
  }
  read_values(record);
  static_cast<void>(dbi::record::schema::check_record(record));
  splice_and_read_again(record, reader);
  return 0;
}
