#include "jail/watch/limit_hits.h"

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <string>
#include <utility>

#include "jail/base/errno_name.h"
#include "jail/base/units.h"
#include "jail/watch/language_limit.h"
#include "jail/watch/verdict.h"

namespace jail::watch {
namespace {

using plan::KillReason;
using v1::Limits;

// A limit on time has come: the program was killed for it, or asked to end.
bool TimeIsUp(const PhaseFacts& facts, KillReason reason) {
  return Killed(facts, reason) || (facts.report.has_value() && facts.report->grace_reason == reason);
}

// Who is asked to end is busy again, so with a grace it counts from the asking.
int64_t IdleOvershootNs(const PhaseFacts& facts) {
  const plan::RawReport& report = *facts.report;
  if (report.grace_ns > 0) return report.end_ns - report.grace_ns;
  return report.end_ns - report.busy_at_ns - facts.phase->limits().idle_time_ms() * kNsPerMs;
}

int64_t CpuNs(const PhaseFacts& facts) { return facts.report->usage.cpu_ns; }
int64_t WallNs(const PhaseFacts& facts) { return facts.report->end_ns - facts.report->exec_ns; }

// RLIMIT_CPU, the second line, speaks by these two. Both can be sent by anyone, so the measured time
// must agree.
bool CpuSignal(const PhaseFacts& facts) {
  const Exit exit = ExitOf(facts);
  return exit.signal == SIGXCPU || exit.signal == SIGKILL;
}

// On v1 the kernel kills the program; on v2 all of the group, init with it, so that nobody is left to say
// how the program ended.
bool EndedByMemory(const PhaseFacts& facts) {
  if (Killed(facts, KillReason::kMemory) || ExitOf(facts).signal == SIGKILL) return true;
  const int init = facts.report->init_status;
  return Killed(facts, KillReason::kNone) && WIFSIGNALED(init) && WTERMSIG(init) == SIGKILL;
}

// Which of the two ran out is only known by which is nearer its limit: the limits are divided among
// several mounts, and one full mount is enough.
bool InodesNearer(const PhaseFacts& facts) {
  const plan::Usage& usage = facts.report->usage;
  const Limits& limits = facts.phase->limits();
  if (usage.disk_inodes < 0 || limits.disk_inodes() <= 0) return false;
  if (usage.disk_bytes < 0 || limits.disk_bytes() <= 0) return true;
  const double inodes = static_cast<double>(usage.disk_inodes) / static_cast<double>(limits.disk_inodes());
  const double bytes = static_cast<double>(usage.disk_bytes) / static_cast<double>(limits.disk_bytes());
  return inodes > bytes;
}

bool DiskBytesReached(const PhaseFacts& facts) { return DiskFull(facts) && !InodesNearer(facts); }
bool DiskInodesReached(const PhaseFacts& facts) { return DiskFull(facts) && InodesNearer(facts); }

int64_t None(const PhaseFacts&) { return 0; }
bool Never(const PhaseFacts&) { return false; }

struct Row {
  v1::Resource resource;
  bool (*reached)(const PhaseFacts&);
  int64_t (*limit)(const Limits&);
  int64_t (*observed)(const PhaseFacts&);
  int64_t (*events)(const PhaseFacts&);
  bool (*ended_run)(const PhaseFacts&);
  // Only for time limits: how much more there was in the end, in ns.
  int64_t (*overshoot_ns)(const PhaseFacts&) = nullptr;
  // Only for a limit of the language's own: its name.
  std::string (*language_limit)(const PhaseFacts&) = nullptr;
};

using F = PhaseFacts;
using L = Limits;

constexpr Row kRows[] = {
    {v1::RESOURCE_CPU_TIME_MS, CpuTimeReached, [](const L& l) -> int64_t { return l.cpu_time_ms(); },
     [](const F& f) -> int64_t { return CpuNs(f) / kNsPerMs; }, None,
     [](const F& f) { return TimeIsUp(f, KillReason::kCpuTime) || CpuSignal(f); },
     [](const F& f) -> int64_t { return CpuNs(f) - f.phase->limits().cpu_time_ms() * kNsPerMs; }},
    {v1::RESOURCE_WALL_TIME_MS, WallTimeReached, [](const L& l) -> int64_t { return l.wall_time_ms(); },
     [](const F& f) -> int64_t { return WallNs(f) / kNsPerMs; }, None, [](const F&) { return true; },
     [](const F& f) -> int64_t { return WallNs(f) - f.phase->limits().wall_time_ms() * kNsPerMs; }},
    {v1::RESOURCE_IDLE_TIME_MS, IdleTimeReached, [](const L& l) -> int64_t { return l.idle_time_ms(); },
     [](const F& f) -> int64_t { return f.phase->limits().idle_time_ms(); }, None,
     [](const F&) { return true; }, IdleOvershootNs},
    {v1::RESOURCE_MEMORY_BYTES, MemoryReached, [](const L& l) -> int64_t { return l.memory_bytes(); },
     [](const F& f) { return std::max<int64_t>(f.report->usage.memory_peak_bytes, 0); },
     [](const F& f) -> int64_t { return f.report->usage.oom_kills; }, EndedByMemory},
    {v1::RESOURCE_MEMORY_BYTES, LanguageMemoryReached, [](const L& l) -> int64_t { return l.memory_bytes(); },
     [](const F& f) -> int64_t { return std::max<int64_t>(f.report->usage.memory_peak_bytes, 0); },
     [](const F&) -> int64_t { return 1; }, [](const F&) { return true; }, nullptr,
     [](const F& f) { return FindMemorySign(f)->limit(); }},
    {v1::RESOURCE_PROCESSES, ProcessesReached, [](const L& l) -> int64_t { return l.processes(); },
     [](const F& f) -> int64_t { return std::max<int64_t>(f.report->usage.pids_peak, 0); },
     [](const F& f) -> int64_t { return f.report->usage.pids_denied; }, Never},
    {v1::RESOURCE_FILE_BYTES, FileSizeReached, [](const L& l) -> int64_t { return l.file_bytes(); }, None,
     [](const F&) -> int64_t { return 1; }, [](const F&) { return true; }},
    {v1::RESOURCE_DISK_BYTES, DiskBytesReached, [](const L& l) -> int64_t { return l.disk_bytes(); },
     [](const F& f) -> int64_t { return f.report->usage.disk_bytes; }, None, Never},
    {v1::RESOURCE_DISK_INODES, DiskInodesReached, [](const L& l) -> int64_t { return l.disk_inodes(); },
     [](const F& f) -> int64_t { return f.report->usage.disk_inodes; }, None, Never},
    {v1::RESOURCE_STDOUT_BYTES, StdoutReached, [](const L& l) -> int64_t { return l.output_bytes(); },
     [](const F& f) -> int64_t { return f.stdout_stream.total_bytes; }, None,
     [](const F& f) { return Killed(f, KillReason::kOutput); }},
    {v1::RESOURCE_STDERR_BYTES, StderrReached, [](const L& l) -> int64_t { return l.output_bytes(); },
     [](const F& f) -> int64_t { return f.stderr_stream.total_bytes; }, None,
     [](const F& f) { return Killed(f, KillReason::kOutput); }},
};

KillReason ReasonOf(v1::Resource resource) {
  switch (resource) {
    case v1::RESOURCE_CPU_TIME_MS:
      return KillReason::kCpuTime;
    case v1::RESOURCE_WALL_TIME_MS:
      return KillReason::kWallTime;
    case v1::RESOURCE_IDLE_TIME_MS:
      return KillReason::kIdleTime;
    default:
      return KillReason::kNone;
  }
}

void SetGrace(const PhaseFacts& facts, v1::LimitHit* hit) {
  const plan::RawReport& report = *facts.report;
  if (report.grace_reason == KillReason::kNone || report.grace_reason != ReasonOf(hit->resource())) return;
  v1::Grace* grace = hit->mutable_grace();
  grace->set_began_us((report.grace_ns - report.exec_ns) / 1000);
  grace->set_used_us(std::max<int64_t>(report.end_ns - report.grace_ns, 0) / 1000);
  // The kernel's kill for memory is no decision of the helper's.
  grace->set_killed(report.kill_reason != KillReason::kNone || MemoryReached(facts));
  grace->set_whole_group(report.grace_whole_group == 1);
  if (report.grace_error != 0) grace->set_error_name(ErrnoName(report.grace_error));
}

}  // namespace

bool Killed(const PhaseFacts& facts, KillReason reason) {
  return facts.report.has_value() && facts.report->kill_reason == reason;
}

// "Within every limit" is what OK means, so more than the limit counts even when the program ended
// before anyone had to end it. But what it uses in the grace after another limit was given to it.
bool CpuTimeReached(const PhaseFacts& facts) {
  if (!facts.reached_exec()) return false;
  if (facts.report->grace_reason != KillReason::kNone) return TimeIsUp(facts, KillReason::kCpuTime);
  return Killed(facts, KillReason::kCpuTime) || CpuNs(facts) > facts.phase->limits().cpu_time_ms() * kNsPerMs;
}

bool WallTimeReached(const PhaseFacts& facts) { return TimeIsUp(facts, KillReason::kWallTime); }

bool IdleTimeReached(const PhaseFacts& facts) { return TimeIsUp(facts, KillReason::kIdleTime); }

bool MemoryReached(const PhaseFacts& facts) {
  return facts.report.has_value() &&
         (Killed(facts, KillReason::kMemory) || facts.report->usage.oom_kills > 0);
}

bool LanguageMemoryReached(const PhaseFacts& facts) { return FindMemorySign(facts) != nullptr; }

bool FileSizeReached(const PhaseFacts& facts) { return ExitOf(facts).signal == SIGXFSZ; }
bool DiskFull(const PhaseFacts& facts) {
  return facts.report.has_value() && facts.report->usage.disk_full == 1;
}
bool StdoutReached(const PhaseFacts& facts) { return facts.stdout_stream.truncated; }
bool StderrReached(const PhaseFacts& facts) { return facts.stderr_stream.truncated; }
bool ProcessesReached(const PhaseFacts& facts) {
  return facts.report.has_value() && facts.report->usage.pids_denied > 0;
}

std::vector<v1::LimitHit> FindLimitHits(const PhaseFacts& facts) {
  std::vector<v1::LimitHit> hits;
  for (const Row& row : kRows) {
    if (!row.reached(facts)) continue;
    v1::LimitHit hit;
    hit.set_resource(row.resource);
    hit.set_limit(row.limit(facts.phase->limits()));
    hit.set_observed(row.observed(facts));
    hit.set_events(row.events(facts));
    hit.set_ended_run(row.ended_run(facts));
    if (row.overshoot_ns != nullptr && hit.ended_run()) {
      hit.set_overshoot_us(std::max<int64_t>(row.overshoot_ns(facts), 0) / 1000);
    }
    if (row.language_limit != nullptr) hit.set_language_limit(row.language_limit(facts));
    SetGrace(facts, &hit);
    hits.push_back(std::move(hit));
  }
  return hits;
}

}  // namespace jail::watch
