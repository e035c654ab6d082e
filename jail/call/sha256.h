#ifndef JAIL_CALL_SHA256_H_
#define JAIL_CALL_SHA256_H_

#include <sodium.h>

#include <string>

#include "absl/strings/string_view.h"

namespace jail::call {

inline std::string Sha256(absl::string_view bytes) {
  std::string digest(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(digest.data()),
                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  return digest;
}

}  // namespace jail::call

#endif  // JAIL_CALL_SHA256_H_
