#include "jail/exam/judge.h"

#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jail/base/units.h"
#include "jail/exam/names.h"

namespace jail::exam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A program that ran as it should: 100 ms, 80 of them on the CPU, 5 MiB.
Attempt Good() {
  Attempt attempt;
  attempt.record.set_verdict(v1::VERDICT_OK);
  v1::PhaseResult* phase = attempt.record.add_phases();
  phase->set_kind(v1::PhaseResult::KIND_RUN);
  phase->set_verdict(v1::VERDICT_OK);
  phase->set_exit_code(0);
  phase->mutable_usage()->set_wall_time_us(100 * kUsPerMs);
  phase->mutable_usage()->set_cpu_time_us(80 * kUsPerMs);
  phase->mutable_usage()->set_memory_peak_bytes(5 * kMiB);
  phase->mutable_usage()->set_memory_source(v1::Usage::SOURCE_CGROUP_V1);
  phase->mutable_timing()->set_trust(v1::Timing::TRUST_HIGH);
  return attempt;
}

v1::PhaseResult* Phase(Attempt* attempt) { return attempt->record.mutable_phases(0); }

v1::CaseResult Judged(Attempt attempt, double expected_ms = 0) {
  v1::CaseResult result;
  Judge(std::move(attempt), expected_ms, &result);
  return result;
}

// "missing_end critical"
std::vector<std::string> Flags(const v1::CaseResult& result) {
  std::vector<std::string> flags;
  for (const v1::ExamFlag& flag : result.verification().flags()) {
    flags.push_back(NameOf(flag.type()) + " " + NameOf(flag.severity()));
    EXPECT_FALSE(flag.message().empty());
  }
  return flags;
}

TEST(JudgeCaseTest, AGoodCaseHasNoFlagsAndMeasuredFigures) {
  Attempt attempt = Good();
  Phase(&attempt)->mutable_stdout()->set_content("out");
  Phase(&attempt)->mutable_usage()->set_io_read_bytes(7);
  const v1::CaseResult result = Judged(attempt);
  EXPECT_TRUE(result.passed());
  EXPECT_THAT(Flags(result), IsEmpty());
  EXPECT_EQ(result.logs().stdout(), "out");
  EXPECT_EQ(result.logs().exit_code(), 0);
  EXPECT_EQ(result.logs().resource_usage().cpu_used_ms(), 80);
  EXPECT_EQ(result.logs().resource_usage().memory_peak_mb(), 5);
  EXPECT_EQ(result.logs().resource_usage().disk_read_bytes(), 7);
  EXPECT_FALSE(result.logs().resource_usage().has_disk_write_bytes());
  EXPECT_EQ(result.summary(), "Passed.");
}

// The formulas of behaviours that callers know.
TEST(JudgeCaseTest, TimingFormulas) {
  struct Row {
    double actual_ms, expected_ms, ratio, score;
    bool suspicious;
    std::vector<std::string> flags;
  };
  const Row rows[] = {
      {100, 0, 1, 0, false, {}},
      {100, -5, 1, 0, false, {}},
      {100, 100, 1, 0, false, {}},
      {300, 100, 3, 0, false, {}},
      {100, 1000, 0.1, 0, false, {}},
      {99, 1000, 0.099, 0.01, true, {"timing_anomaly warning"}},
      {50, 1000, 0.05, 0.5, true, {"timing_anomaly warning"}},
      {49, 1000, 0.049, 0.51, true, {"timing_anomaly critical"}},
      {0, 1000, 0, 1, true, {"timing_anomaly critical"}},
  };
  for (const Row& row : rows) {
    Attempt attempt = Good();
    Phase(&attempt)->mutable_usage()->set_wall_time_us(static_cast<int64_t>(row.actual_ms * kUsPerMs));
    Phase(&attempt)->mutable_usage()->set_cpu_time_us(static_cast<int64_t>(row.actual_ms * kUsPerMs));
    const v1::CaseResult result = Judged(attempt, row.expected_ms);
    const v1::TimingAnalysis& timing = result.verification().timing_analysis();
    EXPECT_DOUBLE_EQ(timing.actual_duration_ms(), row.actual_ms);
    EXPECT_NEAR(timing.ratio(), row.ratio, 1e-9);
    EXPECT_NEAR(timing.anomaly_score(), row.score, 1e-9) << row.actual_ms;
    EXPECT_EQ(timing.suspicious(), row.suspicious);
    EXPECT_EQ(Flags(result), row.flags) << row.actual_ms;
    const bool critical = !row.flags.empty() && row.flags[0] == "timing_anomaly critical";
    EXPECT_EQ(result.verification().consistent(), !critical);
    EXPECT_EQ(result.passed(), !critical);
  }
}

TEST(JudgeCaseTest, WhatNeverRanHasNoStart) {
  Attempt attempt;
  attempt.record.set_verdict(v1::VERDICT_COMPILE_ERROR);
  attempt.record.set_summary("The compiler said no.");
  attempt.record.add_phases()->set_kind(v1::PhaseResult::KIND_COMPILE);
  const v1::CaseResult result = Judged(attempt, 1000);
  EXPECT_THAT(Flags(result), ElementsAre("missing_start critical"));
  EXPECT_FALSE(result.passed());
  EXPECT_FALSE(result.logs().has_exit_code());
  EXPECT_THAT(result.summary(), HasSubstr("The compiler said no."));
}

