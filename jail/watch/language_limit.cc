#include "jail/watch/language_limit.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "jail/watch/verdict.h"

namespace jail::watch {
namespace {

// Room for V8's stack trace, which comes after its line; little enough to search on every failure.
constexpr size_t kSearchedBytes = 8 << 10;

// The last bytes of a stream. Across the gap of a truncated one no line is whole, and it is left as a break.
std::string LastBytes(const Captured& captured) {
  const std::string text =
      captured.truncated ? absl::StrCat(captured.content, "\n", captured.tail) : captured.content;
  return text.substr(text.size() - std::min(text.size(), kSearchedBytes));
}

bool EndedSo(const v1::MemorySign& sign, const Exit& exit) {
  if (!exit.known) return false;
  if (sign.has_term_signal()) return exit.signal == sign.term_signal();
  return exit.signal == 0 && exit.code == sign.exit_code();
}

bool IsSaid(const v1::MemorySign& sign, absl::string_view text) {
  const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  return std::any_of(lines.begin(), lines.end(), [&sign](absl::string_view line) {
    return absl::StartsWith(line, sign.line_start()) && absl::StrContains(line, sign.line_part());
  });
}

}  // namespace

const v1::MemorySign* FindMemorySign(const PhaseFacts& facts) {
  const Exit exit = ExitOf(facts);
  std::string text;
  for (const v1::MemorySign& sign : facts.phase->memory_signs()) {
    if (!EndedSo(sign, exit)) continue;
    if (text.empty()) text = LastBytes(facts.stderr_stream);
    if (IsSaid(sign, text)) return &sign;
  }
  return nullptr;
}

}  // namespace jail::watch
