// What the helper does on the host, in order, and what it always does afterwards. It opens no path
// that a caller or a program could shape: roots and policies are names in compiled-in tables.
// To add a step: its name in plan/steps.h, a function here, a row in the table.
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <initializer_list>

#include "jail/base/cpus.h"
#include "jail/base/ids.h"
#include "jail/base/sys.h"
#include "jail/cgroup/join.h"
#include "jail/cgroup/lease.h"
#include "jail/cgroup/samples.h"
#include "jail/cgroup/usage.h"
#include "jail/launch/context.h"
#include "jail/launch/entry.h"
#include "jail/launch/job.h"
#include "jail/launch/step.h"
#include "jail/plan/memfds.h"
#include "jail/root/image.h"
#include "jail/root/loop.h"

namespace jail::launch {
namespace {

constexpr int kDeathTimeoutMs = 10'000;

bool Always(const Context&) { return true; }
bool Privileged(const Context& context) { return context.privileged; }
bool HasGroups(const Context& context) {
  const cgroup::Cgroups& groups = context.cgroups;
  return groups.Has(cgroup::kMemory) || groups.Has(cgroup::kPids) || groups.Has(cgroup::kCpuacct) ||
         groups.Has(cgroup::kCpu) || groups.Has(cgroup::kBlkio);
}
// What depends on the job comes with it (job.cc).
bool HasJob(const Context& context) { return !context.plan.Has(plan::kPark); }
// v2 clones the child into its group; with v1 the groups are made while the child builds its root.
bool BornInGroup(const Context& context) {
  return HasCgroups(context) && context.cgroups.backend->clone_into;
}
bool JoinsGroups(const Context& context) {
  return HasCgroups(context) && !context.cgroups.backend->clone_into;
}
bool BornWithLimits(const Context& context) { return BornInGroup(context) && HasJob(context); }
bool JoinsWithLimits(const Context& context) { return JoinsGroups(context) && HasJob(context); }
bool HasImage(const Context& context) { return context.plan.header().image[0] != '\0'; }
bool HasChild(const Context& context) { return context.child_pidfd >= 0; }
bool HasLease(const Context& context) { return context.cgroups.slot >= 0; }

int OpenFirstPlan(Context& context) {
  if (const int error = plan::OpenPlan(plan::kPlanFd, &context.plan)) return error;
  const int channels_end = plan::kFirstChannelFd + static_cast<int>(context.plan.header().channel_count);
  if (channels_end > context.channels_end) return EBADF;
  if (const int error = CloseBetween(channels_end, context.channels_end - 1)) return error;
  context.channels_end = channels_end;
  return context.privileged && context.plan.Has(plan::kRootless) ? GiveUpPrivilege(context) : 0;
}

int ReadSiteFile(Context& context) { return plan::ReadSite(&context.site, context.report->host); }

int AdmitPlan(Context& context) {
  // Layers that need privilege cannot be promised without it.
  if (!context.privileged) {
    for (const plan::Layer layer : {plan::kPrivateUid, plan::kSeparateInitUid, plan::kNoGroups}) {
      if (const int error = GoWithout(context, layer, StepId::kAdmitPlan, EPERM)) return error;
    }
  }
  return plan::AdmitLimits(context.plan.limits(), context.site, context.report->host);
}

int OpenPolicy(Context& context) {
  At(context.report->host, -1, context.plan.header().policy);
  context.policy = plan::FindPolicy(context.plan.header().policy);
  if (context.policy == nullptr) return ENOENT;
  std::memcpy(context.report->policy_sha256, context.policy->sha256, sizeof context.policy->sha256);
  return 0;
}

int OpenRootfs(Context& context) {
  At(context.report->host, -1, context.plan.header().root);
  context.view = plan::FindRootView(context.plan.header().root);
  if (context.view == nullptr) return ENOENT;
  std::memcpy(context.report->rootfs_sha256, context.view->sha256, sizeof context.view->sha256);
  return OpenHostProc(&context.proc);
}

// Here, because no namespace of the jail's may mount such a file system. It goes with its last descriptor.
int MountImage(Context& context) {
  At(context.report->host, -1, context.plan.header().image);
  if (!context.privileged) return EOPNOTSUPP;
  int file = -1;
  int error = root::OpenImage(context.plan.header().image, context.report->host, &file);
  if (error == 0) error = FilesCannotBeMounted() ? ENOTBLK : root::MountImage(file, &context.image);
  if (error == ENOTBLK) error = root::MountThroughLoop(file, &context.image);
  CloseFd(&file);
  return error;
}

int FindCgroups(Context& context) { return cgroup::DetectCgroups(context.proc, &context.cgroups); }

int TakeUid(Context& context) {
  At(context.report->host, -1, "/run/jailrun/leases");
  if (const int error = cgroup::OpenLeases(&context.leases, &context.cgroups.owner)) return error;
  const int64_t pairs = context.site.uid_count / 2;
  if (const int error = cgroup::TakeSlot(context.leases, pairs, context.cgroups, &context.cgroups.slot,
                                         &context.report->swept))
    return error;
  context.report->host_uid = context.host_uid();
  context.report->init_host_uid = context.init_host_uid();
  return 0;
}

int TakeOwnUid(Context& context) {
  context.report->host_uid = context.report->init_host_uid = context.caller_uid;
  context.cgroups.slot = getpid();  // Unique among the caller's own live runs; nothing is leased.
  return 0;
}

int TakeId(Context& context) { return context.privileged ? TakeUid(context) : TakeOwnUid(context); }

// The program owns its ends of our anonymous pipes, so that /dev/stdout can be opened; nothing but
// such a pipe of the caller's own is ever touched.
int GiveStdio(Context& context) {
  for (int fd = 0; fd <= 2; ++fd) {
    At(context.report->host, fd, "stdio");
    const uid_t from = context.caller_uid, to = context.privileged ? context.host_uid() : from;
    if (const int error = GivePipe(fd, from, to)) return error;
  }
  return 0;
}

int Sweep(Context& context) {
  return cgroup::SweepLeftovers(context.leases, context.cgroups, context.cgroups.slot,
                                &context.report->swept);
}

int OpenTimers(Context& context) {
  constexpr int kFlags = TFD_CLOEXEC | TFD_NONBLOCK;
  if (const int error = Keep(epoll_create1(EPOLL_CLOEXEC), &context.events)) return error;
  for (int* timer : {&context.timer, &context.cpu_timer, &context.sampler_timer}) {
    if (const int error = Keep(timerfd_create(CLOCK_MONOTONIC, kFlags), timer)) return error;
    if (const int error = Watch(context, *timer)) return error;
  }
  if (const int error = ArmTimer(context.timer, kSetupTimeoutNs, 0)) return error;
  for (const int fd : {plan::kControlFd, context.sync_helper, context.exec_read, context.child_pidfd}) {
    if (const int error = Watch(context, fd)) return error;
  }
  return 0;
}

int OpenChannels(Context& context) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) return errno;
  context.sync_helper = pair[0];
  context.sync_child = pair[1];
  if (pipe2(pair, O_CLOEXEC) != 0) return errno;
  context.exec_read = pair[0];
  context.exec_write = pair[1];
  return 0;
}

