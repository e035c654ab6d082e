#include "jail/base/sha256.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"

namespace jail {
namespace {

std::string Hex(absl::string_view bytes, size_t step) {
  Sha256 hash;
  for (; bytes.size() > step; bytes.remove_prefix(step)) hash.Update(bytes.substr(0, step));
  hash.Update(bytes);
  return absl::BytesToHexString(hash.Finish());
}

std::string LibsodiumHex(const std::string& text) {
  unsigned char digest[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(digest, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  return absl::BytesToHexString(std::string(std::begin(digest), std::end(digest)));
}

// FIPS 180-4's own examples, and the one everybody knows.
TEST(Sha256Test, KnownAnswers) {
  EXPECT_EQ(Hex("", 1), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Hex("abc", 8), absl::BytesToHexString(Sha256Of("abc")));
  EXPECT_EQ(Hex("abc", 8), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Hex(std::string(1'000'000, 'a'), 4096),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256Test, AgreesWithLibsodiumForEverySizeAndStep) {
  std::string text;
  uint32_t random = 1;
  for (int i = 0; i < 1000; ++i) text += static_cast<char>((random = random * 1664525 + 1013904223) >> 24);
  for (const size_t size : {1u, 55u, 56u, 63u, 64u, 65u, 127u, 128u, 129u, 192u, 500u, 1000u}) {
    const std::string part = text.substr(0, size);
    for (const size_t step : {1u, 7u, 63u, 64u, 65u, 128u, 200u, 1000u}) {
      EXPECT_EQ(Hex(part, step), LibsodiumHex(part)) << size << " by " << step;
    }
  }
}

}  // namespace
}  // namespace jail
