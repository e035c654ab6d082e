// What a case's output is compared with, and how. Everything but checker programs, which need a jail of their
// own. The outputs are a stranger's and may be large: they are read once, in place, in linear time.
#ifndef JAIL_EXAM_COMPARE_COMPARE_H_
#define JAIL_EXAM_COMPARE_COMPARE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "jail/v1/exam.pb.h"

namespace jail::exam {

// By the checker's kind (unset: LINES). `message` names the first difference for a person, printable and in
// one line: "line 3: expected \"12\", got \"13\""; `expected` and `actual` are set when there is one, at most
// 64 KiB each. Blanks are ASCII's: space, \t, \n, \v, \f, \r. What is truncated never equals. The checker
// must have no CheckerProblem and, for REGEX, `expected` no PatternProblem: else nothing equals it.
v1::Comparison Compare(const v1::Checker& checker, absl::string_view expected, absl::string_view actual,
                       bool actual_truncated);

// Two JSON texts by their values: the order of members does not matter, numbers are as in FLOAT (a tolerance
// of another kind of checker is 0). The message names the path: "$.items[2].price: expected 3, got 4". A text
// that is no JSON, or that has one name twice in an object, equals nothing.
v1::Comparison CompareJson(absl::string_view expected_json, absl::string_view actual_json,
                           const v1::Checker& checker);
bool SameJson(absl::string_view a, absl::string_view b);

// InvalidArgumentError "checker.absolute: is negative". Says nothing of the program that kind PROGRAM runs.
absl::Status CheckerProblem(const v1::Checker& checker);

// InvalidArgumentError: the text is no pattern for REGEX, or one too large. Without a field: the caller knows
// its.
absl::Status PatternProblem(absl::string_view pattern);

}  // namespace jail::exam

#endif  // JAIL_EXAM_COMPARE_COMPARE_H_
