// cgroup v2: one group for everything, and clone3 puts the child into it. A controller that the hierarchy
// does not give us is left to its stand-in; the times in cpu.stat need none.
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cstring>

#include "jail/base/sys.h"
#include "jail/cgroup/cgroup.h"
#include "jail/cgroup/v2_parent.h"
#include "jail/plan/raw_report.h"

namespace jail::cgroup {
namespace {

constexpr int64_t kCpuPeriodUs = 100'000;
constexpr int64_t kDeathTimeoutNs = 1'000'000'000;

bool HasController(int group, const char* controller) {
  return HasWord(group, "cgroup.controllers", controller);
}

int SetMemory(Cgroups& cgroups, const plan::Limits& limits, plan::RawReport* report) {
  const int group = cgroups.group[0];
  plan::At(report->host, 1, "memory.max");
  if (!HasController(group, "memory")) return 0;
  if (const int error = WriteNumberAt(group, "memory.max", limits.memory_bytes)) return error;
  plan::At(report->host, 2, "memory.swap.max");
  const int error = WriteNumberAt(group, "memory.swap.max", 0);
  if (error != 0 && error != ENOENT) return error;  // ENOENT: a kernel without swap has no such file.
  plan::At(report->host, 3, "memory.oom.group");
  if (const int oom = WriteNumberAt(group, "memory.oom.group", 1)) return oom;
  report->memory_cgroup = plan::CgroupKind::kV2;
  cgroups.limited[kMemory] = true;
  return ReadNumberAt(group, "memory.max", &report->effective_memory_bytes);
}

int SetPids(Cgroups& cgroups, const plan::Limits& limits, plan::RawReport* report) {
  const int group = cgroups.group[0];
  plan::At(report->host, 4, "pids.max");
  if (!HasController(group, "pids")) return 0;
  if (const int error = WriteNumberAt(group, "pids.max", limits.processes + 1)) return error;
  int64_t effective = 0;
  if (const int error = ReadNumberAt(group, "pids.max", &effective)) return error;
  report->pids_cgroup = plan::CgroupKind::kV2;
  report->effective_processes = effective - 1;
  cgroups.limited[kPids] = true;
  return 0;
}

// Only a rate needs the controller, and not every slice of systemd's has it: the parent is asked for it
// now. If it refuses no rate is in force, and the report says so.
int SetCpu(Cgroups& cgroups, const plan::Limits& limits, plan::RawReport* report) {
  const int group = cgroups.group[0];
  report->cpu_cgroup = plan::CgroupKind::kV2;
  if (limits.cpu_millicores == 0) return 0;
  plan::At(report->host, 5, "cpu.max");
  if (!HasController(group, "cpu") && WriteAt(cgroups.parent[0], "cgroup.subtree_control", "+cpu") != 0)
    return 0;
  FixedText<64> quota;
  quota.Add(limits.cpu_millicores * (kCpuPeriodUs / 1000)).Add(" ").Add(kCpuPeriodUs);
  if (const int error = WriteAt(group, "cpu.max", quota.c_str())) return error;
  int64_t effective = 0;
  if (const int error = ReadNumberAt(group, "cpu.max", &effective)) return error;
  report->effective_cpu_millicores = effective / (kCpuPeriodUs / 1000);
  return 0;
}

int SetLimits(Cgroups& cgroups, const plan::Limits& limits, plan::RawReport* report) {
  if (const int error = SetMemory(cgroups, limits, report)) return error;
  if (const int error = SetPids(cgroups, limits, report)) return error;
  return SetCpu(cgroups, limits, report);
}

// "8:0 rbps=1048576 wbps=max riops=max wiops=max\n", a line a disk: the figure behind a key; -1: none.
int64_t RateOf(const char* text, const char* disk, const char* key) {
  const size_t length = std::strlen(disk);
  while (std::strncmp(text, disk, length) != 0 || text[length] != ' ') {
    text = std::strchr(text, '\n');
    if (text == nullptr) return -1;
    ++text;
  }
  const char* end = text + std::strcspn(text, "\n");
  const char* at = std::strstr(text, key);
  if (at == nullptr || at > end) return -1;
  at += std::strlen(key);
  if (*at < '0' || *at > '9') return -1;  // "max"
  int64_t value = 0;
  for (; *at >= '0' && *at <= '9'; ++at) value = value * 10 + (*at - '0');
  return value;
}

int KeepLeast(const char* text, const char* disk, const char* key, int64_t asked, int64_t* least) {
  if (asked == 0) return 0;
  const int64_t read_back = RateOf(text, disk, key);
  if (read_back < 0) return ENOTSUP;
  if (read_back < *least) *least = read_back;
  return 0;
}

// As with the CPU rate, the parent is asked for the controller when it has not given it yet.
int LimitIo(const Cgroups& cgroups, const char* disk, const plan::Limits& limits, IoRates* rates) {
  const int group = cgroups.group[0];
  if (!HasController(group, "io") && WriteAt(cgroups.parent[0], "cgroup.subtree_control", "+io") != 0)
    return ENOTSUP;
  FixedText<128> line;
  line.Add(disk);
  if (limits.io_read_bytes_per_second != 0) line.Add(" rbps=").Add(limits.io_read_bytes_per_second);
  if (limits.io_write_bytes_per_second != 0) line.Add(" wbps=").Add(limits.io_write_bytes_per_second);
  if (const int error = WriteAt(group, "io.max", line.c_str())) return error;
  char text[4096];
  if (const int error = ReadSmallAt(group, "io.max", text, sizeof text)) return error;
  if (const int error = KeepLeast(text, disk, "rbps=", limits.io_read_bytes_per_second, &rates->read))
    return error;
  return KeepLeast(text, disk, "wbps=", limits.io_write_bytes_per_second, &rates->write);
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

// The counters that verdicts rest on must be there while their limits are: a manager that has taken the
// controller away meanwhile has taken the limit with it.
int CollectLimits(const Cgroups& cgroups, plan::Usage* usage) {
  char text[512];
  const int group = cgroups.group[0];
  if (cgroups.limited[kMemory]) {
    if (const int error = ReadSmallAt(group, "memory.events", text, sizeof text)) return error;
    usage->oom_kills = NumberAfter(text, "oom_kill", 0);
  }
  if (cgroups.limited[kPids]) {
    if (const int error = ReadSmallAt(group, "pids.events", text, sizeof text)) return error;
    usage->pids_denied = NumberAfter(text, "max", 0);
  }
  return 0;
}

int Collect(const Cgroups& cgroups, plan::Usage* usage) {
  if (const int error = CollectLimits(cgroups, usage)) return error;
  // Each of these came to the kernel later than the limits (5.19, 6.1) or may be off: absent is unknown.
  const int group = cgroups.group[0];
  int64_t peak = 0;
  if (cgroups.limited[kMemory])
    usage->memory_peak_bytes = ReadNumberAt(group, "memory.peak", &peak) == 0 ? peak : -1;
  if (ReadNumberAt(group, "pids.peak", &peak) == 0) usage->pids_peak = peak - 1;
  char text[4096];
  if (ReadSmallAt(group, "cpu.stat", text, sizeof text) == 0) {
    const int64_t throttled_us = NumberAfter(text, "throttled_usec", -1);
    usage->throttled_ns = throttled_us < 0 ? -1 : throttled_us * 1000;
  }
  if (ReadSmallAt(group, "io.stat", text, sizeof text) == 0) {
    usage->io_read_bytes = SumKeys(text, "rbytes=");
    usage->io_write_bytes = SumKeys(text, "wbytes=");
  }
  return 0;
}

int Sample(const Cgroups& cgroups, plan::ResourceSample* sample) {
  const int group = cgroups.group[0];
  int64_t user_ns = 0, system_ns = 0;
  if (const int error = ReadCpu(cgroups, &sample->cpu_ns, &user_ns, &system_ns)) return error;
  char text[8192];
  if (cgroups.limited[kMemory] && ReadSmallAt(group, "memory.stat", text, sizeof text) == 0) {
    sample->anon_bytes = NumberAfter(text, "anon", -1);
    sample->file_bytes = NumberAfter(text, "file", -1);
    if (const int error = ReadNumberAt(group, "memory.current", &sample->memory_bytes)) return error;
  }
  if (ReadNumberAt(group, "pids.current", &sample->processes) == 0) --sample->processes;  // init
  return 0;
}

// cgroup.events wakes its readers when the last process has gone; a zombie does not count.
int AwaitEmpty(int group) {
  int events = -1;
  if (const int error = OpenBeneath(group, "cgroup.events", O_RDONLY, 0, &events)) return error;
  const int64_t deadline_ns = NowNs() + kDeathTimeoutNs;
  int error = EBUSY;
  while (error == EBUSY) {
    char text[128];
    const ssize_t n = pread(events, text, sizeof text - 1, 0);
    if (n < 0) error = errno;
    text[n < 0 ? 0 : n] = '\0';
    if (n >= 0 && NumberAfter(text, "populated", 1) == 0) error = 0;
    const int64_t left_ns = deadline_ns - NowNs();
    if (error != EBUSY || left_ns <= 0) break;
    pollfd change = {events, POLLPRI, 0};
    poll(&change, 1, static_cast<int>(left_ns / 1'000'000) + 1);
  }
  CloseFd(&events);
  return error;
}

// ENOENT before Linux 5.14.
int KillAll(int group) {
  const int error = WriteAt(group, "cgroup.kill", "1");
  return error == 0 ? AwaitEmpty(group) : error;
}

}  // namespace

const CgroupBackend kCgroupV2 = {
    plan::CgroupKind::kV2, 1, /*clone_into=*/true, SetLimits, LimitIo, ReadCpu, Collect, Sample, KillAll};

}  // namespace jail::cgroup
