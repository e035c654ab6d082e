// The helper's first instructions: make everything inherited from the caller harmless.
#ifndef JAIL_LAUNCH_ENTRY_H_
#define JAIL_LAUNCH_ENTRY_H_

#include "jail/launch/context.h"

namespace jail::launch {

// Descriptors, environment, signals, umask, directory, limits, ids. EPERM when traced into privilege.
int Sanitize(Context& context, int argc);

// The shared report, in a memfd that only we can write, sent to the watcher.
int MakeReport(Context& context);
// For a plan that wants none.
int GiveUpPrivilege(Context& context);

}  // namespace jail::launch

#endif  // JAIL_LAUNCH_ENTRY_H_
