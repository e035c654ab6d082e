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

// Of a run that time has ended, "; its memory was full (...)" when it was, and most of it the program's own
// data: then there was no room for the files that it maps, itself among them, and the kernel reads and drops
// them over and over. That ends in an out-of-memory kill, or first in a limit on time. Otherwise "".
std::string SayFullMemory(const PhaseFacts& facts);

}  // namespace jail::watch

#endif  // JAIL_WATCH_FLOORS_H_
