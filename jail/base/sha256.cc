#include "jail/base/sha256.h"

#include <immintrin.h>
// glibc's header has C's name for it, which g++ knows and clang++ does not.
#ifdef __clang__
#define _Bool bool
#endif
#include <sys/platform/x86.h>
#undef _Bool

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace jail {
namespace {

constexpr size_t kBlockBytes = 64;
constexpr int kLanes = 4;  // Rounds, and words of the message, in one vector.
constexpr int kGroups = 64 / kLanes;

// FIPS 180-4, section 4.2.2.
alignas(16) constexpr uint32_t kConstants[kGroups][kLanes] = {
    {0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5}, {0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5},
    {0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3}, {0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174},
    {0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc}, {0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da},
    {0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7}, {0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967},
    {0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13}, {0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85},
    {0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3}, {0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070},
    {0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5}, {0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3},
    {0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208}, {0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2},
};

__m128i Load(const void* from) { return _mm_loadu_si128(static_cast<const __m128i*>(from)); }
void Store(void* to, __m128i value) { _mm_storeu_si128(static_cast<__m128i*>(to), value); }

#define JAIL_SHA_TARGET __attribute__((target("sha,sse4.1,ssse3")))

// Words 4g..4g+3 of the message schedule, out of the sixteen before them (ring of four vectors).
JAIL_SHA_TARGET __m128i Schedule(const __m128i (&ring)[4], int group) {
  const __m128i before = ring[(group + 3) % 4];
  const __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(ring[group % 4], ring[(group + 1) % 4]),
                                    _mm_alignr_epi8(before, ring[(group + 2) % 4], 4));
  return _mm_sha256msg2_epu32(sum, before);
}

// Intel's SHA extensions do two rounds at a time on the state as two vectors, ABEF and CDGH.
JAIL_SHA_TARGET void HashBlocks(uint32_t (&state)[8], const char* bytes, size_t blocks) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  const __m128i badc = _mm_shuffle_epi32(Load(&state[0]), 0xb1);  // Highest lane first: c d a b.
  const __m128i hgfe = _mm_shuffle_epi32(Load(&state[4]), 0x1b);
  __m128i abef = _mm_alignr_epi8(badc, hgfe, 8);
  __m128i cdgh = _mm_blend_epi16(hgfe, badc, 0xf0);
  for (; blocks > 0; --blocks, bytes += kBlockBytes) {
    const __m128i abef_before = abef;
    const __m128i cdgh_before = cdgh;
    __m128i ring[4];
#pragma GCC unroll 16
    for (int group = 0; group < kGroups; ++group) {
      ring[group % 4] =
          group < 4 ? _mm_shuffle_epi8(Load(bytes + group * 16), big_endian) : Schedule(ring, group);
      __m128i sum = _mm_add_epi32(ring[group % 4], Load(kConstants[group]));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
      sum = _mm_shuffle_epi32(sum, 0x0e);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, sum);
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }
  const __m128i feba = _mm_shuffle_epi32(abef, 0x1b);
  const __m128i dchg = _mm_shuffle_epi32(cdgh, 0xb1);
  Store(&state[0], _mm_blend_epi16(feba, dchg, 0xf0));
  Store(&state[4], _mm_alignr_epi8(dchg, feba, 8));
}

// As glibc found out at start: asking the processor again is slow in a virtual machine.
bool HasShaInstructions() {
  return CPU_FEATURE_ACTIVE(SHA) && CPU_FEATURE_ACTIVE(SSE4_1) && CPU_FEATURE_ACTIVE(SSSE3);
}

const unsigned char* Unsigned(const char* bytes) { return reinterpret_cast<const unsigned char*>(bytes); }

}  // namespace

void Sha256::Update(absl::string_view bytes) {
  // libsodium holds back what does not fill a block; its state is public, `count` in bits.
  const size_t held = static_cast<size_t>(state_.count / 8 % kBlockBytes);
  const size_t to_boundary = std::min(bytes.size(), held == 0 ? 0 : kBlockBytes - held);
  crypto_hash_sha256_update(&state_, Unsigned(bytes.data()), to_boundary);
  bytes.remove_prefix(to_boundary);
  if (const size_t blocks = bytes.size() / kBlockBytes; blocks > 0 && HasShaInstructions()) {
    HashBlocks(state_.state, bytes.data(), blocks);
    state_.count += blocks * kBlockBytes * 8;
    bytes.remove_prefix(blocks * kBlockBytes);
  }
  crypto_hash_sha256_update(&state_, Unsigned(bytes.data()), bytes.size());
}

std::string Sha256::Finish() {
  std::string digest(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256_final(&state_, reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

std::string Sha256Of(absl::string_view bytes) {
  Sha256 hash;
  hash.Update(bytes);
  return hash.Finish();
}

}  // namespace jail
