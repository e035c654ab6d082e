// The end of the record: what one phase left to be killed and removed, and whether that was done. Pure:
// the helper did it, or, behind a helper that died, the sweep.
#ifndef JAIL_WATCH_CLEANUP_H_
#define JAIL_WATCH_CLEANUP_H_

#include "jail/v1/result.pb.h"
#include "jail/watch/facts.h"

namespace jail::watch {

// Adds one phase to what the phases before it came to. Nothing was started: nothing is added.
void AddCleanup(const PhaseFacts& facts, v1::ResultRecord* record);

}  // namespace jail::watch

#endif  // JAIL_WATCH_CLEANUP_H_
