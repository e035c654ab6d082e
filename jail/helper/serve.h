// A helper that lives on, for who starts many: it forks a helper for each jail, which costs less than to
// start one, and keeps the zygotes that some jails are born of.
//
// It is asked over kControlFd (plan/layout.h). All that such a helper then does is what any does. At the end
// of file we go when the last of them has gone, since zygotes go with us.
#ifndef JAIL_HELPER_SERVE_H_
#define JAIL_HELPER_SERVE_H_

#include "jail/launch/context.h"

namespace jail::helper {

// After Sanitize. `run` is a helper's whole life; its result the exit status.
int Serve(const launch::Context& sanitized, int (*run)(launch::Context&));

}  // namespace jail::helper

#endif  // JAIL_HELPER_SERVE_H_
