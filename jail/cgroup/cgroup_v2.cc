// cgroup v2: one group for everything, and clone3 puts the child into it.
#include <cstring>
#include <initializer_list>

#include "jail/base/sys.h"
#include "jail/cgroup/cgroup.h"
#include "jail/plan/raw_report.h"

namespace jail::cgroup {
namespace {

constexpr int64_t kCpuPeriodUs = 100'000;

// A file of a controller that the parent has not enabled is not there. Enabling is idempotent, so it
// is only done when the group came up without the file.
int EnableControllers(const Cgroups& cgroups, plan::RawReport* report) {
  int64_t ignored = 0;
  if (ReadNumberAt(cgroups.group[0], "memory.max", &ignored) == 0 &&
      ReadNumberAt(cgroups.group[0], "pids.max", &ignored) == 0) {
    return 0;
  }
  plan::At(report->host, 0, "cgroup.subtree_control");
  for (const char* controller : {"+memory", "+pids", "+cpu"}) {
    if (const int error = WriteAt(cgroups.parent[0], "cgroup.subtree_control", controller)) return error;
  }
  // Figures only; a host without it still has every limit.
  if (WriteAt(cgroups.parent[0], "cgroup.subtree_control", "+io") == ENOMEM) return ENOMEM;
  return 0;
}

int SetMemory(int group, const plan::Limits& limits, plan::RawReport* report) {
  plan::At(report->host, 1, "memory.max");
  if (const int error = WriteNumberAt(group, "memory.max", limits.memory_bytes)) return error;
  plan::At(report->host, 2, "memory.swap.max");
  const int error = WriteNumberAt(group, "memory.swap.max", 0);
  if (error != 0 && error != ENOENT) return error;  // ENOENT: a kernel without swap has no such file.
  plan::At(report->host, 3, "memory.oom.group");
  if (const int oom = WriteNumberAt(group, "memory.oom.group", 1)) return oom;
  report->memory_cgroup = plan::CgroupKind::kV2;
  return ReadNumberAt(group, "memory.max", &report->effective_memory_bytes);
}

int SetPids(int group, const plan::Limits& limits, plan::RawReport* report) {
  plan::At(report->host, 4, "pids.max");
  if (const int error = WriteNumberAt(group, "pids.max", limits.processes + 1)) return error;
  int64_t effective = 0;
  if (const int error = ReadNumberAt(group, "pids.max", &effective)) return error;
  report->pids_cgroup = plan::CgroupKind::kV2;
  report->effective_processes = effective - 1;
  return 0;
}

int SetCpu(int group, const plan::Limits& limits, plan::RawReport* report) {
  report->cpu_cgroup = plan::CgroupKind::kV2;
  if (limits.cpu_millicores == 0) return 0;
  plan::At(report->host, 5, "cpu.max");
  FixedText<64> quota;
  quota.Add(limits.cpu_millicores * (kCpuPeriodUs / 1000)).Add(" ").Add(kCpuPeriodUs);
  if (const int error = WriteAt(group, "cpu.max", quota.c_str())) return error;
  int64_t effective = 0;
  if (const int error = ReadNumberAt(group, "cpu.max", &effective)) return error;
  report->effective_cpu_millicores = effective / (kCpuPeriodUs / 1000);
  return 0;
}

int SetLimits(const Cgroups& cgroups, const plan::Limits& limits, plan::RawReport* report) {
  if (const int error = EnableControllers(cgroups, report)) return error;
  if (const int error = SetMemory(cgroups.group[0], limits, report)) return error;
  if (const int error = SetPids(cgroups.group[0], limits, report)) return error;
  return SetCpu(cgroups.group[0], limits, report);
}

int ReadCpu(const Cgroups& cgroups, int64_t* total_ns, int64_t* user_ns, int64_t* system_ns) {
  char text[1024];
  if (const int error = ReadSmallAt(cgroups.group[0], "cpu.stat", text, sizeof text)) return error;
  *total_ns = NumberAfter(text, "usage_usec", 0) * 1000;
  *user_ns = NumberAfter(text, "user_usec", 0) * 1000;
  *system_ns = NumberAfter(text, "system_usec", 0) * 1000;
  return 0;
}

// "8:0 rbytes=123 wbytes=45 ...", a line a device: the sum of one key.
int64_t SumKeys(const char* text, const char* key) {
  int64_t sum = 0;
  const size_t length = std::strlen(key);
  while ((text = std::strstr(text, key)) != nullptr) {
    int64_t value = 0;
    for (text += length; *text >= '0' && *text <= '9'; ++text) value = value * 10 + (*text - '0');
    sum += value;
  }
  return sum;
}

int Collect(const Cgroups& cgroups, plan::Usage* usage) {
  char text[4096];
  const int group = cgroups.group[0];
  if (const int error = ReadSmallAt(group, "memory.events", text, sizeof text)) return error;
  usage->oom_kills = NumberAfter(text, "oom_kill", 0);
  if (const int error = ReadSmallAt(group, "pids.events", text, sizeof text)) return error;
  usage->pids_denied = NumberAfter(text, "max", 0);
  // Each of these came to the kernel later than the limits (5.19, 6.1) or may be off: absent is unknown.
  int64_t peak = 0;
  if (ReadNumberAt(group, "memory.peak", &peak) == 0) usage->memory_peak_bytes = peak;
  if (ReadNumberAt(group, "pids.peak", &peak) == 0) usage->pids_peak = peak - 1;
  if (ReadSmallAt(group, "io.stat", text, sizeof text) == 0) {
    usage->io_read_bytes = SumKeys(text, "rbytes=");
    usage->io_write_bytes = SumKeys(text, "wbytes=");
  }
  return 0;
}

}  // namespace

const CgroupBackend kCgroupV2 = {plan::CgroupKind::kV2, 1, /*clone_into=*/true, SetLimits, ReadCpu, Collect};

}  // namespace jail::cgroup
