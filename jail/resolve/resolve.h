// JobSpec + Site + Host -> RunPlan: every question answered before anything runs. Pure: no file is opened, no
// clock read, no host looked at; the same job, site and facts always give the same plan (golden-tested).
//
// An error is the caller's to mend, so its message begins with the field: "language: no language
// \"pyton\", did you mean \"python\"? (known: c, cpp, javascript, python)".
#ifndef JAIL_RESOLVE_RESOLVE_H_
#define JAIL_RESOLVE_RESOLVE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "jail/resolve/toolchain.h"
#include "jail/v1/job.pb.h"
#include "jail/v1/plan.pb.h"
#include "jail/v1/site.pb.h"

namespace jail::resolve {

// The plan's job_id is the job's, empty when it has none: inventing one is not a pure function's work.
// The job's root must have the language's programs: FailedPreconditionError, see toolchain.h.
absl::StatusOr<v1::RunPlan> Resolve(const v1::JobSpec& job, const v1::Site& site, const Host& host);

// The job's root by name: its own, the site's or "host".
std::string RootfsOf(const v1::JobSpec& job, const v1::Site& site);

// The programs about which `host` must know; empty for a command and for a job that Resolve refuses.
std::vector<std::string> ProgramsToLookFor(const v1::JobSpec& job);

}  // namespace jail::resolve

#endif  // JAIL_RESOLVE_RESOLVE_H_
