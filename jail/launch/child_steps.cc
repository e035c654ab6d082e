// What happens between clone and exec, in order. Up to fork_program this is init, the jail's pid 1, and
// behind it the program's own process, which builds the root while init makes the network.
// To add a step: its name in plan/steps.h, its function in child_*.cc, a row here.
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "jail/base/cpus.h"
#include "jail/base/sys.h"
#include "jail/launch/child.h"
#include "jail/launch/step.h"
#include "jail/plan/step_order.h"

namespace jail::launch {
namespace {

bool Always(const Context&) { return true; }
bool Privileged(const Context& context) { return context.privileged; }
bool Parks(const Context& context) { return context.plan.Has(plan::kPark); }
bool Pinned(const Context& context) { return AnyCpus(context.plan.limits().cpus.words); }

// Signals stay blocked in init for ever (it reads SIGCHLD from a descriptor); the program's process
// clears its mask with its new session.
int ForkProgram(Context& context) {
  if (const int error = BlockSignals()) return error;
  if (const int error = TakeCpus(context.cpus)) return error;
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) return errno;
  context.init_peer = pair[0];
  context.program_peer = pair[1];
  const long pid =
      IsFork(context) ? context.fork() : syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  if (pid < 0) return errno;
  if (pid > 0) RunInit(context, static_cast<pid_t>(pid));
  CloseFd(&context.program_peer);
  return 0;
}

constexpr Step<Context> kChildSteps[] = {
    {StepId::kDieWithParent, Always, DieWithParent},
    // What can be done without ids, while the helper writes their maps.
    {StepId::kSetHostname, Always, SetHostname},
    {StepId::kDropBoundingSet, Always, DropBoundingSet},
    {StepId::kAwaitIdMaps, Always, AwaitIdMaps},
    {StepId::kForbidMemfdExec, Always, ForbidMemfdExec},
    {StepId::kBecomeInsideRoot, Always, BecomeInsideRoot},
    {StepId::kForkProgram, Always, ForkProgram},
    {StepId::kMakeMountsPrivate, Always, MakeMountsPrivate},
    {StepId::kMountNewRoot, Always, MountNewRoot},
    {StepId::kMountRootfs, Always, MountRootfs},
    {StepId::kMountProc, Always, MountProc},
    {StepId::kMountDev, Always, MountDev},
    {StepId::kJoinCgroup, Always, JoinCgroup},
    {StepId::kMountTmp, Always, MountTmp},
    {StepId::kMountWork, Always, MountWork},
    {StepId::kPivotRoot, Always, PivotRoot},
    {StepId::kDetachOldRoot, Always, DetachOldRoot},
    {StepId::kSealRootReadOnly, Always, SealRootReadOnly},
    {StepId::kJoinNetwork, Always, JoinNetwork},
    {StepId::kDropGroups, Privileged, DropGroups},
    {StepId::kEnterWork, Always, EnterWork},
    {StepId::kNewSession, Always, NewSession},
    {StepId::kArrangeFds, Always, ArrangeFds},
    {StepId::kMakeRuleset, Always, MakeFileRules},
    {StepId::kVerifyNamespaces, Always, VerifyNamespaces},
    // Until here nothing depends on the job but its shape.
    {StepId::kAwaitJob, Parks, AwaitJob},
    {StepId::kMountApp, Always, MountApp},
    {StepId::kForbidNestedNamespaces, Always, ForbidNestedNamespaces},
    {StepId::kPinCpus, Pinned, PinCpus},
    {StepId::kSetRlimits, Always, SetRlimits},
    {StepId::kSetIds, Always, SetIds},
    {StepId::kLockSecurebits, Always, LockOwnSecurebits},
    {StepId::kDropCapabilities, Always, DropCapabilities},
    {StepId::kNoNewPrivs, Always, NoNewPrivs},
    {StepId::kWriteFiles, Always, WriteFiles},
    {StepId::kRestrictFiles, Always, RestrictFiles},
    {StepId::kAwaitInit, Always, AwaitInit},
    {StepId::kCloseOtherFds, Always, CloseOtherFds},
    {StepId::kVerifyConfinement, Always, VerifyConfinement},
    {StepId::kInstallSeccomp, Always, InstallSeccomp},
    {StepId::kExec, Always, Exec},
};
static_assert(plan::KeepsChildOrder(kChildSteps), "promise P35: see jail/plan/step_order.h");

}  // namespace

void RunChild(Context& context) {
  const int error = WalkSteps(kChildSteps, context, context.report->child);
  if (error == 0 && IsFork(context)) return;
  _exit(1);  // Only a failure comes here; the trace has it.
}

}  // namespace jail::launch
