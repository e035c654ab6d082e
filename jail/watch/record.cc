#include "jail/watch/record.h"

#include <sys/utsname.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "jail/base/errno_name.h"
#include "jail/base/sha256.h"
#include "jail/base/units.h"
#include "jail/watch/cleanup.h"
#include "jail/watch/denied.h"
#include "jail/watch/isolation.h"
#include "jail/watch/limit_hits.h"
#include "jail/watch/program_file.h"
#include "jail/watch/timing.h"

namespace jail::watch {
namespace {

using plan::CgroupKind;
using plan::RawReport;

v1::PhaseResult::Kind KindOf(const PhaseFacts& facts) {
  return facts.compiling() ? v1::PhaseResult::KIND_COMPILE : v1::PhaseResult::KIND_RUN;
}

void SetOutput(Captured captured, v1::Output* output) {
  output->set_content(std::move(captured.content));
  output->set_tail(std::move(captured.tail));
  output->set_total_bytes(captured.total_bytes);
  output->set_truncated(captured.truncated);
  output->set_sha256(std::move(captured.sha256));
}

v1::Usage::Source FromCgroup(CgroupKind kind, v1::Usage::Source otherwise) {
  if (kind == CgroupKind::kNone) return otherwise;
  return kind == CgroupKind::kV1 ? v1::Usage::SOURCE_CGROUP_V1 : v1::Usage::SOURCE_CGROUP_V2;
}

// The best figure there is: the cgroup's, the sampler's, or that of the largest process.
void SetMemory(const RawReport& report, v1::Usage* usage) {
  const v1::Usage::Source otherwise =
      report.memory_sampler == 1 ? v1::Usage::SOURCE_SAMPLER : v1::Usage::SOURCE_RUSAGE;
  // A kernel before 5.19 limits a group's memory and does not tell its peak.
  const CgroupKind teller = report.usage.memory_peak_bytes < 0 ? CgroupKind::kNone : report.memory_cgroup;
  usage->set_memory_source(FromCgroup(teller, otherwise));
  switch (usage->memory_source()) {
    case v1::Usage::SOURCE_SAMPLER:
      return usage->set_memory_peak_bytes(std::max(report.sampled_peak_bytes, report.usage.max_rss_bytes));
    case v1::Usage::SOURCE_RUSAGE:
      return usage->set_memory_peak_bytes(report.usage.max_rss_bytes);
    default:
      return usage->set_memory_peak_bytes(report.usage.memory_peak_bytes);
  }
}

void SetUsage(const RawReport& report, v1::Usage* usage) {
  const plan::Usage& raw = report.usage;
  usage->set_wall_time_us(std::max<int64_t>(report.end_ns - report.exec_ns, 0) / kNsPerUs);
  usage->set_cpu_time_us(raw.cpu_ns / kNsPerUs);
  usage->set_user_time_us(raw.user_ns / kNsPerUs);
  usage->set_system_time_us(raw.system_ns / kNsPerUs);
  usage->set_cpu_source(FromCgroup(report.cpu_cgroup, v1::Usage::SOURCE_RUSAGE));
  SetMemory(report, usage);
  // -1: this host cannot tell.
  if (raw.pids_peak >= 0) usage->set_processes_peak(static_cast<int32_t>(raw.pids_peak));
  if (raw.disk_bytes >= 0) usage->set_disk_bytes(raw.disk_bytes);
  if (raw.disk_inodes >= 0) usage->set_disk_inodes(raw.disk_inodes);
  if (raw.io_read_bytes >= 0) usage->set_io_read_bytes(raw.io_read_bytes);
  if (raw.io_write_bytes >= 0) usage->set_io_write_bytes(raw.io_write_bytes);
  usage->set_voluntary_switches(raw.voluntary_switches);
  usage->set_forced_switches(raw.forced_switches);
  if (raw.anon_peak_bytes >= 0) usage->set_memory_anonymous_peak_bytes(raw.anon_peak_bytes);
  if (raw.file_peak_bytes >= 0) usage->set_memory_file_peak_bytes(raw.file_peak_bytes);
  usage->set_largest_process_bytes(raw.max_rss_bytes);
  usage->set_minor_faults(raw.minor_faults);
  usage->set_major_faults(raw.major_faults);
}

v1::Timing TimingOf(const PhaseFacts& facts, const v1::Usage& usage) {
  TimingEvidence evidence;
  evidence.wall_us = usage.wall_time_us();
  evidence.cpu_us = usage.cpu_time_us();
  evidence.forced_switches = usage.forced_switches();
  evidence.samples = facts.report->samples_taken;
  evidence.stolen_us = facts.host_times.stolen_us;
  evidence.pressure_us = facts.host_times.pressure_us;
  if (facts.report->usage.throttled_ns >= 0)
    evidence.throttled_us = facts.report->usage.throttled_ns / kNsPerUs;
  return JudgeTiming(evidence);
}

void SetExit(const PhaseFacts& facts, v1::PhaseResult* phase) {
  const Exit exit = ExitOf(facts);
  if (!exit.known) return;
  if (exit.signal != 0) {
    phase->set_term_signal(exit.signal);
  } else {
    phase->set_exit_code(exit.code);
  }
}

void AddSteps(const PhaseFacts& facts, v1::Timeline* timeline) {
  for (int i = 1; i < plan::kStepCount; ++i) {
    const plan::StepTime& time = facts.report->times[i];
    const bool done = time.start_ns != 0 && time.end_ns >= time.start_ns;
    if (!done || time.start_ns < facts.started_ns) continue;  // While it was parked is not this job's time.
    v1::StepTime* step = timeline->add_steps();
    step->set_phase(facts.compiling() ? "compile" : "run");
    step->set_step(plan::kStepNames[i]);
    step->set_start_us((time.start_ns - facts.started_ns) / kNsPerUs);
    step->set_duration_us((time.end_ns - time.start_ns) / kNsPerUs);
  }
}

// The helper's samples and the pump's notes, by their common clock.
void AddSamples(const PhaseFacts& facts, v1::Timeline* timeline) {
  const RawReport& report = *facts.report;
  size_t note = 0;
  const int count = std::clamp(report.sample_count, 0, plan::kMaxSamples);
  for (int i = 0; i < count; ++i) {
    const plan::ResourceSample& raw = report.samples[i];
    v1::ResourceSample* sample = timeline->add_samples();
    sample->set_at_us((raw.at_ns - report.exec_ns) / kNsPerUs);
    sample->set_cpu_time_us(std::max<int64_t>(raw.cpu_ns - plan::SetupCpuNs(report), 0) / kNsPerUs);
    sample->set_memory_bytes(std::max<int64_t>(raw.memory_bytes, 0));
    if (raw.anon_bytes >= 0) sample->set_memory_anonymous_bytes(raw.anon_bytes);
    if (raw.file_bytes >= 0) sample->set_memory_file_bytes(raw.file_bytes);
    if (raw.processes >= 0) sample->set_processes(static_cast<int32_t>(raw.processes));
    const OutputNote output = OutputAt(facts.output_curve, raw.at_ns, &note);
    sample->set_stdout_bytes(output.stdout_bytes);
    sample->set_stderr_bytes(output.stderr_bytes);
  }
}

std::string Digest(const uint8_t (&sha256)[32]) { return std::string(std::begin(sha256), std::end(sha256)); }

void HashText(absl::string_view text, Sha256* hash) {
  // Its size first, so that no two lists of texts look the same.
  hash->Update(absl::StrCat(text.size(), ":"));
  hash->Update(text);
}

std::string FilesDigest(const google::protobuf::RepeatedPtrField<v1::SourceFile>& files) {
  Sha256 hash;
  for (const v1::SourceFile& file : files) {
    HashText(file.path(), &hash);
    HashText(file.content(), &hash);
  }
  return hash.Finish();
}

void SetSignals(const RawReport& report, v1::PhaseResult* phase) {
  phase->set_signal_count(report.signal_count);
  for (int i = 0; i < std::clamp(report.signal_count, 0, plan::kMaxSignals); ++i) {
    const plan::SentSignal& raw = report.signals[i];
    v1::SentSignal* sent = phase->add_signals();
    const char* name = sigabbrev_np(raw.number);
    sent->set_name(name == nullptr ? absl::StrCat(raw.number) : absl::StrCat("SIG", name));
    sent->set_at_us((raw.at_ns - report.exec_ns) / kNsPerUs);
    sent->set_whole_group(raw.whole_group == 1);
    if (raw.error != 0) sent->set_error_name(ErrnoName(raw.error));
  }
}

void AddReport(const PhaseFacts& facts, v1::PhaseResult* phase, v1::ResultRecord* record) {
  const RawReport& report = *facts.report;
  AddSteps(facts, record->mutable_timeline());
  *record->mutable_isolation() = DescribeIsolation(facts);
  if (!facts.reached_exec()) return;
  SetUsage(report, phase->mutable_usage());
  SetSignals(report, phase);
  if (!facts.compiling()) AddSamples(facts, record->mutable_timeline());
  *phase->mutable_timing() = TimingOf(facts, phase->usage());
  SetDeniedCalls(report, facts.phase->policy(), phase);
  record->mutable_timeline()->set_setup_us((report.exec_ns - facts.started_ns) / kNsPerUs);
  record->mutable_provenance()->set_policy(facts.phase->policy());
  record->mutable_provenance()->set_policy_sha256(Digest(report.policy_sha256));
  record->mutable_provenance()->set_rootfs_sha256(Digest(report.rootfs_sha256));
}

// The first phase's program is the compiler or interpreter. Roots other than this machine's hold others.
void DescribeRuntime(const v1::RunPlan& plan, v1::Provenance* provenance) {
  provenance->set_runtime(plan.runtime_version());
  const bool of_this_machine = !plan.has_image() && !plan.phases().empty();
  if (plan.runtime().empty() || !of_this_machine) return;
  ProgramFile program = IdentifyProgram(plan.phases(0).argv(0));
  provenance->set_runtime_program(std::move(program.path));
  provenance->set_runtime_build_id(std::move(program.build_id));
}

void DescribeRoot(const v1::RunPlan& plan, v1::Provenance::Root* root) {
  root->set_kind(plan.has_image() ? v1::Provenance::Root::KIND_IMAGE : v1::Provenance::Root::KIND_HOST);
  root->set_name(plan.rootfs());
  root->set_sha256(plan.image().sha256());
}

v1::PhaseResult::Start StartOf(const PhaseFacts& facts) {
  if (facts.parked_ns <= 0) return v1::PhaseResult::START_COLD;
  if (!facts.parked_runtime) return v1::PhaseResult::START_PARKED;
  return facts.report.has_value() && facts.report->zygote == 1 ? v1::PhaseResult::START_ZYGOTE
                                                               : v1::PhaseResult::START_RUNTIME;
}

}  // namespace

void AddPhase(PhaseFacts facts, const Judgement& judgement, v1::ResultRecord* record) {
  v1::PhaseResult* phase = record->add_phases();
  phase->set_kind(KindOf(facts));
  phase->set_verdict(judgement.verdict);
  phase->set_start(StartOf(facts));
  if (facts.parked_ns > 0) phase->set_parked_us(facts.parked_ns / kNsPerUs);
  SetExit(facts, phase);
  for (v1::LimitHit& hit : FindLimitHits(facts)) *phase->add_limit_hits() = std::move(hit);
  for (v1::LimitReport& limit : DescribeLimits(facts)) *phase->add_limits() = std::move(limit);
  if (facts.report) AddReport(facts, phase, record);
  AddCleanup(facts, record);
  SetOutput(std::move(facts.stdout_stream), phase->mutable_stdout());
  SetOutput(std::move(facts.stderr_stream), phase->mutable_stderr());
}

void DescribeJob(const v1::JobSpec& job, const v1::RunPlan& plan, v1::Provenance* provenance) {
  provenance->set_jail_version(JAIL_VERSION);
  provenance->set_language(job.has_compiled() ? plan.runtime() : job.language());
  DescribeRuntime(plan, provenance);
  provenance->set_variant(plan.variant());
  provenance->set_standard(plan.standard());
  provenance->set_rootfs(plan.rootfs());
  DescribeRoot(plan, provenance->mutable_root());
  provenance->set_source_sha256(FilesDigest(job.files()));
  if (job.has_compiled()) provenance->set_compiled_sha256(FilesDigest(job.compiled().products()));
  if (!plan.phases().empty()) *provenance->mutable_limits() = plan.phases().rbegin()->limits();
  utsname kernel;
  if (uname(&kernel) == 0) provenance->set_kernel_release(kernel.release);
}

}  // namespace jail::watch
