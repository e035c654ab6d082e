// What a helper and a zygote say to each other, over a connection of their own for each jail:
//
//   zygote   the report's memfd, which it has mapped (a byte, kReport)
//   helper   Order, with what the jail's first process needs
//   zygote   Born, with that process's pidfd
//   zygote   Ended, when it has ended; nothing follows
//
// The end of file means that the other one is gone. The zygote gets its connections over kControlFd, each
// with a byte; the end of file there means that no more will come.
#ifndef JAIL_ZYGOTE_PROTOCOL_H_
#define JAIL_ZYGOTE_PROTOCOL_H_

#include <sys/resource.h>

#include <cstddef>
#include <cstdint>

#include "jail/base/cpus.h"
#include "jail/plan/layout.h"

namespace jail::zygote {

inline constexpr int kControlFd = 3;  // The zygote's.
inline constexpr uint8_t kConnection = 'C';
inline constexpr uint8_t kReport = 'R';
inline constexpr int kMostJails = 64;  // Of one zygote, at once.

inline constexpr uint32_t kMagic = 0x5247595a;  // "ZYGR"

// With the descriptors that a helper is started with (plan/layout.h), in that order, and then these.
struct Order {
  uint32_t magic;
  int32_t channels;
  CpuWords cpus;  // As Context.cpus.
};
enum More { kProc, kSyncChild, kExecWrite, kMore };
inline constexpr int kMostGiven = plan::kFirstChannelFd + plan::kMaxChannels + kMore;

struct Born {
  int32_t error;  // errno; else the pidfd comes with it.
};

// The kernel's own; what C libraries add to it differs.
inline constexpr size_t kRusageBytes = 144;
static_assert(sizeof(rusage) >= kRusageBytes);

struct Ended {
  int32_t status;  // As wait4 has it.
  uint8_t usage[kRusageBytes];
};

}  // namespace jail::zygote

#endif  // JAIL_ZYGOTE_PROTOCOL_H_