TEST(JudgeCaseTest, WhatWasEndedHasNoEnd) {
  Attempt attempt = Good();
  attempt.record.set_verdict(v1::VERDICT_WALL_TIME_LIMIT);
  Phase(&attempt)->set_term_signal(9);
  Phase(&attempt)->add_limit_hits()->set_ended_run(true);
  EXPECT_THAT(Flags(Judged(attempt)), ElementsAre("missing_end critical"));
  for (const v1::Verdict verdict : {v1::VERDICT_CANCELLED, v1::VERDICT_SYSCALL_DENIED}) {
    Attempt stopped = Good();
    stopped.record.set_verdict(verdict);
    Phase(&stopped)->set_term_signal(9);
    EXPECT_THAT(Flags(Judged(stopped)), ElementsAre("missing_end critical"));
  }
}

TEST(JudgeCaseTest, TheProgramsOwnErrorsAreWarningsAndDoNotPass) {
  Attempt failed = Good();
  Phase(&failed)->set_exit_code(3);
  const v1::CaseResult result = Judged(failed);
  EXPECT_THAT(Flags(result), ElementsAre("execution_error warning"));
  EXPECT_TRUE(result.verification().consistent());
  EXPECT_FALSE(result.passed());
  EXPECT_EQ(result.summary(), "It ended with status 3.");

  Attempt killed = Good();
  Phase(&killed)->set_term_signal(11);
  EXPECT_THAT(Flags(Judged(killed)), ElementsAre("execution_error warning"));
  EXPECT_EQ(Judged(killed).logs().exit_code(), 139);
}

TEST(JudgeCaseTest, ADifferentOutputDoesNotPassAndIsNotShown) {
  Attempt attempt = Good();
  attempt.comparison.set_wanted(true);
  attempt.comparison.set_message("expected \"SECRET\", got \"x\"");
  attempt.comparison.set_expected("SECRET");
  const v1::CaseResult result = Judged(attempt);
  EXPECT_FALSE(result.passed());
  EXPECT_TRUE(result.verification().consistent());
  EXPECT_EQ(result.comparison().expected(), "SECRET");
  EXPECT_THAT(result.summary(), testing::Not(HasSubstr("SECRET")));
  attempt.comparison.set_equal(true);
  EXPECT_TRUE(Judged(attempt).passed());
}

TEST(JudgeCaseTest, LittleMemoryIsAWarningWhereItIsMeasured) {
  Attempt attempt = Good();
  Phase(&attempt)->mutable_usage()->set_memory_peak_bytes(kMiB - 1);
  EXPECT_THAT(Flags(Judged(attempt)), ElementsAre("resource_anomaly warning"));
  EXPECT_TRUE(Judged(attempt).passed());
  Phase(&attempt)->mutable_usage()->set_largest_process_bytes(kMiB);
  EXPECT_THAT(Flags(Judged(attempt)), IsEmpty()) << "its pages were in memory before it";
  Phase(&attempt)->mutable_usage()->clear_largest_process_bytes();
  Phase(&attempt)->mutable_usage()->set_memory_source(v1::Usage::SOURCE_UNSPECIFIED);
  EXPECT_THAT(Flags(Judged(attempt)), IsEmpty());
}

TEST(JudgeCaseTest, SleepIsNoWork) {
  Attempt attempt = Good();
  Phase(&attempt)->mutable_usage()->set_wall_time_us(900 * kUsPerMs);
  Phase(&attempt)->mutable_usage()->set_cpu_time_us(5 * kUsPerMs);
  EXPECT_THAT(Flags(Judged(attempt, 1000)), ElementsAre("padded_duration warning"));
  EXPECT_THAT(Flags(Judged(attempt, 0)), IsEmpty()) << "nothing was expected";
  attempt.interactive = true;
  EXPECT_THAT(Flags(Judged(attempt, 1000)), IsEmpty()) << "it waits for its partner";
}

TEST(JudgeCaseTest, LowTrustIsSaidAndExplainsALittleCpu) {
  Attempt attempt = Good();
  Phase(&attempt)->mutable_timing()->set_trust(v1::Timing::TRUST_LOW);
  Phase(&attempt)->mutable_timing()->set_reason("the hypervisor took 41 ms");
  Phase(&attempt)->mutable_usage()->set_cpu_time_us(5 * kUsPerMs);
  EXPECT_THAT(Flags(Judged(attempt, 100)), ElementsAre("low_timing_trust warning"));
}

