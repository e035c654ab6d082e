// The job's limits, and how a jail that was built before its job was known gets it.
#include "jail/launch/job.h"

#include <sys/timerfd.h>

#include <cerrno>

#include "jail/base/sys.h"
#include "jail/cgroup/cgroup.h"
#include "jail/cgroup/rates.h"
#include "jail/cgroup/usage.h"
#include "jail/launch/entry.h"
#include "jail/launch/step.h"
#include "jail/plan/memfds.h"

namespace jail::launch {
namespace {

// A read-only or foreign cgroupfs is the same as none: the record says what stands in.
bool IsNoCgroup(int error) { return error == EROFS || error == EACCES || error == EPERM; }

bool Always(const Context&) { return true; }
// A parked runtime has all of its shape's limits; whoever waits before exec still gets them.
bool HasRuntime(const Context& context) { return context.runtime; }
bool Waits(const Context& context) { return !context.runtime; }
bool WaitsWithGroups(const Context& context) { return !context.runtime && HasCgroups(context); }

// The socket's end will be seen.
int UnlessCallerGone(int error) { return error == EPIPE || error == ECONNRESET ? 0 : error; }

int OpenJob(Context& context) { return plan::OpenPlan(context.job, &context.job_plan); }

int AdmitJob(Context& context) {
  return plan::AdmitLimits(context.job_plan.limits(), context.site, context.report->host);
}

// From here on the plan is the job's.
int MatchShape(Context& context) {
  const auto same = context.plan.Has(plan::kParkRuntime) ? plan::SameRuntimeShape : plan::SameShape;
  if (!same(context.plan.header(), context.job_plan.header())) return EINVAL;
  context.plan = context.job_plan;
  return 0;
}

int HandOver(Context& context) {
  return UnlessChildDied(context, SendByte(context.sync_helper, kSyncJob, context.job));
}

// What the runtime has used until now is not the job's.
int BeginJob(Context& context) {
  plan::RawReport& report = *context.report;
  const cgroup::Cgroups& groups = context.cgroups;
  if (report.cpu_cgroup == plan::CgroupKind::kNone) return ENOTSUP;
  int64_t system_ns = 0;
  int error = groups.backend->read_cpu(groups, &report.parked_cpu_ns, &report.parked_user_ns, &system_ns);
  context.cpu_seen_ns = report.busy_cpu_ns = report.parked_cpu_ns;
  report.exec_ns = NowNs();
  if (error == 0) error = StartClocks(context);
  if (error == 0) error = SendByte(plan::kControlFd, static_cast<uint8_t>(plan::Message::kBegun));
  return UnlessCallerGone(error);
}

constexpr Step<Context> kJobSteps[] = {
    {StepId::kCheckSeals, Always, OpenJob},
    {StepId::kAdmitPlan, Always, AdmitJob},
    {StepId::kMatchShape, Always, MatchShape},
    {StepId::kSetCgroupLimits, WaitsWithGroups, SetCgroupLimits},
    {StepId::kChooseStandIns, Waits, ChooseStandIns},
    {StepId::kHandOverJob, Waits, HandOver},
    {StepId::kHandOverJob, HasRuntime, BeginJob},
};

}  // namespace

bool HasCgroups(const Context& context) { return context.cgroups.backend != nullptr; }

int MakeCgroup(Context& context) {
  cgroup::Cgroups& cgroups = context.cgroups;
  cgroup::KeepWantedHierarchies(context.plan.limits(), &cgroups);
  const int error = cgroup::MakeGroups(&cgroups);
  if (!IsNoCgroup(error)) return error;
  for (const plan::Layer layer : {plan::kMemoryCgroup, plan::kPidsCgroup, plan::kCpuCgroup}) {
    if (const int fatal = GoWithout(context, layer, StepId::kMakeCgroup, error)) return fatal;
  }
  cgroup::CloseGroups(&cgroups);
  cgroups.backend = nullptr;
  return 0;
}

int SetCgroupLimits(Context& context) {
  const plan::Limits& limits = context.plan.limits();
  if (const int error = context.cgroups.backend->set_limits(context.cgroups, limits, context.report))
    return error;
  return cgroup::LimitIo(*context.view, limits, &context.cgroups, context.report);
}

// What no group enforces: by a stand-in where there is one, else not at all, which the caller must
// have allowed.
int ChooseStandIns(Context& context) {
  plan::RawReport& report = *context.report;
  struct Want {
    plan::Layer layer;
    bool missing;
  };
  const Want wants[] = {
      {plan::kMemoryCgroup, report.memory_cgroup == plan::CgroupKind::kNone},
      {plan::kPidsCgroup, report.pids_cgroup == plan::CgroupKind::kNone},
      {plan::kCpuCgroup, report.cpu_cgroup == plan::CgroupKind::kNone},
  };
  for (const Want& want : wants) {
    if (want.missing && context.Requires(want.layer)) return ENOTSUP;
  }
  report.memory_sampler = wants[0].missing ? 1 : 0;
  report.rlimit_processes = wants[1].missing ? 1 : 0;
  const char* missing = cgroup::MissingRate(context.plan.limits(), report);
  At(report.host, -1, missing != nullptr ? missing : "");
  return missing != nullptr ? GoWithout(context, plan::kNoLayer, StepId::kChooseStandIns, ENOTSUP) : 0;
}

int NoteParked(Context& context) {
  if (!context.plan.Has(plan::kPark)) return 0;  // Its job was here before it was ready.
  if (const int error = ArmTimer(context.timer, 0, 0)) return error;
  return UnlessCallerGone(SendByte(plan::kControlFd, static_cast<uint8_t>(plan::Message::kParked)));
}

// It could be any program: whoever asks for a parked one has two runs in one jail, each within the site's
// ceilings. So all of the shape's limits hold, but that it may wait as long as any job may run. Only a group
// tells apart what CPU time the job uses.
int LetRuntimeStart(Context& context) {
  if (context.report->cpu_cgroup == plan::CgroupKind::kNone) return ENOTSUP;
  const int64_t end_ns = context.report->exec_ns + context.site.max_wall_time_ms * 1'000'000;
  if (const int error = ArmTimer(context.timer, end_ns, TFD_TIMER_ABSTIME)) return error;
  return ArmTimer(context.cpu_timer, cgroup::NextCpuLookNs(context.plan.limits().cpu_time_us * 1000, 0), 0);
}

int TakeJob(Context& context, int plan_fd) {
  context.runtime = context.plan.Has(plan::kParkRuntime) && context.report->exec_ns != 0;
  if (!context.runtime && !context.plan.Has(plan::kPark)) return EPROTO;
  context.job = plan_fd;
  if (const int error = ArmTimer(context.timer, kSetupTimeoutNs, 0)) return error;
  if (const int error = WalkSteps(kJobSteps, context, context.report->host)) return error;
  context.report->host.step = StepId::kSupervise;
  At(context.report->host, -1, "");
  return 0;
}

}  // namespace jail::launch
