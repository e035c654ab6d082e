#include "jail/exam/compare/numbers.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace jail::exam {
namespace {

// A whole number's sign and its digits without leading zeros; zero has no sign and no digits.
struct WholeNumber {
  bool negative = false;
  absl::string_view digits;

  bool operator==(const WholeNumber& other) const {
    return negative == other.negative && digits == other.digits;
  }
};

bool ReadWholeNumber(absl::string_view text, WholeNumber* number) {
  number->negative = absl::ConsumePrefix(&text, "-");
  if (!number->negative) absl::ConsumePrefix(&text, "+");
  const bool whole = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
  if (!whole) return false;
  text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));
  number->digits = text;
  number->negative = number->negative && !text.empty();
  return true;
}

// SimpleAtod alone would take "0x10", "nan" and "inf", too.
bool ReadFinite(absl::string_view text, double* number) {
  const bool decimal = text.find_first_not_of("0123456789+-.eE") == text.npos;
  return decimal && absl::SimpleAtod(text, number) && std::isfinite(*number);
}

}  // namespace

Tolerance ToleranceOf(const v1::Checker& checker) {
  if (checker.kind() != v1::Checker::FLOAT) return {};
  return {checker.absolute(), checker.relative()};
}

bool SameNumber(absl::string_view expected, absl::string_view actual, const Tolerance& tolerance) {
  WholeNumber whole_expected, whole_actual;
  const bool exact = tolerance.absolute == 0 && tolerance.relative == 0;
  if (exact && ReadWholeNumber(expected, &whole_expected) && ReadWholeNumber(actual, &whole_actual))
    return whole_expected == whole_actual;
  double e = 0, a = 0;
  if (!ReadFinite(expected, &e) || !ReadFinite(actual, &a)) return false;
  const double difference = std::abs(a - e);
  return difference <= tolerance.absolute || difference <= tolerance.relative * std::abs(e);
}

}  // namespace jail::exam
