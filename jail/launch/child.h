// The child's steps by theme; child_steps.cc has the table that orders them.
#ifndef JAIL_LAUNCH_CHILD_H_
#define JAIL_LAUNCH_CHILD_H_

#include "jail/launch/context.h"

namespace jail::launch {

// child_enter.cc: from clone to being nobody but the namespaces' own root.
int DieWithParent(Context& context);
int AwaitIdMaps(Context& context);
int JoinCgroup(Context& context);
int JoinCgroupToo(Context& context);
int ForbidMemfdExec(Context& context);
int BecomeInsideRoot(Context& context);
int ForbidNestedNamespaces(Context& context);
int SetHostname(Context& context);
int MakeNetwork(Context& context);
int RaiseLoopback(Context& context);
int JoinNetwork(Context& context);

// child_mounts.cc: the root.
int MakeMountsPrivate(Context& context);
int MountNewRoot(Context& context);
int MountRootfs(Context& context);
int MountProc(Context& context);
int MountDev(Context& context);
int MountTmp(Context& context);
int MountWork(Context& context);
int MountApp(Context& context);
int PivotRoot(Context& context);
int DetachOldRoot(Context& context);
int SealRootReadOnly(Context& context);

// child_confine.cc: what the program loses for good.
int PinCpus(Context& context);
int SetRlimits(Context& context);
int DropGroups(Context& context);
int SetIds(Context& context);
int LockOwnSecurebits(Context& context);
// Before the fork: the program's process and init need what they have now, and no more, ever.
int DropBoundingSet(Context& context);
int DropCapabilities(Context& context);
int NoNewPrivs(Context& context);
int MakeFileRules(Context& context);
int RestrictFiles(Context& context);

// child_program.cc: the program's process up to exec.
int EnterWork(Context& context);
int WriteFiles(Context& context);
int NewSession(Context& context);
int ArrangeFds(Context& context);
int AwaitJob(Context& context);
int CloseOtherFds(Context& context);
int AwaitInit(Context& context);
int InstallSeccomp(Context& context);
int Exec(Context& context);

// child_verify.cc
int VerifyNamespaces(Context& context);
int VerifyConfinement(Context& context);

// Nothing is executed: the program's process is a fork of one that is what it is to be.
inline bool IsFork(const Context& context) { return context.fork != nullptr; }

// For init: a program's process that is gone has failed already, and its trace says why.
inline int UnlessGone(int error) {
  return error == EPIPE || error == ECONNRESET || error == ECANCELED ? 0 : error;
}

// The limits of SetRlimits as a list, for reading back.
struct RlimitRow {
  int resource;
  const char* name;
  uint64_t value;
};
inline constexpr int kRlimits = 12;
void ListRlimits(const Context& context, RlimitRow (&rows)[kRlimits]);

}  // namespace jail::launch

#endif  // JAIL_LAUNCH_CHILD_H_
