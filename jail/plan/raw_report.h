// The one thing the helper says: a fixed-size struct in shared memory, filled in as the run goes on.
// The helper makes the memfd, seals it against every later writable mapping and hands it to the
// watcher, so a run that is killed half-way still shows its last step, item and errno. init writes
// the child's part and the program's exit status; the program cannot reach it: exec drops the mapping.
#ifndef JAIL_PLAN_RAW_REPORT_H_
#define JAIL_PLAN_RAW_REPORT_H_

#include <cstdint>
#include <initializer_list>

#include "jail/plan/layout.h"
#include "jail/plan/steps.h"

namespace jail::plan {

inline constexpr uint32_t kReportMagic = 0x54525052;  // "RPRT"
inline constexpr int kMaxViolations = 64;
inline constexpr int kMaxSubject = 128;

// Where one side (helper, init or program) stands. Only that side writes it.
struct Trace {
  StepId step;  // The step being done, or the one that failed.
  uint16_t reserved;
  int32_t error;              // errno of the failed step; 0 while none has failed.
  int32_t item;               // Index in the list the step walks; -1 when it walks none.
  char subject[kMaxSubject];  // "/usr/lib/jvm", "memory.limit_in_bytes"; may be empty.
};

// Marks the item a step is at: an index (-1: none) and, when there is a name for it, the name.
inline void At(Trace& trace, int32_t item, const char* subject) {
  trace.item = item;
  int i = 0;
  for (; subject[i] != '\0' && i + 1 < kMaxSubject; ++i) trace.subject[i] = subject[i];
  trace.subject[i] = '\0';
}

// Start and end of a step, CLOCK_MONOTONIC. 0: not done.
struct StepTime {
  int64_t start_ns;
  int64_t end_ns;
};

// Why the helper killed the jail. kNone: it ended by itself.
enum class KillReason : uint32_t {
  kNone = 0,
  kWallTime,
  kCpuTime,
  kMemory,  // The sampler's doing, or the end of a jail in which the kernel killed for memory.
  kCancelled,
  kCallerDied,
  kOutput,
  kDeniedCalls,
  kSetupTimeout,
  kIdleTime,
};

enum class CgroupKind : uint32_t { kNone = 0, kV1 = 1, kV2 = 2 };

// The jail at one moment. -1: unknown.
struct ResourceSample {
  int64_t at_ns;         // CLOCK_MONOTONIC
  int64_t cpu_ns;        // used so far, by all processes
  int64_t memory_bytes;  // of which anonymous; page cache and tmpfs
  int64_t anon_bytes;
  int64_t file_bytes;
  int64_t processes;
};
inline constexpr int kMaxSamples = 200;

// One that the caller had sent to the program.
struct SentSignal {
  int32_t number;
  int32_t error;         // errno of the sending; ESRCH: the program had ended.
  int64_t at_ns;         // CLOCK_MONOTONIC
  uint32_t whole_group;  // 1: to its process group, not to it alone.
  uint32_t reserved;
};
inline constexpr int kMaxSignals = 16;

struct Violation {
  int32_t number;
  uint32_t arch;     // AUDIT_ARCH_*
  uint64_t args[6];  // of the first time
  uint64_t count;
  int32_t answer;  // errno given
  int32_t reserved;
};

// Read back by verify_confinement inside the jail: 1 held, 0 not checked, -1 did not hold.
struct Verified {
  int8_t ids, groups, capabilities, no_new_privs, securebits, read_only_root, rlimits, fds;
  int8_t user_ns, pid_ns, mnt_ns, net_ns, ipc_ns, uts_ns, cgroup_ns;
  int8_t seccomp;  // the kernel gave a listener, which only an installed filter has
};

// A layer that the run went without: which one, the step that found out and its errno.
struct Missing {
  StepId step;
  uint16_t reserved;
  int32_t error;
  int32_t layer;  // plan::Layer, which is jail.v1.Protection
};
inline constexpr int kMaxMissing = 16;

inline constexpr int kNamespaces = 7;
inline constexpr const char* kNamespaceNames[kNamespaces] = {"user", "pid", "mnt",   "net",
                                                             "ipc",  "uts", "cgroup"};

struct Usage {
  int64_t cpu_ns;  // Of all processes, since exec (cgroup), or whole jail (rusage).
  int64_t user_ns;
  int64_t system_ns;
  int64_t memory_peak_bytes;  // -1: the group's limit holds, its peak is unknown
  int64_t anon_peak_bytes;    // The highest sample; -1: none was taken.
  int64_t file_peak_bytes;
  int64_t oom_kills;      // The cgroup's own counter.
  int64_t pids_peak;      // -1: unknown
  int64_t pids_denied;    // forks refused by pids.max; -1: unknown
  int64_t io_read_bytes;  // -1: unknown
  int64_t io_write_bytes;
  int64_t disk_bytes;  // statfs of the writable mounts at the end; -1: unknown
  int64_t disk_inodes;
  int64_t disk_full;  // 1: no block or no inode was left
  int64_t voluntary_switches;
  int64_t forced_switches;
  int64_t minor_faults;
  int64_t major_faults;
  int64_t max_rss_bytes;  // Of the largest process.
  int64_t throttled_ns;   // Waited for its own CPU rate; -1: unknown
};

// Groups that are gone, and processes that had to be killed in them.
struct Removed {
  int32_t groups;
  int32_t processes;
};

// What a look at the groups of every run has found, and what it did about those of dead ones.
struct Swept {
  uint32_t magic;
  uint32_t privileged;  // 0: nothing was looked at; without privilege there is nothing.
  int32_t error;        // The first errno; what could be removed has been.
  int32_t runs;         // Dead, and now without a trace.
  int32_t alive;        // Left alone.
  int32_t dying;        // Dead, but the kernel has not done with their processes yet.
  Removed removed;
};

struct RawReport {
  uint32_t magic;
  uint32_t version;
  uint32_t finished;    // 1: the helper reached its end; nothing is written after.
  uint32_t privileged;  // 1: private uids and cgroups; 0: rootless
  Trace host;
  Trace child;  // the jail's first process until it forks, then the program's until exec
  Trace init;   // the first process from then on; no step: it is done and only reaps
  StepTime times[kStepCount];

