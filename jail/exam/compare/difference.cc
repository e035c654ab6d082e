#include "jail/exam/compare/difference.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "jail/base/utf8.h"

namespace jail::exam {
namespace {

constexpr size_t kMaxToldBytes = size_t{64} << 10;

// All of a short text; of a long one what begins at the line of `at`.
std::string ToldPart(absl::string_view text, size_t at) {
  bool replaced = false;
  if (text.size() <= kMaxToldBytes) return ReplaceInvalidUtf8(text, &replaced);
  const size_t line_break = at == 0 ? text.npos : text.rfind('\n', at - 1);
  const size_t line = line_break == text.npos ? 0 : line_break + 1;
  const size_t start = at - line > kMaxToldBytes / 2 ? at : line;
  const absl::string_view part = text.substr(start, kMaxToldBytes);
  const size_t left = text.size() - start - part.size();
  return absl::StrCat(start > 0 ? absl::StrCat("... (", start, " bytes before)\n") : "",
                      ReplaceInvalidUtf8(WithoutCutAtEnd(WithoutCutAtStart(part)), &replaced),
                      left > 0 ? absl::StrCat("\n... (", left, " bytes more)\n") : "");
}

}  // namespace

v1::Comparison Told(const Difference& difference, absl::string_view expected, absl::string_view actual) {
  v1::Comparison comparison;
  comparison.set_wanted(true);
  comparison.set_equal(difference.message.empty());
  if (comparison.equal()) return comparison;
  comparison.set_message(difference.message);
  comparison.set_expected(ToldPart(expected, difference.expected_at));
  comparison.set_actual(ToldPart(actual, difference.actual_at));
  return comparison;
}

}  // namespace jail::exam
