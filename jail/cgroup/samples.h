// What was in use in the course of a run: peaks, and a curve of at most kMaxSamples points whose gaps widen
// as the run goes on.
#ifndef JAIL_CGROUP_SAMPLES_H_
#define JAIL_CGROUP_SAMPLES_H_

#include <sys/types.h>

#include "jail/cgroup/cgroup.h"
#include "jail/plan/layout.h"
#include "jail/plan/raw_report.h"

namespace jail::cgroup {

// A sample costs about 40 us: less than half a percent of one core at first, and less and less after.
inline constexpr int64_t kFirstIntervalNs = 10'000'000;

// Where to look.
struct Jail {
  const Cgroups* cgroups;
  int proc;
  pid_t init;   // as the host numbers it
  int scratch;  // the writable mount, or -1
};

// Whether a limit of this run has no group, so that samples stand in.
bool StandsIn(const plan::RawReport& report);

// What is in use now; added to the report's curve and peaks.
int Sample(const Jail& jail, plan::RawReport* report, plan::ResourceSample* sample);
void AddSample(const plan::ResourceSample& sample, plan::RawReport* report);

// When to take the next one: soon enough for whatever depends on it.
int64_t NextSampleNs(const plan::Limits& limits, const plan::RawReport& report);

// What no group enforces, and idleness; kNone: within the limits.
plan::KillReason EnforceSampled(const plan::ResourceSample& sample, const plan::Limits& limits,
                                plan::RawReport* report);

}  // namespace jail::cgroup

#endif  // JAIL_CGROUP_SAMPLES_H_
