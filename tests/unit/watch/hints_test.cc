#include "jail/watch/hints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "jail/plan/steps.h"

namespace jail::watch {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(HintsTest, EveryStepHasAHintForEveryErrno) {
  for (int step = 1; step < plan::kStepCount; ++step) {
    for (int error = 0; error < 134; ++error) {
      for (const Asked asked : {Asked::kLanguage, Asked::kCommand}) {
        const v1::Failure failure = Explain({plan::kStepNames[step], error, "", ""}, asked);
        EXPECT_NE(failure.origin(), v1::Failure::ORIGIN_UNSPECIFIED);
        EXPECT_NE(failure.hint(), "") << plan::kStepNames[step] << " " << error;
        EXPECT_EQ(failure.step(), plan::kStepNames[step]);
        // What is asked of the caller names the field to change.
        EXPECT_EQ(failure.origin() == v1::Failure::ORIGIN_CALLER, !failure.field().empty());
      }
    }
  }
}

TEST(HintsTest, FaultInjectedIntoAnyStepIsNotTheCallersFault) {
  for (int step = 1; step < plan::kStepCount; ++step) {
    const v1::Failure failure = Explain({plan::kStepNames[step], EIO, "", ""}, Asked::kLanguage);
    EXPECT_NE(failure.origin(), v1::Failure::ORIGIN_CALLER) << plan::kStepNames[step];
  }
}

TEST(HintsTest, MessageNamesStepSubjectAndErrno) {
  const v1::Failure failure = Explain({"mount_rootfs", ENOENT, "/usr/lib/jvm", ""}, Asked::kLanguage);
  EXPECT_EQ(failure.message(), "mount_rootfs failed on \"/usr/lib/jvm\": ENOENT (No such file or directory)");
  EXPECT_EQ(failure.error_name(), "ENOENT");
  EXPECT_EQ(failure.subject(), "/usr/lib/jvm");
}

// Killed from outside in the last instant before exec: no command of the caller's was ever tried.
TEST(HintsTest, AnExecThatWasCutShortIsNotTheCallersFault) {
  for (const Asked asked : {Asked::kLanguage, Asked::kCommand}) {
    const v1::Failure failure = Explain({"exec", 0, "", "the jail's process died of signal 9"}, asked);
    EXPECT_EQ(failure.origin(), v1::Failure::ORIGIN_HOST);
    EXPECT_TRUE(failure.retryable());
  }
}

TEST(HintsTest, MessageOfAStepThatWasCutShortSaysWhoDied) {
  const v1::Failure failure = Explain({"supervise", 0, "", "the helper died of signal 9"}, Asked::kLanguage);
  EXPECT_EQ(failure.message(), "supervise was cut short: the helper died of signal 9");
  EXPECT_EQ(failure.error_name(), "");
  EXPECT_TRUE(failure.retryable());
}

TEST(HintsTest, HostileSubjectIsQuoted) {
  EXPECT_THAT(Explain({"exec", ENOENT, "/\x1b[31m\n", ""}, Asked::kCommand).message(),
              Not(HasSubstr("\x1b")));
}

TEST(HintsTest, MissingCommandIsTheCallersAndMissingInterpreterTheHosts) {
  EXPECT_EQ(Explain({"exec", ENOENT, "", ""}, Asked::kCommand).origin(), v1::Failure::ORIGIN_CALLER);
  EXPECT_EQ(Explain({"exec", ENOENT, "", ""}, Asked::kCommand).field(), "command");
  EXPECT_EQ(Explain({"exec", ENOENT, "", ""}, Asked::kLanguage).origin(), v1::Failure::ORIGIN_HOST);
}

TEST(HintsTest, StepPatternStandsForAllOfItsSteps) {
  const std::string hint = Explain({"mount_tmp", EPERM, "", ""}, Asked::kLanguage).hint();
  EXPECT_THAT(hint, HasSubstr("Mounting is forbidden"));
  EXPECT_EQ(Explain({"mount_work", EPERM, "", ""}, Asked::kLanguage).hint(), hint);
  EXPECT_NE(Explain({"mount_proc", EPERM, "", ""}, Asked::kLanguage).hint(), hint);
}

TEST(HintsTest, ExhaustedHostIsWorthAnotherTry) {
  EXPECT_TRUE(Explain({"take_uid", EUSERS, "", ""}, Asked::kLanguage).retryable());
  EXPECT_EQ(Explain({"check_seals", ENOMEM, "", ""}, Asked::kLanguage).origin(), v1::Failure::ORIGIN_HOST);
  EXPECT_TRUE(Explain({"take_uid", EAGAIN, "", ""}, Asked::kLanguage).retryable());
  EXPECT_TRUE(Explain({"clone_child", ENOMEM, "", ""}, Asked::kLanguage).retryable());
  EXPECT_FALSE(Explain({"clone_child", EPERM, "", ""}, Asked::kLanguage).retryable());
}

}  // namespace
}  // namespace jail::watch