TEST(JudgeCaseTest, ACaseIsRunAgainWhenItsTimeDecidedAndSaysLittle) {
  struct Row {
    v1::Verdict verdict;
    double expected_ms;
    v1::Timing::Trust trust;
    bool again;
  };
  const Row rows[] = {
      {v1::VERDICT_WALL_TIME_LIMIT, 0, v1::Timing::TRUST_LOW, true},
      {v1::VERDICT_CPU_TIME_LIMIT, 0, v1::Timing::TRUST_LOW, true},
      {v1::VERDICT_IDLE_TIME_LIMIT, 0, v1::Timing::TRUST_LOW, true},
      {v1::VERDICT_WALL_TIME_LIMIT, 0, v1::Timing::TRUST_HIGH, false},
      {v1::VERDICT_MEMORY_LIMIT, 0, v1::Timing::TRUST_LOW, false},
      {v1::VERDICT_OK, 0, v1::Timing::TRUST_LOW, false},
      {v1::VERDICT_OK, 100'000, v1::Timing::TRUST_LOW, true},
      {v1::VERDICT_OK, 100'000, v1::Timing::TRUST_HIGH, false},
  };
  for (const Row& row : rows) {
    Attempt attempt = Good();
    attempt.record.set_verdict(row.verdict);
    if (row.verdict != v1::VERDICT_OK) Phase(&attempt)->add_limit_hits()->set_ended_run(true);
    Phase(&attempt)->mutable_timing()->set_trust(row.trust);
    EXPECT_EQ(WantsRerun(Judged(attempt, row.expected_ms)), row.again) << v1::Verdict_Name(row.verdict);
  }
}

// --- Calls ---------------------------------------------------------------------------------------

Attempt GoodCall() {
  Attempt attempt = Good();
  attempt.is_call = true;
  attempt.call.set_success(true);
  attempt.call.set_ended_well(true);
  attempt.call.set_result_json("1");
  return attempt;
}

Attempt FailedCall(v1::CallError::Kind kind, bool ended_well) {
  Attempt attempt = GoodCall();
  attempt.call.set_success(false);
  attempt.call.set_ended_well(ended_well);
  attempt.call.mutable_error()->set_kind(kind);
  attempt.call.mutable_error()->set_name("TypeError");
  attempt.call.mutable_error()->set_message("why");
  return attempt;
}

TEST(JudgeCallTest, LogsBecomeItsOutput) {
  Attempt attempt = GoodCall();
  for (const char* level : {"log", "error", "info"}) {
    attempt.call.add_logs()->set_level(level);
    attempt.call.mutable_logs(attempt.call.logs_size() - 1)->set_text(level);
  }
  const v1::CaseResult result = Judged(attempt);
  EXPECT_TRUE(result.passed());
  EXPECT_EQ(result.logs().stdout(), "log\ninfo\n");
  EXPECT_EQ(result.logs().stderr(), "error\n");
}

TEST(JudgeCallTest, P36_WhatGoesPastTheHarnessIsCritical) {
  EXPECT_THAT(Flags(Judged(FailedCall(v1::CallError::KIND_NO_RESULT, false))),
              ElementsAre("harness_bypassed critical"));
  EXPECT_THAT(Flags(Judged(FailedCall(v1::CallError::KIND_CHANNEL_MISUSED, false))),
              ElementsAre("harness_bypassed critical"));
  Attempt killed = FailedCall(v1::CallError::KIND_NO_RESULT, false);
  Phase(&killed)->set_term_signal(9);
  EXPECT_THAT(Flags(Judged(killed)), ElementsAre("harness_bypassed critical", "execution_error warning"));
}

TEST(JudgeCallTest, AnErrorThatTheHarnessReportsIsAnError) {
  for (const auto kind : {v1::CallError::KIND_THROWN, v1::CallError::KIND_SYNTAX,
                          v1::CallError::KIND_INVALID_OUTPUT, v1::CallError::KIND_NO_RESULT}) {
    const v1::CaseResult result = Judged(FailedCall(kind, true));
    EXPECT_THAT(Flags(result), ElementsAre("execution_error warning"));
    EXPECT_FALSE(result.passed());
    EXPECT_EQ(result.summary(), "TypeError: why.");
  }
}

TEST(JudgeCallTest, OneThatWasEndedIsNoBypass) {
  Attempt attempt = FailedCall(v1::CallError::KIND_TIMEOUT, false);
  attempt.record.set_verdict(v1::VERDICT_WALL_TIME_LIMIT);
  Phase(&attempt)->add_limit_hits()->set_ended_run(true);
  EXPECT_THAT(Flags(Judged(attempt)), ElementsAre("missing_end critical"));
}

TEST(JudgeCaseTest, WhatCouldNotBeJudgedDoesNotPass) {
  Attempt attempt = Good();
  attempt.not_judged = "the checker failed";
  EXPECT_THAT(Flags(Judged(attempt)), ElementsAre("not_judged critical"));
  EXPECT_FALSE(Judged(attempt).passed());
}

TEST(JudgeCaseTest, ADeadlockIsSaid) {
  Attempt attempt = Good();
  attempt.record.set_verdict(v1::VERDICT_IDLE_TIME_LIMIT);
  Phase(&attempt)->add_limit_hits()->set_ended_run(true);
  attempt.interactive = true;
  attempt.deadlock = true;
  EXPECT_THAT(Flags(Judged(attempt)), ElementsAre("missing_end critical", "deadlock warning"));
}

}  // namespace
}  // namespace jail::exam
