// Scan kernels: SSE2 for every x86-64, AVX2 and AVX-512 where the machine has them, bytewise elsewhere.
// SPDX-License-Identifier: Apache-2.0
#include "record/scan.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#include "record/escape.hpp"

#if defined(__x86_64__)
#if defined(__GNUC__) && !defined(__clang__)
// The intrinsics of g++ 12 begin with an uninitialised vector on purpose (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
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
DBI_INLINE std::uint64_t prefix_xor_by_shifts(std::uint64_t bits) {
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
DBI_INLINE void append_by_fours(Scan& scan, std::size_t block, std::uint64_t bits) {
  const auto count = static_cast<std::size_t>(__builtin_popcountll(bits));
  const auto first = static_cast<std::uint32_t>(block);
  std::uint32_t* out = scan.operators.data() + scan.count;
  scan.count += count;
  write_four(out, first, bits);
  if (count <= 4) return;
  write_four(out + 4, first, bits);
  for (std::size_t done = 8; done < count; done += 4) write_four(out + done, first, bits);
}

template <typename Kernel>
DBI_INLINE void take_block(Scan& scan, Carry& carry, std::size_t block, const Masks& masks) {
  std::uint64_t escaped = 0;
  if ((masks.backslash | carry.escape) != 0) escaped = find_escaped(masks.backslash, carry.escape);
  const std::uint64_t quote = masks.quote & ~escaped;
  const std::uint64_t in_string = Kernel::prefix_xor(quote) ^ carry.in_string;
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
  Kernel::append_positions(scan, block, operators);
  const std::uint64_t control = masks.control & in_string;
  if (__builtin_expect((control | stray) != 0, 0)) note_faults(scan, block, control, stray);
  if (escaped != 0) {
    scan.backslash = true;
    check_escapes(scan, block, escaped, in_string);
  }
}

// Scans one chunk. Inlined into each kernel's function, so that it uses what the kernel may use.
template <typename Kernel>
DBI_INLINE void scan_chunk(Scan& scan) {
  Carry carry{scan.in_string ? ~std::uint64_t{0} : 0, scan.escape, scan.after_gap, scan.after_string};
  scan.count = 0;
  const std::size_t end = std::min(scan.line.size(), scan.position + Scan::kChunk);
  std::size_t block = scan.position;
  Masks masks;
  for (; block + kBlock <= end; block += kBlock) {
    Kernel::find_masks(scan.line.data() + block, masks);
    take_block<Kernel>(scan, carry, block, masks);
  }
  if (block < end) {
    Kernel::find_masks(scan.line.data() + block, masks);
    const std::uint64_t valid = (std::uint64_t{1} << (end - block)) - 1;
    masks.quote &= valid;
    masks.backslash &= valid;
    masks.operators &= valid;
    masks.control &= valid;
    masks.space &= valid;
    masks.high &= valid;
    take_block<Kernel>(scan, carry, block, masks);
  }
  scan.position = end;
  scan.in_string = carry.in_string != 0;
  scan.escape = carry.escape != 0;
  scan.after_gap = carry.gap != 0;
  scan.after_string = carry.string_end != 0;
}

// What every machine can do of a kernel: the rest is find_masks.
struct AnyMachine {
  DBI_INLINE static std::uint64_t prefix_xor(std::uint64_t bits) { return prefix_xor_by_shifts(bits); }
  DBI_INLINE static void append_positions(Scan& scan, std::size_t block, std::uint64_t bits) {
    append_by_fours(scan, block, bits);
  }
};

#if defined(__x86_64__)

// SSE2 is part of every x86-64.
struct Sse2 : AnyMachine {
  DBI_INLINE static std::uint64_t bits(__m128i lanes, int shift) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(lanes)))
           << static_cast<unsigned>(shift);
  }

  DBI_INLINE static void find_masks(const char* bytes, Masks& masks) {
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
};

// Operators by a table indexed with the low four bits of a byte: those of ':' are A, of '{' B, of ',' C, of '}' D.
// 0x1A and 0x0C pass as ':' and ','.
alignas(16) constexpr std::array<char, 16> kOperators{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ':', '{', ',', '}', 0, 0};

#define DBI_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))

struct Avx2 : AnyMachine {
  DBI_AVX2 static std::uint64_t bits(__m256i low, __m256i high) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm256_movemask_epi8(high))) << 32U |
           static_cast<std::uint32_t>(_mm256_movemask_epi8(low));
  }

  DBI_AVX2 static __m256i operator_lanes(__m256i in) {
    const __m256i table =
        _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(kOperators.data())));
    return _mm256_cmpeq_epi8(_mm256_shuffle_epi8(table, in), _mm256_or_si256(in, _mm256_set1_epi8(0x20)));
  }

  DBI_AVX2 static std::uint64_t equal_bits(__m256i low, __m256i high, char byte) {
    const __m256i all = _mm256_set1_epi8(byte);
    return bits(_mm256_cmpeq_epi8(low, all), _mm256_cmpeq_epi8(high, all));
  }

  DBI_AVX2 static void find_masks(const char* bytes, Masks& masks) {
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
};

