// The time between asking a program to end and making it: a soft limit. When the wall, CPU or idle time of
// a job with grace is up the program gets SIGTERM, as from timeout(1): its whole process group from Linux
// 6.9 on, it alone before. The jail's end comes when the grace is over, or when another limit says so.
#ifndef JAIL_CGROUP_GRACE_H_
#define JAIL_CGROUP_GRACE_H_

#include <sys/types.h>

#include "jail/plan/layout.h"
#include "jail/plan/raw_report.h"

namespace jail::cgroup {

// What to kill the jail for now that `reason` has come; kNone: nothing before GraceEndNs. `proc` is an open
// /proc, `init` the jail's pid 1 as the host numbers it, alive or a zombie.
plan::KillReason AskFirst(int proc, pid_t init, const plan::Limits& limits, plan::KillReason reason,
                          plan::RawReport* report);

int64_t GraceEndNs(const plan::Limits& limits, const plan::RawReport& report);

}  // namespace jail::cgroup

#endif  // JAIL_CGROUP_GRACE_H_
