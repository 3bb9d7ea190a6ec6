// Scan kernels: SSE2 for every x86-64, AVX2 where the machine has it, bytewise elsewhere.
// SPDX-License-Identifier: Apache-2.0
#include "record/scan.hpp"

#include <algorithm>
#include <bit>

#include "record/escape.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace dbi::record {

namespace {

#define DBI_INLINE inline __attribute__((always_inline))

constexpr std::size_t kBlock = 64;

// One bit a byte of a block, the first byte lowest.
struct Masks {
  std::uint64_t quote = 0;
  std::uint64_t backslash = 0;
  std::uint64_t operators = 0;  // and 0x0C, 0x1A
  std::uint64_t control = 0;    // below 0x20
  std::uint64_t space = 0;      // 0x20
  std::uint64_t high = 0;       // 0x80 and above
};

// What of a Scan changes with every block; kept in registers over a chunk. All bits are 0 or 1 but `in_string`.
struct Carry {
  std::uint64_t in_string;  // all ones or 0
  std::uint64_t escape;
  std::uint64_t gap;
  std::uint64_t string_end;
};

// Each bit becomes the parity of itself and those below: set from an opening quote up to the byte before its closing
// one.
DBI_INLINE std::uint64_t prefix_xor(std::uint64_t bits) {
  bits ^= bits << 1U;
  bits ^= bits << 2U;
  bits ^= bits << 4U;
  bits ^= bits << 8U;
  bits ^= bits << 16U;
  bits ^= bits << 32U;
  return bits;
}

// The bytes behind a backslash that is not itself escaped. Runs of backslashes are told apart by whether they start at
// an odd or an even byte: the carry of the addition walks through each run.
DBI_INLINE std::uint64_t find_escaped(std::uint64_t backslash, std::uint64_t& carry) {
  constexpr std::uint64_t kEven = 0x5555555555555555U;
  backslash &= ~carry;
  const std::uint64_t follows = backslash << 1U | carry;
  const std::uint64_t odd_starts = backslash & ~kEven & ~follows;
  const std::uint64_t sum = odd_starts + backslash;
  carry = sum < backslash ? 1 : 0;
  return (kEven ^ (sum << 1U)) & follows;
}

DBI_INLINE void note_fault(Scan& scan, ScanFault fault, std::size_t at) {
  if (scan.fault != ScanFault::None && scan.fault_at <= at) return;
  scan.fault = fault;
  scan.fault_at = at;
}

// Looks at each escape of a block; rare enough to go byte by byte.
void check_escapes(Scan& scan, std::size_t block, std::uint64_t escaped, std::uint64_t in_string) {
  for (; escaped != 0; escaped &= escaped - 1) {
    const auto bit = static_cast<std::size_t>(std::countr_zero(escaped));
    const std::size_t at = block + bit;
    const bool inside = (in_string >> bit & 1U) != 0;
    if (!inside || escape_length(scan.line.substr(at)) == 0) return note_fault(scan, ScanFault::Escape, at - 1);
  }
}

__attribute__((noinline)) void note_faults(Scan& scan, std::size_t block, std::uint64_t control, std::uint64_t stray) {
  const auto first = [block](std::uint64_t bits) { return block + static_cast<std::size_t>(std::countr_zero(bits)); };
  if (control != 0) note_fault(scan, ScanFault::ControlCharacter, first(control));
  if (stray != 0) note_fault(scan, ScanFault::StrayByte, first(stray));
}

// Writes the positions of the lowest four bits; those that are not there come out as some position.
DBI_INLINE void write_four(std::uint32_t* out, std::uint32_t block, std::uint64_t& bits) {
  constexpr std::uint64_t kStop = std::uint64_t{1} << 63U;
  const auto take = [&bits, block] {
    const auto bit = static_cast<std::uint32_t>(std::countr_zero(bits | kStop));
    bits &= bits - 1;
    return block + bit;
  };
  out[0] = take();
  out[1] = take();
  out[2] = take();
  out[3] = take();
}

// Appends the positions of the set bits. Four or eight are written whether they are there or not: that costs less than
// branches that cannot be foretold.
DBI_INLINE void append_positions(Scan& scan, std::size_t block, std::uint64_t bits) {
  const auto count = static_cast<std::size_t>(__builtin_popcountll(bits));
  const auto first = static_cast<std::uint32_t>(block);
  std::uint32_t* out = scan.operators.data() + scan.count;
  scan.count += count;
  write_four(out, first, bits);
  if (count <= 4) return;
  write_four(out + 4, first, bits);
  for (std::size_t done = 8; done < count; done += 4) write_four(out + done, first, bits);
}

DBI_INLINE void take_block(Scan& scan, Carry& carry, std::size_t block, const Masks& masks) {
  std::uint64_t escaped = 0;
  if ((masks.backslash | carry.escape) != 0) escaped = find_escaped(masks.backslash, carry.escape);
  const std::uint64_t quote = masks.quote & ~escaped;
  const std::uint64_t in_string = prefix_xor(quote) ^ carry.in_string;
  carry.in_string = static_cast<std::uint64_t>(static_cast<std::int64_t>(in_string) >> 63);
  const std::uint64_t outside = ~in_string;
  const std::uint64_t operators = masks.operators & outside;
  const std::uint64_t white_space = (masks.control | masks.space) & outside;
  const std::uint64_t gap = operators | white_space;
  const std::uint64_t string_end = quote & outside;
  // Quotes border on a gap: an opening one is preceded by one, a closing one is followed by one.
  const std::uint64_t stray =
      (quote & in_string & ~(gap << 1U | carry.gap)) | ((string_end << 1U | carry.string_end) & ~gap);
  carry.gap = gap >> 63U;
  carry.string_end = string_end >> 63U;
  scan.white_space |= white_space != 0;
  scan.non_ascii |= masks.high != 0;
  append_positions(scan, block, operators);
  const std::uint64_t control = masks.control & in_string;
  if (__builtin_expect((control | stray) != 0, 0)) note_faults(scan, block, control, stray);
  if (escaped != 0) {
    scan.backslash = true;
    check_escapes(scan, block, escaped, in_string);
  }
}

// Scans one chunk; `find_masks` looks at 64 bytes. Inlined into each kernel, so that it uses what the kernel may use.
template <typename FindMasks>
DBI_INLINE void scan_chunk(Scan& scan, FindMasks find_masks) {
  Carry carry{scan.in_string ? ~std::uint64_t{0} : 0, scan.escape, scan.after_gap, scan.after_string};
  scan.count = 0;
  const std::size_t end = std::min(scan.line.size(), scan.position + Scan::kChunk);
  std::size_t block = scan.position;
  Masks masks;
  for (; block + kBlock <= end; block += kBlock) {
    find_masks(scan.line.data() + block, masks);
    take_block(scan, carry, block, masks);
  }
  if (block < end) {
    find_masks(scan.line.data() + block, masks);
    const std::uint64_t valid = (std::uint64_t{1} << (end - block)) - 1;
    masks.quote &= valid;
    masks.backslash &= valid;
    masks.operators &= valid;
    masks.control &= valid;
    masks.space &= valid;
    masks.high &= valid;
    take_block(scan, carry, block, masks);
  }
  scan.position = end;
  scan.in_string = carry.in_string != 0;
  scan.escape = carry.escape != 0;
  scan.after_gap = carry.gap != 0;
  scan.after_string = carry.string_end != 0;
}

#if defined(__x86_64__)

// SSE2 is part of every x86-64.
DBI_INLINE std::uint64_t bits(__m128i lanes, int shift) {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(lanes)))
         << static_cast<unsigned>(shift);
}

