// What a log's lines are, for who writes them and who verifies them:
//
//   jailrun exam log 1
//   <hash> <event>                    hash: SHA-256 of the hash before it, as bytes, and the event's JSON
//   ...
//   seal <n> <public key> <signature> or: seal <n> unsigned
//
// All hashes, keys and signatures are lowercase hexadecimal.
#ifndef JAIL_EXAM_LOG_LOG_FORMAT_H_
#define JAIL_EXAM_LOG_LOG_FORMAT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "jail/exam/log/key.h"

namespace jail::exam {

inline constexpr absl::string_view kLogFormat = "jailrun exam log 1";

// The hash before the first entry's.
std::string FirstHash();
std::string NextHash(absl::string_view previous, absl::string_view event);

// What the seal signs.
std::string SealedMessage(int64_t entries, absl::string_view head);

// Lines without their newlines.
std::string EntryLine(absl::string_view hash, absl::string_view event);
std::string SealLine(int64_t entries, absl::string_view head, const SecretKey* key);  // Null: unsigned.

struct EntryParts {
  absl::string_view hash;  // 64 digits
  absl::string_view json;
};
std::optional<EntryParts> ParseEntryLine(absl::string_view line);

struct SealParts {
  int64_t entries = 0;
  bool is_signed = false;
  PublicKey key;
  std::string signature;
};
bool IsSealLine(absl::string_view line);  // It begins like one.
std::optional<SealParts> ParseSealLine(absl::string_view line);

}  // namespace jail::exam

#endif  // JAIL_EXAM_LOG_LOG_FORMAT_H_
