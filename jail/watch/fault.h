// What kept us from going on: the step, its errno and what it was about. Every part of watch that
// can fail returns one of these; watch/hints.cc turns it into the record's Failure.
// The helper's own faults come from the RawReport and have the same three parts.
#ifndef JAIL_WATCH_FAULT_H_
#define JAIL_WATCH_FAULT_H_

#include <string>

namespace jail::watch {

// The steps that happen on our side of the helper. Names as in the record.
inline constexpr char kStartHelper[] = "start_helper";
inline constexpr char kWatchHelper[] = "watch_helper";
inline constexpr char kCollectFiles[] = "collect_files";

struct Fault {
  std::string step;
  int error = 0;  // 0: no fault
  std::string subject;

  explicit operator bool() const { return error != 0; }
};

}  // namespace jail::watch

#endif  // JAIL_WATCH_FAULT_H_
