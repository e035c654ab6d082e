#include "jail/watch/facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "jail/base/fd.h"
#include "tests/unit/watch/facts_for_tests.h"

namespace jail::watch {
namespace {

using plan::KillReason;
using plan::RawReport;
using plan::StepId;
using ::testing::HasSubstr;

Fd MemoryFile(const void* bytes, size_t size) {
  Fd fd(memfd_create("report", MFD_CLOEXEC));
  if (write(fd.get(), bytes, size) != static_cast<ssize_t>(size)) fd.Reset();
  return fd;
}

TEST(ReadReportTest, ReadsOnlyWholeReportsOfThisVersion) {
  RawReport raw = {};
  raw.magic = plan::kReportMagic;
  raw.version = plan::kVersion;
  raw.denied_calls = 7;
  EXPECT_EQ(ReadReport(MemoryFile(&raw, sizeof(raw)).get())->denied_calls, 7u);
  EXPECT_FALSE(ReadReport(MemoryFile(&raw, sizeof(raw) - 1).get()).has_value());
  raw.version = plan::kVersion + 1;
  EXPECT_FALSE(ReadReport(MemoryFile(&raw, sizeof(raw)).get()).has_value());
  EXPECT_FALSE(ReadReport(-1).has_value());
}

TEST(FindFaultTest, NoneInARunThatWentWell) { EXPECT_FALSE(FindFault(TestPhase().facts)); }

TEST(FindFaultTest, NoneInARunThatWasEndedOnPurpose) {
  for (const KillReason reason : {KillReason::kWallTime, KillReason::kCpuTime, KillReason::kMemory,
                                  KillReason::kCancelled, KillReason::kOutput, KillReason::kDeniedCalls}) {
    TestPhase phase;
    phase.Kill(reason);
    EXPECT_FALSE(FindFault(phase.facts)) << static_cast<int>(reason);
  }
}

TEST(FindFaultTest, CancelledBeforeExecIsNoFault) {
  TestPhase phase;
  phase.StopBeforeExec(StepId::kMountProc, 0);
  phase.Kill(KillReason::kCancelled);
  EXPECT_FALSE(FindFault(phase.facts));
}

// The fault loop: every step, failing with an errno and dying without one, is named.
TEST(FindFaultTest, EveryFailedStepIsNamed) {
  for (int i = 1; i < plan::kStepCount; ++i) {
    const auto step = static_cast<StepId>(i);
    const bool child = step >= StepId::kDieWithParent;
    TestPhase phase;
    if (child) {
      phase.StopBeforeExec(step, EIO);
    } else {
      phase.report().host.step = step;
      phase.report().host.error = EIO;
    }
    const Fault fault = FindFault(phase.facts);
    EXPECT_EQ(fault.step, plan::StepName(step));
    EXPECT_EQ(fault.error, EIO);
  }
}

TEST(FindFaultTest, EveryStepThatDiedIsNamed) {
  for (int i = 1; i < plan::kStepCount; ++i) {
    const auto step = static_cast<StepId>(i);
    const bool child = step >= StepId::kDieWithParent;
    TestPhase phase;
    if (child) {
      phase.StopBeforeExec(step, 0);
      phase.report().init_status = SIGKILL;
    } else {
      phase.report().host.step = step;
      phase.report().finished = 0;
      phase.facts.helper_end = {true, true, SIGKILL};
    }
    const Fault fault = FindFault(phase.facts);
    EXPECT_EQ(fault.step, plan::StepName(step));
    EXPECT_EQ(fault.error, 0);
    EXPECT_THAT(fault.detail, HasSubstr("died of signal 9"));
  }
}

TEST(FindFaultTest, ConsequenceInTheChildDoesNotHideTheHelpersFault) {
  TestPhase phase;
  phase.StopBeforeExec(StepId::kAwaitIdMaps, EPIPE);
  phase.report().host.step = StepId::kWriteIdMaps;
  phase.report().host.error = EPERM;
  EXPECT_EQ(FindFault(phase.facts).step, "write_id_maps");
}

TEST(FindFaultTest, ConsequenceInTheHelperDoesNotHideTheChildsFault) {
  TestPhase phase;
  phase.StopBeforeExec(StepId::kDieWithParent, EIO);
  phase.report().host.step = StepId::kReleaseChild;
  phase.report().host.error = EPIPE;
  EXPECT_EQ(FindFault(phase.facts).step, "die_with_parent");
  phase.report().child.error = 0;
  phase.report().init_status = SIGKILL;
  EXPECT_EQ(FindFault(phase.facts).step, "die_with_parent");
  EXPECT_EQ(FindFault(phase.facts).error, 0);
}

TEST(FindFaultTest, ChildThatNoticedTheHelpersDeathIsNotTheFault) {
  TestPhase phase;
  phase.StopBeforeExec(StepId::kAwaitIdMaps, ECANCELED);
  phase.report().finished = 0;
  phase.report().host.step = StepId::kWriteIdMaps;
  phase.facts.helper_end = {true, true, SIGKILL};
  EXPECT_EQ(FindFault(phase.facts).step, "write_id_maps");
}

TEST(FindFaultTest, OfTwoProcessesTheOneThatDiedFirstNamesTheStep) {
  TestPhase phase;
  phase.StopBeforeExec(StepId::kMountRootfs, 0);
  phase.report().init.step = StepId::kMakeNetwork;
  EXPECT_EQ(FindFault(phase.facts).step, "make_network");  // The program's went with it.
  phase.report().program_ended = 1;                        // Reaped by an init that was alive.
  phase.Die(SIGKILL);
  EXPECT_EQ(FindFault(phase.facts).step, "mount_rootfs");
  phase.report().program_ended = 0;
  phase.report().init.step = StepId::kNone;  // init had nothing left to do.
  EXPECT_EQ(FindFault(phase.facts).step, "mount_rootfs");
}

TEST(FindFaultTest, InitsErrorIsTheFaultAndNotWhatFollowsFromIt) {
  TestPhase phase;
  phase.StopBeforeExec(StepId::kJoinNetwork, ECANCELED);
  phase.report().init.step = StepId::kRaiseLoopback;
  phase.report().init.error = EPERM;
  EXPECT_EQ(FindFault(phase.facts).step, "raise_loopback");
  EXPECT_EQ(FindFault(phase.facts).error, EPERM);
}

TEST(FindFaultTest, WhatTheHelpersEndDoesToTheJailDoesNotHideWhyItEnded) {
  TestPhase phase;
  phase.report().host.step = StepId::kSupervise;
  phase.report().host.error = EMFILE;
  phase.report().init.step = StepId::kInitJoinsCgroup;
  phase.report().child.step = StepId::kJoinNetwork;
  phase.report().child.error = ECANCELED;
  EXPECT_EQ(FindFault(phase.facts).step, "supervise");
  EXPECT_EQ(FindFault(phase.facts).error, EMFILE);
}

TEST(FindFaultTest, FailedTeardownDoesNotHideTheChildsFault) {
  TestPhase phase;
  phase.StopBeforeExec(StepId::kMountProc, EPERM);
  phase.report().host.step = StepId::kRemoveCgroup;
  phase.report().host.error = EBUSY;
  EXPECT_EQ(FindFault(phase.facts).step, "mount_proc");
}

TEST(FindFaultTest, SubjectIsReadWithinItsBounds) {
  TestPhase phase;
  phase.StopBeforeExec(StepId::kMountRootfs, ENOENT);
  memset(phase.report().child.subject, 'x', plan::kMaxSubject);
  EXPECT_EQ(FindFault(phase.facts).subject, std::string(plan::kMaxSubject, 'x'));
}

TEST(FindFaultTest, SetupTimeoutNamesTheStepThatHung) {
  TestPhase phase;
  phase.StopBeforeExec(StepId::kMountRootfs, 0);
  phase.Kill(KillReason::kSetupTimeout);
  const Fault fault = FindFault(phase.facts);
  EXPECT_EQ(fault.step, "mount_rootfs");
  EXPECT_EQ(fault.error, ETIMEDOUT);
}

TEST(FindFaultTest, StatusThatWasLostIsAFault) {
  TestPhase phase;
  phase.report().program_ended = 0;
  EXPECT_EQ(FindFault(phase.facts).step, "supervise");
}

TEST(FindFaultTest, HelperWithoutReport) {
  TestPhase phase;
  phase.facts.report.reset();
  phase.facts.helper_end = {true, true, SIGSEGV};
  EXPECT_EQ(FindFault(phase.facts).step, "start_helper");
  phase.facts.helper_end = {true, false, plan::kExitNoReport + static_cast<int>(StepId::kMakeReport)};
  EXPECT_EQ(FindFault(phase.facts).step, "make_report");
  phase.facts.helper_end = {true, false, 255};
  EXPECT_EQ(FindFault(phase.facts).step, "start_helper");
}

TEST(FindFaultTest, SweepThatFailedIsSaid) {
  TestPhase phase;
  phase.report().finished = 0;
  phase.report().host.step = StepId::kSupervise;
  phase.facts.helper_end = {true, true, SIGKILL};
  phase.facts.sweep_fault = {kSweep, 0, "/x/jail-launch", "ended with status 1"};
  EXPECT_EQ(
      FindFault(phase.facts).detail,
      "the helper died of signal 9; removing what it left failed too: /x/jail-launch ended with status 1");
}

TEST(FindFaultTest, OurOwnFaultComesFirst) {
  TestPhase phase;
  phase.facts.our_fault = {kStartHelper, ENOENT, "/x", ""};
  EXPECT_EQ(FindFault(phase.facts).subject, "/x");
}

}  // namespace
}  // namespace jail::watch
