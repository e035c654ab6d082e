// What kept us from going on: the step, its errno and what it was about. Every part of watch that
// can fail returns one of these; watch/hints.cc turns it into the record's Failure.
// The helper's own faults come from the RawReport and have the same parts.
#ifndef JAIL_WATCH_FAULT_H_
#define JAIL_WATCH_FAULT_H_

#include <string>

namespace jail::watch {

// The steps that happen on our side of the helper. Names as in the record.
inline constexpr char kStartHelper[] = "start_helper";
inline constexpr char kSweep[] = "sweep";
inline constexpr char kCollectFiles[] = "collect_files";
inline constexpr char kCheckRequired[] = "check_required";

struct Fault {
  std::string step;     // Empty: no fault.
  int error = 0;        // 0: the step did not fail, it was cut short; see `detail`.
  std::string subject;  // "/usr/lib/jvm"; may be empty.
  std::string detail;   // "the helper died of signal 9"; may be empty.

  explicit operator bool() const { return !step.empty(); }
};

}  // namespace jail::watch

#endif  // JAIL_WATCH_FAULT_H_
