// From a fault to what a person can do about it: whose fault, worth another try, the next thing to
// do. One table by step and errno in hints.cc, read from the top; the last rows go by errno alone, so
// no fault stays without a hint.
// To add one: a row above the first row it would otherwise match.
#ifndef JAIL_WATCH_HINTS_H_
#define JAIL_WATCH_HINTS_H_

#include "jail/v1/result.pb.h"
#include "jail/watch/fault.h"

namespace jail::watch {

// Who asked for what was to be executed: a missing interpreter is the host's fault, a missing
// command the caller's.
enum class Asked { kLanguage, kCommand };

// The whole Failure, message included.
v1::Failure Explain(const Fault& fault, Asked asked);

}  // namespace jail::watch

#endif  // JAIL_WATCH_HINTS_H_
