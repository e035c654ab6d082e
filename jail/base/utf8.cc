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

bool Within(char byte, uint8_t low, uint8_t high) {
  const auto value = static_cast<uint8_t>(byte);
  return value >= low && value <= high;
}

// The length of the character at the front; 0 when it is none.
size_t CharacterLength(absl::string_view text) {
  for (const Lead& lead : kLeads) {
    if (!Within(text[0], lead.low, lead.high)) continue;
    if (text.size() <= lead.following) return 0;
    for (size_t i = 1; i <= lead.following; ++i) {
      const bool second = i == 1;
      if (!Within(text[i], second ? lead.second_low : 0x80, second ? lead.second_high : 0xbf)) return 0;
    }
    return size_t{lead.following} + 1;
  }
  return 0;
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

std::string ToUtf8(absl::string_view text) {
  return IsUtf8(text) ? std::string(text) : absl::CHexEscape(text);
}

}  // namespace jail
