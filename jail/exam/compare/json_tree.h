// JSON as a tree for comparing, and the question whether a name comes twice in an object of it: for the .cc
// files of exam runs that compare and read JSON.
#ifndef JAIL_EXAM_COMPARE_JSON_TREE_H_
#define JAIL_EXAM_COMPARE_JSON_TREE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace jail::exam {

// Objects are sorted by name. Numbers keep their digits: they are of the kind "binary", which no JSON text
// has. InvalidArgumentError when the text is no JSON, nested too deeply (call::kMaxJsonDepth) or not
// UniqueNames.
absl::StatusOr<nlohmann::json> ReadTree(absl::string_view text);

// A number's digits, as they were but for "-0", which is "0".
std::string DigitsOf(const nlohmann::json& number);

// InvalidArgumentError "has the name \"a\" twice in one object". The text is JSON that call::Compact gave.
absl::Status UniqueNames(absl::string_view compact);

// How a path names a member: ".price" or, when it is no plain name, "[\"a b\"]".
std::string PathStep(absl::string_view name);

}  // namespace jail::exam

#endif  // JAIL_EXAM_COMPARE_JSON_TREE_H_
