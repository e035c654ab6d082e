// The end of the record: CLEAN only when everything is known to be gone.
#include "jail/watch/cleanup.h"

#include <cerrno>

#include "gtest/gtest.h"
#include "tests/unit/watch/facts_for_tests.h"

namespace jail::watch {
namespace {

using plan::KillReason;
using plan::StepId;
using v1::Cleanup;

Cleanup Describe(const TestPhase& phase) {
  v1::ResultRecord record;
  AddCleanup(phase.facts, &record);
  return record.cleanup();
}

// The helper died while the program ran, and the sweep found this.
void KillHelper(TestPhase* phase, const plan::Swept& swept) {
  phase->report().finished = 0;
  phase->facts.helper_end = {true, true, 9};
  phase->facts.swept = swept;
}

TEST(CleanupTest, AnOrderlyEndIsClean) {
  TestPhase phase;
  phase.report().removed.groups = 3;
  const Cleanup cleanup = Describe(phase);
  EXPECT_EQ(cleanup.state(), Cleanup::STATE_CLEAN);
  EXPECT_EQ(cleanup.groups_removed(), 3);
  EXPECT_TRUE(cleanup.namespaces_gone());
  EXPECT_EQ(cleanup.step(), "");
}

TEST(CleanupTest, WhatWasNeverStartedHasNone) {
  TestPhase phase;
  phase.facts.started_ns = 0;
  v1::ResultRecord record;
  AddCleanup(phase.facts, &record);
  EXPECT_FALSE(record.has_cleanup());
}

TEST(CleanupTest, TheHelperCountsWhomItKilledButForInit) {
  TestPhase phase;
  phase.Kill(KillReason::kWallTime);
  phase.report().killed_tasks = 4;
  EXPECT_EQ(Describe(phase).processes_killed(), 3);
  phase.report().killed_tasks = -1;
  EXPECT_FALSE(Describe(phase).has_processes_killed());
}

TEST(CleanupTest, NobodyIsLeftOfAProgramThatWasAlwaysAlone) {
  TestPhase phase;
  EXPECT_FALSE(Describe(phase).has_processes_killed()) << "the kernel does not say";
  phase.report().usage.pids_peak = 1;
  EXPECT_TRUE(Describe(phase).has_processes_killed());
  EXPECT_EQ(Describe(phase).processes_killed(), 0);
}

TEST(CleanupTest, AFailedStepIsNamedWithItsErrno) {
  TestPhase phase;
  phase.report().unclean.step = StepId::kRemoveCgroup;
  phase.report().unclean.error = EBUSY;
  const Cleanup cleanup = Describe(phase);
  EXPECT_EQ(cleanup.state(), Cleanup::STATE_INCOMPLETE);
  EXPECT_EQ(cleanup.step(), "remove_cgroup");
  EXPECT_EQ(cleanup.error_name(), "EBUSY");
  EXPECT_TRUE(cleanup.namespaces_gone());
  phase.report().unclean.step = StepId::kKillAll;
  EXPECT_FALSE(Describe(phase).namespaces_gone());
}

TEST(CleanupTest, AMissingFigureIsNothingLeft) {
  TestPhase phase;
  phase.report().unclean.step = StepId::kCollectUsage;
  phase.report().unclean.error = EIO;
  EXPECT_EQ(Describe(phase).state(), Cleanup::STATE_CLEAN);
}

TEST(CleanupTest, BehindADeadHelperTheSweepCounts) {
  TestPhase phase;
  KillHelper(&phase, {plan::kReportMagic, 1, 0, 1, 0, 0, {3, 2}});
  const Cleanup cleanup = Describe(phase);
  EXPECT_EQ(cleanup.state(), Cleanup::STATE_CLEAN);
  EXPECT_EQ(cleanup.groups_removed(), 3);
  EXPECT_FALSE(cleanup.namespaces_gone()) << "nobody has seen it";
}

TEST(CleanupTest, ASweepThatCouldNotSeeOrFinishIsIncomplete) {
  TestPhase dying;
  KillHelper(&dying, {plan::kReportMagic, 1, 0, 0, 0, 1, {}});
  EXPECT_EQ(Describe(dying).state(), Cleanup::STATE_INCOMPLETE);
  TestPhase failed;
  KillHelper(&failed, {});
  failed.facts.sweep_fault = {kSweep, EROFS, "/x", ""};
  EXPECT_EQ(Describe(failed).error_name(), "EROFS");
  TestPhase rootless;
  KillHelper(&rootless, {plan::kReportMagic, 0, 0, 0, 0, 0, {}});
  EXPECT_EQ(Describe(rootless).state(), Cleanup::STATE_INCOMPLETE);
}

TEST(CleanupTest, ALeaseThatMayHaveOutlivedItsHelperIsNotClean) {
  TestPhase phase;
  KillHelper(&phase, {plan::kReportMagic, 1, 0, 0, 1, 0, {}});
  EXPECT_EQ(Describe(phase).state(), Cleanup::STATE_CLEAN) << "a program that runs holds none";
  phase.report().exec_ns = 0;
  EXPECT_EQ(Describe(phase).state(), Cleanup::STATE_INCOMPLETE);
}

TEST(CleanupTest, PhasesAddUpAndTheFirstFailureIsTold) {
  TestPhase compile(v1::PhasePlan::KIND_COMPILE), run;
  compile.report().removed.groups = run.report().removed.groups = 3;
  compile.report().usage.pids_peak = 1;  // run's is not known, so that the sum is not.
  run.report().unclean.step = StepId::kGiveBackUid;
  run.report().unclean.error = EIO;
  v1::ResultRecord record;
  AddCleanup(compile.facts, &record);
  AddCleanup(run.facts, &record);
  EXPECT_EQ(record.cleanup().groups_removed(), 6);
  EXPECT_FALSE(record.cleanup().has_processes_killed());
  EXPECT_EQ(record.cleanup().step(), "give_back_uid");
}

}  // namespace
}  // namespace jail::watch
