// Watches one jail from the host: one epoll over the child's pidfd, the control socket, the timers,
// the exec pipe and the filter's listener. Nothing here waits without a timer, and nothing is ever
// read from a descriptor that the program holds.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cstring>

#include "jail/base/cpus.h"
#include "jail/base/denied_calls.h"
#include "jail/base/sys.h"
#include "jail/cgroup/grace.h"
#include "jail/cgroup/sampler.h"
#include "jail/cgroup/samples.h"
#include "jail/cgroup/signals.h"
#include "jail/cgroup/usage.h"
#include "jail/launch/context.h"
#include "jail/launch/job.h"
#include "jail/launch/step.h"

namespace jail::launch {
namespace {

// A program that goes on asking for what it may not have is ended (promises.md S3).
constexpr uint64_t kMaxDeniedCalls = 1000;

void Kill(Context& context, plan::KillReason reason) {
  plan::RawReport& report = *context.report;
  if (report.kill_reason != plan::KillReason::kNone) return;
  const plan::Limits& limits = context.plan.limits();
  report.kill_reason = cgroup::AskFirst(context.proc, context.child_pid, limits, reason, &report);
  if (report.kill_reason == plan::KillReason::kNone &&
      ArmTimer(context.timer, cgroup::GraceEndNs(limits, report), TFD_TIMER_ABSTIME) != 0)
    report.kill_reason = reason;
  if (report.kill_reason != plan::KillReason::kNone) report.kill_ns = NowNs();
}

int OnCpuTimer(Context& context) {
  int64_t used = 0, user = 0, system = 0;
  cgroup::ChargeRunningTasks();
  if (const int error = context.cgroups.backend->read_cpu(context.cgroups, &used, &user, &system))
    return error;
  const int64_t limit_ns = context.plan.limits().cpu_time_us * 1000 + SetupCpuNs(*context.report);
  if (used < limit_ns) {
    const int64_t wait_ns = cgroup::NextCpuLookNs(limit_ns - used, used - context.cpu_seen_ns);
    context.cpu_seen_ns = used;
    return ArmTimer(context.cpu_timer, wait_ns, 0);
  }
  Kill(context, plan::KillReason::kCpuTime);
  return 0;
}

int ArmSampler(const Context& context) {
  return ArmTimer(context.sampler_timer, cgroup::NextSampleNs(context.plan.limits(), *context.report), 0);
}

int OnSamplerTimer(Context& context) {
  const cgroup::Jail jail = {&context.cgroups, context.proc, context.child_pid, context.scratch};
  plan::ResourceSample sample;
  if (const int error = cgroup::Sample(jail, context.report, &sample)) return error;
  const plan::KillReason reason = cgroup::EnforceSampled(sample, context.plan.limits(), context.report);
  if (reason != plan::KillReason::kNone) Kill(context, reason);
  return ArmSampler(context);
}

// Helper and init wait for the program's end; a short one's is best noticed where it is.
void StayWithProgram(Context& context) {
  context.stays = true;
  for (const int pid : {0, context.child_pid}) StayOn(pid, context.report->program_cpu);
}

void Roam(Context& context) {
  if (!context.stays) return;
  context.stays = false;
  for (const int pid : {0, context.child_pid}) FreeCpus(pid, context.cpus);
}

// The program runs: from now on its limits count, from the moment it noted itself.
int OnExec(Context& context) {
  CloseFd(&context.exec_read);
  Roam(context);
  GoFirst(0);
  const plan::RawReport& report = *context.report;
  if (report.exec_ns == 0 || report.child.error != 0) return 0;  // It never got there; init will end.
  if (context.plan.Has(plan::kParkRuntime)) return LetRuntimeStart(context);
  cgroup::SendWaiting(context.proc, context.child_pid, context.report);
  return StartClocks(context);
}

int OnTimer(Context& context) {
  Kill(context, context.exec_read < 0 ? plan::KillReason::kWallTime : plan::KillReason::kSetupTimeout);
  return 0;
}

int OnControl(Context& context) {
  uint8_t byte = 0;
  int fd = -1;
  const int error = ReceiveByte(plan::kControlFd, MSG_DONTWAIT, &byte, &fd);
  const plan::Message message = static_cast<plan::Message>(byte);
  const int job_error = message == plan::Message::kJob ? TakeJob(context, fd) : 0;
  CloseFd(&fd);  // Nothing else that the caller might send is wanted.
  if (error == EAGAIN) return 0;
  if (error != 0 && error != ECONNRESET) return error;
  switch (message) {
    case plan::Message::kJob:
      return job_error;
    case plan::Message::kCancel:
      Kill(context, plan::KillReason::kCancelled);
      break;
    case plan::Message::kOutput:
      Kill(context, plan::KillReason::kOutput);
      break;
    default:  // A signal; else the end of file, or a caller that does not speak our language: the same.
      if (!cgroup::TakeSignal(context.proc, context.child_pid, byte, context.exec_read < 0, context.report))
        Kill(context, plan::KillReason::kCallerDied);
  }
  return 0;
}

// init sends the scratch mount and the filter's listener, each once.
int OnSync(Context& context) {
  uint8_t byte = 0;
  int fd = -1;
  const int error = ReceiveByte(context.sync_helper, MSG_DONTWAIT, &byte, &fd);
  if (error == EAGAIN) return 0;
  if (error != 0 || byte == 0) {  // init is gone; its pidfd will say so.
    CloseFd(&context.sync_helper);
    return error == ECONNRESET ? 0 : error;
  }
  if (byte == kSyncScratch && context.scratch < 0) {
    context.scratch = fd;
    return 0;
  }
  if (byte == kSyncListener && context.listener < 0 && fd >= 0) {
    context.listener = fd;
    // Its last word: its end is to wake us once, by the pidfd. Our end of the socket is what it lives by.
    if (epoll_ctl(context.events, EPOLL_CTL_DEL, context.sync_helper, nullptr) != 0) return errno;
    return Watch(context, context.listener);
  }
  if (byte == kSyncParked && fd < 0) {
    StayWithProgram(context);
    return NoteParked(context);
  }
  CloseFd(&fd);
  return EPROTO;
}

int OnListener(Context& context) {
  seccomp_data call;
  uint64_t id = 0;
  if (const int error = ReceiveDenied(context.listener, &id, &call)) {
    // No more users: the descriptor hangs up.
    return error == ENOENT || error == EINTR ? 0 : error;
  }
  const int answer = AnswerFor(call.nr);
  plan::Violation violation = {call.nr, call.arch, {}, 1, answer, 0};
  std::memcpy(violation.args, call.args, sizeof violation.args);
  plan::NoteViolation(*context.report, violation);
  if (context.report->denied_calls > kMaxDeniedCalls) {
    Kill(context, plan::KillReason::kDeniedCalls);
    return 0;
  }
  return AnswerDenied(context.listener, id, answer);
}

int OnTimerFd(Context& context, int fd) {
  Roam(context);  // It is not one of the short ones.
  if (const int error = DrainTimer(fd)) return error;
  if (fd == context.timer) return OnTimer(context);
  return fd == context.cpu_timer ? OnCpuTimer(context) : OnSamplerTimer(context);
}

int Dispatch(Context& context, const epoll_event& event) {
  const int fd = event.data.fd;
  if (fd == plan::kControlFd) return OnControl(context);
  if (fd == context.timer || fd == context.cpu_timer || fd == context.sampler_timer)
    return OnTimerFd(context, fd);
  if (fd == context.exec_read) return OnExec(context);
  if (fd == context.sync_helper) return OnSync(context);
  if (fd == context.listener) {
    if ((event.events & EPOLLIN) != 0) return OnListener(context);
    CloseFd(&context.listener);  // Hung up: nobody is left under the filter.
  }
  return 0;
}

}  // namespace

int Watch(Context& context, int fd) {
  epoll_event event = {};
  event.events = EPOLLIN;
  event.data.fd = fd;
  return Errno(epoll_ctl(context.events, EPOLL_CTL_ADD, fd, &event));
}

int StartClocks(Context& context) {
  const plan::RawReport& report = *context.report;
  const plan::Limits& limits = context.plan.limits();
  if (const int error =
          ArmTimer(context.timer, report.exec_ns + limits.wall_time_us * 1000, TFD_TIMER_ABSTIME))
    return error;
  if (report.cpu_cgroup != plan::CgroupKind::kNone) {
    const int64_t wait_ns = cgroup::NextCpuLookNs(limits.cpu_time_us * 1000, 0);
    if (const int error = ArmTimer(context.cpu_timer, wait_ns, 0)) return error;
  }
  StayWithProgram(context);  // Last: above, it matters how many there are.
  return ArmSampler(context);
}

int Supervise(Context& context) {
  bool ended = false;
  while (!ended && context.report->kill_reason == plan::KillReason::kNone) {
    epoll_event events[8];
    // The set-up timer or the wall timer is armed.
    const int count = epoll_wait(context.events, events, 8, -1);
    if (count < 0 && errno != EINTR) return errno;
    for (int i = 0; i < count; ++i) {
      ended = ended || events[i].data.fd == context.child_pidfd;
      if (const int error = Dispatch(context, events[i])) return error;
    }
  }
  return 0;
}

}  // namespace jail::launch
