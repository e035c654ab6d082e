// When two numbers are one, for words of an output and for JSON.
#ifndef JAIL_EXAM_COMPARE_NUMBERS_H_
#define JAIL_EXAM_COMPARE_NUMBERS_H_

#include "absl/strings/string_view.h"
#include "jail/v1/exam.pb.h"

namespace jail::exam {

struct Tolerance {
  double absolute = 0;
  double relative = 0;  // Of the expected number.
};

// The checker's when it is a FLOAT, otherwise none.
Tolerance ToleranceOf(const v1::Checker& checker);

// Both are finite decimal numbers ("1", "+1", "1.", ".5", "-0", "1e5"; not "nan", "inf", "0x10", "1e999") and
// differ by no more than is tolerated. Without a tolerance, whole numbers are compared digit by digit,
// however long; all others as doubles.
bool SameNumber(absl::string_view expected, absl::string_view actual, const Tolerance& tolerance);

}  // namespace jail::exam

#endif  // JAIL_EXAM_COMPARE_NUMBERS_H_
