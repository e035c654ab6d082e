// Names that nobody can guess.
#ifndef JAIL_BASE_RANDOM_ID_H_
#define JAIL_BASE_RANDOM_ID_H_

#include <sodium.h>

#include <string>

#include "absl/strings/escaping.h"

namespace jail {

// 128 random bits as 32 lowercase hexadecimal digits.
inline std::string RandomId() {
  std::string bytes(16, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return absl::BytesToHexString(bytes);
}

}  // namespace jail

#endif  // JAIL_BASE_RANDOM_ID_H_
