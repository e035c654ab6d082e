// The record's isolation report: what was in force in one phase, by what mechanism, and whether it
// was read back inside the jail. A table over Protection.
#ifndef JAIL_WATCH_ISOLATION_H_
#define JAIL_WATCH_ISOLATION_H_

#include <vector>

#include "jail/v1/result.pb.h"
#include "jail/watch/facts.h"

namespace jail::watch {

// Layers only for a phase whose program was started: nothing can be said of the others.
v1::Isolation DescribeIsolation(const PhaseFacts& facts);

// A second look from outside, beside the helper's own refusal: a required layer that was not in force
// becomes the phase's fault.
void CheckRequired(PhaseFacts* facts);

// What each limit was and what enforced it; empty when the program was not started.
std::vector<v1::LimitReport> DescribeLimits(const PhaseFacts& facts);

}  // namespace jail::watch

#endif  // JAIL_WATCH_ISOLATION_H_
