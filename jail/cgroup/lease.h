// Leases a pair of host uids nobody else has: a slot number, by a lock on one byte of /run/jailrun/leases,
// with a further byte for its group in each hierarchy. The locks are the process's: they end with the helper,
// however it ends and whatever its children hold, and with whoever closes that file anywhere in the process.
// So there is nothing to give back after a crash; what the dead run left in its groups the next one clears.
#ifndef JAIL_CGROUP_LEASE_H_
#define JAIL_CGROUP_LEASE_H_

#include <cstdint>

#include "jail/cgroup/cgroup.h"
#include "jail/plan/raw_report.h"

namespace jail::cgroup {

// Opens (and makes) the lease file in a directory that is root's alone. EPERM when it is not.
// `owner` tells it from every other lease file on this host.
int OpenLeases(int* fd, int64_t* owner);

// EAGAIN when another live run has it.
int LockSlot(int leases, int64_t slot);
int UnlockSlot(int leases, int64_t slot);

// The lowest free slot whose groups could be cleared, which it counts. EUSERS when all `count` are taken.
int TakeSlot(int leases, int64_t count, const Cgroups& cgroups, int64_t* slot, plan::Swept* swept);

// Clears every group beneath our parents whose run is dead, and counts. `own` is left alone; -1: none is
// ours.
int SweepLeftovers(int leases, const Cgroups& cgroups, int64_t own, plan::Swept* swept);

// The same with everything it takes, for `jail-launch --sweep`. Without privilege there is nothing to do:
// rootless runs have no groups of ours.
void SweepHost(bool privileged, plan::Swept* swept);

}  // namespace jail::cgroup

#endif  // JAIL_CGROUP_LEASE_H_
