// A language's own files in the machine's memory. Who reads a file first is charged for its pages: when that
// is the jail, a program close to its memory limit has its own code taken from it and reads it again, for
// ever (13 s of Node.js under 96 MiB on a machine that had been idle, 0.1 s otherwise). So the caller reads
// what is not there.
#ifndef JAIL_WATCH_PAGE_CACHE_H_
#define JAIL_WATCH_PAGE_CACHE_H_

#include <string>

#include "jail/v1/plan.pb.h"

namespace jail::watch {

// The phase's program and its resident files, where the jail sees this machine's own: reads those that are
// not in memory. Some microseconds when all are; what cannot be read is left to the jail, which says more.
void BringIn(const v1::RunPlan& plan, const v1::PhasePlan& phase);

// The same of one file. Whether it was read: it is regular, and a part of it was not there.
bool BringIn(const std::string& path);

}  // namespace jail::watch

#endif  // JAIL_WATCH_PAGE_CACHE_H_
