// SHA-256 of bytes that are all there, as 32 bytes.
#ifndef JAIL_BASE_SHA256_H_
#define JAIL_BASE_SHA256_H_

#include <sodium.h>

#include <string>

#include "absl/strings/string_view.h"

namespace jail {

inline std::string Sha256Of(absl::string_view bytes) {
  std::string digest(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(digest.data()),
                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  return digest;
}

}  // namespace jail

#endif  // JAIL_BASE_SHA256_H_
