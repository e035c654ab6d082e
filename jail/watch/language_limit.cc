#include "jail/watch/language_limit.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "jail/watch/verdict.h"

namespace jail::watch {
namespace {

// Room for V8's stack trace or a sanitizer's report, which come after the line; little enough to search on
// every failure.
constexpr size_t kSearchedBytes = 8 << 10;
constexpr size_t kMostFindingBytes = 100;

// The last bytes of a stream. Across the gap of a truncated one no line is whole, and it is left as a break.
std::string LastBytes(const Captured& captured) {
  const std::string text =
      captured.truncated ? absl::StrCat(captured.content, "\n", captured.tail) : captured.content;
  return text.substr(text.size() - std::min(text.size(), kSearchedBytes));
}

// A program's own words, fit for a sentence of ours: one short piece of plain text.
std::string Plain(absl::string_view words) {
  std::string plain(words.substr(0, kMostFindingBytes));
  for (char& c : plain) c = absl::ascii_isprint(static_cast<unsigned char>(c)) ? c : '?';
  return plain;
}

std::string Finding(const v1::ReportSign& sign, absl::string_view text) {
  const size_t at = text.find(sign.before());
  if (at == absl::string_view::npos) return "";
  absl::string_view words = text.substr(at + sign.before().size());
  words = words.substr(0, words.find('\n'));
  if (!sign.after().empty()) words = words.substr(0, words.find(sign.after()));
  return Plain(words);
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

std::string FindReport(const PhaseFacts& facts) {
  if (facts.phase->report_signs().empty()) return "";
  const std::string text = LastBytes(facts.stderr_stream);
  for (const v1::ReportSign& sign : facts.phase->report_signs()) {
    const std::string finding = Finding(sign, text);
    if (!finding.empty()) return absl::StrCat(sign.tool(), ": ", finding);
  }
  return "";
}

}  // namespace jail::watch
