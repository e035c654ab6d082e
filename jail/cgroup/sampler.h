// Stands in for the memory and cpu groups where there are none: adds up the jail's processes from
// /proc, some fifty times a second. Weaker than a group, and reported as what it is.
#ifndef JAIL_CGROUP_SAMPLER_H_
#define JAIL_CGROUP_SAMPLER_H_

#include <sys/types.h>

#include <cstdint>

#include "jail/plan/raw_report.h"

namespace jail::cgroup {

inline constexpr int64_t kSampleIntervalNs = 20'000'000;

// `init` is the jail's pid 1 as the host numbers it. A process that ends meanwhile counts as none.
// Memory is the anonymous memory of all processes and what the writable mounts hold.
int TakeSample(int proc, pid_t init, int scratch, plan::ResourceSample* sample);

}  // namespace jail::cgroup

#endif  // JAIL_CGROUP_SAMPLER_H_
