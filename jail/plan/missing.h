// What a host does not give: whether a run may do without it, and the note that it did.
#ifndef JAIL_PLAN_MISSING_H_
#define JAIL_PLAN_MISSING_H_

#include "jail/plan/layout.h"
#include "jail/plan/raw_report.h"

namespace jail::plan {

struct MissingLayer {
  Layer layer;
  StepId step;  // That found out,
  int error;    // and its errno.
};

// True, and noted, when the run may go on without it: it is neither required by the caller nor part of what
// every run has. Helper and child may both be here at the same time.
bool GoesWithout(const Header& header, const MissingLayer& missing, RawReport& report);

}  // namespace jail::plan

#endif  // JAIL_PLAN_MISSING_H_
