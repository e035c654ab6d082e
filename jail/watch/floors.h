// Limits below what the language itself needs to start: a run that fails under one fails for that, most
// likely, and its record says so.
#ifndef JAIL_WATCH_FLOORS_H_
#define JAIL_WATCH_FLOORS_H_

#include <cstdint>
#include <string>

#include "jail/v1/result.pb.h"
#include "jail/watch/facts.h"

namespace jail::watch {

// Of a limit on this resource that is below it; zero otherwise.
int64_t FloorAbove(const PhaseFacts& facts, v1::Resource resource);

// "; the limit of 4 MiB is below the 8 MiB that Python needs to run anything", or "".
std::string SayFloors(const PhaseFacts& facts);

}  // namespace jail::watch

#endif  // JAIL_WATCH_FLOORS_H_
