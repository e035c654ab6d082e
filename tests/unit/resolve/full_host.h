// Resolve() on a host that has every program.
#ifndef TESTS_UNIT_RESOLVE_FULL_HOST_H_
#define TESTS_UNIT_RESOLVE_FULL_HOST_H_

#include <string>

#include "absl/status/statusor.h"
#include "jail/resolve/resolve.h"

namespace jail::resolve {

inline absl::StatusOr<v1::RunPlan> ResolveWithAll(const v1::JobSpec& job) {
  Host host;
  for (const std::string& program : ProgramsToLookFor(job)) host.programs.insert(program);
  return Resolve(job, v1::Site(), host);
}

}  // namespace jail::resolve

#endif  // TESTS_UNIT_RESOLVE_FULL_HOST_H_
