// pid 1 of the jail: makes its network, reaps whatever is orphaned, notes the program's end and ends with it,
// upon which the kernel kills all that is left. It holds no right on the host, no capability and no
// environment, and runs under a filter of its own.
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jail/base/rights.h"
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
  if (const int error = DropCapabilities(context)) return error;
  if (const int error = NoNewPrivs(context)) return error;
  const plan::CompiledPolicy* policy = plan::FindPolicy("init");
  if (policy == nullptr) return ENOENT;
  int listener = -1;
  return LoadFilter(policy->code, policy->length, 0, &listener);
}

// Left are the way to the program and the sync socket, whose end of file means that the helper is gone.
int ConfineInit(Context& context) {
  if (const int error = CloseAllBut(&context.sync_child, &context.program_peer)) return error;
  if (const int error = OpenChildSignals(&context.signals)) return error;
  return DropOwnRights(context);
}

int ReleaseProgram(Context& context) {
  // Before the byte that lets the program go: what init has used so far is not the program's.
  context.report->init_setup_cpu_ns = OwnCpuNs();
  return UnlessGone(WriteWhole(context.program_peer, "1", 1));
}

bool Always(const Context&) { return true; }

constexpr Step<Context> kInitSteps[] = {
    {StepId::kMakeNetwork, Always, MakeNetwork},       {StepId::kRaiseLoopback, Always, RaiseLoopback},
    {StepId::kInitJoinsCgroup, Always, JoinCgroupToo}, {StepId::kConfineInit, Always, ConfineInit},
    {StepId::kReleaseProgram, Always, ReleaseProgram},
};

}  // namespace

void RunInit(Context& context, pid_t program) {
  CloseFd(&context.init_peer);
  StartApart(program, context.cpus);
  // The program must not outlive an init that is not what it should be.
  if (WalkSteps(kInitSteps, context, context.report->init) != 0) _exit(1);
  context.report->init.step = StepId::kNone;
  pollfd events[2] = {{context.signals, POLLIN, 0}, {context.sync_child, POLLRDHUP, 0}};
  while (!Reap(context, program)) {
    if (ppoll(events, 2, nullptr, nullptr) < 0 && errno != EINTR) _exit(1);
    if ((events[1].revents & (POLLHUP | POLLRDHUP | POLLERR)) != 0) _exit(1);
    if ((events[0].revents & POLLIN) != 0 && DrainChildSignals(context.signals) != 0) _exit(1);
  }
  _exit(0);
}

}  // namespace jail::launch
