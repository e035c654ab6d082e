#include "jail/helper/start_zygote.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>

#include "jail/base/sys.h"
#include "jail/launch/child.h"
#include "jail/launch/context.h"
#include "jail/launch/step.h"
#include "jail/zygote/library.h"
#include "jail/zygote/protocol.h"

namespace jail::helper {
namespace {

using launch::Context;
using launch::StepId;

constexpr char kLibrary[] = "zygote.so";
constexpr char kPreload[] = "LD_PRELOAD=/zygote.so";

struct Birthplace : Context {
  int control = -1;
  uid_t uid = 0;
};

int OpenRoot(Context& context) {
  context.view = plan::FindRootView(context.plan.header().root);
  return context.view == nullptr ? ENOENT : OpenHostProc(&context.proc);
}

// For all pid namespaces within this one, none of which could do it: older kernels know nothing of it, and
// then each jail says so.
int ForbidMemfdExecWithin(Context& context) {
  WriteAt(context.proc, "sys/vm/memfd_noexec", "2");
  CloseFd(&context.proc);
  return 0;
}

int LeaveHost(Context&) {
  return Errno(unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWCGROUP));
}

int AddLibrary(Context& context) {
  return WriteNewFile(context.new_root, kLibrary, 0555, zygote::kLibrary, zygote::kLibrarySize);
}

// Where the program's stack may end is decided at exec.
int LimitStack(Context& context) {
  rlimit limit;
  if (const int error = GetLimit(RLIMIT_STACK, &limit)) return error;
  const auto wanted = static_cast<rlim_t>(context.plan.limits().stack_bytes);
  limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
  return SetLimit(RLIMIT_STACK, limit);
}

int BecomeNobody(Context& context) {
  const uid_t uid = static_cast<Birthplace&>(context).uid;
  if (setgroups(0, nullptr) != 0) return errno;
  if (setresgid(uid, uid, uid) != 0 || setresuid(uid, uid, uid) != 0) return errno;
  return Errno(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0));  // Changing ids has cleared it.
}

// Pipes, as each of its jails has: a runtime looks at what its streams are.
int GiveFds(Context& context) {
  int pair[2];
  if (pipe2(pair, O_CLOEXEC) != 0) return errno;
  int given[] = {pair[0], pair[1], pair[1], static_cast<Birthplace&>(context).control};
  if (const int error = PlaceFds(given, zygote::kControlFd + 1)) return error;
  return CloseFrom(zygote::kControlFd + 1);
}

int Exec(Context& context) {
  static const char* argv[plan::kMaxStrings + 1];
  static const char* env[plan::kMaxStrings + 2];
  context.plan.Argv(argv);
  context.plan.Env(env);
  env[context.plan.header().envc] = kPreload;
  env[context.plan.header().envc + 1] = nullptr;
  execve(argv[0], const_cast<char**>(argv), const_cast<char**>(env));
  return errno;
}

bool Always(const Context&) { return true; }

constexpr launch::Step<Context> kZygoteSteps[] = {
    {StepId::kDieWithParent, Always, launch::DieWithParent},
    {StepId::kOpenRootfs, Always, OpenRoot},
    {StepId::kForbidMemfdExec, Always, ForbidMemfdExecWithin},
    {StepId::kMakeNetwork, Always, LeaveHost},
    {StepId::kSetHostname, Always, launch::SetHostname},
    {StepId::kMakeMountsPrivate, Always, launch::MakeMountsPrivate},
    {StepId::kMountNewRoot, Always, launch::MountNewRoot},
    {StepId::kMountRootfs, Always, launch::MountRootfs},
    {StepId::kMountProc, Always, launch::MountProc},
    {StepId::kMountDev, Always, launch::MountDev},
    {StepId::kWriteFiles, Always, AddLibrary},
    {StepId::kMountApp, Always, launch::MountApp},
    {StepId::kPivotRoot, Always, launch::PivotRoot},
    {StepId::kDetachOldRoot, Always, launch::DetachOldRoot},
    {StepId::kSealRootReadOnly, Always, launch::SealRootReadOnly},
    {StepId::kEnterWork, Always, launch::EnterWork},
    {StepId::kNewSession, Always, launch::NewSession},
    {StepId::kArrangeFds, Always, GiveFds},
    {StepId::kSetRlimits, Always, LimitStack},
    {StepId::kDropBoundingSet, Always, launch::DropBoundingSet},
    {StepId::kSetIds, Always, BecomeNobody},
    {StepId::kDropCapabilities, Always, launch::DropCapabilities},
    {StepId::kNoNewPrivs, Always, launch::NoNewPrivs},
    {StepId::kExec, Always, Exec},
};

}  // namespace

void BeZygote(const plan::View& plan, int control, uid_t uid) {
  static plan::RawReport unheard;  // Its connections end: that is all that anybody needs to know.
  static Birthplace context;
  context.report = &unheard;
  context.plan = plan;
  context.control = control;
  context.uid = uid;
  context.privileged = true;
  if (SetHandlers({SIGCHLD}, SIG_DFL) != 0) _exit(1);
  launch::WalkSteps(kZygoteSteps, static_cast<Context&>(context), unheard.child);
  _exit(1);
}

}  // namespace jail::helper
