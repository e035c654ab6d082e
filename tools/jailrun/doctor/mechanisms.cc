// To add a limit or layer: its rows in kRules, the best mechanism first; its cure in advice.cc.
#include "tools/jailrun/doctor/mechanisms.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "tools/jailrun/doctor/advice.h"
#include "tools/jailrun/render.h"

namespace jail::cli {
namespace {

using H = Host;

bool Always(const H&) { return true; }
bool Privileged(const H& host) { return host.privileged(); }

template <CgroupVersion kVersion>
bool Memory(const H& host) {
  return host.Has(kVersion, "memory");
}
template <CgroupVersion kVersion>
bool Pids(const H& host) {
  return host.Has(kVersion, "pids");
}
template <CgroupVersion kVersion>
bool CpuRate(const H& host) {
  return host.Has(kVersion, "cpu");
}
bool IoRateV1(const H& host) { return host.Has(CgroupVersion::kV1, "blkio"); }
bool IoRateV2(const H& host) { return host.Has(CgroupVersion::kV2, "io"); }
bool CpuUsageV1(const H& host) { return host.Has(CgroupVersion::kV1, "cpuacct"); }
bool CpuUsageV2(const H& host) { return host.Has(CgroupVersion::kV2, "cpu"); }

constexpr auto kV1 = CgroupVersion::kV1;
constexpr auto kV2 = CgroupVersion::kV2;

struct Rule {
  v1::Resource resource;
  v1::Protection protection;
  bool (*applies)(const Host&);
  const char* mechanism;  // As the record begins to say it; what follows is a number or a name.
};
constexpr v1::Protection kLimit = v1::PROTECTION_UNSPECIFIED;
constexpr v1::Resource kLayer = v1::RESOURCE_UNSPECIFIED;

// The first row of a subject that applies.
constexpr Rule kRules[] = {
    {v1::RESOURCE_CPU_TIME_MS, kLimit, CpuUsageV2, "cgroup-v2 cpu.stat"},
    {v1::RESOURCE_CPU_TIME_MS, kLimit, CpuUsageV1, "cgroup-v1 cpuacct.usage"},
    {v1::RESOURCE_CPU_TIME_MS, kLimit, Always, "RLIMIT_CPU"},
    {v1::RESOURCE_WALL_TIME_MS, kLimit, Always, "timerfd"},
    {v1::RESOURCE_MEMORY_BYTES, kLimit, Memory<kV2>, "cgroup-v2 memory.max"},
    {v1::RESOURCE_MEMORY_BYTES, kLimit, Memory<kV1>, "cgroup-v1 memory.limit_in_bytes"},
    {v1::RESOURCE_MEMORY_BYTES, kLimit, Always, "sampler"},
    {v1::RESOURCE_PROCESSES, kLimit, Pids<kV2>, "cgroup-v2 pids.max"},
    {v1::RESOURCE_PROCESSES, kLimit, Pids<kV1>, "cgroup-v1 pids.max"},
    {v1::RESOURCE_PROCESSES, kLimit, Always, "RLIMIT_NPROC"},
    {v1::RESOURCE_OPEN_FILES, kLimit, Always, "RLIMIT_NOFILE"},
    {v1::RESOURCE_FILE_BYTES, kLimit, Always, "RLIMIT_FSIZE"},
    {v1::RESOURCE_STACK_BYTES, kLimit, Always, "RLIMIT_STACK"},
    {v1::RESOURCE_DISK_BYTES, kLimit, Always, "tmpfs size"},
    {v1::RESOURCE_DISK_INODES, kLimit, Always, "tmpfs nr_inodes"},
    {v1::RESOURCE_STDOUT_BYTES, kLimit, Always, "pipe"},
    {v1::RESOURCE_STDERR_BYTES, kLimit, Always, "pipe"},
    {v1::RESOURCE_CPU_MILLICORES, kLimit, CpuRate<kV2>, "cgroup-v2 cpu.max"},
    {v1::RESOURCE_CPU_MILLICORES, kLimit, CpuRate<kV1>, "cgroup-v1 cpu.cfs_quota_us"},
    {v1::RESOURCE_CPU_SET, kLimit, Always, "sched_setaffinity"},
    {v1::RESOURCE_IO_READ_BYTES_PER_SECOND, kLimit, IoRateV2, "cgroup-v2 io.max"},
    {v1::RESOURCE_IO_READ_BYTES_PER_SECOND, kLimit, IoRateV1, "cgroup-v1 blkio.throttle.read_bps_device"},
    {v1::RESOURCE_IO_WRITE_BYTES_PER_SECOND, kLimit, IoRateV2, "cgroup-v2 io.max"},
    {v1::RESOURCE_IO_WRITE_BYTES_PER_SECOND, kLimit, IoRateV1, "cgroup-v1 blkio.throttle.write_bps_device"},

    {kLayer, v1::PROTECTION_USER_NAMESPACE, Always, "clone(CLONE_NEWUSER)"},
    {kLayer, v1::PROTECTION_PID_NAMESPACE, Always, "clone(CLONE_NEWPID)"},
    {kLayer, v1::PROTECTION_MOUNT_NAMESPACE, Always, "clone(CLONE_NEWNS)"},
    {kLayer, v1::PROTECTION_NETWORK_NAMESPACE, Always, "clone(CLONE_NEWNET)"},
    {kLayer, v1::PROTECTION_IPC_NAMESPACE, Always, "clone(CLONE_NEWIPC)"},
    {kLayer, v1::PROTECTION_UTS_NAMESPACE, Always, "clone(CLONE_NEWUTS)"},
    {kLayer, v1::PROTECTION_CGROUP_NAMESPACE, Always, "clone(CLONE_NEWCGROUP)"},
    {kLayer, v1::PROTECTION_READ_ONLY_ROOT, Always, "pivot_root"},
    {kLayer, v1::PROTECTION_SECCOMP, [](const H& host) { return host.seccomp; }, "seccomp filter"},
    {kLayer, v1::PROTECTION_LANDLOCK, [](const H& host) { return host.landlock_abi > 0; }, "landlock ABI"},
    {kLayer, v1::PROTECTION_NO_NEW_PRIVS, Always, "prctl(PR_SET_NO_NEW_PRIVS)"},
    {kLayer, v1::PROTECTION_NO_CAPABILITIES, Always, "all sets"},
    {kLayer, v1::PROTECTION_MEMORY_CGROUP, Memory<kV2>, "cgroup-v2 memory.max"},
    {kLayer, v1::PROTECTION_MEMORY_CGROUP, Memory<kV1>, "cgroup-v1 memory.limit_in_bytes"},
    {kLayer, v1::PROTECTION_CPU_CGROUP, CpuUsageV2, "cgroup-v2 cpu.stat"},
    {kLayer, v1::PROTECTION_CPU_CGROUP, CpuUsageV1, "cgroup-v1 cpuacct.usage"},
    {kLayer, v1::PROTECTION_PIDS_CGROUP, Pids<kV2>, "cgroup-v2 pids.max"},
    {kLayer, v1::PROTECTION_PIDS_CGROUP, Pids<kV1>, "cgroup-v1 pids.max"},
    {kLayer, v1::PROTECTION_PRIVATE_UID, Privileged, "host uid"},
    {kLayer, v1::PROTECTION_SEPARATE_INIT_UID, Privileged, "init has host uid"},
    {kLayer, v1::PROTECTION_NO_GROUPS, Privileged, "setgroups(0)"},
    {kLayer, v1::PROTECTION_MEMFD_NOEXEC,
     [](const H& host) { return host.memfd_noexec && host.privileged(); }, "vm.memfd_noexec"},
    {kLayer, v1::PROTECTION_NO_NESTED_NAMESPACES, Always, "user.max_user_namespaces"},
};

v1::Mechanism Describe(const Host& host, v1::Resource resource, v1::Protection protection) {
  v1::Mechanism mechanism;
  mechanism.set_resource(resource);
  mechanism.set_protection(protection);
  mechanism.set_expected(ExpectedMechanism(host, resource, protection));
  return mechanism;
}

// Rates are for who asks for them: a host without is complete.
bool IsOptional(v1::Resource resource) {
  return resource == v1::RESOURCE_CPU_MILLICORES || resource == v1::RESOURCE_IO_READ_BYTES_PER_SECOND ||
         resource == v1::RESOURCE_IO_WRITE_BYTES_PER_SECOND;
}

// What is missing is required unless the caller can do without.
void Conclude(bool in_force, bool wanted, bool best_effort, const char* cure, v1::Mechanism* mechanism) {
  mechanism->set_in_force(in_force);
  mechanism->set_required(wanted && (in_force || !best_effort));
  if (!in_force && cure != nullptr) mechanism->set_cure(cure);
}

}  // namespace

std::string ExpectedMechanism(const Host& host, v1::Resource resource, v1::Protection protection) {
  for (const Rule& rule : kRules) {
    if (rule.resource == resource && rule.protection == protection && rule.applies(host))
      return rule.mechanism;
  }
  return "";
}

std::vector<v1::Mechanism> DescribeMechanisms(const Host& host, const v1::ResultRecord& probe,
                                              bool best_effort) {
  std::vector<v1::Mechanism> mechanisms;
  for (const v1::PhaseResult& phase : probe.phases()) {
    for (const v1::LimitReport& limit : phase.limits()) {
      v1::Mechanism mechanism = Describe(host, limit.resource(), kLimit);
      mechanism.set_reported(limit.mechanism());
      Conclude(limit.has_effective(), !IsOptional(limit.resource()), best_effort,
               AdviceFor(host, limit.resource()), &mechanism);
      mechanisms.push_back(std::move(mechanism));
    }
  }
  for (const v1::Isolation::Layer& layer : probe.isolation().layers()) {
    v1::Mechanism mechanism = Describe(host, kLayer, layer.protection());
    mechanism.set_reported(layer.mechanism());
    Conclude(layer.state() == v1::Isolation::STATE_ENFORCED, layer.requested(), best_effort,
             AdviceFor(host, layer.protection()), &mechanism);
    mechanisms.push_back(std::move(mechanism));
  }
  return mechanisms;
}

std::string SubjectLabel(v1::Resource resource, v1::Protection protection) {
  if (resource == v1::RESOURCE_UNSPECIFIED) return ProtectionLabel(protection);
  constexpr absl::string_view kPrefix = "RESOURCE_";
  std::string name = v1::Resource_Name(resource);
  if (absl::StartsWith(name, kPrefix)) name.erase(0, kPrefix.size());
  name = absl::StrCat(absl::StripSuffix(absl::StripSuffix(name, "_BYTES"), "_MS"));
  return absl::AsciiStrToLower(absl::StrReplaceAll(name, {{"_", " "}}));
}

}  // namespace jail::cli
