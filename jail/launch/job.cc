// The job's limits, and how a jail that was built before its job was known gets it.
#include "jail/launch/job.h"

#include <cerrno>

#include "jail/base/sys.h"
#include "jail/cgroup/cgroup.h"
#include "jail/cgroup/rates.h"
#include "jail/launch/entry.h"
#include "jail/launch/step.h"

namespace jail::launch {
namespace {

// A read-only or foreign cgroupfs is the same as none: the record says what stands in.
bool IsNoCgroup(int error) { return error == EROFS || error == EACCES || error == EPERM; }

bool Always(const Context&) { return true; }

int OpenJob(Context& context) { return OpenPlan(context.job, &context.job_plan); }

int AdmitJob(Context& context) {
  return plan::AdmitLimits(context.job_plan.limits(), context.site, context.report->host);
}

// From here on the plan is the job's.
int MatchShape(Context& context) {
  if (!plan::SameShape(context.plan.header(), context.job_plan.header())) return EINVAL;
  context.plan = context.job_plan;
  return 0;
}

int HandOver(Context& context) {
  const int error = SendByte(context.sync_helper, kSyncJob, context.job);
  return error != 0 && ChildDied(context) ? 0 : error;
}

constexpr Step<Context> kJobSteps[] = {
    {StepId::kCheckSeals, Always, OpenJob},
    {StepId::kAdmitPlan, Always, AdmitJob},
    {StepId::kMatchShape, Always, MatchShape},
    {StepId::kSetCgroupLimits, HasCgroups, SetCgroupLimits},
    {StepId::kChooseStandIns, Always, ChooseStandIns},
    {StepId::kHandOverJob, Always, HandOver},
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
  const int error = SendByte(plan::kControlFd, static_cast<uint8_t>(plan::Message::kParked));
  return error == EPIPE || error == ECONNRESET ? 0 : error;  // The socket's end will be seen.
}

int TakeJob(Context& context, int plan_fd) {
  if (!context.plan.Has(plan::kPark)) return EPROTO;
  context.job = plan_fd;
  if (const int error = ArmTimer(context.timer, kSetupTimeoutNs, 0)) return error;
  if (const int error = WalkSteps(kJobSteps, context, context.report->host)) return error;
  context.report->host.step = StepId::kSupervise;
  At(context.report->host, -1, "");
  return 0;
}

}  // namespace jail::launch