DBI_INLINE void find_masks_sse2(const char* bytes, Masks& masks) {
  masks = {};
  for (int i = 0; i < 64; i += 16) {
    const __m128i in = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + i));
    const __m128i folded = _mm_or_si128(in, _mm_set1_epi8(0x20));  // [ ] and { } differ by this bit
    const __m128i brackets =
        _mm_or_si128(_mm_cmpeq_epi8(folded, _mm_set1_epi8('{')), _mm_cmpeq_epi8(folded, _mm_set1_epi8('}')));
    const __m128i separators =
        _mm_or_si128(_mm_cmpeq_epi8(in, _mm_set1_epi8(':')), _mm_cmpeq_epi8(in, _mm_set1_epi8(',')));
    masks.quote |= bits(_mm_cmpeq_epi8(in, _mm_set1_epi8('"')), i);
    masks.backslash |= bits(_mm_cmpeq_epi8(in, _mm_set1_epi8('\\')), i);
    masks.operators |= bits(_mm_or_si128(brackets, separators), i);
    masks.control |= bits(_mm_cmpeq_epi8(_mm_min_epu8(in, _mm_set1_epi8(0x1F)), in), i);
    masks.space |= bits(_mm_cmpeq_epi8(in, _mm_set1_epi8(' ')), i);
    masks.high |= bits(in, i);
  }
}