// To `child_pidfd` and `child_pid`.
int Clone(Context& context) {
  clone_args args = {};
  args.flags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_PIDFD;
  args.exit_signal = SIGCHLD;
  args.pidfd = reinterpret_cast<uint64_t>(&context.child_pidfd);
  if (context.cgroups.backend != nullptr && context.cgroups.backend->clone_into &&
      context.cgroups.Has(cgroup::kMemory)) {
    args.flags |= CLONE_INTO_CGROUP;
    args.cgroup = static_cast<uint64_t>(context.cgroups.group[cgroup::kMemory]);
  }
  const long pid = syscall(SYS_clone3, &args, sizeof args);
  if (pid < 0) return errno;
  if (pid == 0) RunChild(context);
  context.child_pid = static_cast<pid_t>(pid);
  StartApart(context.child_pid, context.cpus);  // While it makes the jail we make the groups.
  return 0;
}

int CloneChild(Context& context) {
  if (const int error = ReadOwnCpus(context.cpus)) return error;
  // Somebody waits for it, and the program's process would wait for us where we are.
  if (HasJob(context)) GoFirst(0);
  if (const int error = context.birth->clone(context)) return error;
  for (int* fd : {&context.sync_child, &context.exec_write, &context.image}) CloseFd(fd);
  return CloseBetween(plan::kFirstChannelFd, context.channels_end - 1);
}

