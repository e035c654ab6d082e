// Everything one run of the helper knows. Made in main, filled in by the host steps, copied by clone
// into the child. Plain data: every descriptor is -1 until its step has opened it.
#ifndef JAIL_LAUNCH_CONTEXT_H_
#define JAIL_LAUNCH_CONTEXT_H_

#include <signal.h>
#include <sys/resource.h>
#include <sys/types.h>

#include <cstdint>
#include <initializer_list>

#include "jail/base/cpus.h"
#include "jail/cgroup/cgroup.h"
#include "jail/launch/step.h"
#include "jail/plan/builtin.h"
#include "jail/plan/ceilings.h"
#include "jail/plan/missing.h"
#include "jail/plan/raw_report.h"
#include "jail/plan/view.h"

namespace jail::launch {

// Ids inside the jail: the program's is the same everywhere, init's is another where two can be had.
inline constexpr uid_t kInitId = 999;
inline constexpr uid_t kProgramId = 1000;

// What init sends over the sync socket, each with a descriptor.
inline constexpr uint8_t kSyncScratch = 'S';
inline constexpr uint8_t kSyncListener = 'L';
inline constexpr uint8_t kSyncParked = 'P';  // Without one: the program's process waits for its job,
inline constexpr uint8_t kSyncJob = 'J';     // which the helper sends.

// By the helper; the program finds all signals as a fresh process does.
inline constexpr std::initializer_list<int> kIgnoredSignals = {SIGXFSZ, SIGPIPE, SIGHUP,  SIGINT,
                                                               SIGQUIT, SIGTERM, SIGALRM, SIGTSTP};

// Of the scratch mount, ours and not the program's: its root, tmp, shm and work.
inline constexpr int kOwnInodes = 4;

struct Context;

// Where the jail's first process comes from.
struct Birth {
  int (*make_report)(Context&, int* memfd);           // One of a report's size, as that process has it.
  int (*clone)(Context&);                             // Fills in child_pidfd and child_pid.
  int (*reap)(Context&, int* status, rusage* usage);  // When it has ended.
};

extern const Birth kCloned;  // It is a clone of the helper. jail/zygote has another.

struct Context {
  const Birth* birth = nullptr;
  int zygote = -1;  // A connection, for this jail alone, to the process that `pid` is,
  pid_t zygote_pid = -1;
  pid_t (*fork)() = nullptr;  // and in its child: makes the program's process, which is the program already.

  plan::RawReport* report = nullptr;
  plan::View plan;
  plan::View job_plan;  // For a jail that was built ahead: the next plan, while it is looked at.
  int job = -1;
  bool runtime = false;  // Whoever waits for the job has been started.
  plan::SiteLimits site;
  const plan::CompiledPolicy* policy = nullptr;
  const plan::RootView* view = nullptr;

  bool privileged = false;  // Root on the host, and not asked to do without.
  uid_t caller_uid = 0;
  gid_t caller_gid = 0;

  int proc = -1;   // The host's /proc, checked to be procfs.
  int image = -1;  // Mounted, but nowhere: the program's process takes it into its own root.
  int leases = -1;
  int channels_end = plan::kFirstChannelFd;  // One past the last descriptor that is the program's alone.
  cgroup::Cgroups cgroups;

  // helper <-> init: a byte releases the child; it sends the scratch mount and the filter's listener.
  int sync_helper = -1, sync_child = -1;
  // Only the program's process holds the write end when exec closes it.
  int exec_read = -1, exec_write = -1;
  int timer = -1;  // wall clock, set-up first
  int cpu_timer = -1;
  int64_t cpu_seen_ns = 0;  // at the last look
  int sampler_timer = -1;
  int events = -1;  // epoll
  int child_pidfd = -1;
  pid_t child_pid = -1;
  int listener = -1;  // seccomp notifications
  int scratch = -1;   // the jail's writable tmpfs, for statfs only

  // The child's own.
  int new_root = -1;
  int child_scratch = -1;
  int file_rules = -1;                    // Landlock's, not in force yet.
  int init_peer = -1, program_peer = -1;  // init <-> program: the network, and that init is confined
  int signals = -1;                       // init's
  bool stays = false;                     // On the program's CPU, as long as it may be a short one.
  CpuWords cpus;                          // As the caller has them; a limit may narrow them.

  uid_t host_uid() const {
    return privileged ? static_cast<uid_t>(site.uid_first + 2 * cgroups.slot + 1) : caller_uid;
  }
  uid_t init_host_uid() const { return privileged ? host_uid() - 1 : caller_uid; }
  uid_t init_id() const { return privileged ? kInitId : kProgramId; }
  bool Requires(plan::Layer layer) const { return (plan.header().required >> layer & 1) != 0; }
};

// 0 when the run may go on without what this host cannot give, which is noted; else the error.
inline int GoWithout(Context& context, plan::Layer layer, StepId step, int error) {
  return plan::GoesWithout(context.plan.header(), {layer, step, error}, *context.report) ? 0 : error;
}

// The whole run, and what always follows it. Return the first errno.
int RunHostSteps(Context& context);
int RunTeardownSteps(Context& context);
// In the cloned child; returns only in a zygote's, as the program.
void RunChild(Context& context);
// pid 1 after it has forked the program's process; does not return.
[[noreturn]] void RunInit(Context& context, pid_t program);

int Supervise(Context& context);
// Adds one to what Supervise listens to.
int Watch(Context& context, int fd);
// From now on the job's limits on time count, its exec_ns being their beginning.
int StartClocks(Context& context);

}  // namespace jail::launch

#endif  // JAIL_LAUNCH_CONTEXT_H_
