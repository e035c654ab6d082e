#include "jail/watch/record.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>

#include <cerrno>

#include "absl/strings/match.h"
#include "jail/watch/isolation.h"
#include "tests/unit/watch/facts_for_tests.h"

namespace jail::watch {
namespace {

using plan::CgroupKind;
using plan::StepId;
using ::testing::HasSubstr;
using v1::Isolation;

MATCHER_P(EqualsProto, text, "") {
  std::decay_t<decltype(arg)> expected;
  if (!google::protobuf::TextFormat::ParseFromString(text, &expected)) return false;
  *result_listener << arg.DebugString();
  return google::protobuf::util::MessageDifferencer::Equals(arg, expected);
}

v1::ResultRecord Record(TestPhase& phase) {
  v1::ResultRecord record;
  const Judgement judgement = Judge(phase.facts);
  AddPhase(std::move(phase.facts), judgement, &record);
  return record;
}

TEST(RecordTest, OutputIsByteForByte) {
  TestPhase phase;
  phase.facts.stdout_stream = {std::string("\0\xff", 2), "t", 9, true};
  const v1::PhaseResult result = Record(phase).phases(0);
  EXPECT_EQ(result.stdout().content(), std::string("\0\xff", 2));
  EXPECT_EQ(result.stdout().tail(), "t");
  EXPECT_EQ(result.stdout().total_bytes(), 9);
  EXPECT_TRUE(result.stdout().truncated());
}

TEST(RecordTest, UsageLeavesOutWhatTheHostCannotTell) {
  TestPhase phase;
  phase.report().usage.memory_peak_bytes = 1000;
  phase.report().usage.max_rss_bytes = 1500;
  phase.report().usage.user_ns = 300'000'000;
  phase.report().usage.system_ns = 200'000'000;
  EXPECT_THAT(Record(phase).phases(0).usage(), EqualsProto(R"pb(
                wall_time_us: 1000000
                cpu_time_us: 500000
                user_time_us: 300000
                system_time_us: 200000
                memory_peak_bytes: 1000
                memory_source: SOURCE_CGROUP_V1
                cpu_source: SOURCE_CGROUP_V1
                largest_process_bytes: 1500
              )pb"));
}

TEST(RecordTest, MemoryFigureNamesItsSource) {
  TestPhase sampled;
  sampled.report().memory_cgroup = CgroupKind::kNone;
  sampled.report().memory_sampler = 1;
  sampled.report().sampled_peak_bytes = 500;
  sampled.report().usage.max_rss_bytes = 400;
  const v1::Usage usage = Record(sampled).phases(0).usage();
  EXPECT_EQ(usage.memory_source(), v1::Usage::SOURCE_SAMPLER);
  EXPECT_EQ(usage.memory_peak_bytes(), 500);
  TestPhase neither;
  neither.report().memory_cgroup = CgroupKind::kNone;
  neither.report().usage.max_rss_bytes = 400;
  const v1::Usage rusage = Record(neither).phases(0).usage();
  EXPECT_EQ(rusage.memory_source(), v1::Usage::SOURCE_RUSAGE);
  EXPECT_EQ(rusage.memory_peak_bytes(), 400);
}

TEST(RecordTest, ExitIsOneOfCodeSignalOrNothing) {
  TestPhase coded;
  coded.Exit(7);
  EXPECT_EQ(Record(coded).phases(0).exit_code(), 7);
  TestPhase signaled;
  signaled.Die(SIGSEGV);
  EXPECT_EQ(Record(signaled).phases(0).term_signal(), SIGSEGV);
  TestPhase killed;
  killed.Kill(plan::KillReason::kWallTime);
  EXPECT_EQ(Record(killed).phases(0).exit_case(), v1::PhaseResult::EXIT_NOT_SET);
}

TEST(RecordTest, DeniedCallsAreNamed) {
  TestPhase phase;
  phase.report().denied_calls = 12;
  phase.report().violation_count = 3;
  phase.report().violations[0] = {SYS_ptrace, AUDIT_ARCH_X86_64, {16, 1}, 10, EPERM, 0};
  phase.report().violations[1] = {SYS_clone, AUDIT_ARCH_X86_64, {CLONE_NEWUSER}, 1, EPERM, 0};
  phase.report().violations[2] = {9999, AUDIT_ARCH_X86_64, {}, 2, ENOSYS, 0};
  const v1::PhaseResult result = Record(phase).phases(0);
  EXPECT_EQ(result.denied_calls(), 12);
  ASSERT_EQ(result.violations_size(), 3);
  EXPECT_THAT(
      result.violations(0), EqualsProto(R"pb(
        syscall: "ptrace"
        number: 101
        arch: "x86_64"
        args: [ 16, 1, 0, 0, 0, 0 ]
        count: 10
        answer: "EPERM"
        text: "ptrace(PTRACE_ATTACH, 1, 0, 0)"
        decided_by: "policy \"default\": no rule names this call"
        to_allow: "policy/default.textproto: rules { syscalls: \"ptrace\" action { allow: true } because: \"...\" }"
      )pb"));
  EXPECT_THAT(result.violations(1).decided_by(),
              HasSubstr("group \"processes\": allowed, but not with such arguments: threads and children"));
  EXPECT_THAT(result.violations(1).to_allow(), HasSubstr("widen the `when` of the rule that names clone"));
  EXPECT_EQ(result.violations(2).syscall(), "unknown");
  EXPECT_EQ(result.violations(2).answer(), "ENOSYS");
  EXPECT_EQ(result.violations(2).to_allow(), "") << "policies are written in names";
}

TEST(RecordTest, CountsOfAHostileReportStayWithinTheArrays) {
  TestPhase phase;
  phase.report().violation_count = 1 << 30;
  phase.report().missing_count = -5;
  EXPECT_EQ(Record(phase).phases(0).violations_size(), plan::kMaxViolations);
}

TEST(RecordTest, SamplesHaveTheOutputOfTheirTime) {
  TestPhase phase;
  plan::RawReport& report = phase.report();
  report.sample_count = 2;
  report.samples[0].at_ns = report.exec_ns + 10'000'000;
  report.samples[1].at_ns = report.exec_ns + 20'000'000;
  phase.facts.output_curve = {{report.exec_ns + 5'000'000, 7, 0}, {report.exec_ns + 15'000'000, 9, 2}};
  v1::ResultRecord record;
  AddPhase(std::move(phase.facts), Judgement(), &record);
  ASSERT_EQ(record.timeline().samples_size(), 2);
  EXPECT_EQ(record.timeline().samples(0).stdout_bytes(), 7);
  EXPECT_EQ(record.timeline().samples(1).stdout_bytes(), 9);
  EXPECT_EQ(record.timeline().samples(1).stderr_bytes(), 2);
}

TEST(RecordTest, SwitchesThatSamplesExplainLeaveTheTimesTrusted) {
  TestPhase phase;
  phase.report().usage.forced_switches = 100;
  EXPECT_EQ(Record(phase).phases(0).timing().trust(), v1::Timing::TRUST_LOW);
  phase.report().samples_taken = 60;
  EXPECT_EQ(Record(phase).phases(0).timing().trust(), v1::Timing::TRUST_HIGH);
}

TEST(RecordTest, StepsThatWereDoneHaveTheirTimes) {
  TestPhase phase(v1::PhasePlan::KIND_COMPILE);
  phase.report().times[static_cast<int>(StepId::kMountProc)] = {phase.facts.started_ns + 1'000'000,
                                                                phase.facts.started_ns + 1'250'000};
  phase.report().times[static_cast<int>(StepId::kPivotRoot)] = {phase.facts.started_ns + 2'000'000, 0};
  const v1::ResultRecord record = Record(phase);
  ASSERT_EQ(record.timeline().steps_size(), 1);
  EXPECT_THAT(record.timeline().steps(0),
              EqualsProto(R"pb(
                phase: "compile" step: "mount_proc" start_us: 1000 duration_us: 250
              )pb"));
  EXPECT_EQ(record.timeline().setup_us(), 1'000'000);
}

TEST(RecordTest, PhaseThatNeverStartedHasNoUsageAndNoLayers) {
  TestPhase phase;
  phase.StopBeforeExec(StepId::kMountProc, EPERM);
  const v1::ResultRecord record = Record(phase);
  EXPECT_FALSE(record.phases(0).has_usage());
  EXPECT_EQ(record.phases(0).limits_size(), 0);
  EXPECT_EQ(record.isolation().layers_size(), 0);
  EXPECT_EQ(record.isolation().mode(), Isolation::MODE_PRIVILEGED);
}

// --- Isolation ---

Isolation::Layer FindLayer(const Isolation& isolation, v1::Protection protection) {
  for (const Isolation::Layer& layer : isolation.layers()) {
    if (layer.protection() == protection) return layer;
  }
  ADD_FAILURE() << v1::Protection_Name(protection) << " is not reported";
  return {};
}

TEST(IsolationTest, EveryProtectionIsReportedOnce) {
  const TestPhase phase;
  const Isolation isolation = DescribeIsolation(phase.facts);
  EXPECT_EQ(isolation.layers_size(), v1::Protection_descriptor()->value_count() - 1);
  for (int i = 1; i < v1::Protection_descriptor()->value_count(); ++i) {
    const auto protection = static_cast<v1::Protection>(v1::Protection_descriptor()->value(i)->number());
    const Isolation::Layer layer = FindLayer(isolation, protection);
    EXPECT_EQ(layer.state(), Isolation::STATE_ENFORCED) << layer.DebugString();
    EXPECT_NE(layer.mechanism(), "");
  }
}

TEST(IsolationTest, LandlockIsMissedOnlyByWhoAskedForIt) {
  TestPhase phase;
  phase.report().landlock_abi = 0;
  const auto state = [&phase] {
    return FindLayer(DescribeIsolation(phase.facts), v1::PROTECTION_LANDLOCK).state();
  };
  EXPECT_EQ(state(), Isolation::STATE_NOT_REQUESTED);
  phase.plan.add_required_protections(v1::PROTECTION_LANDLOCK);
  EXPECT_EQ(state(), Isolation::STATE_UNAVAILABLE);
}

TEST(IsolationTest, VerifiedIsWhatWasReadBack) {
  TestPhase phase;
  EXPECT_TRUE(FindLayer(DescribeIsolation(phase.facts), v1::PROTECTION_PID_NAMESPACE).verified());
  phase.report().verified.pid_ns = 0;
  EXPECT_FALSE(FindLayer(DescribeIsolation(phase.facts), v1::PROTECTION_PID_NAMESPACE).verified());
}

TEST(IsolationTest, WhatWasGoneWithoutIsUnavailableWithItsReason) {
  TestPhase phase;
  phase.report().missing_count = 1;
  phase.report().missing[0] = {StepId::kMakeCgroup, 0, EROFS, v1::PROTECTION_MEMORY_CGROUP};
  const Isolation::Layer layer = FindLayer(DescribeIsolation(phase.facts), v1::PROTECTION_MEMORY_CGROUP);
  EXPECT_EQ(layer.state(), Isolation::STATE_UNAVAILABLE);
  EXPECT_EQ(layer.detail(), "make_cgroup: EROFS");
  EXPECT_FALSE(layer.verified());
}

TEST(IsolationTest, RootlessRunHasNoPrivateUid) {
  TestPhase phase;
  phase.report().privileged = 0;
  const Isolation isolation = DescribeIsolation(phase.facts);
  EXPECT_EQ(isolation.mode(), Isolation::MODE_ROOTLESS);
  for (const v1::Protection protection :
       {v1::PROTECTION_PRIVATE_UID, v1::PROTECTION_SEPARATE_INIT_UID, v1::PROTECTION_NO_GROUPS}) {
    EXPECT_EQ(FindLayer(isolation, protection).state(), Isolation::STATE_UNAVAILABLE);
    EXPECT_THAT(FindLayer(isolation, protection).detail(), HasSubstr("rootless"));
  }
}

TEST(IsolationTest, RequiredLayerThatIsMissingIsAFault) {
  TestPhase phase;
  phase.plan.add_required_protections(v1::PROTECTION_PRIVATE_UID);
  CheckRequired(&phase.facts);
  EXPECT_FALSE(phase.facts.our_fault);
  phase.report().privileged = 0;
  CheckRequired(&phase.facts);
  EXPECT_EQ(phase.facts.our_fault.subject, "PROTECTION_PRIVATE_UID");
  EXPECT_EQ(Judge(phase.facts).verdict, v1::VERDICT_JAIL_ERROR);
}

// --- Limits ---

TEST(LimitReportTest, EveryLimitIsReportedWithItsMechanism) {
  TestPhase phase;
  const std::vector<v1::LimitReport> limits = DescribeLimits(phase.facts);
  EXPECT_EQ(limits.size(), 11u);
  for (const v1::LimitReport& limit : limits) {
    EXPECT_EQ(limit.effective(), limit.requested()) << limit.DebugString();
    EXPECT_NE(limit.mechanism(), "");
  }
  phase.phase.mutable_limits()->set_cpu_millicores(500);
  EXPECT_EQ(DescribeLimits(phase.facts).size(), 12u);
}

TEST(LimitReportTest, ARateThatNothingHoldsHasNoMechanismButAReason) {
  TestPhase phase;
  phase.phase.mutable_limits()->set_cpu_millicores(500);
  phase.phase.mutable_limits()->set_io_read_bytes_per_second(1 << 20);
  phase.report().effective_io_read_bytes_per_second = -1;
  int seen = 0;
  for (const v1::LimitReport& limit : DescribeLimits(phase.facts)) {
    if (limit.resource() != v1::RESOURCE_CPU_MILLICORES &&
        limit.resource() != v1::RESOURCE_IO_READ_BYTES_PER_SECOND)
      continue;
    ++seen;
    EXPECT_FALSE(limit.has_effective());
    EXPECT_EQ(limit.mechanism(), "") << "nothing stands in";
    EXPECT_THAT(limit.detail(), HasSubstr("controller"));
  }
  EXPECT_EQ(seen, 2);
}

TEST(LimitReportTest, CpusAreCountedAndNamed) {
  TestPhase phase;
  phase.phase.mutable_limits()->set_cpu_set("0-1,3");
  phase.report().effective_cpus.words[0] = 0b1011;
  const v1::LimitReport limit = DescribeLimits(phase.facts).back();
  EXPECT_EQ(limit.resource(), v1::RESOURCE_CPU_SET);
  EXPECT_EQ(limit.requested(), 3);
  EXPECT_EQ(limit.effective(), 3);
  EXPECT_EQ(limit.cpus(), "0-1,3");
}

TEST(LimitReportTest, WhatIsNotInForceHasNoEffectiveValue) {
  TestPhase phase;
  phase.report().memory_cgroup = CgroupKind::kNone;
  phase.report().effective_memory_bytes = -1;
  phase.report().verified.rlimits = 0;
  for (const v1::LimitReport& limit : DescribeLimits(phase.facts)) {
    const bool by_rlimit = absl::StartsWith(limit.mechanism(), "RLIMIT");
    const bool memory = limit.resource() == v1::RESOURCE_MEMORY_BYTES;
    EXPECT_EQ(limit.has_effective(), !by_rlimit && !memory) << limit.DebugString();
  }
}

TEST(LimitReportTest, StandInsAreNamed) {
  TestPhase phase;
  phase.report().memory_cgroup = phase.report().pids_cgroup = CgroupKind::kNone;
  phase.report().memory_sampler = phase.report().rlimit_processes = 1;
  for (const v1::LimitReport& limit : DescribeLimits(phase.facts)) {
    if (limit.resource() == v1::RESOURCE_MEMORY_BYTES) {
      EXPECT_THAT(limit.mechanism(), HasSubstr("sampler"));
    }
    if (limit.resource() == v1::RESOURCE_PROCESSES) {
      EXPECT_EQ(limit.mechanism(), "RLIMIT_NPROC");
    }
  }
}

}  // namespace
}  // namespace jail::watch
