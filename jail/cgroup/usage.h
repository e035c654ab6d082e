// Figures that no group gives: from wait4, from the writable mounts, and less what set-up cost.
#ifndef JAIL_CGROUP_USAGE_H_
#define JAIL_CGROUP_USAGE_H_

#include <sys/resource.h>

#include <cstdint>

#include "jail/plan/raw_report.h"

namespace jail::cgroup {

void UsageFromRusage(const rusage& figures, plan::Usage* usage);

// What a mount holds, less `own_inodes` that are ours.
int CollectDisk(int mount, int64_t own_inodes, plan::Usage* usage);

// Set-up is not the program's doing. The kernel's split of user and system is coarser than its total:
// the total rules.
void SubtractSetup(int64_t setup_ns, plan::Usage* usage);

}  // namespace jail::cgroup

#endif  // JAIL_CGROUP_USAGE_H_
