// What can be said of the code before anything runs: its size, fences, patterns somebody does not want to
// see.
#ifndef JAIL_CALL_SOURCE_H_
#define JAIL_CALL_SOURCE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace jail::call {

// "```ts\n1 + 1\n```" is "\n1 + 1\n": the lines keep their numbers. Anything else comes back as it is.
std::string WithoutFences(absl::string_view code);

// Those of `patterns` that are in the code, in their order.
std::vector<std::string> FindPatterns(absl::string_view code, absl::Span<const std::string> patterns);

// require(, import, process., child_process, __dirname, eval(, Function(
const std::vector<std::string>& UsualPatterns();

}  // namespace jail::call

#endif  // JAIL_CALL_SOURCE_H_
