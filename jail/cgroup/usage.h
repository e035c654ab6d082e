// Figures that no group gives: from wait4, from the writable mounts, and less what set-up cost.
#ifndef JAIL_CGROUP_USAGE_H_
#define JAIL_CGROUP_USAGE_H_

#include <sys/resource.h>

#include <cstdint>

#include "jail/plan/raw_report.h"

namespace jail::cgroup {

// Of init, whose figures have all that it reaped in them.
void NoteEnd(int status, const rusage& figures, plan::RawReport* report);

// What a mount holds, less `own_inodes` that are ours.
int CollectDisk(int mount, int64_t own_inodes, plan::Usage* usage);

// Set-up is not the program's doing. The kernel's split of user and system is coarser than its total:
// the total rules.
void SubtractSetup(int64_t setup_ns, plan::Usage* usage);

// A running task's time is added to its group at the next tick, up to 4 ms later, or when another task comes
// to its processor: so we visit each of ours, if they are few. Before reading a total that has to be exact.
void ChargeRunningTasks();

// How long until the CPU time is worth another look: no sooner than all processors together could use what
// remains, and less often while nothing is used (`since` the last look).
int64_t NextCpuLookNs(int64_t remaining_ns, int64_t since_ns);

}  // namespace jail::cgroup

#endif  // JAIL_CGROUP_USAGE_H_
