#include "tools/jailrun/doctor/proofs.h"

#include <sched.h>

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "jail/base/clock.h"
#include "jail/base/text.h"
#include "jail/base/units.h"
#include "tools/jailrun/doctor/attack_program.h"
#include "tools/jailrun/render.h"

namespace jail::cli {
namespace {

constexpr v1::Resource kNoResource = v1::RESOURCE_UNSPECIFIED;
constexpr v1::Protection kNoLayer = v1::PROTECTION_UNSPECIFIED;

void AskMemory(v1::JobSpec* job) { job->mutable_limits()->set_memory_bytes(48 * kMiB); }
// More disk than memory: the disk is a tmpfs, and what lies there is memory of the jail.
void AskMemoryAndDisk(v1::JobSpec* job) {
  AskMemory(job);
  job->mutable_limits()->set_disk_bytes(256 * kMiB);
}
void AskFewProcesses(v1::JobSpec* job) { job->mutable_limits()->set_processes(20); }
void AskLittleCpu(v1::JobSpec* job) {
  job->mutable_limits()->set_cpu_time_ms(200);
  job->mutable_limits()->set_wall_time_ms(3000);
}
void AskSlowCpu(v1::JobSpec* job) { job->mutable_limits()->set_cpu_millicores(200); }
void AskLittleTime(v1::JobSpec* job) { job->mutable_limits()->set_wall_time_ms(200); }
void AskGrace(v1::JobSpec* job) {
  AskLittleTime(job);
  job->mutable_limits()->set_grace_ms(200);
}
// The first of those that we have ourselves.
void AskOneCpu(v1::JobSpec* job) {
  cpu_set_t cpus;
  int first = 0;
  if (sched_getaffinity(0, sizeof cpus, &cpus) == 0) {
    while (first + 1 < CPU_SETSIZE && !CPU_ISSET(static_cast<size_t>(first), &cpus)) ++first;
  }
  job->mutable_limits()->set_cpu_set(absl::StrCat(first));
}
void AskLittleOutput(v1::JobSpec* job) { job->mutable_limits()->set_output_bytes(64 << 10); }
// A file may be larger than the disk, else that limit is met first.
void AskSmallDisk(v1::JobSpec* job) {
  job->mutable_limits()->set_disk_bytes(4 * kMiB);
  job->mutable_limits()->set_file_bytes(64 * kMiB);
}
void AskFewInodes(v1::JobSpec* job) { job->mutable_limits()->set_disk_inodes(64); }
void AskSmallFiles(v1::JobSpec* job) { job->mutable_limits()->set_file_bytes(2 * kMiB); }
void AskFewFiles(v1::JobSpec* job) { job->mutable_limits()->set_open_files(32); }
void AskSmallStack(v1::JobSpec* job) { job->mutable_limits()->set_stack_bytes(2 * kMiB); }
void AskArtifacts(v1::JobSpec* job) { job->add_artifact_globs("*"); }

// Before ABI 5 (Linux 6.10) Landlock knows no device's requests, and forbids nothing that the mounts do not.
bool HasDeviceRules(const Host& host) { return host.landlock_abi >= 5; }

// clang-format off
constexpr ProofRow kProofs[] = {
    // Limits.
    {"memory hog", "256 MiB of memory under a limit of 48", v1::RESOURCE_MEMORY_BYTES, kNoLayer,
     "memory", AskMemory, JudgeMemory},
    {"tmpfs fill", "150 MiB of files in /tmp under 48 MiB of memory", v1::RESOURCE_MEMORY_BYTES, kNoLayer,
     "tmpfs", AskMemoryAndDisk, JudgeMemory},
    {"page cache", "read 96 MiB of files under 48 MiB of memory: must not be called a memory limit",
     v1::RESOURCE_MEMORY_BYTES, kNoLayer, "page-cache", AskMemory, JudgePageCache},
    {"fork bomb", "fork until it is refused", v1::RESOURCE_PROCESSES, kNoLayer,
     "forks", AskFewProcesses, JudgeProcesses},
    {"thread bomb", "start threads until it is refused", v1::RESOURCE_PROCESSES, kNoLayer,
     "threads", AskFewProcesses, JudgeProcesses},
    {"CPU spin", "spin for 4 s under 200 ms of CPU time", v1::RESOURCE_CPU_TIME_MS, kNoLayer,
     "spin", AskLittleCpu, JudgeCpuTime},
    {"CPU spin, 4 processes", "spend 200 ms of CPU time together", kNoResource, v1::PROTECTION_CPU_CGROUP,
     "spin-together", AskLittleCpu, JudgeCpuTime},
    {"CPU rate", "spin for 500 ms at 0.2 cores", v1::RESOURCE_CPU_MILLICORES, kNoLayer,
     "spin-briefly", AskSlowCpu, JudgeCpuRate},
    {"sleeper", "sleep for 4 s under 200 ms of wall time", v1::RESOURCE_WALL_TIME_MS, kNoLayer,
     "sleep", AskLittleTime, JudgeWallTime},
    {"deaf sleeper", "ignore SIGTERM, with 200 ms of grace after 200 of wall time", v1::RESOURCE_GRACE_MS, kNoLayer,
     "ignore-sigterm", AskGrace, JudgeGrace},
    {"other CPUs", "run on more than the one CPU it was given", v1::RESOURCE_CPU_SET, kNoLayer,
     "leave-cpus", AskOneCpu, JudgeRefused},
    {"output flood", "write 16 MiB to stdout and to stderr under 64 KiB", v1::RESOURCE_STDOUT_BYTES, kNoLayer,
     "flood", AskLittleOutput, JudgeOutput},
    {"disk fill", "write 32 MiB to a disk of 4", v1::RESOURCE_DISK_BYTES, kNoLayer,
     "disk", AskSmallDisk, JudgeDisk},
    {"inode fill", "make 1000 files where 64 may be", v1::RESOURCE_DISK_INODES, kNoLayer,
     "inodes", AskFewInodes, JudgeInodes},
    {"big file", "write a file of 16 MiB under 2", v1::RESOURCE_FILE_BYTES, kNoLayer,
     "big-file", AskSmallFiles, JudgeFileSize},
    {"open files", "open 1000 files under 32", v1::RESOURCE_OPEN_FILES, kNoLayer,
     "open-files", AskFewFiles, JudgeOpenFiles},
    {"deep stack", "use 64 MiB of stack under 2", v1::RESOURCE_STACK_BYTES, kNoLayer,
     "stack", AskSmallStack, JudgeStack},
    {"raised limits", "raise its own limits again", kNoResource, v1::PROTECTION_NO_CAPABILITIES,
     "raise-limits", nullptr, JudgeRefused},

    // Files.
    {"host files", "read /etc/shadow, /root and other files of the host", kNoResource,
     v1::PROTECTION_MOUNT_NAMESPACE, "read-host", nullptr, JudgeRefused},
    {"root and /usr", "write to /, /usr, /etc, /app and to itself", kNoResource,
     v1::PROTECTION_READ_ONLY_ROOT, "write-root", nullptr, JudgeRefused},
    {"links as artifacts", "leave links to /etc/shadow to be collected", kNoResource,
     v1::PROTECTION_MOUNT_NAMESPACE, "artifact-links", AskArtifacts, JudgeLinks},
    {"devices", "make and open disks, /dev/mem, /dev/kvm", kNoResource, v1::PROTECTION_NO_CAPABILITIES,
     "devices", nullptr, JudgeRefused},
    {"requests to devices", "ask /dev/null and its like what only a driver answers", kNoResource,
     v1::PROTECTION_LANDLOCK, "device-requests", nullptr, JudgeRefused, HasDeviceRules},
    {"written programs", "execute what it wrote", kNoResource, v1::PROTECTION_READ_ONLY_ROOT,
     "execute-written", nullptr, JudgeRefused},
    {"memfd programs", "execute a file that has only memory", kNoResource, v1::PROTECTION_MEMFD_NOEXEC,
     "execute-memfd", nullptr, JudgeRefused},

    // Processes.
    {"processes outside", "see and kill a process of the host", kNoResource, v1::PROTECTION_PID_NAMESPACE,
     "processes-outside", nullptr, JudgeRefused},
    {"signals to the caller", "signal jailrun itself", kNoResource, v1::PROTECTION_PID_NAMESPACE,
     "signals-to-caller", nullptr, JudgeRefused},
    {"/proc of the host", "open /proc/1/environ, kcore, sysrq-trigger", kNoResource,
     v1::PROTECTION_PID_NAMESPACE, "proc-doors", nullptr, JudgeRefused},
    {"the jail's init", "kill, trace and read process 1", kNoResource, v1::PROTECTION_SEPARATE_INIT_UID,
     "init", nullptr, JudgeRefused},
    {"daemon", "outlive the run in a session of its own", kNoResource, v1::PROTECTION_PID_NAMESPACE,
     "daemon", nullptr, JudgeDaemon},
    {"tracing", "ptrace and read another process", kNoResource, v1::PROTECTION_SECCOMP,
     "tracing", nullptr, JudgeRefused},
    {"ipc", "make System V and POSIX queues", kNoResource, v1::PROTECTION_IPC_NAMESPACE,
     "ipc", nullptr, JudgeRefused},
    {"environment", "find a variable of the caller's", kNoResource, v1::PROTECTION_PID_NAMESPACE,
     "environment", nullptr, JudgeRefused},
    {"descriptors", "find an open file of the caller's", kNoResource, v1::PROTECTION_MOUNT_NAMESPACE,
     "descriptors", nullptr, JudgeRefused},

    // Identity.
    {"becoming root", "setuid, setgid, setgroups to 0", kNoResource, v1::PROTECTION_USER_NAMESPACE,
     "become-root", nullptr, JudgeRefused},
    {"groups", "keep a group of the caller's", kNoResource, v1::PROTECTION_NO_GROUPS,
     "groups", nullptr, JudgeRefused},
    {"capabilities", "have, take or inherit a capability", kNoResource, v1::PROTECTION_NO_CAPABILITIES,
     "capabilities", nullptr, JudgeRefused},
    {"setuid programs", "gain by executing a setuid file", kNoResource, v1::PROTECTION_NO_NEW_PRIVS,
     "new-privileges", nullptr, JudgeRefused},
    {"priority", "nice -20, real time, locked memory, no OOM", kNoResource, v1::PROTECTION_NO_CAPABILITIES,
     "priority", nullptr, JudgeRefused},
    {"host name", "read and set the host's name", kNoResource, v1::PROTECTION_UTS_NAMESPACE,
     "host-name", nullptr, JudgeRefused},
    {"control groups", "see and reach the host's cgroups", kNoResource, v1::PROTECTION_CGROUP_NAMESPACE,
     "cgroups", nullptr, JudgeRefused},

    // The network.
    {"host's listener", "connect to doctor's own listeners", kNoResource, v1::PROTECTION_NETWORK_NAMESPACE,
     "host-listener", nullptr, JudgeRefused},
    {"network", "find a route out", kNoResource, v1::PROTECTION_NETWORK_NAMESPACE,
     "network", nullptr, JudgeRefused},
    {"netlink", "open an AF_NETLINK socket", kNoResource, v1::PROTECTION_SECCOMP,
     "socket-netlink", nullptr, JudgeRefused},
    {"packet sockets", "open an AF_PACKET socket", kNoResource, v1::PROTECTION_SECCOMP,
     "socket-packet", nullptr, JudgeRefused},
    {"vsock", "open an AF_VSOCK socket", kNoResource, v1::PROTECTION_SECCOMP,
     "socket-vsock", nullptr, JudgeRefused},
    {"kernel crypto", "open an AF_ALG socket", kNoResource, v1::PROTECTION_SECCOMP,
     "socket-alg", nullptr, JudgeRefused},
    {"other sockets", "raw IP, bluetooth, CAN, XDP, TIPC, RDS", kNoResource, v1::PROTECTION_SECCOMP,
     "socket-others", nullptr, JudgeRefused},

    // The kernel.
    {"user namespace", "unshare, clone and clone3 with CLONE_NEWUSER", kNoResource, v1::PROTECTION_SECCOMP,
     "user-namespace", nullptr, JudgeRefused},
    {"other namespaces", "make or join any other namespace", kNoResource, v1::PROTECTION_SECCOMP,
     "namespaces", nullptr, JudgeRefused},
    {"mount", "mount, umount, chroot, pivot_root", kNoResource, v1::PROTECTION_SECCOMP,
     "mounts", nullptr, JudgeRefused},
    {"io_uring", "io_uring and kernel aio", kNoResource, v1::PROTECTION_SECCOMP,
     "io-uring", nullptr, JudgeRefused},
    {"keys", "keyctl, add_key, request_key", kNoResource, v1::PROTECTION_SECCOMP,
     "keyctl", nullptr, JudgeRefused},
    {"bpf", "load a map and a program", kNoResource, v1::PROTECTION_SECCOMP, "bpf", nullptr, JudgeRefused},
    {"perf events", "perf_event_open, userfaultfd", kNoResource, v1::PROTECTION_SECCOMP,
     "perf", nullptr, JudgeRefused},
    {"administration", "reboot, modules, swap, clock, kexec", kNoResource, v1::PROTECTION_SECCOMP,
     "admin", nullptr, JudgeRefused},
    {"foreign calls", "call by the i386 and x32 tables", kNoResource, v1::PROTECTION_SECCOMP,
     "foreign-calls", nullptr, JudgeRefused},
    {"terminal", "TIOCSTI, and getting a terminal at all", kNoResource, v1::PROTECTION_SECCOMP,
     "terminal", nullptr, JudgeRefused},
    {"the filter itself", "run without it, take it off", kNoResource, v1::PROTECTION_SECCOMP,
     "filter", nullptr, JudgeRefused},
};
// clang-format on

bool DidRun(const v1::ResultRecord& record) {
  return record.verdict() != v1::VERDICT_REJECTED && record.verdict() != v1::VERDICT_JAIL_ERROR;
}

std::string WhyNotRun(const v1::ResultRecord& record) {
  return absl::StrCat(VerdictLabel(record.verdict()), ": ", record.failure().message());
}

}  // namespace

absl::Span<const ProofRow> ProofRows() { return kProofs; }

v1::JobSpec AttackJob(const ProofRow& row, const Bait& bait) {
  v1::JobSpec job;
  v1::SourceFile* file = job.add_files();
  file->set_path("attack");
  file->set_content(std::string(AttackProgram()));
  file->set_executable(true);
  job.add_command("/app/attack");
  job.add_command(row.attack);
  for (std::string& argument : bait.Arguments()) job.add_command(std::move(argument));
  job.set_enforcement(v1::ENFORCEMENT_BEST_EFFORT);
  job.mutable_limits()->set_source_bytes(static_cast<int64_t>(file->content().size()));
  if (row.ask != nullptr) row.ask(&job);
  return job;
}

v1::Proof Prove(const ProofRow& row, RunJob run, Bait* bait) {
  v1::Proof proof;
  proof.set_name(row.name);
  proof.set_attack(row.tries);
  proof.set_resource(row.resource);
  proof.set_protection(row.protection);
  const int64_t start_ns = MonotonicNs();
  const v1::ResultRecord record = run(AttackJob(row, *bait));
  proof.set_duration_ms((MonotonicNs() - start_ns) / kNsPerMs);
  proof.set_verdict(record.verdict());
  // Also when nothing should have run: what the host shows comes first.
  const std::string harm = bait->Harm(record);
  if (harm.empty() && !DidRun(record)) {
    proof.set_state(v1::Proof::STATE_NOT_RUN);
    proof.set_evidence(WhyNotRun(record));
    proof.set_cure(record.failure().hint());
    return proof;
  }
  const Finding finding = row.judge(record);
  proof.set_held(finding.held && harm.empty());
  proof.set_state(proof.held() ? v1::Proof::STATE_HELD : v1::Proof::STATE_NOT_HELD);
  proof.set_evidence(harm.empty() ? finding.evidence : absl::StrCat(harm, "; ", finding.evidence));
  return proof;
}

}  // namespace jail::cli
