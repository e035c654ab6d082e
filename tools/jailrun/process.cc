#include "tools/jailrun/process.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/status/status.h"

namespace jail::cli {
namespace {

constexpr int kCannotStart = 125;

struct Disposition {
  int signal;
  void (*handler)(int);
};

// SIGCHLD: ignored, it would take our child's status away. SIGPIPE, SIGXFSZ: EPIPE and EFBIG say it
// better. SIGTTIN: a background run reads end of file from the terminal instead of being stopped.
const Disposition kDispositions[] = {
    {SIGCHLD, SIG_DFL}, {SIGINT, SIG_DFL},  {SIGTERM, SIG_DFL},
    {SIGPIPE, SIG_IGN}, {SIGXFSZ, SIG_IGN}, {SIGTTIN, SIG_IGN},
};

constexpr int kCancelling[] = {SIGINT, SIGTERM, SIGHUP};

// True when it was open. The lowest free descriptor is `fd` itself: we go upwards from 0.
bool FillIfClosed(int fd) {
  if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) return true;
  // NOLINTNEXTLINE(android-cloexec-open): a standard stream is there for children, too.
  if (open("/dev/null", O_RDWR | O_NOCTTY) != fd) _exit(kCannotStart);
  return false;
}

void ResetSignals() {
  for (const Disposition& row : kDispositions) signal(row.signal, row.handler);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

bool IsIgnored(int number) {
  struct sigaction action = {};
  return sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

StandardStreams MakeProcessSane() {
  StandardStreams streams;
  streams.stdin_open = FillIfClosed(STDIN_FILENO);
  streams.stdout_open = FillIfClosed(STDOUT_FILENO);
  streams.stderr_open = FillIfClosed(STDERR_FILENO);
  // A second lock: the launcher closes what it does not know in any case.
  close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  ResetSignals();
  return streams;
}

absl::StatusOr<CancelSignals> CancelSignals::Block() {
  sigset_t set;
  sigemptyset(&set);
  for (int number : kCancelling) {
    // Only SIGHUP can still be ignored, and nohup(1) meant it: blocked, it would be queued after all.
    if (!IsIgnored(number)) sigaddset(&set, number);
  }
  sigprocmask(SIG_BLOCK, &set, nullptr);
  Fd fd(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd.valid()) return absl::ErrnoToStatus(errno, "signalfd");
  return CancelSignals(std::move(fd));
}

int CancelSignals::Received() const {
  signalfd_siginfo info = {};
  if (read(fd_.get(), &info, sizeof(info)) != sizeof(info)) return 0;
  return static_cast<int>(info.ssi_signo);
}

}  // namespace jail::cli