// VBMI2 compresses bytes: the positions of the set bits in one step. The product with all ones, without carries, is the
// prefix XOR.
#define DBI_AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi2,avx2,bmi,bmi2,pclmul,popcnt")))

struct Avx512 {
  DBI_AVX512 static std::uint64_t prefix_xor(std::uint64_t bits) {
    const __m128i product = _mm_clmulepi64_si128(_mm_cvtsi64_si128(static_cast<std::int64_t>(bits)),
                                                 _mm_set1_epi8(static_cast<char>(0xFF)), 0);
    return static_cast<std::uint64_t>(_mm_cvtsi128_si64(product));
  }

  DBI_AVX512 static void append_positions(Scan& scan, std::size_t block, std::uint64_t bits) {
    alignas(64) static constexpr auto kPositions = [] {
      std::array<std::uint8_t, kBlock> positions{};
      for (std::size_t i = 0; i < kBlock; ++i) positions[i] = static_cast<std::uint8_t>(i);
      return positions;
    }();
    const __m512i first = _mm512_set1_epi32(static_cast<int>(block));
    __m512i found = _mm512_maskz_compress_epi8(bits, _mm512_load_si512(kPositions.data()));
    const auto count = static_cast<std::size_t>(__builtin_popcountll(bits));
    std::uint32_t* out = scan.operators.data() + scan.count;
    scan.count += count;
    for (std::size_t done = 0;;) {
      _mm512_storeu_si512(out + done, _mm512_add_epi32(first, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(found))));
      done += 16;
      if (done >= count) return;
      found = _mm512_alignr_epi32(_mm512_setzero_si512(), found, 4);
    }
  }

  DBI_AVX512 static void find_masks(const char* bytes, Masks& masks) {
    const __m512i in = _mm512_loadu_si512(bytes);
    const __m512i table = _mm512_broadcast_i32x4(_mm_load_si128(reinterpret_cast<const __m128i*>(kOperators.data())));
    masks.quote = _mm512_cmpeq_epi8_mask(in, _mm512_set1_epi8('"'));
    masks.backslash = _mm512_cmpeq_epi8_mask(in, _mm512_set1_epi8('\\'));
    masks.operators =
        _mm512_cmpeq_epi8_mask(_mm512_shuffle_epi8(table, in), _mm512_or_si512(in, _mm512_set1_epi8(0x20)));
    masks.control = _mm512_cmple_epu8_mask(in, _mm512_set1_epi8(0x1F));
    masks.space = _mm512_cmpeq_epi8_mask(in, _mm512_set1_epi8(' '));
    masks.high = _mm512_movepi8_mask(in);
  }
};

void scan_chunk_sse2(Scan& scan) {
  scan_chunk<Sse2>(scan);
}

DBI_AVX2 void scan_chunk_avx2(Scan& scan) {
  scan_chunk<Avx2>(scan);
}

DBI_AVX512 void scan_chunk_avx512(Scan& scan) {
  scan_chunk<Avx512>(scan);
}

std::vector<ScanKernel> find_kernels() {
  std::vector<ScanKernel> kernels{{"sse2", scan_chunk_sse2}};
  const bool avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi") != 0 &&
                    __builtin_cpu_supports("bmi2") != 0 && __builtin_cpu_supports("popcnt") != 0;
  if (avx2) kernels.push_back({"avx2", scan_chunk_avx2});
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
                      __builtin_cpu_supports("avx512vbmi2") != 0 && __builtin_cpu_supports("pclmul") != 0;
  if (avx512) kernels.push_back({"avx512", scan_chunk_avx512});
  return kernels;
}

#else

struct Bytewise : AnyMachine {
  static void find_masks(const char* bytes, Masks& masks) {
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
};

void scan_chunk_bytewise(Scan& scan) {
  scan_chunk<Bytewise>(scan);
}

std::vector<ScanKernel> find_kernels() {
  return {{"bytewise", scan_chunk_bytewise}};
}

#endif

}  // namespace

std::span<const ScanKernel> scan_kernels() {
  static const std::vector<ScanKernel> kernels = find_kernels();
  return kernels;
}

ScanFunction best_scan_chunk() {
  static const ScanFunction best = scan_kernels().back().scan_chunk;
  return best;
}

}  // namespace dbi::record
