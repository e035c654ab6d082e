// Signals from outside for the program of a jail. init could not send them: it has no right over the
// program's uid.
#ifndef JAIL_CGROUP_SIGNALS_H_
#define JAIL_CGROUP_SIGNALS_H_

#include <sys/types.h>

#include <cstdint>

#include "jail/plan/raw_report.h"

namespace jail::cgroup {

// `proc` is an open /proc, `init` the jail's pid 1 as the host numbers it, alive or a zombie. *whole_group is
// 1 when the program's process group got it (Linux 6.9), 0 when it alone did. ESRCH: it ends at this moment,
// or has ended.
int SignalProgram(int proc, pid_t init, int signal, uint32_t* whole_group);

// A message of the watcher's: plan::kSignal and a number. Sent and noted at once, or, unless the program
// runs, by SendWaiting. False: it is none of these.
bool TakeSignal(int proc, pid_t init, uint8_t message, bool runs, plan::RawReport* report);

// Those that came before the program did: to the process that becomes it they would be the end.
void SendWaiting(int proc, pid_t init, plan::RawReport* report);

}  // namespace jail::cgroup

#endif  // JAIL_CGROUP_SIGNALS_H_
