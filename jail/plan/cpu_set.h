// Sets of CPUs as people write them: "0-1,3". Used where a job's wish is read, sealed and reported.
#ifndef JAIL_PLAN_CPU_SET_H_
#define JAIL_PLAN_CPU_SET_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jail/plan/layout.h"

namespace jail::plan {

// InvalidArgumentError: what is wrong with it. Never empty.
absl::StatusOr<CpuSet> ParseCpuSet(absl::string_view text);

// In the shortest form, ascending.
std::string FormatCpuSet(const CpuSet& cpus);

int CountCpus(const CpuSet& cpus);

// OutOfRangeError when some of `wanted` are not in `allowed`: names them, and those that are.
absl::Status CheckCpusAllowed(const CpuSet& wanted, const CpuSet& allowed);

// Those that this process may run on.
CpuSet OwnCpus();

}  // namespace jail::plan

#endif  // JAIL_PLAN_CPU_SET_H_
