// The second plan that a parked helper takes, from a hostile caller. Keeps P33 (the helper under attack), P38
// (a jail is used once) and P19 (nothing is left).
#include <fcntl.h>
#include <poll.h>
#include <signal.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "jail/base/sys.h"
#include "jail/jail.h"
#include "jail/plan/layout.h"
#include "jail/plan/raw_report.h"
#include "jail/plan/steps.h"
#include "jail/watch/facts.h"
#include "tests/integration/await.h"
#include "tests/integration/handmade_plan.h"
#include "tests/testlib/jailtest/jailrun.h"

namespace jailtest {
namespace {

class SecondPlanTest : public JailTest {
 protected:
  // A jail of the plain plan's shape, waiting.
  jail::Helper ParkOne() {
    std::string shape =
        PlanBytes([](jail::plan::Header* header, std::string*) { header->flags |= jail::plan::kPark; });
    auto helper = jail::Park(JAILTEST_LAUNCHER, {shape});
    EXPECT_TRUE(helper.ok()) << helper.status();
    if (!helper.ok()) return {};
    EXPECT_TRUE(Await([&] { return jail::IsParked(&*helper).value_or(false); }));
    return *std::move(helper);
  }

  static int Send(const jail::Helper& helper, jail::plan::Message message, int fd) {
    return jail::SendByte(helper.control.get(), static_cast<uint8_t>(message), fd);
  }

  static int SendSignal(const jail::Helper& helper, int number) {
    return jail::SendByte(helper.control.get(), static_cast<uint8_t>(jail::plan::kSignal + number));
  }

  static std::optional<jail::plan::RawReport> End(const jail::Helper& helper) {
    pollfd exited = {helper.pidfd.get(), POLLIN, 0};
    EXPECT_EQ(poll(&exited, 1, 20'000), 1) << "the helper lives on";
    jail::Bury(helper.pidfd.get());
    return jail::watch::ReadReport(helper.report.get());
  }
};

struct BadJob {
  const char* name;
  jail::plan::StepId step;
  int error;
  void (*spoil)(jail::plan::Header*, std::string*);
};

constexpr BadJob kBadJobs[] = {
    {"OtherRoot", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { std::strcpy(h->root, "none"); }},
    {"OtherPolicy", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { std::strcpy(h->policy, "init"); }},
    {"OtherName", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { std::strcpy(h->hostname, "other"); }},
    {"AnImage", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { std::strcpy(h->image, "small-0123456789abcdef"); }},
    {"MoreDisk", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { h->limits.disk_bytes += 4096; }},
    {"MoreFiles", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { h->limits.disk_inodes += 1; }},
    {"ARate", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { h->limits.cpu_millicores = 100; }},
    {"WorkBack", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { h->flags |= jail::plan::kSendWork; }},
    {"Rootless", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { h->flags |= jail::plan::kRootless; }},
    {"ParkedAgain", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { h->flags |= jail::plan::kPark; }},
    {"OtherLayers", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { h->required = 1u << jail::plan::kLandlock; }},
    {"AChannel", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { h->channel_count = 1; }},
    {"TooMuchMemory", jail::plan::StepId::kAdmitPlan, E2BIG,
     [](jail::plan::Header* h, std::string*) { h->limits.memory_bytes = INT64_MAX; }},
    {"NoProgram", jail::plan::StepId::kCheckSeals, EBADMSG,
     [](jail::plan::Header* h, std::string*) { h->argc = 0; }},
};

TEST_F(SecondPlanTest, P33_AJobOfAnotherShapeIsRefusedAndNothingRuns) {
  for (const BadJob& bad : kBadJobs) {
    SCOPED_TRACE(bad.name);
    const jail::Helper helper = ParkOne();
    const jail::Fd plan = PlanMemfd(PlanBytes(bad.spoil));
    ASSERT_EQ(Send(helper, jail::plan::Message::kJob, plan.get()), 0);
    const auto report = End(helper);
    ASSERT_TRUE(report.has_value());
    EXPECT_STREQ(jail::plan::StepName(report->host.step), jail::plan::StepName(bad.step));
    EXPECT_EQ(report->host.error, bad.error);
    EXPECT_EQ(report->exec_ns, 0);
    EXPECT_EQ(report->finished, 1u);
  }
}

TEST_F(SecondPlanTest, P33_AJobThatCouldStillChangeIsRefused) {
  for (const int seals : {0, F_SEAL_WRITE, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW}) {
    const jail::Helper helper = ParkOne();
    const jail::Fd plan = PlanMemfd(PlanBytes(), seals);
    ASSERT_EQ(Send(helper, jail::plan::Message::kJob, plan.get()), 0);
    const auto report = End(helper);
    ASSERT_TRUE(report.has_value());
    EXPECT_STREQ(jail::plan::StepName(report->host.step), "check_seals");
    EXPECT_EQ(report->exec_ns, 0);
  }
}

TEST_F(SecondPlanTest, P33_AJobThatIsNoPlanAtAll) {
  const jail::Fd null(open("/dev/null", O_RDONLY | O_CLOEXEC));
  for (const int fd : {-1, null.get()}) {
    const jail::Helper helper = ParkOne();
    ASSERT_EQ(Send(helper, jail::plan::Message::kJob, fd), 0);
    const auto report = End(helper);
    ASSERT_TRUE(report.has_value());
    EXPECT_STREQ(jail::plan::StepName(report->host.step), "check_seals");
    EXPECT_EQ(report->exec_ns, 0);
  }
}

// One jail, one job: of two that are sent, the first counts and the second ends the run.
TEST_F(SecondPlanTest, P38_ASecondJobEndsTheFirst) {
  const jail::Helper helper = ParkOne();
  const jail::Fd plan = PlanMemfd(PlanBytes());
  ASSERT_EQ(Send(helper, jail::plan::Message::kJob, plan.get()), 0);
  static_cast<void>(
      Send(helper, jail::plan::Message::kJob, plan.get()));  // EPIPE when /usr/bin/true was faster.
  const auto report = End(helper);
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->finished, 1u);
}

// A plan whose program is called a runtime: whatever it is, its jail has the plan's limits, and only a plan
// of the same limits can take its place.
class SecondPlanOfARuntimeTest : public SecondPlanTest {
 protected:
  jail::Helper StartOne() {
    // cat reads what nobody writes: it waits, as a loader does.
    auto helper = jail::Park(JAILTEST_LAUNCHER, {CatPlan([](jail::plan::Header* header, std::string*) {
                               header->flags |= jail::plan::kParkRuntime;
                               header->channel_count = 1;
                             })});
    EXPECT_TRUE(helper.ok()) << helper.status();
    if (!helper.ok()) return {};
    EXPECT_TRUE(Await([&] {
      static_cast<void>(jail::IsParked(&*helper));
      const auto report = jail::watch::ReadReport(helper->report.get());
      return report.has_value() && report->exec_ns != 0;
    }));
    return *std::move(helper);
  }

