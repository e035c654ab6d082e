#include "jail/watch/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <string>
#include <vector>

#include "jail/watch/limit_hits.h"
#include "tests/unit/watch/facts_for_tests.h"

namespace jail::watch {
namespace {

using plan::KillReason;
using plan::StepId;
using ::testing::HasSubstr;

struct Expected {
  v1::Verdict verdict;
  std::string summary;
};

void ExpectJudged(const TestPhase& phase, v1::Verdict verdict, const std::string& summary) {
  const Judgement judgement = Judge(phase.facts);
  EXPECT_EQ(v1::Verdict_Name(judgement.verdict), v1::Verdict_Name(verdict));
  EXPECT_EQ(judgement.summary, summary);
}

TEST(VerdictTest, ExitZeroWithinEveryLimitIsOk) {
  ExpectJudged(TestPhase(), v1::VERDICT_OK, "Finished in 1.00 s.");
}

TEST(VerdictTest, ExitStatusIsTheProgramsOwnWhateverItsValue) {
  for (const int code : {1, 7, 124, 125, 126, 127, 137, 255}) {
    TestPhase phase;
    phase.Exit(code);
    ExpectJudged(phase, v1::VERDICT_NONZERO_EXIT, "Exited with status " + std::to_string(code) + ".");
  }
}

TEST(VerdictTest, SignalIsASignalAndNoLimit) {
  for (const int signal : {SIGSEGV, SIGKILL, SIGXCPU, SIGABRT, SIGTERM}) {
    TestPhase phase;
    phase.Die(signal);
    EXPECT_EQ(Judge(phase.facts).verdict, v1::VERDICT_SIGNALED) << signal;
  }
  TestPhase phase;
  phase.Die(SIGSEGV);
  EXPECT_EQ(Judge(phase.facts).summary, "Died of signal 11 (SIGSEGV, segmentation fault).");
}

// Asked to end when the wall time was up, 400 ms before the end.
TestPhase* Asked(TestPhase* phase, KillReason reason) {
  phase->report().grace_reason = reason;
  phase->report().grace_ns = phase->report().end_ns - kSecondNs * 4 / 10;
  phase->report().grace_whole_group = 1;
  phase->phase.mutable_limits()->set_grace_ms(500);
  return phase;
}

TEST(VerdictTest, AProgramThatEndsWithinItsGraceHasReachedTheLimit) {
  TestPhase phase;
  phase.phase.mutable_limits()->set_wall_time_ms(600);
  phase.Exit(3);
  ExpectJudged(*Asked(&phase, KillReason::kWallTime), v1::VERDICT_WALL_TIME_LIMIT,
               "Stopped after 1.00 s of wall time (limit 600 ms); asked to end, it did within 400 ms.");
  const std::vector<v1::LimitHit> hits = FindLimitHits(phase.facts);
  ASSERT_EQ(hits.size(), 1u);
  EXPECT_TRUE(hits[0].ended_run());
  EXPECT_EQ(hits[0].overshoot_us(), 400'000) << "from the limit, as ever";
  EXPECT_EQ(hits[0].grace().began_us(), 600'000);
  EXPECT_EQ(hits[0].grace().used_us(), 400'000);
  EXPECT_FALSE(hits[0].grace().killed());
  EXPECT_TRUE(hits[0].grace().whole_group());
}

TEST(VerdictTest, AProgramThatIgnoresItsGraceIsKilledForTheSameLimit) {
  TestPhase phase;
  phase.Kill(KillReason::kIdleTime);
  phase.phase.mutable_limits()->set_idle_time_ms(200);
  EXPECT_EQ(Judge(Asked(&phase, KillReason::kIdleTime)->facts).verdict, v1::VERDICT_IDLE_TIME_LIMIT);
  EXPECT_THAT(Judge(phase.facts).summary, HasSubstr("it went on and was killed 400 ms later"));
  EXPECT_TRUE(FindLimitHits(phase.facts)[0].grace().killed());
}

TEST(VerdictTest, WhatIsUsedInTheGraceIsNotHeldAgainstTheProgramTwice) {
  TestPhase phase;
  phase.report().usage.cpu_ns = 3 * kSecondNs;  // Over its limit of two.
  EXPECT_EQ(Judge(Asked(&phase, KillReason::kWallTime)->facts).verdict, v1::VERDICT_WALL_TIME_LIMIT);
  EXPECT_EQ(FindLimitHits(phase.facts).size(), 1u);
}

TEST(VerdictTest, OutOfMemoryInTheGraceIsOutOfMemory) {
  TestPhase phase;
  phase.Kill(KillReason::kMemory);
  EXPECT_EQ(Judge(Asked(&phase, KillReason::kCpuTime)->facts).verdict, v1::VERDICT_MEMORY_LIMIT);
  EXPECT_EQ(FindLimitHits(phase.facts).size(), 2u) << "both are told";
}

TEST(VerdictTest, WhoCouldNotBeAskedHadNoGrace) {
  TestPhase phase;
  phase.Kill(KillReason::kWallTime);
  Asked(&phase, KillReason::kWallTime)->report().grace_error = ENOENT;
  EXPECT_EQ(Judge(phase.facts).summary, "Stopped after 1.00 s of wall time (limit 5 s).");
  EXPECT_EQ(FindLimitHits(phase.facts)[0].grace().error_name(), "ENOENT");
}

TEST(VerdictTest, ALimitThatThisHostCannotHoldIsARefusalWithItsField) {
  for (const char* limit : {"cpu_millicores", "io_read_bytes_per_second", "io_write_bytes_per_second"}) {
    TestPhase phase;
    phase.facts.our_fault = {"choose_stand_ins", ENOTSUP, limit, {}};
    const Judgement judgement = Judge(phase.facts);
    EXPECT_EQ(judgement.verdict, v1::VERDICT_REJECTED);
    EXPECT_EQ(judgement.failure.origin(), v1::Failure::ORIGIN_HOST);
    EXPECT_EQ(judgement.failure.field(), std::string("limits.") + limit);
    EXPECT_THAT(judgement.failure.hint(), HasSubstr("--best-effort"));
  }
}

TEST(VerdictTest, SigsysDoesNotClaimMoreThanIsKnown) {
  TestPhase phase;
  phase.Die(SIGSYS);
  EXPECT_EQ(Judge(phase.facts).verdict, v1::VERDICT_SIGNALED);
  EXPECT_THAT(Judge(phase.facts).summary, HasSubstr("or a signal of its own making"));
}

TEST(VerdictTest, KillReasonsGiveTheirVerdicts) {
  const std::pair<KillReason, v1::Verdict> table[] = {
      {KillReason::kWallTime, v1::VERDICT_WALL_TIME_LIMIT},
      {KillReason::kCpuTime, v1::VERDICT_CPU_TIME_LIMIT},
      {KillReason::kIdleTime, v1::VERDICT_IDLE_TIME_LIMIT},
      {KillReason::kMemory, v1::VERDICT_MEMORY_LIMIT},
      {KillReason::kCancelled, v1::VERDICT_CANCELLED},
      {KillReason::kCallerDied, v1::VERDICT_CANCELLED},
      {KillReason::kOutput, v1::VERDICT_OUTPUT_LIMIT},
      {KillReason::kDeniedCalls, v1::VERDICT_SYSCALL_DENIED},
      {KillReason::kSetupTimeout, v1::VERDICT_JAIL_ERROR},
  };
  for (const auto& [reason, verdict] : table) {
    TestPhase phase;
    phase.Kill(reason);
    EXPECT_EQ(Judge(phase.facts).verdict, verdict) << static_cast<int>(reason);
  }
}

TEST(VerdictTest, MemoryNeedsTheKernelsCounterAndNotThePeak) {
  TestPhase phase;
  phase.report().usage.memory_peak_bytes = int64_t{256} << 20;
  phase.Die(SIGKILL);
  EXPECT_EQ(Judge(phase.facts).verdict, v1::VERDICT_SIGNALED);
  phase.report().usage.oom_kills = 1;
  ExpectJudged(phase, v1::VERDICT_MEMORY_LIMIT,
               "Out of memory (limit 256 MiB); the program died of signal 9 (SIGKILL, killed).");
}

TEST(VerdictTest, MemoryLimitHoldsWhenOnlyAChildDiedOfIt) {
  TestPhase phase;
  phase.report().usage.oom_kills = 1;
  ExpectJudged(phase, v1::VERDICT_MEMORY_LIMIT,
               "Out of memory (limit 256 MiB); the program exited with status 0.");
}

TEST(VerdictTest, MemoryLimitWinsOverTime) {
  TestPhase phase;
  phase.Kill(KillReason::kWallTime);
  phase.report().usage.oom_kills = 1;
  EXPECT_EQ(Judge(phase.facts).verdict, v1::VERDICT_MEMORY_LIMIT);
}

TEST(VerdictTest, MoreCpuTimeThanAllowedIsNotOk) {
  TestPhase phase;
  phase.report().usage.cpu_ns = 2 * kSecondNs + 10'000'000;
  ExpectJudged(phase, v1::VERDICT_CPU_TIME_LIMIT, "Used 2.01 s of CPU time (limit 2 s).");
  phase.report().usage.cpu_ns = 2 * kSecondNs;
  EXPECT_EQ(Judge(phase.facts).verdict, v1::VERDICT_OK);
}

TEST(VerdictTest, SecondLineOfCpuTimeNeedsTheMeasuredTime) {
  TestPhase phase;
  phase.Die(SIGXCPU);
  EXPECT_EQ(Judge(phase.facts).verdict, v1::VERDICT_SIGNALED);
  phase.report().usage.cpu_ns = 3 * kSecondNs;
  ExpectJudged(phase, v1::VERDICT_CPU_TIME_LIMIT, "Stopped after 3.00 s of CPU time (limit 2 s).");
}

TEST(VerdictTest, WallTimeSaysBothTimes) {
  TestPhase phase;
  phase.Kill(KillReason::kWallTime);
  phase.report().end_ns = phase.report().exec_ns + 5 * kSecondNs + 2'000'000;
  ExpectJudged(phase, v1::VERDICT_WALL_TIME_LIMIT, "Stopped after 5.00 s of wall time (limit 5 s).");
}

TEST(VerdictTest, OutputPastTheLimitIsNamedEvenWhenTheRunWentOn) {
  TestPhase phase;
  phase.facts.stdout_stream = {"x", "y", 3 << 20, true};
  ExpectJudged(phase, v1::VERDICT_OUTPUT_LIMIT,
               "Wrote 3 MiB to stdout (limit 1 MiB); the program exited with status 0.");
  phase.Kill(KillReason::kOutput);
  ExpectJudged(phase, v1::VERDICT_OUTPUT_LIMIT, "Stopped when its stdout passed the limit of 1 MiB.");
}

TEST(VerdictTest, FullDiskCountsOnlyWhenTheProgramFailed) {
  TestPhase phase;
  phase.report().usage.disk_full = 1;
  EXPECT_EQ(Judge(phase.facts).verdict, v1::VERDICT_OK);
  phase.Exit(1);
  ExpectJudged(phase, v1::VERDICT_DISK_LIMIT,
               "The disk was full (limit 64 MiB, 4096 files); the program exited with status 1.");
}

TEST(VerdictTest, FileSizeSignalIsADiskLimit) {
  TestPhase phase;
  phase.Die(SIGXFSZ);
  ExpectJudged(phase, v1::VERDICT_DISK_LIMIT, "A file grew past the limit of 16 MiB.");
}

TEST(VerdictTest, CancelledSaysWhetherItHadStarted) {
  TestPhase phase;
  phase.Kill(KillReason::kCancelled);
  ExpectJudged(phase, v1::VERDICT_CANCELLED, "Cancelled after 1.00 s.");
  phase.report().exec_ns = 0;
  ExpectJudged(phase, v1::VERDICT_CANCELLED, "Cancelled before the program started.");
}

TEST(VerdictTest, CancelThatCameTooLateChangesNothing) {
  TestPhase phase;
  phase.facts.cancelled = true;
  EXPECT_EQ(Judge(phase.facts).verdict, v1::VERDICT_OK);
}

TEST(VerdictTest, CompilerThatFailsIsACompileError) {
  TestPhase phase(v1::PhasePlan::KIND_COMPILE);
  ExpectJudged(phase, v1::VERDICT_OK, "Compiled in 1.00 s.");
  phase.facts.stderr_stream.truncated = true;  // Babble.
  EXPECT_EQ(Judge(phase.facts).verdict, v1::VERDICT_OK);
  phase.Exit(1);
  ExpectJudged(phase, v1::VERDICT_COMPILE_ERROR, "The compiler exited with status 1.");
  phase.Die(SIGSEGV);
  EXPECT_EQ(Judge(phase.facts).verdict, v1::VERDICT_COMPILE_ERROR);
}

TEST(VerdictTest, LimitReachedByTheCompilerSaysSo) {
  TestPhase phase(v1::PhasePlan::KIND_COMPILE);
  phase.Exit(1);
  phase.report().usage.oom_kills = 1;
  ExpectJudged(phase, v1::VERDICT_MEMORY_LIMIT,
               "While compiling: out of memory (limit 256 MiB); the program exited with status 1.");
}

TEST(VerdictTest, FailedStepIsAJailErrorWithItsFailure) {
  TestPhase phase;
  phase.StopBeforeExec(StepId::kMountProc, EPERM);
  const Judgement judgement = Judge(phase.facts);
  EXPECT_EQ(judgement.verdict, v1::VERDICT_JAIL_ERROR);
  EXPECT_EQ(judgement.failure.step(), "mount_proc");
  EXPECT_EQ(judgement.summary, "mount_proc failed: EPERM (Operation not permitted).");
}

TEST(VerdictTest, FaultWinsOverEverythingThatTheProgramDid) {
  TestPhase phase;
  phase.report().host.step = StepId::kCollectUsage;
  phase.report().host.error = EIO;
  phase.report().usage.oom_kills = 1;
  EXPECT_EQ(Judge(phase.facts).verdict, v1::VERDICT_JAIL_ERROR);
}

TEST(VerdictTest, CommandThatCannotBeExecutedIsRejected) {
  TestPhase phase;
  phase.report().child.error = ENOENT;
  EXPECT_EQ(Judge(phase.facts).verdict, v1::VERDICT_JAIL_ERROR);  // A language that is not installed.
  phase.plan.clear_runtime();
  const Judgement judgement = Judge(phase.facts);
  EXPECT_EQ(judgement.verdict, v1::VERDICT_REJECTED);
  EXPECT_EQ(judgement.failure.step(), "exec");
  EXPECT_EQ(judgement.failure.error_number(), ENOENT);
}

TEST(VerdictTest, ExitIsUnknownWhenTheJailWasKilled) {
  TestPhase phase;
  EXPECT_TRUE(ExitOf(phase.facts).known);
  phase.Kill(KillReason::kWallTime);
  EXPECT_FALSE(ExitOf(phase.facts).known);
}

TEST(VerdictTest, LanguagesOwnLimitIsCalledThat) {
  TestPhase phase;
  phase.SayOutOfMemory();
  ExpectJudged(
      phase, v1::VERDICT_MEMORY_LIMIT,
      "Out of memory by the language's own limit (the heap's limit; the jail's is 256 MiB); the program "
      "exited with status 1.");
  const v1::LimitHit hit = FindLimitHits(phase.facts).at(0);
  EXPECT_EQ(hit.resource(), v1::RESOURCE_MEMORY_BYTES);
  EXPECT_EQ(hit.language_limit(), "the heap's limit");
  EXPECT_TRUE(hit.ended_run());
}

// --- Several limits at once ---

// What a run can show, in order of precedence. Two pieces that need the same room (there is one kill
// reason, one exit status) cannot come together.
enum Room : unsigned { kNone = 0, kKill = 1, kExit = 2 };
struct Evidence {
  const char* name;
  void (*show)(TestPhase*);
  unsigned room;
  v1::Verdict verdict;
  v1::Resource resource;  // Unspecified: no limit.
};
const Evidence kEvidence[] = {
    {"cancel", [](TestPhase* p) { p->Kill(KillReason::kCancelled); }, kKill | kExit, v1::VERDICT_CANCELLED,
     v1::RESOURCE_UNSPECIFIED},
    {"oom kill", [](TestPhase* p) { p->report().usage.oom_kills = 1; }, kNone, v1::VERDICT_MEMORY_LIMIT,
     v1::RESOURCE_MEMORY_BYTES},
    {"memory sampler", [](TestPhase* p) { p->Kill(KillReason::kMemory); }, kKill | kExit,
     v1::VERDICT_MEMORY_LIMIT, v1::RESOURCE_MEMORY_BYTES},
    {"cpu time", [](TestPhase* p) { p->report().usage.cpu_ns = 3 * kSecondNs; }, kNone,
     v1::VERDICT_CPU_TIME_LIMIT, v1::RESOURCE_CPU_TIME_MS},
    {"wall time", [](TestPhase* p) { p->Kill(KillReason::kWallTime); }, kKill | kExit,
     v1::VERDICT_WALL_TIME_LIMIT, v1::RESOURCE_WALL_TIME_MS},
    {"denied calls", [](TestPhase* p) { p->Kill(KillReason::kDeniedCalls); }, kKill | kExit,
     v1::VERDICT_SYSCALL_DENIED, v1::RESOURCE_UNSPECIFIED},
    {"output, ended",
     [](TestPhase* p) {
       p->Kill(KillReason::kOutput);
       p->facts.stderr_stream.truncated = true;
     },
     kKill | kExit, v1::VERDICT_OUTPUT_LIMIT, v1::RESOURCE_STDERR_BYTES},
    {"language", [](TestPhase* p) { p->SayOutOfMemory(); }, kExit, v1::VERDICT_MEMORY_LIMIT,
     v1::RESOURCE_MEMORY_BYTES},
    {"file size", [](TestPhase* p) { p->Die(SIGXFSZ); }, kExit, v1::VERDICT_DISK_LIMIT,
     v1::RESOURCE_FILE_BYTES},
    {"stdout", [](TestPhase* p) { p->facts.stdout_stream.truncated = true; }, kNone, v1::VERDICT_OUTPUT_LIMIT,
     v1::RESOURCE_STDOUT_BYTES},
    {"stderr", [](TestPhase* p) { p->facts.stderr_stream.truncated = true; }, kNone, v1::VERDICT_OUTPUT_LIMIT,
     v1::RESOURCE_STDERR_BYTES},
    {"signal", [](TestPhase* p) { p->Die(SIGSEGV); }, kExit, v1::VERDICT_SIGNALED, v1::RESOURCE_UNSPECIFIED},
    {"status", [](TestPhase* p) { p->Exit(3); }, kExit, v1::VERDICT_NONZERO_EXIT, v1::RESOURCE_UNSPECIFIED},
    {"processes", [](TestPhase* p) { p->report().usage.pids_denied = 1; }, kNone, v1::VERDICT_OK,
     v1::RESOURCE_PROCESSES},
    {"disk, coped with", [](TestPhase* p) { p->report().usage.disk_full = 1; }, kNone, v1::VERDICT_OK,
     v1::RESOURCE_DISK_BYTES},
};

// A full disk makes of a failure more than that: the one pair that is more than its parts.
bool DiskExplainsTheFailure(const Evidence& first, const Evidence& second) {
  const bool failure = first.verdict == v1::VERDICT_SIGNALED || first.verdict == v1::VERDICT_NONZERO_EXIT;
  return failure && second.resource == v1::RESOURCE_DISK_BYTES;
}

bool IsListed(const TestPhase& phase, v1::Resource resource) {
  if (resource == v1::RESOURCE_UNSPECIFIED) return true;
  const std::vector<v1::LimitHit> hits = FindLimitHits(phase.facts);
  return std::any_of(hits.begin(), hits.end(),
                     [&](const v1::LimitHit& hit) { return hit.resource() == resource; });
}

TEST(VerdictTest, OfEveryTwoTheOneAboveIsTheVerdictAndBothAreListed) {
  int pairs = 0;
  for (const Evidence& first : kEvidence) {
    for (const Evidence* second = &first + 1; second != std::end(kEvidence); ++second) {
      if ((first.room & second->room) != 0) continue;
      TestPhase phase;
      second->show(&phase);
      first.show(&phase);
      const v1::Verdict expected =
          DiskExplainsTheFailure(first, *second) ? v1::VERDICT_DISK_LIMIT : first.verdict;
      EXPECT_EQ(v1::Verdict_Name(Judge(phase.facts).verdict), v1::Verdict_Name(expected))
          << first.name << " and " << second->name;
      EXPECT_TRUE(IsListed(phase, first.resource)) << first.name << " and " << second->name;
      EXPECT_TRUE(IsListed(phase, second->resource)) << first.name << " and " << second->name;
      ++pairs;
    }
  }
  EXPECT_EQ(pairs, 69);
}

TEST(VerdictTest, EachAloneGivesItsVerdict) {
  for (const Evidence& evidence : kEvidence) {
    TestPhase phase;
    evidence.show(&phase);
    EXPECT_EQ(v1::Verdict_Name(Judge(phase.facts).verdict), v1::Verdict_Name(evidence.verdict))
        << evidence.name;
  }
}

// --- Limit hits ---

std::vector<v1::Resource> Resources(const TestPhase& phase) {
  std::vector<v1::Resource> resources;
  for (const v1::LimitHit& hit : FindLimitHits(phase.facts)) resources.push_back(hit.resource());
  return resources;
}

TEST(LimitHitsTest, NoneWithoutEvidence) {
  EXPECT_THAT(Resources(TestPhase()), ::testing::IsEmpty());
  TestPhase phase;
  phase.facts.report.reset();
  EXPECT_THAT(Resources(phase), ::testing::IsEmpty());
}

TEST(LimitHitsTest, AllThatWereReachedAreListedWhateverTheVerdict) {
  TestPhase phase;
  phase.report().usage.oom_kills = 2;
  phase.report().usage.pids_denied = 9;
  phase.report().usage.disk_full = 1;
  phase.facts.stdout_stream.truncated = true;
  phase.facts.stderr_stream.truncated = true;
  EXPECT_THAT(Resources(phase), ::testing::ElementsAre(v1::RESOURCE_MEMORY_BYTES, v1::RESOURCE_PROCESSES,
                                                       v1::RESOURCE_DISK_BYTES, v1::RESOURCE_STDOUT_BYTES,
                                                       v1::RESOURCE_STDERR_BYTES));
}

TEST(LimitHitsTest, ProcessesAreReportedWithTheirEvents) {
  TestPhase phase;
  phase.report().usage.pids_denied = 9;
  phase.report().usage.pids_peak = 50;
  const v1::LimitHit hit = FindLimitHits(phase.facts).at(0);
  EXPECT_EQ(hit.limit(), 50);
  EXPECT_EQ(hit.observed(), 50);
  EXPECT_EQ(hit.events(), 9);
  EXPECT_FALSE(hit.ended_run());
}

TEST(LimitHitsTest, InodesAndBytesAreToldApart) {
  TestPhase phase;
  phase.report().usage.disk_full = 1;
  phase.report().usage.disk_bytes = 1 << 20;
  phase.report().usage.disk_inodes = 4096;
  EXPECT_THAT(Resources(phase), ::testing::ElementsAre(v1::RESOURCE_DISK_INODES));
}

TEST(LimitHitsTest, TimeLimitsSayHowLongTheEndTook) {
  TestPhase phase;
  phase.Kill(KillReason::kWallTime);
  phase.report().end_ns = phase.report().exec_ns + 5 * kSecondNs + 2'000'000;
  const v1::LimitHit hit = FindLimitHits(phase.facts).at(0);
  EXPECT_EQ(hit.resource(), v1::RESOURCE_WALL_TIME_MS);
  EXPECT_EQ(hit.limit(), 5000);
  EXPECT_EQ(hit.observed(), 5002);
  EXPECT_TRUE(hit.ended_run());
  EXPECT_EQ(hit.overshoot_us(), 2000);
}

// What the tree used between the decision and its end is used up as well.
TEST(LimitHitsTest, CpuTimePastTheLimitIsThatOfTheTreeInTheEnd) {
  TestPhase phase;
  phase.Kill(KillReason::kCpuTime);
  phase.report().usage.cpu_ns = phase.facts.phase->limits().cpu_time_ms() * 1'000'000 + 7'000'000;
  EXPECT_EQ(FindLimitHits(phase.facts).at(0).overshoot_us(), 7000);
}

}  // namespace
}  // namespace jail::watch
