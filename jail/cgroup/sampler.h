// Stands in for the memory and cpu groups where there are none: adds up the jail's processes from
// /proc, some fifty times a second. Weaker than a group, and reported as what it is.
#ifndef JAIL_CGROUP_SAMPLER_H_
#define JAIL_CGROUP_SAMPLER_H_

#include <sys/types.h>

#include <cstdint>

namespace jail::cgroup {

inline constexpr int64_t kSampleIntervalNs = 20'000'000;

struct Sample {
  int64_t memory_bytes;  // anonymous memory of all processes, and what the writable mounts hold
  int64_t cpu_ns;        // of all processes, the reaped ones included
  int64_t processes;     // without init
};

// `init` is the jail's pid 1 as the host numbers it. A process that ends meanwhile counts as none.
int TakeSample(int proc, pid_t init, int scratch, Sample* sample);

}  // namespace jail::cgroup

#endif  // JAIL_CGROUP_SAMPLER_H_
