// Rates: CPU, and bytes a second from and to disks. No stand-in holds them, so that a run which asks for
// one that cannot be had is refused, or goes without when its caller said so.
#ifndef JAIL_CGROUP_RATES_H_
#define JAIL_CGROUP_RATES_H_

#include "jail/base/sys.h"
#include "jail/cgroup/cgroup.h"
#include "jail/plan/builtin.h"
#include "jail/plan/layout.h"
#include "jail/plan/raw_report.h"

namespace jail::cgroup {

// v1 has a hierarchy for each kind of rate: no group is made in those that nobody asked for.
void KeepWantedHierarchies(const plan::Limits& limits, Cgroups* cgroups);

// Sets what the job asks for on every disk that the view's mounts lie on. What cannot be set is not in the
// report afterwards; that is no error.
int LimitIo(const plan::RootView& view, const plan::Limits& limits, Cgroups* cgroups,
            plan::RawReport* report);

// The first rate that was asked for and is not in force, by the limit's name; null: there is none.
const char* MissingRate(const plan::Limits& limits, const plan::RawReport& report);

// --- For tests ---

inline constexpr int kMaxDisks = 8;
struct Disks {
  FixedText<32> names[kMaxDisks];  // "8:0"
  int count = 0;
};

// ENOTSUP: a file system of which the kernel does not say on which disk it lies, as overlays do. `sys` is
// an open /sys/dev/block.
int FindDisks(const plan::RootView& view, int sys, Disks* disks);

}  // namespace jail::cgroup

#endif  // JAIL_CGROUP_RATES_H_
