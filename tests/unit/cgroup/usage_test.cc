// What a look at the clocks may leave changed: nothing.
#include "jail/cgroup/usage.h"

#include <gtest/gtest.h>
#include <sched.h>

#include "jail/base/cpus.h"

namespace jail::cgroup {
namespace {

TEST(UsageTest, ChargingRunningTasksLeavesTheProcessItsProcessors) {
  cpu_set_t before, after;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  ChargeRunningTasks();
  ASSERT_EQ(sched_getaffinity(0, sizeof after, &after), 0);
  EXPECT_TRUE(CPU_EQUAL(&before, &after));
}

TEST(UsageTest, ChargingRunningTasksStaysWithinAPinnedProcesssProcessor) {
  cpu_set_t all, one, after;
  ASSERT_EQ(sched_getaffinity(0, sizeof all, &all), 0);
  CPU_ZERO(&one);
  CPU_SET(static_cast<size_t>(sched_getcpu()), &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  ChargeRunningTasks();
  EXPECT_EQ(sched_getaffinity(0, sizeof after, &after), 0);
  EXPECT_TRUE(CPU_EQUAL(&one, &after));
  sched_setaffinity(0, sizeof all, &all);
}

TEST(NextCpuLookTest, AllProcessorsTogetherMayUseWhatRemains) {
  EXPECT_EQ(NextCpuLookNs(1'000'000'000, 1), 1'000'000'000 / CountOwnCpus());
}

TEST(NextCpuLookTest, NearTheLimitItIsOftenButNotForASleeper) {
  EXPECT_EQ(NextCpuLookNs(1, 1), 250'000);
  EXPECT_EQ(NextCpuLookNs(1, 0), 2'000'000);
}

}  // namespace
}  // namespace jail::cgroup
