// The system calls of x86_64 by number and name, up to the newest that Linux 6.18 knows: newer than what
// Debian's kernel headers and libseccomp list. Used by policyc, by the record of denied calls and by
// `jailrun explain`. Constant data: no heap, no locale, nothing to initialise.
#ifndef JAIL_BASE_SYSCALL_NAMES_H_
#define JAIL_BASE_SYSCALL_NAMES_H_

#include <cstdint>
#include <string_view>

namespace jail {

inline constexpr int kNewestSyscall = 469;
inline constexpr uint32_t kX32Bit = 0x40000000;  // In a number: a call of the x32 convention.

// Null for a number that no call has: the gap 337..423, and all past the newest.
const char* SyscallName(int number);

// -1 when there is none of that name.
int SyscallNumber(std::string_view name);

}  // namespace jail

#endif  // JAIL_BASE_SYSCALL_NAMES_H_
