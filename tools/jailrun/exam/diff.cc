#include "tools/jailrun/exam/diff.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"

namespace jail::cli {
namespace {

using TextLines = absl::Span<const absl::string_view>;

constexpr size_t kContextLines = 3;
constexpr size_t kWindowLines = 300;

std::vector<absl::string_view> SplitLines(absl::string_view text) {
  if (text.empty()) return {};
  absl::ConsumeSuffix(&text, "\n");
  return absl::StrSplit(text, '\n');
}

void AddLines(DiffLine::Kind kind, TextLines lines, std::vector<DiffLine>* out) {
  for (const absl::string_view line : lines) out->push_back({kind, line});
}

// At (i, j): how many lines can be matched in what follows the first i and j lines.
class MatchTable {
 public:
  MatchTable(TextLines expected, TextLines actual)
      : width_(actual.size() + 1), cells_((expected.size() + 1) * width_) {
    for (size_t i = expected.size(); i-- > 0;) {
      for (size_t j = actual.size(); j-- > 0;) {
        const uint16_t matched = static_cast<uint16_t>(At(i + 1, j + 1) + 1);
        cells_[i * width_ + j] = expected[i] == actual[j] ? matched : std::max(At(i + 1, j), At(i, j + 1));
      }
    }
  }
  uint16_t At(size_t i, size_t j) const { return cells_[i * width_ + j]; }

 private:
  size_t width_;
  std::vector<uint16_t> cells_;
};

void AddMatched(TextLines expected, TextLines actual, std::vector<DiffLine>* out) {
  const MatchTable table(expected, actual);
  size_t i = 0, j = 0;
  while (i < expected.size() && j < actual.size()) {
    if (expected[i] == actual[j]) {
      out->push_back({DiffLine::Kind::kSame, expected[i++]}), ++j;
    } else if (table.At(i + 1, j) >= table.At(i, j + 1)) {
      out->push_back({DiffLine::Kind::kRemoved, expected[i++]});
    } else {
      out->push_back({DiffLine::Kind::kAdded, actual[j++]});
    }
  }
  AddLines(DiffLine::Kind::kRemoved, expected.subspan(i), out);
  AddLines(DiffLine::Kind::kAdded, actual.subspan(j), out);
}

}  // namespace

std::vector<DiffLine> DiffLines(absl::string_view expected, absl::string_view actual) {
  const std::vector<absl::string_view> expected_lines = SplitLines(expected),
                                       actual_lines = SplitLines(actual);
  TextLines e(expected_lines), a(actual_lines);
  const size_t shorter = std::min(e.size(), a.size());
  size_t before = 0, after = 0;
  while (before < shorter && e[before] == a[before]) ++before;
  while (after < shorter - before && e[e.size() - 1 - after] == a[a.size() - 1 - after]) ++after;
  if (before + after == e.size() && e.size() == a.size()) return {};
  const size_t context = std::min(before, kContextLines);
  std::vector<DiffLine> diff;
  AddLines(DiffLine::Kind::kSame, e.subspan(before - context, context), &diff);
  const TextLines tail = e.subspan(e.size() - after, std::min(after, kContextLines));
  e = e.subspan(before, e.size() - before - after);
  a = a.subspan(before, a.size() - before - after);
  AddMatched(e.subspan(0, kWindowLines), a.subspan(0, kWindowLines), &diff);
  if (e.size() > kWindowLines) AddLines(DiffLine::Kind::kRemoved, e.subspan(kWindowLines), &diff);
  if (a.size() > kWindowLines) AddLines(DiffLine::Kind::kAdded, a.subspan(kWindowLines), &diff);
  AddLines(DiffLine::Kind::kSame, tail, &diff);
  return diff;
}

}  // namespace jail::cli
