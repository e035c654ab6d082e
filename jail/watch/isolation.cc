#include "jail/watch/isolation.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "jail/base/errno_name.h"
#include "jail/plan/cpu_set.h"
#include "jail/watch/floors.h"

namespace jail::watch {
namespace {

using plan::CgroupKind;
using plan::RawReport;
using plan::Verified;
using v1::Isolation;

// What the helper was able to do without; null when it did not have to.
const plan::Missing* FindMissing(const RawReport& report, v1::Protection protection) {
  const int count = std::clamp(report.missing_count, 0, plan::kMaxMissing);
  for (int i = 0; i < count; ++i) {
    if (report.missing[i].layer == protection) return &report.missing[i];
  }
  return nullptr;
}

std::string Cgroup(CgroupKind kind, absl::string_view v1_file, absl::string_view v2_file) {
  if (kind == CgroupKind::kNone) return {};
  return kind == CgroupKind::kV1 ? absl::StrCat("cgroup-v1 ", v1_file) : absl::StrCat("cgroup-v2 ", v2_file);
}

// One layer: what does it, or an empty text when nothing did; and the finding of verify_confinement.
struct Layer {
  v1::Protection protection;
  std::string (*mechanism)(const PhaseFacts&);
  bool (*verified)(const RawReport&);
};

using F = PhaseFacts;
using R = RawReport;

template <int8_t Verified::*kField>
bool Held(const R& report) {
  return report.verified.*kField == 1;
}

bool PrivilegedIdsHeld(const R& r) { return r.privileged == 1 && r.verified.ids == 1; }

constexpr Layer kLayers[] = {
    {v1::PROTECTION_USER_NAMESPACE, [](const F&) -> std::string { return "clone(CLONE_NEWUSER)"; },
     Held<&Verified::user_ns>},
    {v1::PROTECTION_PID_NAMESPACE, [](const F&) -> std::string { return "clone(CLONE_NEWPID)"; },
     Held<&Verified::pid_ns>},
    {v1::PROTECTION_MOUNT_NAMESPACE, [](const F&) -> std::string { return "clone(CLONE_NEWNS)"; },
     Held<&Verified::mnt_ns>},
    {v1::PROTECTION_NETWORK_NAMESPACE, [](const F&) -> std::string { return "clone(CLONE_NEWNET)"; },
     Held<&Verified::net_ns>},
    {v1::PROTECTION_IPC_NAMESPACE, [](const F&) -> std::string { return "clone(CLONE_NEWIPC)"; },
     Held<&Verified::ipc_ns>},
    {v1::PROTECTION_UTS_NAMESPACE, [](const F&) -> std::string { return "clone(CLONE_NEWUTS)"; },
     Held<&Verified::uts_ns>},
    {v1::PROTECTION_CGROUP_NAMESPACE, [](const F&) -> std::string { return "clone(CLONE_NEWCGROUP)"; },
     Held<&Verified::cgroup_ns>},
    {v1::PROTECTION_READ_ONLY_ROOT,
     [](const F&) -> std::string { return "pivot_root, mount_setattr(RDONLY)"; },
     Held<&Verified::read_only_root>},
    {v1::PROTECTION_SECCOMP,
     [](const F& f) { return absl::StrCat("seccomp filter \"", f.phase->policy(), "\""); },
     Held<&Verified::seccomp>},
    {v1::PROTECTION_LANDLOCK,
     [](const F& f) {
       return f.report->landlock_abi > 0 ? absl::StrCat("landlock ABI ", f.report->landlock_abi)
                                         : std::string();
     },
     [](const R& r) { return r.landlock_abi > 0; }},
    {v1::PROTECTION_NO_NEW_PRIVS, [](const F&) -> std::string { return "prctl(PR_SET_NO_NEW_PRIVS)"; },
     Held<&Verified::no_new_privs>},
    {v1::PROTECTION_NO_CAPABILITIES,
     [](const F&) -> std::string { return "all sets and the bounding set empty, securebits locked"; },
     [](const R& r) { return r.verified.capabilities == 1 && r.verified.securebits == 1; }},
    {v1::PROTECTION_MEMORY_CGROUP,
     [](const F& f) { return Cgroup(f.report->memory_cgroup, "memory.limit_in_bytes", "memory.max"); },
     [](const R& r) { return r.effective_memory_bytes > 0; }},
    {v1::PROTECTION_CPU_CGROUP,
     [](const F& f) { return Cgroup(f.report->cpu_cgroup, "cpuacct.usage", "cpu.stat"); },
     [](const R& r) { return r.cpu_cgroup != CgroupKind::kNone && r.usage.cpu_ns > 0; }},
    {v1::PROTECTION_PIDS_CGROUP,
     [](const F& f) { return Cgroup(f.report->pids_cgroup, "pids.max", "pids.max"); },
     [](const R& r) { return r.effective_processes > 0; }},
    {v1::PROTECTION_PRIVATE_UID,
     [](const F& f) {
       return f.report->privileged == 1 ? absl::StrCat("host uid ", f.report->host_uid) : std::string();
     },
     PrivilegedIdsHeld},
    {v1::PROTECTION_SEPARATE_INIT_UID,
     [](const F& f) {
       return f.report->privileged == 1 ? absl::StrCat("init has host uid ", f.report->init_host_uid)
                                        : std::string();
     },
     PrivilegedIdsHeld},
    {v1::PROTECTION_NO_GROUPS,
     [](const F& f) -> std::string { return f.report->privileged == 1 ? "setgroups(0)" : ""; },
     Held<&Verified::groups>},
    {v1::PROTECTION_MEMFD_NOEXEC,
     [](const F& f) -> std::string { return f.report->memfd_noexec == 1 ? "vm.memfd_noexec=2" : ""; },
     [](const R& r) { return r.memfd_noexec == 1; }},
    {v1::PROTECTION_NO_NESTED_NAMESPACES,
     [](const F& f) -> std::string {
       return f.report->nested_namespaces_off == 1 ? "user.max_user_namespaces=0" : "";
     },
     [](const R& r) { return r.nested_namespaces_off == 1; }},
};

std::string WhyMissing(const PhaseFacts& facts, v1::Protection protection) {
  if (const plan::Missing* missing = FindMissing(*facts.report, protection); missing != nullptr) {
    return absl::StrCat(plan::StepName(missing->step), ": ", ErrnoName(missing->error));
  }
  if (facts.report->privileged != 1) return "needs privilege: this run was rootless";
  return "not in force";
}

// Landlock is the one layer that nobody asks for by default.
bool Requested(const PhaseFacts& facts, v1::Protection protection) {
  const auto& required = facts.plan->required_protections();
  return protection != v1::PROTECTION_LANDLOCK ||
         std::find(required.begin(), required.end(), protection) != required.end();
}

void Describe(const PhaseFacts& facts, const Layer& layer, Isolation::Layer* out) {
  const bool missing = FindMissing(*facts.report, layer.protection) != nullptr;
  const std::string mechanism = missing ? std::string() : layer.mechanism(facts);
  out->set_protection(layer.protection);
  out->set_requested(Requested(facts, layer.protection));
  if (!mechanism.empty()) {
    out->set_state(Isolation::STATE_ENFORCED);
    out->set_mechanism(mechanism);
    out->set_verified(layer.verified(*facts.report));
  } else if (out->requested()) {
    out->set_state(Isolation::STATE_UNAVAILABLE);
    out->set_detail(WhyMissing(facts, layer.protection));
  } else {
    out->set_state(Isolation::STATE_NOT_REQUESTED);
  }
}

// --- Limits ---

constexpr int64_t kNotInForce = -1;

struct Limit {
  v1::Resource resource;
  int64_t (*requested)(const v1::Limits&);
  int64_t (*effective)(const PhaseFacts&);
  std::string (*mechanism)(const RawReport&);  // Of a limit that is in force, or of its stand-in.
  bool (*asked)(const v1::Limits&) = nullptr;  // Null: always, by default at least.
  const char* without = "";                    // Why it may not be in force.
};

using L = v1::Limits;

// Limits that are set by a call that either works or fails the run.
template <auto kGet>
int64_t AsAsked(const F& f) {
  return (f.phase->limits().*kGet)();
}

// rlimits are read back by verify_confinement.
template <auto kGet>
int64_t AsRead(const F& f) {
  return f.report->verified.rlimits == 1 ? int64_t{(f.phase->limits().*kGet)()} : kNotInForce;
}

std::string MemoryMechanism(const R& r) {
  if (r.memory_cgroup != CgroupKind::kNone)
    return Cgroup(r.memory_cgroup, "memory.limit_in_bytes", "memory.max");
  return r.memory_sampler == 1 ? "sampler of the tree's resident memory" : "none";
}

std::string ProcessesMechanism(const R& r) {
  if (r.pids_cgroup != CgroupKind::kNone) return Cgroup(r.pids_cgroup, "pids.max", "pids.max");
  return r.rlimit_processes == 1 ? "RLIMIT_NPROC" : "none";
}

std::string CpuTimeMechanism(const R& r) {
  if (r.cpu_cgroup == CgroupKind::kNone) return "RLIMIT_CPU";
  return absl::StrCat(Cgroup(r.cpu_cgroup, "cpuacct.usage", "cpu.stat"), " by timerfd, RLIMIT_CPU");
}

// Nothing stands in for a rate. Only the helper's groups of one kind are used: any of them tells it.
std::string RateMechanism(const R& r, int64_t effective, absl::string_view v1_file,
                          absl::string_view v2_file) {
  if (effective < 0) return {};
  const bool v2 = r.cpu_cgroup == CgroupKind::kV2 || r.memory_cgroup == CgroupKind::kV2;
  return Cgroup(v2 ? CgroupKind::kV2 : CgroupKind::kV1, v1_file, v2_file);
}
constexpr char kWithoutIo[] =
    "no control group with an io controller can be had, or the root lies on no disk of its own";

int64_t CpusAsked(const L& limits) {
  const absl::StatusOr<plan::CpuSet> cpus = plan::ParseCpuSet(limits.cpu_set());
  return cpus.ok() ? plan::CountCpus(*cpus) : 0;
}

int64_t CpusInForce(const F& f) {
  const int count = plan::CountCpus(f.report->effective_cpus);
  return count > 0 ? count : kNotInForce;
}

constexpr Limit kLimits[] = {
    {v1::RESOURCE_CPU_TIME_MS, [](const L& l) -> int64_t { return l.cpu_time_ms(); },
     AsAsked<&L::cpu_time_ms>, CpuTimeMechanism},
    {v1::RESOURCE_WALL_TIME_MS, [](const L& l) -> int64_t { return l.wall_time_ms(); },
     AsAsked<&L::wall_time_ms>, [](const R&) -> std::string { return "timerfd"; }},
    {v1::RESOURCE_IDLE_TIME_MS, [](const L& l) -> int64_t { return l.idle_time_ms(); },
     AsAsked<&L::idle_time_ms>, [](const R&) -> std::string { return "CPU time, sampled"; },
     [](const L& l) { return l.has_idle_time_ms(); }},
    {v1::RESOURCE_MEMORY_BYTES, [](const L& l) -> int64_t { return l.memory_bytes(); },
     [](const F& f) { return f.report->effective_memory_bytes; }, MemoryMechanism},
    {v1::RESOURCE_PROCESSES, [](const L& l) -> int64_t { return l.processes(); },
     [](const F& f) { return f.report->effective_processes; }, ProcessesMechanism},
    {v1::RESOURCE_OPEN_FILES, [](const L& l) -> int64_t { return l.open_files(); }, AsRead<&L::open_files>,
     [](const R&) -> std::string { return "RLIMIT_NOFILE"; }},
    {v1::RESOURCE_FILE_BYTES, [](const L& l) -> int64_t { return l.file_bytes(); }, AsRead<&L::file_bytes>,
     [](const R&) -> std::string { return "RLIMIT_FSIZE"; }},
    {v1::RESOURCE_STACK_BYTES, [](const L& l) -> int64_t { return l.stack_bytes(); }, AsRead<&L::stack_bytes>,
     [](const R&) -> std::string { return "RLIMIT_STACK"; }},
    {v1::RESOURCE_DISK_BYTES, [](const L& l) -> int64_t { return l.disk_bytes(); }, AsAsked<&L::disk_bytes>,
     [](const R&) -> std::string { return "tmpfs size"; }},
    {v1::RESOURCE_DISK_INODES, [](const L& l) -> int64_t { return l.disk_inodes(); },
     AsAsked<&L::disk_inodes>, [](const R&) -> std::string { return "tmpfs nr_inodes"; }},
    {v1::RESOURCE_STDOUT_BYTES, [](const L& l) -> int64_t { return l.output_bytes(); },
     AsAsked<&L::output_bytes>, [](const R&) -> std::string { return "pipe, counted outside"; }},
    {v1::RESOURCE_STDERR_BYTES, [](const L& l) -> int64_t { return l.output_bytes(); },
     AsAsked<&L::output_bytes>, [](const R&) -> std::string { return "pipe, counted outside"; }},
    {v1::RESOURCE_CPU_MILLICORES, [](const L& l) -> int64_t { return l.cpu_millicores(); },
     [](const F& f) { return f.report->effective_cpu_millicores; },
     [](const R& r) { return RateMechanism(r, r.effective_cpu_millicores, "cpu.cfs_quota_us", "cpu.max"); },
     [](const L& l) { return l.has_cpu_millicores(); }, "no control group with a cpu controller can be had"},
    {v1::RESOURCE_GRACE_MS, [](const L& l) -> int64_t { return l.grace_ms(); }, AsAsked<&L::grace_ms>,
     [](const R&) -> std::string { return "SIGTERM, then SIGKILL by timerfd"; },
     [](const L& l) { return l.grace_ms() > 0; }},
    {v1::RESOURCE_CPU_SET, CpusAsked, CpusInForce,
     [](const R&) -> std::string { return "sched_setaffinity, kept by a seccomp filter"; },
     [](const L& l) { return l.has_cpu_set(); }},
    {v1::RESOURCE_IO_READ_BYTES_PER_SECOND,
     [](const L& l) -> int64_t { return l.io_read_bytes_per_second(); },
     [](const F& f) { return f.report->effective_io_read_bytes_per_second; },
     [](const R& r) {
       return RateMechanism(r, r.effective_io_read_bytes_per_second, "blkio.throttle.read_bps_device",
                            "io.max");
     },
     [](const L& l) { return l.has_io_read_bytes_per_second(); }, kWithoutIo},
    {v1::RESOURCE_IO_WRITE_BYTES_PER_SECOND,
     [](const L& l) -> int64_t { return l.io_write_bytes_per_second(); },
     [](const F& f) { return f.report->effective_io_write_bytes_per_second; },
     [](const R& r) {
       return RateMechanism(r, r.effective_io_write_bytes_per_second, "blkio.throttle.write_bps_device",
                            "io.max");
     },
     [](const L& l) { return l.has_io_write_bytes_per_second(); }, kWithoutIo},
};

}  // namespace

Isolation DescribeIsolation(const PhaseFacts& facts) {
  Isolation isolation;
  if (!facts.report) return isolation;
  isolation.set_mode(facts.report->privileged == 1 ? Isolation::MODE_PRIVILEGED : Isolation::MODE_ROOTLESS);
  if (!facts.reached_exec()) return isolation;
  isolation.set_host_uid(facts.report->host_uid);
  for (const Layer& layer : kLayers) Describe(facts, layer, isolation.add_layers());
  return isolation;
}

void CheckRequired(PhaseFacts* facts) {
  if (!facts->reached_exec() || facts->our_fault) return;
  const auto& required = facts->plan->required_protections();
  const Isolation isolation = DescribeIsolation(*facts);
  for (const Isolation::Layer& layer : isolation.layers()) {
    const bool asked = std::find(required.begin(), required.end(), layer.protection()) != required.end();
    if (!asked || layer.state() == Isolation::STATE_ENFORCED) continue;
    facts->our_fault = {kCheckRequired, 0, v1::Protection_Name(layer.protection()), layer.detail()};
    return;
  }
}

std::vector<v1::LimitReport> DescribeLimits(const PhaseFacts& facts) {
  std::vector<v1::LimitReport> limits;
  if (!facts.reached_exec()) return limits;
  for (const Limit& limit : kLimits) {
    if (limit.asked != nullptr && !limit.asked(facts.phase->limits())) continue;
    v1::LimitReport report;
    report.set_resource(limit.resource);
    report.set_requested(limit.requested(facts.phase->limits()));
    const int64_t effective = limit.effective(facts);
    if (effective >= 0) report.set_effective(effective);
    report.set_mechanism(limit.mechanism(*facts.report));
    if (effective < 0 && report.mechanism().empty()) report.set_detail(limit.without);
    if (const int64_t floor = FloorAbove(facts, limit.resource); floor > 0) report.set_floor(floor);
    if (limit.resource == v1::RESOURCE_CPU_SET)
      report.set_cpus(plan::FormatCpuSet(facts.report->effective_cpus));
    limits.push_back(std::move(report));
  }
  return limits;
}

}  // namespace jail::watch
