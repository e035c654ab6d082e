#include "jail/call/own_time.h"

#include <limits>

#include "gtest/gtest.h"
#include "jail/base/units.h"

namespace jail::call {
namespace {

TEST(OwnTimeTest, ItRunsOnlyWhileNobodyAnswers) {
  OwnTime time(500);
  EXPECT_EQ(time.TimeoutMs(0), -1) << "it has not begun";
  time.Run(100 * kNsPerMs);
  EXPECT_EQ(time.TimeoutMs(100 * kNsPerMs), 500);
  time.Stop(300 * kNsPerMs);
  EXPECT_EQ(time.TimeoutMs(9000 * kNsPerMs), -1);
  EXPECT_FALSE(time.IsOver(9000 * kNsPerMs));
  time.Run(9000 * kNsPerMs);
  EXPECT_EQ(time.TimeoutMs(9100 * kNsPerMs), 200);
  EXPECT_FALSE(time.IsOver(9299 * kNsPerMs));
  EXPECT_TRUE(time.IsOver(9300 * kNsPerMs));
  EXPECT_EQ(time.SpentNs(9300 * kNsPerMs), 500 * kNsPerMs);
}

TEST(OwnTimeTest, TheTimeoutIsNeverTooEarly) {
  OwnTime time(2);
  time.Run(1);
  EXPECT_EQ(time.TimeoutMs(2), 2) << "1.999999 ms are left";
  EXPECT_EQ(time.TimeoutMs(1 + kNsPerMs), 1);
  EXPECT_EQ(time.TimeoutMs(1 + 3 * kNsPerMs), 0);
}

TEST(OwnTimeTest, RunAgainChangesNothing) {
  OwnTime time(10);
  time.Run(0);
  time.Run(5 * kNsPerMs);
  EXPECT_TRUE(time.IsOver(10 * kNsPerMs));
}

TEST(OwnTimeTest, WithoutALimitItIsNeverOver) {
  OwnTime none(std::nullopt);
  none.Run(0);
  EXPECT_EQ(none.TimeoutMs(1), -1);
  EXPECT_FALSE(none.IsOver(std::numeric_limits<int64_t>::max() / 2));
  OwnTime huge(std::numeric_limits<int64_t>::max());
  huge.Run(0);
  EXPECT_EQ(huge.TimeoutMs(0), std::numeric_limits<int>::max());
}

}  // namespace
}  // namespace jail::call
