// What the program loses for good: limits, groups, ids, capabilities, the hope of new privileges.
#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "jail/base/cpus.h"
#include "jail/base/landlock.h"
#include "jail/base/rights.h"
#include "jail/base/sys.h"
#include "jail/launch/child.h"
#include "jail/launch/step.h"
#include "jail/root/rules.h"

namespace jail::launch {
namespace {

constexpr int kOldestLastCap = CAP_AUDIT_READ;  // Every kernel we run on has at least these.

}  // namespace

// CPU time: one second more than the limit and its grace, rounded up: the second line, behind the cgroup's
// clock.
// Address space: open, whatever the caller's own is, since a runtime with a JIT reserves terabytes.
void ListRlimits(const Context& context, RlimitRow (&rows)[kRlimits]) {
  const plan::Limits& limits = context.plan.limits();
  // Where a group counts processes it must be the one that refuses: it says so. Rootless, init shares
  // the program's uid and is counted too.
  const bool only_count = context.report->rlimit_processes != 0;
  const int32_t spare = !only_count ? 64 : context.privileged ? 0 : 1;
  const int64_t grace_us = limits.grace_ms * CountOwnCpus() * 1000;
  const auto value = [](int64_t number) { return static_cast<uint64_t>(number); };
  const RlimitRow list[] = {
      {RLIMIT_CPU, "RLIMIT_CPU", value((limits.cpu_time_us + grace_us + 999'999) / 1'000'000 + 1)},
      {RLIMIT_FSIZE, "RLIMIT_FSIZE", value(limits.file_bytes)},
      {RLIMIT_STACK, "RLIMIT_STACK", value(limits.stack_bytes)},
      {RLIMIT_NOFILE, "RLIMIT_NOFILE", value(limits.open_files)},
      {RLIMIT_CORE, "RLIMIT_CORE", NoCoreLimit()},
      {RLIMIT_MEMLOCK, "RLIMIT_MEMLOCK", 64 << 10},
      {RLIMIT_SIGPENDING, "RLIMIT_SIGPENDING", 1024},
      {RLIMIT_MSGQUEUE, "RLIMIT_MSGQUEUE", 0},
      {RLIMIT_RTPRIO, "RLIMIT_RTPRIO", 0},
      {RLIMIT_AS, "RLIMIT_AS", RLIM_INFINITY},
      {RLIMIT_DATA, "RLIMIT_DATA", RLIM_INFINITY},
      {RLIMIT_NPROC, "RLIMIT_NPROC", value(limits.processes + spare)},
  };
  for (int i = 0; i < kRlimits; ++i) rows[i] = list[i];
}

int PinCpus(Context& context) {
  return RunOnlyOn(context.plan.limits().cpus.words, context.report->effective_cpus.words);
}

int SetRlimits(Context& context) {
  RlimitRow rows[kRlimits];
  ListRlimits(context, rows);
  for (int i = 0; i < kRlimits; ++i) {
    At(context.report->child, i, rows[i].name);
    if (const int error = SetLimit(rows[i].resource, {rows[i].value, rows[i].value})) return error;
  }
  return 0;
}

// Root has already dropped its own before the clone; without privilege the kernel forbids it, which
// the helper has noted.
int DropGroups(Context& context) {
  const int count = getgroups(0, nullptr);
  if (count < 0) return errno;
  return context.privileged && count > 0 ? EPERM : 0;
}

int SetIds(Context& context) {
  if (setresgid(kProgramId, kProgramId, kProgramId) != 0) return errno;
  if (setresuid(kProgramId, kProgramId, kProgramId) != 0) return errno;
  uid_t uid[3];
  gid_t gid[3];
  if (getresuid(&uid[0], &uid[1], &uid[2]) != 0 || getresgid(&gid[0], &gid[1], &gid[2]) != 0) return errno;
  for (int i = 0; i < 3; ++i) {
    if (uid[i] != kProgramId || gid[i] != kProgramId) return EPERM;
  }
  At(context.report->child, 1, "PR_SET_PDEATHSIG");  // Changing ids has cleared it: die with init.
  return Errno(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0));
}

int LockOwnSecurebits(Context&) { return LockSecurebits(); }

int DropBoundingSet(Context& context) {
  for (int cap = 0; cap < 64; ++cap) {
    At(context.report->child, cap, "");
    if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0) continue;
    return errno == EINVAL && cap > kOldestLastCap ? 0 : errno;  // Past the kernel's last one.
  }
  return 0;
}

// A second lock behind the mounts: what is opened by some way around them is refused all the same.
int MakeFileRules(Context& context) {
  const int abi = LandlockAbi();
  if (abi < kUsableLandlockAbi) return GoWithout(context, plan::kLandlock, StepId::kMakeRuleset, EOPNOTSUPP);
  if (const int error = MakeRuleset(abi, &context.file_rules)) return error;
  context.report->landlock_abi = abi;
  return root::AllowView(*context.view, context.file_rules, abi, context.report->child);
}

// A rule is about what is mounted, not about its place: that of the job's own program comes now.
int RestrictFiles(Context& context) {
  if (context.file_rules < 0) return 0;
  At(context.report->child, -1, "/app");
  int error = AllowBeneath(context.file_rules, context.report->landlock_abi, "/app", MayDo::kExecute);
  if (error == 0) error = RestrictSelf(context.file_rules);
  CloseFd(&context.file_rules);
  return error;
}

int DropCapabilities(Context&) { return DropOwnCapabilities(); }

int NoNewPrivs(Context&) { return Errno(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)); }

}  // namespace jail::launch
