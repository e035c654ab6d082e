// JobSpec + Site -> RunPlan: every question answered before anything runs. Pure: no file is opened, no
// clock read, no host looked at; the same job and site always give the same plan (golden-tested).
//
// An error is the caller's to mend, so its message begins with the field: "language: no language
// \"pyton\", did you mean \"python\"? (known: c, cpp, javascript, python)".
#ifndef JAIL_RESOLVE_RESOLVE_H_
#define JAIL_RESOLVE_RESOLVE_H_

#include "absl/status/statusor.h"
#include "jail/v1/job.pb.h"
#include "jail/v1/plan.pb.h"
#include "jail/v1/site.pb.h"

namespace jail::resolve {

// The plan's job_id is the job's, empty when it has none: inventing one is not a pure function's work.
absl::StatusOr<v1::RunPlan> Resolve(const v1::JobSpec& job, const v1::Site& site);

}  // namespace jail::resolve

#endif  // JAIL_RESOLVE_RESOLVE_H_
