// The CPUs that a process may run on: reading, choosing and keeping them. Part of the helper: no heap, no
// exceptions. A set is an array of words: CPU n is bit n % 64 of word n / 64.
#ifndef JAIL_BASE_CPUS_H_
#define JAIL_BASE_CPUS_H_

#include <cstdint>

namespace jail {

inline constexpr int kCpuWords = 16;  // 1024 CPUs.
using CpuWords = uint64_t[kCpuWords];

// Of this process; its children begin with the same.
int ReadOwnCpus(CpuWords& cpus);

// How many those are; when they cannot be read, more than there can be.
int64_t CountOwnCpus();

// From now on these and no others, read back into *effective. EINVAL: some of them cannot be had.
int RunOnlyOn(const CpuWords& cpus, CpuWords& effective);

// Nothing from here on can change them, for itself or another: sched_setaffinity(2) answers EPERM, by a
// filter that stays. Needs no_new_privs, and seccomp(2) still allowed.
int KeepCpus();

// For who must act in time: from now on `pid` (0: this process) runs before whatever is not urgent, on
// processors that the program keeps busy too; its children will not. Without privilege it waits its turn as
// before.
void GoFirst(int pid);

// For two that go on side by side, on a machine of two CPUs: `pid`, just forked by this process, begins on
// the other one of `cpus`. A scheduler leaves there what it finds hot in the cache, and one would wait for
// the other; with more CPUs it finds a free one by itself. `pid` undoes it by TakeCpus. Only a hint: what
// fails is as it was.
void StartApart(int pid, const CpuWords& cpus);

// The CPU this process runs on; -1: unknown.
int OwnCpu();
// Keeps `pid` (0: this process) where another runs for whose end it waits. To wake an idle CPU takes longer,
// on virtual machines by far, than all that there is to do then. Only a hint, as above; FreeCpus undoes it.
void StayOn(int pid, int cpu);
void FreeCpus(int pid, const CpuWords& cpus);

// This process may run on these, as far as they are there.
int TakeCpus(const CpuWords& cpus);

bool AnyCpus(const CpuWords& cpus);

}  // namespace jail

#endif  // JAIL_BASE_CPUS_H_
