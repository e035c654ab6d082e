// What jailrun's own exit status says about a record: it mirrors the program, like env(1) and
// timeout(1). The record stays the authority: a program may exit with 124 by itself.
#ifndef TOOLS_JAILRUN_EXIT_STATUS_H_
#define TOOLS_JAILRUN_EXIT_STATUS_H_

#include "jail/v1/result.pb.h"

namespace jail::cli {

inline constexpr int kExitOk = 0;
inline constexpr int kExitCompileError = 1;
inline constexpr int kExitCheckFailed = 1;  // doctor, langs --check
inline constexpr int kExitUsage = 2;
inline constexpr int kExitTime = 124;
inline constexpr int kExitJail = 125;
inline constexpr int kExitCannotExecute = 126;
inline constexpr int kExitNotFound = 127;
inline constexpr int kExitMemory = 137;    // 128 + SIGKILL, as a shell shows an out-of-memory kill
inline constexpr int kExitOverflow = 153;  // 128 + SIGXFSZ
inline constexpr int kExitDenied = 159;    // 128 + SIGSYS

// `cancel_signal`: the signal jailrun got, 0 for none; only looked at when the run was cancelled.
int ExitStatus(const v1::ResultRecord& record, int cancel_signal);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_EXIT_STATUS_H_
