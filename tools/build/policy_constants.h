// The kernel's constants by name, as policies and their expectations write them: "AF_INET",
// "F_SETLK", "O_CLOEXEC|0x1". A name that is missing here is added to the table in the .cc file.
#ifndef TOOLS_BUILD_POLICY_CONSTANTS_H_
#define TOOLS_BUILD_POLICY_CONSTANTS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace jail::build {

// Names and numbers joined by "|"; a single number may be negative.
absl::StatusOr<uint64_t> ParseConstant(absl::string_view text);

// "EPERM" -> 1.
absl::StatusOr<int> ParseErrno(absl::string_view name);

}  // namespace jail::build

#endif  // TOOLS_BUILD_POLICY_CONSTANTS_H_
