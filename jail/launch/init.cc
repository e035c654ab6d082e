// pid 1 of the jail: reaps whatever is orphaned, notes the program's end and ends with it, upon which
// the kernel kills all that is left. It holds no right on the host, no capability and no environment,
// and runs under a filter of its own.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jail/base/sys.h"
#include "jail/launch/child.h"
#include "jail/launch/step.h"

namespace jail::launch {
namespace {

// Reaps all that have ended. True when the program is among them.
bool Reap(Context& context, pid_t program) {
  bool ended = false;
  int status = 0;
  pid_t pid;
  while ((pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0) {
    if (pid != program) continue;
    context.report->program_status = status;
    context.report->program_ended = 1;
    ended = true;
  }
  return ended;
}

int DropOwnRights(Context& context) {
  plan::Trace own = {};  // The program's process is writing the shared one.
  if (const int error = DropAllCapabilities(own)) return error;
  if (const int error = NoNewPrivs(context)) return error;
  const plan::CompiledPolicy* policy = plan::FindPolicy("init");
  if (policy == nullptr) return ENOENT;
  int listener = -1;
  return LoadFilter(*policy, 0, &listener);
}

// Everything but `ready` and the sync socket, whose end of file means that the helper is gone.
int CloseAllBut(int* sync, int* ready) {
  const int base = (*sync > *ready ? *sync : *ready) + 1;
  if (dup3(*sync, base, O_CLOEXEC) < 0 || dup3(*ready, base + 1, O_CLOEXEC) < 0) return errno;
  *sync = base;
  *ready = base + 1;
  if (close_range(0, static_cast<unsigned>(base) - 1, 0) != 0) return errno;
  return Errno(close_range(static_cast<unsigned>(base) + 2, ~0U, 0));
}

int OpenSignals(int* signals) {
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  return Keep(signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK), signals);
}

int DrainSignals(int signals) {
  signalfd_siginfo info;
  while (read(signals, &info, sizeof info) > 0) {
  }
  return errno == EAGAIN ? 0 : errno;
}

}  // namespace

void RunInit(Context& context, pid_t program, int ready) {
  int signals = -1;
  int error = CloseAllBut(&context.sync_child, &ready);
  if (error == 0) error = OpenSignals(&signals);
  if (error == 0) error = DropOwnRights(context);
  if (error == 0) error = WriteWhole(ready, "1", 1);  // The program may run now.
  if (error == EPIPE) error = 0;                      // It has failed and gone already; its trace says why.
  if (error != 0) {  // The program must not outlive an init that is not what it should be.
    context.report->child.step = StepId::kForkProgram;
    context.report->child.error = error;
    _exit(1);
  }
  pollfd events[2] = {{signals, POLLIN, 0}, {context.sync_child, POLLRDHUP, 0}};
  while (!Reap(context, program)) {
    if (ppoll(events, 2, nullptr, nullptr) < 0 && errno != EINTR) _exit(1);
    if ((events[1].revents & (POLLHUP | POLLRDHUP | POLLERR)) != 0) _exit(1);
    if ((events[0].revents & POLLIN) != 0 && DrainSignals(signals) != 0) _exit(1);
  }
  _exit(0);
}

}  // namespace jail::launch