// Init and program side by side, or the program alone as the caller.
int WriteIdMaps(Context& context) {
  plan::Trace& trace = context.report->host;
  const uid_t uid = context.init_host_uid(), gid = context.privileged ? uid : context.caller_gid;
  const int64_t inside = context.init_id(), count = context.privileged ? 2 : 1;
  At(trace, 0, "setgroups");
  if (const int error = ForbidSetgroups(context.proc, context.child_pid)) return error;
  At(trace, 1, "gid_map");
  if (const int error = WriteIdMap(context.proc, context.child_pid, "gid_map", {inside, gid, count}))
    return error;
  At(trace, 2, "uid_map");
  if (const int error = WriteIdMap(context.proc, context.child_pid, "uid_map", {inside, uid, count}))
    return error;
  // Rootless had to stay readable until here: the maps of a non-dumpable child belong to root.
  return Errno(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
}

// What verify_namespaces compares its own with.
int NoteNamespaces(Context& context) {
  int dir = -1;
  if (const int error = Keep(openat(context.proc, "self/ns", O_PATH | O_CLOEXEC), &dir)) return error;
  int error = 0;
  for (int i = 0; i < plan::kNamespaces && error == 0; ++i) {
    At(context.report->host, i, plan::kNamespaceNames[i]);
    error = NamespaceId(dir, plan::kNamespaceNames[i], &context.report->host_namespaces[i]);
  }
  CloseFd(&dir);
  return error;
}

int MapIds(Context& context) { return UnlessChildDied(context, WriteIdMaps(context)); }

int ReleaseChild(Context& context) { return UnlessChildDied(context, SendByte(context.sync_helper, 1)); }

int OfferGroups(Context& context) {
  return UnlessChildDied(context, cgroup::OfferGroups(context.sync_helper, context.cgroups));
}

// Two ways to one end: the namespace's init dies and the kernel takes the rest along; then whatever
// might still be in the groups is killed by pid when they are removed. It is init that kills the rest.
int KillAll(Context& context) {
  GoFirst(context.child_pid);
  if (syscall(SYS_pidfd_send_signal, context.child_pidfd, SIGKILL, nullptr, 0) != 0 && errno != ESRCH)
    return errno;
  if (const int error = WaitReadable(context.child_pidfd, kDeathTimeoutMs)) return error;
  context.report->end_ns = NowNs();
  return 0;
}

// Reaps init: its children's figures have been added up in it.
int ReapChild(Context& context) {
  rusage usage;
  int status = 0;
  if (const int error = context.birth->reap(context, &status, &usage)) return error;
  CloseFd(&context.child_pidfd);
  cgroup::NoteEnd(status, usage, context.report);
  return 0;
}

int CollectCpu(const Context& context, plan::Usage* usage) {
  if (context.report->cpu_cgroup == plan::CgroupKind::kNone) return 0;  // rusage it is.
  const cgroup::Cgroups& cgroups = context.cgroups;
  const int error = cgroups.backend->read_cpu(cgroups, &usage->cpu_ns, &usage->user_ns, &usage->system_ns);
  usage->user_ns -= context.report->parked_user_ns;
  return error;
}

int CollectUsage(Context& context) {
  plan::Usage* usage = &context.report->usage;
  if (context.scratch >= 0) {
    if (const int error = cgroup::CollectDisk(context.scratch, kOwnInodes, usage)) return error;
  }
  if (const int error = CollectCpu(context, usage)) return error;
  cgroup::SubtractSetup(SetupCpuNs(*context.report), usage);
  return HasGroups(context) ? context.cgroups.backend->collect(context.cgroups, usage) : 0;
}

int EndChild(Context& context) {
  context.report->killed_tasks = cgroup::CountTasks(context.cgroups);
  if (const int error = KillAll(context)) return error;
  return ReapChild(context);
}

int RemoveCgroup(Context& context) {
  return cgroup::ClearSlot(context.cgroups, context.cgroups.slot, &context.report->removed);
}

int GiveBackUid(Context& context) {
  CloseFd(&context.leases);
  context.cgroups.slot = -1;
  return 0;
}

constexpr Step<Context> kHostSteps[] = {
    {StepId::kCheckSeals, Always, OpenFirstPlan},
    {StepId::kReadSite, Always, ReadSiteFile},
    {StepId::kAdmitPlan, Always, AdmitPlan},
    {StepId::kOpenPolicy, Always, OpenPolicy},
    {StepId::kOpenRootfs, Always, OpenRootfs},
    {StepId::kMountImage, HasImage, MountImage},
    {StepId::kFindCgroups, Always, FindCgroups},
    {StepId::kTakeUid, Always, TakeId},
    {StepId::kGiveStdio, Always, GiveStdio},
    {StepId::kMakeCgroup, BornInGroup, MakeCgroup},
    {StepId::kSetCgroupLimits, BornWithLimits, SetCgroupLimits},
    {StepId::kOpenChannels, Always, OpenChannels},
    {StepId::kCloneChild, Always, CloneChild},
    {StepId::kWriteIdMaps, Always, MapIds},
    {StepId::kReleaseChild, Always, ReleaseChild},
    {StepId::kOpenTimers, Always, OpenTimers},
    {StepId::kMakeCgroup, JoinsGroups, MakeCgroup},
    {StepId::kSetCgroupLimits, JoinsWithLimits, SetCgroupLimits},
    {StepId::kChooseStandIns, HasJob, ChooseStandIns},
    {StepId::kNoteNamespaces, Always, NoteNamespaces},
    {StepId::kOfferGroups, Always, OfferGroups},
    {StepId::kSweepLeftovers, Privileged, Sweep},
    {StepId::kSupervise, Always, Supervise},
};

// Walked whole, whatever failed before: each row undoes one of the above if it was done.
constexpr Step<Context> kTeardownSteps[] = {
    {StepId::kKillAll, HasChild, EndChild},
    {StepId::kCollectUsage, Always, CollectUsage},
    {StepId::kRemoveCgroup, HasGroups, RemoveCgroup},
    {StepId::kGiveBackUid, HasLease, GiveBackUid},
};

int MakeReportFile(Context&, int* memfd) { return plan::MakeReportFile(memfd); }

int Reap(Context& context, int* status, rusage* usage) { return ReapDead(context.child_pid, status, usage); }

}  // namespace

const Birth kCloned = {MakeReportFile, Clone, Reap};

int UnlessChildDied(const Context& context, int error) {
  return error != 0 && WaitReadable(context.child_pidfd, 0) == 0 ? 0 : error;
}

int RunHostSteps(Context& context) {
  NothingKnownYet(*context.report);
  context.report->sample_interval_ns = cgroup::kFirstIntervalNs;
  return WalkSteps(kHostSteps, context, context.report->host);
}

int RunTeardownSteps(Context& context) {
  plan::Trace& trace = context.report->host;
  const plan::Trace first = trace;
  plan::Trace& failed = context.report->unclean;
  for (const Step<Context>& step : kTeardownSteps) {
    if (!step.wanted(context)) continue;
    trace.error = RunStep(step, context, trace);
    if (trace.error != 0 && (failed.error == 0 || failed.step == StepId::kCollectUsage)) failed = trace;
  }
  // The first failure is the one to tell; when all went well the last step is supervise.
  trace = first.error != 0 || failed.error == 0 ? first : failed;
  return trace.error;
}

}  // namespace jail::launch
