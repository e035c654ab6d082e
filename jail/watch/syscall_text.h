// A system call as strace would show it, from its numbers alone: nothing of the program's memory is read, so
// a path is an address. To teach it a call: a row in kSignatures, and a table of names if it has flags.
#ifndef JAIL_WATCH_SYSCALL_TEXT_H_
#define JAIL_WATCH_SYSCALL_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/types/span.h"

namespace jail::watch {

// "ptrace(PTRACE_ATTACH, 1, 0, 0)". A call without a row: all its arguments in hex, up to the last that is
// not 0.
std::string SyscallText(std::string_view name, absl::Span<const uint64_t> args);

}  // namespace jail::watch

#endif  // JAIL_WATCH_SYSCALL_TEXT_H_
