#include "tools/jailrun/visible.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace jail::cli {
namespace {

struct Character {
  uint32_t code = 0;
  size_t size = 0;  // 0: not UTF-8
};

// Lead bytes by length: what they start with, and the smallest code that needs the length.
struct Lead {
  unsigned mask, bits;
  size_t size;
  uint32_t smallest;
};
constexpr Lead kLeads[] = {
    {0x80, 0x00, 1, 0}, {0xe0, 0xc0, 2, 0x80}, {0xf0, 0xe0, 3, 0x800}, {0xf8, 0xf0, 4, 0x10000}};

constexpr uint32_t kLastCode = 0x10ffff;

bool IsSurrogate(uint32_t code) { return code >= 0xd800 && code <= 0xdfff; }

Character ReadWith(const Lead& lead, absl::string_view text) {
  if (text.size() < lead.size) return {};
  uint32_t code = static_cast<unsigned char>(text[0]) & ~lead.mask & 0xff;
  for (size_t i = 1; i < lead.size; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0) != 0x80) return {};
    code = code << 6 | (byte & 0x3f);
  }
  if (code < lead.smallest || code > kLastCode || IsSurrogate(code)) return {};
  return {code, lead.size};
}

Character First(absl::string_view text) {
  for (const Lead& lead : kLeads) {
    if ((static_cast<unsigned char>(text[0]) & lead.mask) == lead.bits) return ReadWith(lead, text);
  }
  return {};
}

struct Range {
  uint32_t first, last;
};
// C0, DEL and C1; zero-width and direction marks; line and paragraph separators; the byte-order mark;
// tag characters.
constexpr Range kHidden[] = {{0x00, 0x1f},     {0x7f, 0x9f},      {0xad, 0xad},     {0x61c, 0x61c},
                             {0x200b, 0x200f}, {0x2028, 0x202e},  {0x2060, 0x206f}, {0xfeff, 0xfeff},
                             {0xfff9, 0xfffb}, {0xe0000, 0xe007f}};

bool IsHidden(uint32_t code) {
  for (const Range& range : kHidden) {
    if (code >= range.first && code <= range.last) return true;
  }
  return false;
}

void AppendEscaped(absl::string_view bytes, std::string& out) {
  if (bytes == "\n") return out.append("\\n"), void();
  if (bytes == "\t") return out.append("\\t"), void();
  if (bytes == "\r") return out.append("\\r"), void();
  for (char byte : bytes) absl::StrAppendFormat(&out, "\\x%02x", static_cast<unsigned char>(byte));
}

constexpr size_t kMaxLineBytes = 160;

std::string VisibleLine(absl::string_view line) {
  if (line.size() <= kMaxLineBytes) return Visible(line);
  return absl::StrCat(Visible(line.substr(0, kMaxLineBytes)), " ... (", line.size() - kMaxLineBytes,
                      " bytes more)");
}

}  // namespace

bool IsValidUtf8(absl::string_view text) {
  while (!text.empty()) {
    const Character character = First(text);
    if (character.size == 0) return false;
    text.remove_prefix(character.size);
  }
  return true;
}

std::string Visible(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character character = First(text);
    const size_t size = character.size == 0 ? 1 : character.size;
    const bool plain = character.size != 0 && !IsHidden(character.code);
    if (plain) {
      absl::StrAppend(&out, text.substr(0, size));
    } else {
      AppendEscaped(text.substr(0, size), out);
    }
    text.remove_prefix(size);
  }
  return out;
}

std::string VisibleLines(absl::string_view text, absl::string_view prefix, int max_lines) {
  std::string out;
  int shown = 0;
  size_t left_out = 0;
  const bool ends_in_newline = absl::ConsumeSuffix(&text, "\n");
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (shown == max_lines) {
      ++left_out;
      continue;
    }
    ++shown;
    absl::StrAppend(&out, prefix, VisibleLine(line), "\n");
  }
  if (left_out > 0)
    absl::StrAppend(&out, prefix, "... (", left_out, left_out == 1 ? " line" : " lines", " more)\n");
  if (left_out == 0 && !ends_in_newline) absl::StrAppend(&out, prefix, "(no newline at the end)\n");
  return out;
}

}  // namespace jail::cli
