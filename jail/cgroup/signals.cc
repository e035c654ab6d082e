#include "jail/cgroup/signals.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "jail/base/signals.h"
#include "jail/base/sys.h"
#include "jail/plan/layout.h"

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

void SendNow(int proc, pid_t init, int signal, plan::RawReport* report) {
  plan::SentSignal sent = {};
  sent.number = signal;
  sent.at_ns = NowNs();
  sent.error = SignalProgram(proc, init, signal, &sent.whole_group);
  if (report->signal_count < plan::kMaxSignals) report->signals[report->signal_count] = sent;
  ++report->signal_count;
}

}  // namespace

int SignalProgram(int proc, pid_t init, int signal, uint32_t* whole_group) {
  int program = -1;
  if (const int error = OpenProgram(proc, init, &program)) return error;
  *whole_group = 1;
  int error = Errno(syscall(SYS_pidfd_send_signal, program, signal, nullptr, kWholeGroup));
  if (error == EINVAL || error == ESRCH) {  // An older kernel; or a program that has left its own group.
    *whole_group = 0;
    error = Errno(syscall(SYS_pidfd_send_signal, program, signal, nullptr, 0));
  }
  CloseFd(&program);
  return error;
}

bool TakeSignal(int proc, pid_t init, uint8_t message, bool runs, plan::RawReport* report) {
  const int signal = message & ~plan::kSignal;
  if ((message & plan::kSignal) == 0 || !IsSendable(signal)) return false;
  if (runs) {
    SendNow(proc, init, signal, report);
  } else {
    report->signals_waiting |= uint64_t{1} << signal;
  }
  return true;
}

void SendWaiting(int proc, pid_t init, plan::RawReport* report) {
  for (const SendableSignal& signal : kSendableSignals) {
    const uint64_t bit = uint64_t{1} << signal.number;
    if ((report->signals_waiting & bit) != 0) SendNow(proc, init, signal.number, report);
  }
  report->signals_waiting = 0;
}

}  // namespace jail::cgroup
