// Random lines, whole and damaged: the reader agrees with nlohmann::json wherever the two definitions are the same, and
// both scans agree with each other.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "record/lines.hpp"
#include "record/scan.hpp"

namespace dbi::record {
namespace {

using nlohmann::json;

// Writes random JSON in every style that the grammar allows.
class RandomJson {
 public:
  explicit RandomJson(std::uint32_t seed) : random_(seed) {}

  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(random_() % limit); }

  std::string record() {
    std::string out = "{";
    const auto count = below(12);
    for (std::uint32_t i = 0; i < count; ++i) {
      if (i != 0) out += ',';
      out += space() + name() + space() + ':' + space() + value(0) + space();
    }
    return out + "}";
  }

  // Changes, takes away, adds or repeats some bytes.
  std::string damage(std::string line) {
    for (auto times = 1 + below(3); times > 0 && !line.empty(); --times) {
      const auto at = below(static_cast<std::uint32_t>(line.size()));
      switch (below(4)) {
        case 0:
          line[at] = byte();
          break;
        case 1:
          line.erase(at, 1 + below(3));
          break;
        case 2:
          line.insert(at, 1, byte());
          break;
        default:
          line.insert(at, line.substr(at, 1 + below(8)));
      }
    }
    return line;
  }

 private:
  char byte() {
    constexpr std::string_view kTelling =
        "{}[]:,\"\\ \t\r0123456789-+.eEtrufalsn\x01\x0C\x1A\x7F\x80\xBF\xC3\xE2\xF0\xFF";
    return kTelling[below(kTelling.size())];
  }
  std::string space() {
    constexpr std::array<std::string_view, 8> kSpaces{"", "", "", "", " ", "\t", "\r", "  \t"};
    return std::string(kSpaces[below(kSpaces.size())]);
  }
  // Few names, so that some repeat.
  std::string name() { return below(3) == 0 ? text() : "\"n" + std::to_string(below(40)) + "\""; }

  std::string text() {
    constexpr std::array<std::string_view, 16> kPieces{"a",
                                                       "b ",
                                                       "\\\"",
                                                       "\\\\",
                                                       "\\n",
                                                       "\\u0061",
                                                       "\\u00e4",
                                                       "\\ud83d\\ude00",
                                                       "{",
                                                       "],",
                                                       ":",
                                                       "\xC3\xA4",
                                                       "\xE2\x82\xAC",
                                                       "\xF0\x9F\x98\x80",
                                                       "/",
                                                       "0123456789012345678901234567890123456789"};
    std::string out = "\"";
    for (auto count = below(8); count > 0; --count) out += kPieces[below(kPieces.size())];
    return out + "\"";
  }

  std::string number() {
    std::string out = below(3) == 0 ? "-" : "";
    out += below(4) == 0 ? "0" : std::to_string(1 + random_() % (1ULL << (1 + below(31))));
    if (below(3) == 0) out += "." + std::to_string(below(100000));
    if (below(5) == 0) out += std::array{"e", "E", "e+", "E-"}[below(4)] + std::to_string(below(99));
    return out;
  }

  std::string value(int depth) {
    switch (below(depth < 4 ? 8 : 5)) {
      case 0:
      case 1:
        return text();
      case 2:
      case 3:
        return number();
      case 4:
        return std::array{"true", "false", "null"}[below(3)];
      case 5:
        return container(depth, '[', ']');
      case 6:
        return container(depth, '{', '}');
      default:
        return below(2) == 0 ? "[" + space() + "]" : "{" + space() + "}";
    }
  }

  std::string container(int depth, char opening, char closing) {
    std::string out(1, opening);
    for (auto count = below(4); count > 0; --count) {
      if (opening == '{') out += space() + name() + space() + ':';
      out += space() + value(depth + 1) + space();
      if (count > 1) out += ',';
    }
    return out + closing;
  }

  std::mt19937_64 random_;
};

// Whether a line is a record by nlohmann's parser, and its top-level members.
struct Verdict {
  bool is_record = false;
  bool is_known = true;  // it refuses numbers beyond a double, which a record keeps as they stand
  json document;
};

Verdict ask_oracle(const std::string& line) {
  std::set<std::string> names;
  bool repeated = false;
  const auto note = [&](int depth, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::key && depth == 1) repeated |= !names.insert(parsed.get<std::string>()).second;
    return true;
  };
  Verdict verdict;
  try {
    verdict.document = json::parse(line, note);
  } catch (const json::out_of_range&) {
    verdict.is_known = false;
    return verdict;
  } catch (const json::exception&) {
    return verdict;
  }
  verdict.is_record = verdict.document.is_object() && !repeated;
  return verdict;
}