#define DBI_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))

DBI_AVX2 inline std::uint64_t bits(__m256i low, __m256i high) {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm256_movemask_epi8(high))) << 32U |
         static_cast<std::uint32_t>(_mm256_movemask_epi8(low));
}

// Operators by a table indexed with the low four bits of a byte: those of ':' are A, of '{' B, of ',' C, of '}' D.
// 0x1A and 0x0C pass as ':' and ','.
DBI_AVX2 inline __m256i operator_lanes(__m256i in) {
  const __m256i table = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ':', '{', ',', '}', 0, 0,  //
                                         0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ':', '{', ',', '}', 0, 0);
  return _mm256_cmpeq_epi8(_mm256_shuffle_epi8(table, in), _mm256_or_si256(in, _mm256_set1_epi8(0x20)));
}

DBI_AVX2 inline std::uint64_t equal_bits(__m256i low, __m256i high, char byte) {
  const __m256i all = _mm256_set1_epi8(byte);
  return bits(_mm256_cmpeq_epi8(low, all), _mm256_cmpeq_epi8(high, all));
}

DBI_AVX2 inline void find_masks_avx2(const char* bytes, Masks& masks) {
  const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes));
  const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes + 32));
  const __m256i last_control = _mm256_set1_epi8(0x1F);
  masks.quote = equal_bits(low, high, '"');
  masks.backslash = equal_bits(low, high, '\\');
  masks.operators = bits(operator_lanes(low), operator_lanes(high));
  masks.control = bits(_mm256_cmpeq_epi8(_mm256_min_epu8(low, last_control), low),
                       _mm256_cmpeq_epi8(_mm256_min_epu8(high, last_control), high));
  masks.space = equal_bits(low, high, ' ');
  masks.high = bits(low, high);
}

DBI_AVX2 void scan_chunk_avx2(Scan& scan) {
  scan_chunk(scan, find_masks_avx2);
}

bool can_avx2() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
         __builtin_cpu_supports("popcnt");
}

#else

void find_masks_bytewise(const char* bytes, Masks& masks) {
  masks = {};
  for (std::size_t i = 0; i < kBlock; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    const std::uint64_t bit = std::uint64_t{1} << i;
    if (byte == '"') masks.quote |= bit;
    if (byte == '\\') masks.backslash |= bit;
    if (std::string_view("{}[]:,").find(bytes[i]) != std::string_view::npos) masks.operators |= bit;
    if (byte < 0x20) masks.control |= bit;
    if (byte == ' ') masks.space |= bit;
    if (byte >= 0x80) masks.high |= bit;
  }
}

#endif

}  // namespace

#if defined(__x86_64__)

void scan_chunk_portable(Scan& scan) {
  scan_chunk(scan, find_masks_sse2);
}

ScanFunction best_scan_chunk() {
  static const ScanFunction best = can_avx2() ? scan_chunk_avx2 : scan_chunk_portable;
  return best;
}

#else

void scan_chunk_portable(Scan& scan) {
  scan_chunk(scan, find_masks_bytewise);
}

ScanFunction best_scan_chunk() {
  return scan_chunk_portable;
}

#endif

}  // namespace dbi::record
