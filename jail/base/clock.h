// CLOCK_MONOTONIC as one number: the clock of every duration and of the helper's report.
#ifndef JAIL_BASE_CLOCK_H_
#define JAIL_BASE_CLOCK_H_

#include <time.h>

#include <cstdint>

namespace jail {

inline int64_t MonotonicNs() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace jail

#endif  // JAIL_BASE_CLOCK_H_
