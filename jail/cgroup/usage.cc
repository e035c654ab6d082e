#include "jail/cgroup/usage.h"

#include <sched.h>
#include <sys/vfs.h>

#include <cerrno>

#include "jail/base/cpus.h"

namespace jail::cgroup {
namespace {

constexpr int64_t kBlockBytes = 512;  // getrusage(2) counts in these.

int64_t Ns(const timeval& time) { return time.tv_sec * 1'000'000'000 + time.tv_usec * 1'000; }

}  // namespace

void NoteEnd(int status, const rusage& figures, plan::RawReport* report) {
  report->init_status = status;
  plan::Usage* usage = &report->usage;
  usage->user_ns = Ns(figures.ru_utime);
  usage->system_ns = Ns(figures.ru_stime);
  usage->cpu_ns = usage->user_ns + usage->system_ns;
  usage->voluntary_switches = figures.ru_nvcsw;
  usage->forced_switches = figures.ru_nivcsw;
  usage->minor_faults = figures.ru_minflt;
  usage->major_faults = figures.ru_majflt;
  usage->max_rss_bytes = figures.ru_maxrss * 1024;
  usage->io_read_bytes = figures.ru_inblock * kBlockBytes;
  usage->io_write_bytes = figures.ru_oublock * kBlockBytes;
  if (report->sampled_cpu_ns > usage->cpu_ns) usage->cpu_ns = report->sampled_cpu_ns;
  usage->memory_peak_bytes = report->memory_sampler != 0 ? report->sampled_peak_bytes : usage->max_rss_bytes;
}

int CollectDisk(int mount, int64_t own_inodes, plan::Usage* usage) {
  struct statfs status;
  if (fstatfs(mount, &status) != 0) return errno;
  usage->disk_bytes =
      static_cast<int64_t>((status.f_blocks - status.f_bfree) * static_cast<uint64_t>(status.f_bsize));
  usage->disk_inodes = static_cast<int64_t>(status.f_files - status.f_ffree) - own_inodes;
  usage->disk_full = status.f_bfree == 0 || status.f_ffree == 0 ? 1 : 0;
  return 0;
}

void SubtractSetup(int64_t setup_ns, plan::Usage* usage) {
  usage->cpu_ns = usage->cpu_ns > setup_ns ? usage->cpu_ns - setup_ns : 0;
  if (usage->user_ns > usage->cpu_ns) usage->user_ns = usage->cpu_ns;
  usage->system_ns = usage->cpu_ns - usage->user_ns;
}

void ChargeRunningTasks() {
  constexpr int kFew = 8;
  cpu_set_t ours, one;
  if (sched_getaffinity(0, sizeof ours, &ours) != 0 || CPU_COUNT(&ours) > kFew) return;
  const int here = sched_getcpu();
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (cpu == here || !CPU_ISSET(cpu, &ours)) continue;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    sched_setaffinity(0, sizeof one, &one);
  }
  sched_setaffinity(0, sizeof ours, &ours);
}

int64_t NextCpuLookNs(int64_t remaining_ns, int64_t since_ns) {
  constexpr int64_t kSoonNs = 250'000, kLateNs = 2'000'000;
  const int64_t least_ns = since_ns > 0 ? kSoonNs : kLateNs;
  const int64_t soonest_ns = remaining_ns / CountOwnCpus();
  return soonest_ns > least_ns ? soonest_ns : least_ns;
}

}  // namespace jail::cgroup
