// Can a phase's times be compared with those of another run? Not when a hypervisor, other programs or
// its own CPU rate held it up. Judged by what the kernel counts, read before and after: 25 us each time,
// the first while the helper sets up.
#ifndef JAIL_WATCH_TIMING_H_
#define JAIL_WATCH_TIMING_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "jail/v1/result.pb.h"

namespace jail::watch {

// Since boot. Unset: this host has no such file, or hides it.
struct HostTimes {
  std::optional<int64_t> stolen_us;    // /proc/stat: of all CPUs together
  std::optional<int64_t> pressure_us;  // /proc/pressure/cpu: some task waited for a CPU
};

// Phases shorter than this are judged without HostTimes: /proc/stat counts in steps of 10 ms.
inline constexpr int64_t kShortestForHostTimesNs = 50'000'000;

HostTimes ReadHostTimes();
std::optional<int64_t> ParseStolenUs(absl::string_view proc_stat, int64_t ticks_per_second);
std::optional<int64_t> ParsePressureUs(absl::string_view pressure);

// What held the program up.
struct TimingEvidence {
  int64_t wall_us = 0;
  int64_t cpu_us = 0;
  int64_t forced_switches = 0;
  int64_t samples = 0;  // That the helper took meanwhile.
  std::optional<int64_t> throttled_us;
  std::optional<int64_t> stolen_us;
  std::optional<int64_t> pressure_us;
};

// Pure.
v1::Timing JudgeTiming(const TimingEvidence& evidence);

}  // namespace jail::watch

#endif  // JAIL_WATCH_TIMING_H_
