// A started helper as the one who started it holds it, or who was handed it: all that there is to a jail's
// outside. Letting go of it ends the jail.
#ifndef JAIL_BASE_HELPER_H_
#define JAIL_BASE_HELPER_H_

#include <cstdint>
#include <vector>

#include "jail/base/fd.h"

namespace jail {

// Our ends of what it was given. The pipes do not block.
struct Helper {
  Fd pidfd;
  Fd control;
  Fd stdin_pipe;   // we write
  Fd stdout_pipe;  // we read
  Fd stderr_pipe;
  Fd report, work;  // Of one that is parked; others send them later.
  std::vector<Fd> channels;
  Fd loader;  // The channel of a parked runtime's loader, until its job comes; not valid: it is no such jail.
  bool runtime = false;    // It was started in a parked runtime.
  bool forked = false;     // Which a zygote forked: parked ones come as quickly as any.
  int64_t started_ns = 0;  // CLOCK_MONOTONIC; of a parked one: when it was given its job
  int64_t parked_ns = 0;   // For how long it had been ready then.
};

}  // namespace jail

#endif  // JAIL_BASE_HELPER_H_
