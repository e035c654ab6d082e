// Jails that were built, or even started, before their job was known: getting ready, and being given it.
#ifndef JAIL_WATCH_PARKED_H_
#define JAIL_WATCH_PARKED_H_

#include <string>

#include "absl/types/span.h"
#include "jail/base/helper.h"
#include "jail/v1/plan.pb.h"
#include "jail/watch/fault.h"

namespace jail::watch {

// What a helper says while nobody pumps: the report's memfd, and that it is parked, which the loader says of
// a parked runtime. True when it is; a fault when it never will be. Does not wait.
Fault Listen(Helper* helper, bool* parked);

// Gives a parked helper its job: the sealed plan of one of its shape. A parked runtime's loader gets what it
// is to run, once the helper has admitted the job and its limits count. A fault: it is gone, and nothing of
// the job has run; another way of starting is as good.
struct LoaderJob {
  const v1::PhasePlan& phase;
  absl::Span<const v1::SourceFile> products;
};
Fault StartParked(int plan_fd, const LoaderJob& job, Helper* helper);

// All that a loader is told, in one piece: the length of what follows; how many arguments, and each; how many
// files, and of each its path below /work and its content; the same for the products, below /app. Numbers
// have four bytes, the highest first; each argument, path and content has its length before it.
std::string LoaderMessage(const LoaderJob& job);

}  // namespace jail::watch

#endif  // JAIL_WATCH_PARKED_H_
