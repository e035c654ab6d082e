#include "jail/base/utf8.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/escaping.h"

namespace jail {
namespace {

// By the first byte: how many follow, and what the first of them may be (RFC 3629, section 4).
struct Lead {
  uint8_t low, high;
  uint8_t following;
  uint8_t second_low, second_high;
};

constexpr Lead kLeads[] = {
    {0x00, 0x7f, 0, 0x00, 0x00}, {0xc2, 0xdf, 1, 0x80, 0xbf}, {0xe0, 0xe0, 2, 0xa0, 0xbf},
    {0xe1, 0xec, 2, 0x80, 0xbf}, {0xed, 0xed, 2, 0x80, 0x9f}, {0xee, 0xef, 2, 0x80, 0xbf},
    {0xf0, 0xf0, 3, 0x90, 0xbf}, {0xf1, 0xf3, 3, 0x80, 0xbf}, {0xf4, 0xf4, 3, 0x80, 0x8f},
};

constexpr size_t kMostFollowing = 3;
constexpr absl::string_view kReplacement = "\xef\xbf\xbd";

bool Within(char byte, uint8_t low, uint8_t high) {
  const auto value = static_cast<uint8_t>(byte);
  return value >= low && value <= high;
}

// Whether these may be the bytes of a character of that kind, as far as they go.
bool BeginsAs(const Lead& lead, absl::string_view bytes) {
  for (size_t i = 1; i < bytes.size(); ++i) {
    const bool second = i == 1;
    if (!Within(bytes[i], second ? lead.second_low : 0x80, second ? lead.second_high : 0xbf)) return false;
  }
  return true;
}

// The length of the character at the front; 0 when it is none.
size_t CharacterLength(absl::string_view text) {
  for (const Lead& lead : kLeads) {
    if (!Within(text[0], lead.low, lead.high)) continue;
    const size_t length = size_t{lead.following} + 1;
    return text.size() >= length && BeginsAs(lead, text.substr(0, length)) ? length : 0;
  }
  return 0;
}

bool IsFollowing(char byte) { return Within(byte, 0x80, 0xbf); }

// Too short for a character, but nothing in it is wrong.
bool IsBegunCharacter(absl::string_view text) {
  for (const Lead& lead : kLeads) {
    if (Within(text[0], lead.low, lead.high)) return text.size() <= lead.following && BeginsAs(lead, text);
  }
  return false;
}

}  // namespace

bool IsUtf8(absl::string_view text) {
  while (!text.empty()) {
    const size_t length = CharacterLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string ReplaceInvalidUtf8(absl::string_view text, bool* replaced) {
  std::string valid;
  valid.reserve(text.size());
  *replaced = false;
  while (!text.empty()) {
    const size_t length = CharacterLength(text);
    const bool broken = length == 0;
    const absl::string_view character = broken ? kReplacement : text.substr(0, length);
    valid.append(character.data(), character.size());
    text.remove_prefix(broken ? 1 : length);
    *replaced = *replaced || broken;
  }
  return valid;
}

absl::string_view WithoutCutAtEnd(absl::string_view text) {
  for (size_t cut = 1; cut <= kMostFollowing && cut <= text.size(); ++cut) {
    if (IsBegunCharacter(text.substr(text.size() - cut))) return text.substr(0, text.size() - cut);
  }
  return text;
}

absl::string_view WithoutCutAtStart(absl::string_view text) {
  size_t cut = 0;
  while (cut < kMostFollowing && cut < text.size() && IsFollowing(text[cut])) ++cut;
  return text.substr(cut);
}

std::string ToUtf8(absl::string_view text) {
  return IsUtf8(text) ? std::string(text) : absl::CHexEscape(text);
}

std::string HeadAsText(absl::string_view bytes, size_t most) {
  bool replaced = false;
  return ReplaceInvalidUtf8(bytes.size() <= most ? bytes : WithoutCutAtEnd(bytes.substr(0, most)), &replaced);
}

}  // namespace jail
