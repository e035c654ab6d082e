// An exam's spec as people and programs write it: a binary ExamSpec, or JSON in a friendlier form than the
// proto3 mapping. What the spec says is checked elsewhere; here it is only read.
//
//   {"language": "python", "code": "...", "checker": "tokens",
//    "cases": [{"id": "a", "difficulty": "easy", "stdin": "1", "expected_stdout": "2"},
//              {"entry": "add", "args_json": [1, 2], "expected_json": 3, "files": {"data.txt": "..."}}]}
#ifndef JAIL_EXAM_SPEC_JSON_H_
#define JAIL_EXAM_SPEC_JSON_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jail/v1/exam.pb.h"

namespace jail::exam {

inline constexpr size_t kMaxSpecBytes = size_t{64} << 20;

// JSON when the first byte that is no blank is '{'. It is strict: no comments, no name twice, no unknown
// field. Beyond the proto3 mapping (names in snake_case or camelCase): enum values in any case; `checker` as
// its kind; `files` as
// {"path": "text"}; `args_json` and `expected_json` as the JSON value they stand for. A string there is JSON
// text, so that the string a is "\"a\""; null there is the value null. Numbers keep their digits.
// InvalidArgumentError "cases[2].difficulty: ...".
absl::StatusOr<v1::ExamSpec> ParseSpec(absl::string_view bytes);

}  // namespace jail::exam

#endif  // JAIL_EXAM_SPEC_JSON_H_
