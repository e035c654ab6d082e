#include "jail/cgroup/grace.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "jail/base/sys.h"

namespace jail::cgroup {
namespace {

constexpr unsigned kWholeGroup = 1U << 2;  // PIDFD_SIGNAL_PROCESS_GROUP of Linux 6.9, newer than the headers.

// init's first child: orphans come behind the one that init has forked itself, whatever that does.
int FirstChild(int proc, pid_t init, pid_t* child) {
  FixedText<64> path;
  path.Add(static_cast<int64_t>(init)).Add("/task/").Add(static_cast<int64_t>(init)).Add("/children");
  char text[16384];  // Of a fork bomb's orphans; what is beyond does not matter.
  int fd = -1;
  if (const int error = OpenBeneath(proc, path.c_str(), O_RDONLY, 0, &fd)) return error;
  const ssize_t n = read(fd, text, sizeof text - 1);
  const int error = n < 0 ? errno : 0;
  CloseFd(&fd);
  if (error != 0) return error;
  *child = 0;
  for (ssize_t i = 0; i < n && text[i] >= '0' && text[i] <= '9'; ++i) *child = *child * 10 + (text[i] - '0');
  return *child > 0 ? 0 : ESRCH;
}

// Looked up a second time: init reaps that child only to end itself, so a pid that is still its first
// child's has been that child's all the time.
int OpenProgram(int proc, pid_t init, int* pidfd) {
  pid_t before = 0, after = 0;
  if (const int error = FirstChild(proc, init, &before)) return error;
  if (const int error = Keep(syscall(SYS_pidfd_open, before, 0), pidfd)) return error;
  const int error = FirstChild(proc, init, &after);
  if (error == 0 && before == after) return 0;
  CloseFd(pidfd);
  return error != 0 ? error : ESRCH;
}

int Ask(int proc, pid_t init, plan::RawReport* report) {
  int program = -1;
  if (const int error = OpenProgram(proc, init, &program)) return error;
  report->grace_whole_group = 1;
  int error = Errno(syscall(SYS_pidfd_send_signal, program, SIGTERM, nullptr, kWholeGroup));
  if (error == EINVAL || error == ESRCH) {  // An older kernel; or a program that has left its own group.
    report->grace_whole_group = 0;
    error = Errno(syscall(SYS_pidfd_send_signal, program, SIGTERM, nullptr, 0));
  }
  CloseFd(&program);
  return error;
}

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
    report->grace_error = Ask(proc, init, report);
    if (report->grace_error == ESRCH) report->grace_error = 0;  // It ends at this moment.
  }
  const bool over = report->grace_error != 0 || now_ns >= GraceEndNs(limits, *report);
  return over ? report->grace_reason : plan::KillReason::kNone;
}

}  // namespace jail::cgroup