  static std::string CatPlan(const std::function<void(jail::plan::Header*, std::string*)>& spoil) {
    return PlanBytes([&](jail::plan::Header* header, std::string* bytes) {
      const std::string cat("/usr/bin/cat\0", 13);
      bytes->replace(header->argv.offset, cat.size(), cat);
      header->argv.size = cat.size();
      spoil(header, bytes);
    });
  }
};

constexpr BadJob kBadRuntimeJobs[] = {
    {"OtherPolicy", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { std::strcpy(h->policy, "init"); }},
    {"MoreMemory", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { h->limits.memory_bytes += 4096; }},
    {"MoreCpuTime", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { h->limits.cpu_time_us += 1; }},
    {"MoreProcesses", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { h->limits.processes += 1; }},
    {"ALongerGrace", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { h->limits.grace_ms += 1; }},
    {"OtherCpus", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { h->limits.cpus.words[0] = 1; }},
    {"ARuntimeAgain", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { h->flags |= jail::plan::kParkRuntime; }},
    {"TheLoadersChannel", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { h->channel_count = 1; }},
    {"TooLong", jail::plan::StepId::kAdmitPlan, E2BIG,
     [](jail::plan::Header* h, std::string*) { h->limits.wall_time_us = INT64_MAX; }},
};

TEST_F(SecondPlanOfARuntimeTest, P33_AJobOfOtherLimitsEndsIt) {
  for (const BadJob& bad : kBadRuntimeJobs) {
    SCOPED_TRACE(bad.name);
    const jail::Helper helper = StartOne();
    const jail::Fd plan = PlanMemfd(PlanBytes(bad.spoil));
    ASSERT_EQ(Send(helper, jail::plan::Message::kJob, plan.get()), 0);
    const auto report = End(helper);
    ASSERT_TRUE(report.has_value());
    EXPECT_STREQ(jail::plan::StepName(report->host.step), jail::plan::StepName(bad.step));
    EXPECT_EQ(report->host.error, bad.error);
    EXPECT_EQ(report->parked_cpu_ns, 0) << "no job began";
    EXPECT_EQ(report->finished, 1u);
  }
}

TEST_F(SecondPlanOfARuntimeTest, AGoodJobBeginsAndItsOwnClockEndsIt) {
  const jail::Helper helper = StartOne();
  const jail::Fd plan =
      PlanMemfd(PlanBytes([](jail::plan::Header* h, std::string*) { h->limits.wall_time_us = 100'000; }));
  ASSERT_EQ(Send(helper, jail::plan::Message::kJob, plan.get()), 0);
  const auto report = End(helper);
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->host.error, 0);
  EXPECT_GT(report->parked_cpu_ns, 0);
  EXPECT_EQ(report->kill_reason, jail::plan::KillReason::kWallTime);
  EXPECT_GE(report->end_ns - report->exec_ns, 100'000'000);
}

TEST_F(SecondPlanOfARuntimeTest, P38_ASecondJobEndsTheFirst) {
  const jail::Helper helper = StartOne();
  const jail::Fd plan = PlanMemfd(PlanBytes());
  ASSERT_EQ(Send(helper, jail::plan::Message::kJob, plan.get()), 0);
  ASSERT_EQ(Send(helper, jail::plan::Message::kJob, plan.get()), 0);
  const auto report = End(helper);
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->host.error, EPROTO);
  EXPECT_EQ(report->finished, 1u);
}

TEST_F(SecondPlanOfARuntimeTest, P19_OneThatNobodyWantsAnyMoreEnds) {
  jail::Helper helper = StartOne();
  helper.control.Reset();
  ASSERT_TRUE(End(helper).has_value());
}

TEST_F(SecondPlanTest, AGoodJobRuns) {
  for (int i = 0; i < 20; ++i) {  // Programs overtake their helper, or do not.
    const jail::Helper helper = ParkOne();
    ASSERT_EQ(Send(helper, jail::plan::Message::kJob, PlanMemfd(PlanBytes()).get()), 0);
    const auto report = End(helper);
    ASSERT_TRUE(report.has_value());
    EXPECT_EQ(report->program_ended, 1u);
    EXPECT_EQ(report->program_status, 0);
    EXPECT_EQ(report->host.error, 0);
    EXPECT_EQ(report->parked_cpu_ns, 0) << "its start is the program's own";
  }
}

TEST_F(SecondPlanTest, ASignalWaitsForTheProgram) {
  const jail::Helper helper = ParkOne();
  ASSERT_EQ(SendSignal(helper, SIGTERM), 0);
  ASSERT_EQ(Send(helper, jail::plan::Message::kJob, PlanMemfd(PlanBytes()).get()), 0);
  const auto report = End(helper);
  ASSERT_TRUE(report.has_value());
  EXPECT_NE(report->exec_ns, 0);
  EXPECT_EQ(report->program_ended, 1u);
  EXPECT_EQ(report->signal_count, 1);
  EXPECT_GE(report->signals[0].at_ns, report->exec_ns);
}

TEST_F(SecondPlanTest, P33_OneThatIsNotToBeHadIsNoMessage) {
  for (const int number : {0, SIGKILL, SIGSEGV, SIGCHLD, 32, 64, 127}) {
    const jail::Helper helper = ParkOne();
    ASSERT_EQ(SendSignal(helper, number), 0);
    const auto report = End(helper);
    ASSERT_TRUE(report.has_value());
    EXPECT_EQ(report->kill_reason, jail::plan::KillReason::kCallerDied) << number;
    EXPECT_EQ(report->signal_count, 0) << number;
  }
}

TEST_F(SecondPlanTest, P19_LettingGoOfAParkedJailEndsIt) {
  jail::Helper helper = ParkOne();
  helper.control.Reset();
  const auto report = End(helper);
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->kill_reason, jail::plan::KillReason::kCallerDied);
  EXPECT_EQ(report->exec_ns, 0);
}

}  // namespace
}  // namespace jailtest
