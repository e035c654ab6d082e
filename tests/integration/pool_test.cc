// Parked jails (jail/pool): built before their job is known, used for one, as good as cold ones. Keeps P38
// (used once, holding no secret), P19 (nothing is left) and P23 (the honest report) where several processes
// hand a jail on. Beside it: pool_command_test.cc, and second_plan_test.cc for the helper under attack.
#include <signal.h>
#include <unistd.h>

#include <memory>
#include <utility>

#include "gmock/gmock.h"
#include "tests/integration/pool_fixture.h"

namespace jailtest {
namespace {

using jail::pool::Pool;
using jail::v1::PhaseResult;
using testing::IsEmpty;

TEST_F(PoolTest, TheSecondRunOfAShapeFindsAJailThatIsReady) {
  const auto first = jail_->Run(Command1("/usr/bin/true"));
  EXPECT_EQ(first.verdict(), jail::v1::VERDICT_OK) << first.DebugString();
  EXPECT_EQ(first.phases(0).start(), PhaseResult::START_COLD);
  EXPECT_EQ(first.phases(0).parked_us(), 0);
  ASSERT_TRUE(AwaitReady(4));
  const auto second = jail_->Run(Command1("/usr/bin/true"));
  EXPECT_EQ(second.verdict(), jail::v1::VERDICT_OK) << second.DebugString();
  EXPECT_EQ(second.phases(0).start(), PhaseResult::START_PARKED);
  EXPECT_GT(second.phases(0).parked_us(), 0);
  EXPECT_EQ(pool_->stats().handed_out, 1);
  EXPECT_EQ(pool_->stats().missed, 1);
  ASSERT_TRUE(AwaitReady(4)) << "it was not replaced";
}

// The times of a record are this job's, whenever its jail was built.
TEST_F(PoolTest, P23_TimesBeginWithTheJob) {
  jail_->Run(Command1("/usr/bin/true"));
  ASSERT_TRUE(AwaitReady(4));
  const auto record = jail_->Run(Command1("/usr/bin/true"));
  ASSERT_EQ(record.phases(0).start(), PhaseResult::START_PARKED);
  EXPECT_LT(record.timeline().setup_us(), record.timeline().total_us());
  for (const auto& step : record.timeline().steps()) {
    EXPECT_GE(step.start_us(), 0) << step.step();
    EXPECT_NE(step.step(), "mount_rootfs") << "was long done";
  }
}

// One job's files, processes and secrets are not the next one's: a jail is used once.
TEST_F(PoolTest, P38_NoTwoRunsShareAJail) {
  const auto job =
      Job("python",
          "import os\nprint(sorted(os.listdir('/work') + os.listdir('/tmp') + os.listdir('/dev/shm')))\n"
          "for d in '/work', '/tmp', '/dev/shm': open(d + '/mine', 'w').write('secret')\n"
          "if os.fork() == 0:\n  os.setsid(); import time; time.sleep(60)\n");
  std::string first;
  for (int i = 0; i < 6; ++i) {
    ASSERT_TRUE(i == 0 || AwaitReady(4));
    const auto record = jail_->Run(job);
    ASSERT_EQ(record.verdict(), jail::v1::VERDICT_OK) << record.DebugString();
    if (i == 0) first = record.phases(0).stdout().content();
    EXPECT_EQ(record.phases(0).stdout().content(), first);
  }
}

TEST_F(PoolTest, AShapeThatNobodyAsksForMakesRoom) {
  OpenPool({.ready_per_shape = 2, .most = 2});
  jail_->Run(Command1("/usr/bin/true"));
  ASSERT_TRUE(AwaitReady(2));
  auto other = Command1("/usr/bin/true");
  other.mutable_limits()->set_disk_bytes(7 << 20);
  jail_->Run(other);
  ASSERT_TRUE(Await([&] { return pool_->stats().ready == 2 && pool_->stats().shapes == 1; }));
  EXPECT_EQ(jail_->Run(other).phases(0).start(), PhaseResult::START_PARKED);
}

TEST_F(PoolTest, AJailThatDiesWaitingIsReplaced) {
  jail_->Run(Command1("/usr/bin/true"));
  ASSERT_TRUE(AwaitReady(4));
  settle_ = absl::Seconds(5);
  for (const pid_t pid : Helpers()) kill(pid, SIGKILL);
  ASSERT_TRUE(Await([&] { return pool_->stats().failed >= 4; }));
  EXPECT_EQ(jail_->Run(Command1("/usr/bin/true")).verdict(), jail::v1::VERDICT_OK);
  ASSERT_TRUE(AwaitReady(4));
  EXPECT_EQ(jail_->Run(Command1("/usr/bin/true")).phases(0).start(), PhaseResult::START_PARKED);
}

TEST_F(PoolTest, P19_APoolThatEndsTakesItsJailsAlong) {
  jail_->Run(Command1("/usr/bin/true"));
  ASSERT_TRUE(AwaitReady(4));
  EXPECT_EQ(Helpers().size(), 4u);
  jail_.reset();
  pool_.reset();
  EXPECT_THAT(Helpers(), IsEmpty());
}

}  // namespace
}  // namespace jailtest
