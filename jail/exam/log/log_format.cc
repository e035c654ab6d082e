#include "jail/exam/log/log_format.h"

#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "jail/base/sha256.h"

namespace jail::exam {
namespace {

constexpr absl::string_view kSealDomain = "jailrun exam seal 1";
constexpr absl::string_view kSealWord = "seal ";
constexpr size_t kHashDigits = 64;

bool IsLowercaseHex(absl::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == absl::string_view::npos;
}

}  // namespace

std::string FirstHash() { return Sha256Of(kLogFormat); }

std::string NextHash(absl::string_view previous, absl::string_view event) {
  return Sha256Of(absl::StrCat(previous, event));
}

std::string SealedMessage(int64_t entries, absl::string_view head) {
  return absl::StrCat(kSealDomain, "\n", entries, "\n", head);
}

std::string EntryLine(absl::string_view hash, absl::string_view event) {
  return absl::StrCat(absl::BytesToHexString(hash), " ", event);
}

std::string SealLine(int64_t entries, absl::string_view head, const SecretKey* key) {
  if (key == nullptr) return absl::StrCat(kSealWord, entries, " unsigned");
  const std::string signature = key->Sign(SealedMessage(entries, head));
  return absl::StrCat(kSealWord, entries, " ", key->Public().Hex(), " ", absl::BytesToHexString(signature));
}

std::optional<EntryParts> ParseEntryLine(absl::string_view line) {
  if (line.size() <= kHashDigits || line[kHashDigits] != ' ') return std::nullopt;
  const absl::string_view hash = line.substr(0, kHashDigits);
  if (!IsLowercaseHex(hash)) return std::nullopt;
  return EntryParts{hash, line.substr(kHashDigits + 1)};
}

bool IsSealLine(absl::string_view line) { return absl::StartsWith(line, kSealWord); }

std::optional<SealParts> ParseSealLine(absl::string_view line) {
  const std::vector<absl::string_view> words = absl::StrSplit(line, absl::MaxSplits(' ', 4));
  SealParts seal;
  const bool counted = words.size() >= 3 && words[0] == "seal" && absl::SimpleAtoi(words[1], &seal.entries) &&
                       absl::StrCat(seal.entries) == words[1] && seal.entries >= 0;
  if (!counted) return std::nullopt;
  if (words.size() == 3 && words[2] == "unsigned") return seal;
  if (words.size() != 4 || words[3].size() != 2 * kSignatureBytes || !IsLowercaseHex(words[3]))
    return std::nullopt;
  const absl::StatusOr<PublicKey> key = PublicKey::FromHex(words[2]);
  if (!key.ok()) return std::nullopt;
  return SealParts{seal.entries, true, *key, absl::HexStringToBytes(words[3])};
}

}  // namespace jail::exam
