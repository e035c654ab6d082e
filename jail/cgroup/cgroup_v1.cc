// cgroup v1: a group per controller. The child attaches itself through `tasks`: when the parent writes
// the pid instead, the kernel waits for a grace period of milliseconds.
#include <cstring>

#include "jail/base/sys.h"
#include "jail/cgroup/cgroup.h"
#include "jail/plan/raw_report.h"

namespace jail::cgroup {
namespace {

constexpr int64_t kCpuPeriodUs = 100'000;  // The kernel's default.

int SetMemory(const Cgroups& cgroups, const plan::Limits& limits, plan::RawReport* report) {
  const int group = cgroups.group[kMemory];
  if (group < 0) return 0;
  plan::At(report->host, 0, "memory.limit_in_bytes");
  if (const int error = WriteNumberAt(group, "memory.limit_in_bytes", limits.memory_bytes)) return error;
  // Without swap accounting (ENOENT) the group must at least not swap of its own accord.
  plan::At(report->host, 1, "memory.memsw.limit_in_bytes");
  int error = WriteNumberAt(group, "memory.memsw.limit_in_bytes", limits.memory_bytes);
  if (error == ENOENT) error = WriteNumberAt(group, "memory.swappiness", 0);
  if (error != 0) return error;
  plan::At(report->host, 2, "memory.limit_in_bytes");
  report->memory_cgroup = plan::CgroupKind::kV1;
  return ReadNumberAt(group, "memory.limit_in_bytes", &report->effective_memory_bytes);
}

int SetPids(const Cgroups& cgroups, const plan::Limits& limits, plan::RawReport* report) {
  const int group = cgroups.group[kPids];
  if (group < 0) return 0;
  plan::At(report->host, 3, "pids.max");
  // One more for init, which lives in the group too.
  if (const int error = WriteNumberAt(group, "pids.max", limits.processes + 1)) return error;
  int64_t effective = 0;
  if (const int error = ReadNumberAt(group, "pids.max", &effective)) return error;
  report->pids_cgroup = plan::CgroupKind::kV1;
  report->effective_processes = effective - 1;
  return 0;
}

int SetCpu(const Cgroups& cgroups, const plan::Limits& limits, plan::RawReport* report) {
  if (cgroups.Has(kCpuacct)) report->cpu_cgroup = plan::CgroupKind::kV1;
  const int group = cgroups.group[kCpu];
  if (group < 0 || limits.cpu_millicores == 0) return 0;
  plan::At(report->host, 4, "cpu.cfs_quota_us");
  if (const int error = WriteNumberAt(group, "cpu.cfs_period_us", kCpuPeriodUs)) return error;
  const int64_t quota = limits.cpu_millicores * (kCpuPeriodUs / 1000);
  if (const int error = WriteNumberAt(group, "cpu.cfs_quota_us", quota)) return error;
  int64_t effective = 0;
  if (const int error = ReadNumberAt(group, "cpu.cfs_quota_us", &effective)) return error;
  report->effective_cpu_millicores = effective / (kCpuPeriodUs / 1000);
  return 0;
}

int SetLimits(Cgroups& cgroups, const plan::Limits& limits, plan::RawReport* report) {
  if (const int error = SetMemory(cgroups, limits, report)) return error;
  if (const int error = SetPids(cgroups, limits, report)) return error;
  return SetCpu(cgroups, limits, report);
}

// "8:0 1048576\n", a line a disk.
int LimitBlkio(int group, const char* file, const char* disk, int64_t rate, int64_t* effective) {
  if (rate == 0) return 0;
  if (group < 0) return ENOTSUP;
  FixedText<64> line;
  line.Add(disk).Add(" ").Add(rate);
  if (const int error = WriteAt(group, file, line.c_str())) return error;
  char text[1024];
  if (const int error = ReadSmallAt(group, file, text, sizeof text)) return error;
  const int64_t read_back = NumberAfter(text, disk, -1);
  if (read_back < 0) return ENOTSUP;
  if (read_back < *effective) *effective = read_back;
  return 0;
}

int LimitIo(const Cgroups& cgroups, const char* disk, const plan::Limits& limits, IoRates* rates) {
  const int group = cgroups.group[kBlkio];
  if (const int error = LimitBlkio(group, "blkio.throttle.read_bps_device", disk,
                                   limits.io_read_bytes_per_second, &rates->read))
    return error;
  return LimitBlkio(group, "blkio.throttle.write_bps_device", disk, limits.io_write_bytes_per_second,
                    &rates->write);
}

int ReadCpu(const Cgroups& cgroups, int64_t* total_ns, int64_t* user_ns, int64_t* system_ns) {
  const int group = cgroups.group[kCpuacct];
  if (group < 0) return ENOTSUP;
  if (const int error = ReadNumberAt(group, "cpuacct.usage", total_ns)) return error;
  if (const int error = ReadNumberAt(group, "cpuacct.usage_user", user_ns)) return error;
  return ReadNumberAt(group, "cpuacct.usage_sys", system_ns);
}

int CollectMemory(int group, plan::Usage* usage) {
  char text[256];
  if (const int error = ReadNumberAt(group, "memory.max_usage_in_bytes", &usage->memory_peak_bytes))
    return error;
  if (const int error = ReadSmallAt(group, "memory.oom_control", text, sizeof text)) return error;
  usage->oom_kills = NumberAfter(text, "oom_kill", 0);
  return 0;
}

int CollectPids(int group, plan::Usage* usage) {
  char text[256];
  int64_t peak = 0;
  // pids.peak came with Linux 6.1; older hosts do not know.
  if (ReadNumberAt(group, "pids.peak", &peak) == 0) usage->pids_peak = peak - 1;
  if (const int error = ReadSmallAt(group, "pids.events", text, sizeof text)) return error;
  usage->pids_denied = NumberAfter(text, "max", 0);
  return 0;
}

int Collect(const Cgroups& cgroups, plan::Usage* usage) {
  if (cgroups.Has(kMemory)) {
    if (const int error = CollectMemory(cgroups.group[kMemory], usage)) return error;
  }
  char text[256];
  if (cgroups.Has(kCpu) && ReadSmallAt(cgroups.group[kCpu], "cpu.stat", text, sizeof text) == 0)
    usage->throttled_ns = NumberAfter(text, "throttled_time", -1);
  return cgroups.Has(kPids) ? CollectPids(cgroups.group[kPids], usage) : 0;
}

// Opening a file costs several times its reading, and this is done up to a hundred times a second.
int Sample(const Cgroups& cgroups, plan::ResourceSample* sample) {
  if (!cgroups.Has(kCpuacct)) return ENOTSUP;
  if (const int error = ReadNumberAt(cgroups.group[kCpuacct], "cpuacct.usage", &sample->cpu_ns)) return error;
  if (cgroups.Has(kMemory)) {
    char text[4096];
    const int group = cgroups.group[kMemory];
    if (const int error = ReadSmallAt(group, "memory.stat", text, sizeof text)) return error;
    sample->anon_bytes = NumberAfter(text, "total_rss", -1);
    sample->file_bytes = NumberAfter(text, "total_cache", -1);
    if (const int error = ReadNumberAt(group, "memory.usage_in_bytes", &sample->memory_bytes)) return error;
  }
  if (!cgroups.Has(kPids)) return 0;
  if (const int error = ReadNumberAt(cgroups.group[kPids], "pids.current", &sample->processes)) return error;
  --sample->processes;  // init
  return 0;
}

}  // namespace

const CgroupBackend kCgroupV1 = {
    plan::CgroupKind::kV1, kHierarchies, /*clone_into=*/false, SetLimits, LimitIo, ReadCpu, Collect, Sample,
    /*kill=*/nullptr};

}  // namespace jail::cgroup
