// A phase that went well, for tests to spoil.
#ifndef TESTS_UNIT_WATCH_FACTS_FOR_TESTS_H_
#define TESTS_UNIT_WATCH_FACTS_FOR_TESTS_H_

#include <memory>

#include "jail/watch/facts.h"

namespace jail::watch {

inline constexpr int64_t kSecondNs = 1'000'000'000;

// Owns what PhaseFacts only points to.
struct TestPhase {
  explicit TestPhase(v1::PhasePlan::Kind kind = v1::PhasePlan::KIND_RUN) {
    plan.set_runtime("python");
    phase.set_kind(kind);
    phase.set_policy("default");
    v1::Limits& limits = *phase.mutable_limits();
    limits.set_cpu_time_ms(2000);
    limits.set_wall_time_ms(5000);
    limits.set_memory_bytes(int64_t{256} << 20);
    limits.set_processes(50);
    limits.set_output_bytes(1 << 20);
    limits.set_file_bytes(int64_t{16} << 20);
    limits.set_disk_bytes(int64_t{64} << 20);
    limits.set_disk_inodes(4096);
    limits.set_open_files(256);
    limits.set_stack_bytes(int64_t{8} << 20);
    facts.plan = &plan;
    facts.phase = &phase;
    facts.helper_end = {true, false, 0};
    facts.started_ns = 9 * kSecondNs;
    plan::RawReport& raw = facts.report.emplace();
    raw.magic = plan::kReportMagic;
    raw.version = plan::kVersion;
    raw.privileged = 1;
    raw.finished = 1;
    raw.program_ended = 1;
    raw.exec_ns = 10 * kSecondNs;
    raw.end_ns = 11 * kSecondNs;
    raw.host.step = plan::StepId::kGiveBackUid;
    raw.child.step = plan::StepId::kExec;
    raw.usage.cpu_ns = kSecondNs / 2;
    raw.usage.pids_peak = raw.usage.pids_denied = -1;
    raw.usage.disk_bytes = raw.usage.disk_inodes = -1;
    raw.usage.io_read_bytes = raw.usage.io_write_bytes = -1;
    raw.memory_cgroup = raw.cpu_cgroup = raw.pids_cgroup = plan::CgroupKind::kV1;
    raw.effective_memory_bytes = int64_t{256} << 20;
    raw.effective_processes = 50;
    raw.effective_cpu_millicores = -1;
    raw.usage.anon_peak_bytes = raw.usage.file_peak_bytes = raw.usage.throttled_ns = -1;
    raw.host_uid = 1900000001;
    raw.init_host_uid = 1900000000;
    raw.memfd_noexec = raw.nested_namespaces_off = 1;
    raw.landlock_abi = 6;
    raw.verified = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0};
  }
  TestPhase(const TestPhase&) = delete;
  TestPhase& operator=(const TestPhase&) = delete;

  plan::RawReport& report() { return *facts.report; }
  void Exit(int code) { report().program_status = code << 8; }
  void Die(int signal) { report().program_status = signal; }
  void Kill(plan::KillReason reason) {
    report().kill_reason = reason;
    report().kill_ns = report().end_ns - 3'000'000;
    report().program_ended = 0;
  }
  // As a language that knows how to.
  void SayOutOfMemory() {
    v1::MemorySign* sign = phase.add_memory_signs();
    sign->set_limit("the heap's limit");
    sign->set_exit_code(1);
    sign->set_line_start("MemoryError");
    facts.stderr_stream.content = "MemoryError\n";
    Exit(1);
  }
  // The set-up stopped in this step of the jail's.
  void StopBeforeExec(plan::StepId step, int error) {
    report().exec_ns = 0;
    report().program_ended = 0;
    report().child.step = step;
    report().child.error = error;
  }

  v1::RunPlan plan;
  v1::PhasePlan phase;
  PhaseFacts facts;
};

}  // namespace jail::watch

#endif  // TESTS_UNIT_WATCH_FACTS_FOR_TESTS_H_
