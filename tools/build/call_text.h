// System calls as a policy's expectations write them:
//   socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, 0)    getpid()      constants by name, missing arguments 0
//   i386:execve()   x32:getpid()                    other entries into the kernel
//   0x40000000()    500(1, 2)                       numbers
#ifndef TOOLS_BUILD_CALL_TEXT_H_
#define TOOLS_BUILD_CALL_TEXT_H_

#include <linux/seccomp.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace jail::build {

absl::StatusOr<seccomp_data> ParseCall(absl::string_view text);

// For messages: "socket(0x2, 0x1, 0x0, 0x0, 0x0, 0x0)".
std::string FormatCall(const seccomp_data& call);

// "allow", "kill", "notify", "EPERM".
std::string FormatVerdict(uint32_t verdict);

}  // namespace jail::build

#endif  // TOOLS_BUILD_CALL_TEXT_H_