  // CPU time that is not the program's: of its own process until exec, and of init; and what of it was used
  // before they joined their groups, which a v1 group has not counted.
  int64_t setup_cpu_ns, init_setup_cpu_ns;
  int64_t joined_cpu_ns, init_joined_cpu_ns;
  int64_t parked_cpu_ns, parked_user_ns;  // All that a parked runtime had used when its job came; 0: none.
  int64_t exec_ns;                        // CLOCK_MONOTONIC just before execve; 0: never reached
  int32_t program_cpu;  // Where its process was when it parked, or when it came to exec; -1: unknown.
  int32_t zygote;       // 1: its process is a fork of one that was there before, and nothing is executed.
  int64_t end_ns;       // when the last process was gone
  int64_t kill_ns;      // when the helper decided to kill; 0: it did not
  KillReason kill_reason;
  KillReason grace_reason;     // The limit at which the program was asked to end; kNone: it was not.
  int64_t grace_ns;            // When.
  int32_t grace_error;         // errno of the asking: there was no grace.
  uint32_t grace_whole_group;  // 1: its process group was asked, not it alone.

  uint64_t signals_waiting;  // For the program to begin: a bit for each number.
  int32_t signal_count;      // All that were sent; the first are kept.
  int32_t reserved3;
  SentSignal signals[kMaxSignals];

  // wait(2) status of the program; valid when program_ended is 1.
  uint32_t program_ended;
  int32_t program_status;
  int32_t init_status;  // wait status of init, as the helper saw it

  Usage usage;
  CgroupKind memory_cgroup, cpu_cgroup, pids_cgroup;
  int64_t effective_memory_bytes;  // read back; -1: not in force
  int64_t effective_processes;
  int64_t effective_cpu_millicores;
  int64_t effective_io_read_bytes_per_second;
  int64_t effective_io_write_bytes_per_second;
  CpuSet effective_cpus;      // Empty: not in force.
  uint32_t rlimit_processes;  // 1: RLIMIT_NPROC stands in for pids.max
  uint32_t memory_sampler;    // 1: the sampler stands in for a memory cgroup
  int64_t sampled_peak_bytes;
  int64_t sampled_cpu_ns;  // of all processes, the killed ones too, which rusage leaves out

  uint64_t host_namespaces[kNamespaces];  // their numbers, for verify_confinement
  int64_t host_uid;                       // of the program
  int64_t init_host_uid;
  Verified verified;
  Missing missing[kMaxMissing];
  int32_t missing_count;
  int32_t memfd_noexec;           // 1: in force
  int32_t nested_namespaces_off;  // 1: in force
  int32_t landlock_abi;           // 0: not in force

  int32_t violation_count;  // distinct ones in the array
  int32_t reserved;
  uint64_t denied_calls;  // all of them
  Violation violations[kMaxViolations];
  int64_t sample_interval_ns;       // between two of these, at least
  int64_t busy_at_ns, busy_cpu_ns;  // when the CPU was last used, and how much by then
  int32_t sample_count;
  int32_t samples_taken;  // Kept or not.
  ResourceSample samples[kMaxSamples];
  uint8_t policy_sha256[32];  // of the filter that was installed
  uint8_t rootfs_sha256[32];  // of the view that was mounted

  Swept swept;           // of other runs, dead before this one
  Removed removed;       // of this one
  int64_t killed_tasks;  // in the jail when the helper killed it, init too; -1: unknown
  Trace unclean;         // the first step of the clean-up that failed; no step: none did
};

// For all that is -1 while nobody has looked.
inline void NothingKnownYet(RawReport& report) {
  Usage& usage = report.usage;
  for (int64_t* figure :
       {&usage.pids_peak, &usage.pids_denied, &usage.disk_bytes, &usage.disk_inodes, &usage.io_read_bytes,
        &usage.io_write_bytes, &usage.anon_peak_bytes, &usage.file_peak_bytes, &usage.throttled_ns,
        &report.effective_memory_bytes, &report.effective_processes, &report.effective_cpu_millicores,
        &report.effective_io_read_bytes_per_second, &report.effective_io_write_bytes_per_second}) {
    *figure = -1;
  }
}

// Counts a denied call, with those like it.
inline void NoteViolation(RawReport& report, const Violation& call) {
  ++report.denied_calls;
  for (int i = 0; i < report.violation_count; ++i) {
    Violation& seen = report.violations[i];
    if (seen.number != call.number || seen.arch != call.arch) continue;
    ++seen.count;
    return;
  }
  if (report.violation_count < kMaxViolations) report.violations[report.violation_count++] = call;
}

// What of the counted CPU time is to be taken off.
inline int64_t SetupCpuNs(const RawReport& report) {
  if (report.parked_cpu_ns > 0) return report.parked_cpu_ns;
  const int64_t all_ns = report.setup_cpu_ns + report.init_setup_cpu_ns;
  const bool counted_late = report.cpu_cgroup == CgroupKind::kV1;
  return counted_late ? all_ns - report.joined_cpu_ns - report.init_joined_cpu_ns : all_ns;
}

}  // namespace jail::plan

#endif  // JAIL_PLAN_RAW_REPORT_H_
