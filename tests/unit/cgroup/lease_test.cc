// Slots: two live runs never share one, a dead run's comes back by itself.
#include "jail/cgroup/lease.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

#include "jail/base/fd.h"

namespace jail::cgroup {
namespace {

class LeaseTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(Fd(mkstemp(path_)).valid()); }
  void TearDown() override { unlink(path_); }
  Fd Open() { return Fd(open(path_, O_RDWR | O_CLOEXEC)); }

  char path_[32] = "/tmp/lease_test.XXXXXX";
  const Cgroups none_ = {};
};

TEST_F(LeaseTest, EachRunTakesTheLowestFreeSlot) {
  const Fd first = Open(), second = Open();
  int64_t a = -1, b = -1;
  ASSERT_EQ(TakeSlot(first.get(), 10, none_, &a), 0);
  ASSERT_EQ(TakeSlot(second.get(), 10, none_, &b), 0);
  EXPECT_EQ(a, 0);
  EXPECT_EQ(b, 1);
}

TEST_F(LeaseTest, DeadRunsSlotIsFreeAgain) {
  Fd first = Open();
  const Fd second = Open();
  int64_t slot = -1;
  ASSERT_EQ(TakeSlot(first.get(), 10, none_, &slot), 0);
  first.Reset();
  ASSERT_EQ(TakeSlot(second.get(), 10, none_, &slot), 0);
  EXPECT_EQ(slot, 0);
}

TEST_F(LeaseTest, ExhaustedRangeIsAnError) {
  const Fd first = Open(), second = Open(), third = Open();
  int64_t slot = -1;
  ASSERT_EQ(TakeSlot(first.get(), 2, none_, &slot), 0);
  ASSERT_EQ(TakeSlot(second.get(), 2, none_, &slot), 0);
  EXPECT_EQ(TakeSlot(third.get(), 2, none_, &slot), EUSERS);
}

TEST_F(LeaseTest, LockedSlotIsSaidToBeTaken) {
  const Fd first = Open(), second = Open();
  ASSERT_EQ(LockSlot(first.get(), 3), 0);
  EXPECT_EQ(LockSlot(second.get(), 3), EAGAIN);
  ASSERT_EQ(UnlockSlot(first.get(), 3), 0);
  EXPECT_EQ(LockSlot(second.get(), 3), 0);
}

}  // namespace
}  // namespace jail::cgroup
