#include "jail/cgroup/samples.h"

#include "jail/base/sys.h"
#include "jail/cgroup/sampler.h"

namespace jail::cgroup {
namespace {

constexpr int64_t kBusyNs = 1'000'000;  // Less CPU time than this is no use of it.

void Raise(int64_t value, int64_t* peak) {
  if (value > *peak) *peak = value;
}

// Every other one goes, and from now on half as many come.
void Thin(plan::RawReport* report) {
  report->sample_count /= 2;
  for (int i = 0; i < report->sample_count; ++i) report->samples[i] = report->samples[2 * i];
  report->sample_interval_ns *= 2;
}

int64_t IdleLimitNs(const plan::Limits& limits) { return int64_t{limits.idle_time_ms} * 1'000'000; }

// Since the program last used the CPU.
int64_t IdleNs(const plan::ResourceSample& sample, plan::RawReport* report) {
  if (report->busy_at_ns == 0) report->busy_at_ns = report->exec_ns;
  if (sample.cpu_ns - report->busy_cpu_ns >= kBusyNs) {
    report->busy_at_ns = sample.at_ns;
    report->busy_cpu_ns = sample.cpu_ns;
  }
  return sample.at_ns - report->busy_at_ns;
}

plan::KillReason EnforceStoodIn(const plan::ResourceSample& sample, const plan::Limits& limits,
                                plan::RawReport* report) {
  Raise(sample.memory_bytes, &report->sampled_peak_bytes);
  Raise(sample.cpu_ns, &report->sampled_cpu_ns);
  Raise(sample.processes, &report->usage.pids_peak);
  if (report->memory_sampler != 0 && sample.memory_bytes > limits.memory_bytes)
    return plan::KillReason::kMemory;
  const bool too_long = sample.cpu_ns >= limits.cpu_time_us * 1000 + SetupCpuNs(*report);
  return report->cpu_cgroup == plan::CgroupKind::kNone && too_long ? plan::KillReason::kCpuTime
                                                                   : plan::KillReason::kNone;
}

}  // namespace

bool StandsIn(const plan::RawReport& report) {
  return report.memory_sampler != 0 || report.cpu_cgroup == plan::CgroupKind::kNone;
}

int Sample(const Jail& jail, plan::RawReport* report, plan::ResourceSample* sample) {
  *sample = {NowNs(), 0, -1, -1, -1, -1};
  const int error = StandsIn(*report) ? TakeSample(jail.proc, jail.init, jail.scratch, sample)
                                      : jail.cgroups->backend->sample(*jail.cgroups, sample);
  ++report->samples_taken;
  if (error == 0) AddSample(*sample, report);
  return error;
}

int64_t NextSampleNs(const plan::Limits& limits, const plan::RawReport& report) {
  const int64_t wait_ns = StandsIn(report) ? kSampleIntervalNs : report.sample_interval_ns;
  const int64_t tenth_ns = IdleLimitNs(limits) / 10;
  return tenth_ns > 0 && tenth_ns < wait_ns ? tenth_ns : wait_ns;
}

plan::KillReason EnforceSampled(const plan::ResourceSample& sample, const plan::Limits& limits,
                                plan::RawReport* report) {
  const plan::KillReason reason =
      StandsIn(*report) ? EnforceStoodIn(sample, limits, report) : plan::KillReason::kNone;
  if (reason != plan::KillReason::kNone || limits.idle_time_ms == 0) return reason;
  return IdleNs(sample, report) >= IdleLimitNs(limits) ? plan::KillReason::kIdleTime
                                                       : plan::KillReason::kNone;
}

void AddSample(const plan::ResourceSample& sample, plan::RawReport* report) {
  Raise(sample.anon_bytes, &report->usage.anon_peak_bytes);
  Raise(sample.file_bytes, &report->usage.file_peak_bytes);
  const int count = report->sample_count;
  if (count > 0 && sample.at_ns - report->samples[count - 1].at_ns < report->sample_interval_ns) return;
  if (count == plan::kMaxSamples) Thin(report);
  report->samples[report->sample_count++] = sample;
}

}  // namespace jail::cgroup
