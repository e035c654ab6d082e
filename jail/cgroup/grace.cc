#include "jail/cgroup/grace.h"

#include <signal.h>

#include <cerrno>

#include "jail/base/sys.h"
#include "jail/cgroup/signals.h"

namespace jail::cgroup {
namespace {

bool HasGrace(plan::KillReason reason) {
  return reason == plan::KillReason::kWallTime || reason == plan::KillReason::kCpuTime ||
         reason == plan::KillReason::kIdleTime;
}

}  // namespace

int64_t GraceEndNs(const plan::Limits& limits, const plan::RawReport& report) {
  return report.grace_ns + int64_t{limits.grace_ms} * 1'000'000;
}

plan::KillReason AskFirst(int proc, pid_t init, const plan::Limits& limits, plan::KillReason reason,
                          plan::RawReport* report) {
  if (limits.grace_ms == 0 || !HasGrace(reason)) return reason;
  const int64_t now_ns = NowNs();
  if (report->grace_reason == plan::KillReason::kNone) {
    report->grace_reason = reason;
    report->grace_ns = now_ns;
    report->grace_error = SignalProgram(proc, init, SIGTERM, &report->grace_whole_group);
    if (report->grace_error == ESRCH) report->grace_error = 0;  // It ends at this moment.
  }
  const bool over = report->grace_error != 0 || now_ns >= GraceEndNs(limits, *report);
  return over ? report->grace_reason : plan::KillReason::kNone;
}

}  // namespace jail::cgroup