// Where the definitions differ: lone surrogate escapes, numbers beyond the range of doubles, a byte order mark.
bool is_comparable(const std::string& line) {
  if (line.starts_with("\xEF\xBB\xBF")) return false;
  std::size_t digits = 0;
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    digits = std::isdigit(static_cast<unsigned char>(line[i])) != 0 ? digits + 1 : 0;
    if (digits > 200) return false;
    if ((line[i] == 'e' || line[i] == 'E') && i + 5 < line.size() &&
        line.find_first_not_of("+-0123456789", i + 1) > i + 3) {
      return false;
    }
    if (line[i] != '\\') continue;
    const bool is_surrogate = line[i + 1] == 'u' && i + 2 < line.size() && (line[i + 2] == 'd' || line[i + 2] == 'D');
    if (is_surrogate && line.compare(i, 12, "\\ud83d\\ude00") != 0) return false;
    i += is_surrogate ? 11 : 1;
  }
  return true;
}

void expect_agreement(const std::string& line) {
  const Verdict verdict = ask_oracle(line);
  const Line bytes(line);
  Record record;
  const auto status = Reader().parse(bytes.view(), record);
  if (!verdict.is_known) return;
  ASSERT_EQ(status.has_value(), verdict.is_record) << line << "\n" << (status ? "" : status.error().message);
  if (!status) return;
  ASSERT_EQ(record.members().size(), verdict.document.size()) << line;
  for (const auto& [name, value] : verdict.document.items()) {
    const Member* member = record.find(name);
    ASSERT_NE(member, nullptr) << name << " in " << line;
    ASSERT_EQ(json::parse(member->value.raw()), value) << line;
    std::string scratch;
    if (value.is_string()) {
      ASSERT_EQ(member->value.text(scratch), value.get<std::string>()) << line;
    }
    if (value.is_number()) {
      ASSERT_EQ(member->value.number(), value.get<double>()) << line;
    }
    if (value.is_boolean()) {
      ASSERT_EQ(member->value.boolean(), value.get<bool>()) << line;
    }
  }
}

TEST(ReaderAgainstOracle, AgreesOnWholeLines) {
  RandomJson random(1);
  std::map<bool, int> verdicts;
  for (int i = 0; i < 5000; ++i) {
    const std::string line = random.record();
    ASSERT_NO_FATAL_FAILURE(expect_agreement(line));
    ++verdicts[ask_oracle(line).is_record];
  }
  EXPECT_GT(verdicts[true], 1000);
  EXPECT_GT(verdicts[false], 100);  // repeated names
}

TEST(ReaderAgainstOracle, AgreesOnDamagedLines) {
  RandomJson random(2);
  std::map<bool, int> verdicts;
  for (int i = 0; i < 30000; ++i) {
    const std::string line = random.damage(random.record());
    if (!is_comparable(line)) continue;
    ASSERT_NO_FATAL_FAILURE(expect_agreement(line));
    ++verdicts[ask_oracle(line).is_record];
  }
  EXPECT_GT(verdicts[true], 1000);
  EXPECT_GT(verdicts[false], 5000);
}

// The positions less those of the two bytes that a scan may take for operators.
std::vector<std::uint32_t> operators_of(const Scan& scan) {
  std::vector<std::uint32_t> positions;
  for (std::size_t i = 0; i < scan.count; ++i) {
    const char byte = scan.line[scan.operators[i]];
    if (byte != '\x0C' && byte != '\x1A') positions.push_back(scan.operators[i]);
  }
  return positions;
}

TEST(Scans, AgreeOnAnyLine) {
  const auto kernels = scan_kernels();
  if (kernels.size() == 1) GTEST_SKIP() << "this machine has one scan";
  RandomJson random(3);
  for (int i = 0; i < 3000; ++i) {
    std::string text = random.damage(random.record());
    while (random.below(3) == 0) text += random.damage(text + random.record());
    const Line line(text);
    for (const auto& kernel : kernels.subspan(1)) {
      SCOPED_TRACE(kernel.name);
      Scan first(line.view());
      Scan other(line.view());
      while (!first.at_end()) {
        kernels[0].scan_chunk(first);
        kernel.scan_chunk(other);
        ASSERT_EQ(operators_of(first), operators_of(other)) << text;
        ASSERT_EQ(first.fault, other.fault) << text;
        ASSERT_EQ(first.fault_at, other.fault_at) << text;
        ASSERT_EQ(first.position, other.position);
        ASSERT_EQ(first.in_string, other.in_string) << text;
        ASSERT_EQ(first.white_space, other.white_space) << text;
        ASSERT_EQ(first.backslash, other.backslash) << text;
        ASSERT_EQ(first.non_ascii, other.non_ascii) << text;
      }
    }
  }
}

}  // namespace
}  // namespace dbi::record
