// Two texts, divided by the first NUL, through every comparison: equal bytes are equal, the order does not
// matter where there is no tolerance, and what is said of a difference can be shown in one line.
#include <cstdint>

#include "absl/strings/string_view.h"
#include "jail/base/utf8.h"
#include "jail/call/json.h"
#include "jail/exam/compare/compare.h"
#include "tests/fuzz/require.h"

namespace {

using jail::exam::Compare;
using jail::fuzz::Require;
using jail::v1::Checker;

void RequireTold(const jail::v1::Comparison& comparison) {
  Require(comparison.wanted() && comparison.equal() == comparison.message().empty());
  Require(comparison.message().size() < 4096);
  for (const char c : comparison.message()) Require(c >= 0x20 && c < 0x7f);
  Require(jail::IsUtf8(comparison.expected()) && jail::IsUtf8(comparison.actual()));
}

bool Equal(const Checker& checker, absl::string_view expected, absl::string_view actual) {
  const jail::v1::Comparison comparison = Compare(checker, expected, actual, /*actual_truncated=*/false);
  RequireTold(comparison);
  Require(!Compare(checker, expected, actual, /*actual_truncated=*/true).equal());
  return comparison.equal();
}

void CompareTexts(absl::string_view a, absl::string_view b) {
  for (const Checker::Kind kind : {Checker::EXACT, Checker::LINES, Checker::TOKENS, Checker::FLOAT}) {
    Checker checker;
    checker.set_kind(kind);
    const bool equal = Equal(checker, a, b);
    Require(equal == Equal(checker, b, a));
    Require(Equal(checker, a, a) && Equal(checker, b, b));
    if (kind == Checker::EXACT) Require(equal == (a == b));
  }
  Checker near;
  near.set_kind(Checker::FLOAT);
  near.set_absolute(1e-6);
  near.set_relative(1e-6);
  Require(Equal(near, a, a));
  static_cast<void>(Equal(near, a, b));
}

void CompareValues(absl::string_view a, absl::string_view b) {
  RequireTold(jail::exam::CompareJson(a, b, {}));
  Require(jail::exam::SameJson(a, b) == jail::exam::SameJson(b, a));
  const auto compact = jail::call::Compact(a);
  if (compact.ok() && jail::exam::SameJson(a, a)) Require(jail::exam::SameJson(a, *compact));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view all(reinterpret_cast<const char*>(data), size);
  const size_t nul = all.find('\0');
  const absl::string_view a = all.substr(0, nul);
  const absl::string_view b = nul == all.npos ? "" : all.substr(nul + 1);
  CompareTexts(a, b);
  CompareValues(a, b);
  Checker regex;
  regex.set_kind(Checker::REGEX);
  const bool matches = Equal(regex, a, b);
  Require(!matches || jail::exam::PatternProblem(a).ok());
  return 0;
}
