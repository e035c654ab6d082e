// Slots: two live runs never share one, a dead run's comes back by itself.
#include "jail/cgroup/lease.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
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
  plan::Swept swept_ = {};
};

TEST_F(LeaseTest, EachRunTakesTheLowestFreeSlot) {
  const Fd first = Open(), second = Open();
  int64_t a = -1, b = -1;
  ASSERT_EQ(TakeSlot(first.get(), 10, none_, &a, &swept_), 0);
  ASSERT_EQ(TakeSlot(second.get(), 10, none_, &b, &swept_), 0);
  EXPECT_EQ(a, 0);
  EXPECT_EQ(b, 1);
}

TEST_F(LeaseTest, DeadRunsSlotIsFreeAgain) {
  Fd first = Open();
  const Fd second = Open();
  int64_t slot = -1;
  ASSERT_EQ(TakeSlot(first.get(), 10, none_, &slot, &swept_), 0);
  first.Reset();
  ASSERT_EQ(TakeSlot(second.get(), 10, none_, &slot, &swept_), 0);
  EXPECT_EQ(slot, 0);
}

TEST_F(LeaseTest, ExhaustedRangeIsAnError) {
  const Fd first = Open(), second = Open(), third = Open();
  int64_t slot = -1;
  ASSERT_EQ(TakeSlot(first.get(), 2, none_, &slot, &swept_), 0);
  ASSERT_EQ(TakeSlot(second.get(), 2, none_, &slot, &swept_), 0);
  EXPECT_EQ(TakeSlot(third.get(), 2, none_, &slot, &swept_), EUSERS);
}

TEST_F(LeaseTest, LockedSlotIsSaidToBeTaken) {
  const Fd first = Open(), second = Open();
  ASSERT_EQ(LockSlot(first.get(), 3), 0);
  EXPECT_EQ(LockSlot(second.get(), 3), EAGAIN);
  ASSERT_EQ(UnlockSlot(first.get(), 3), 0);
  EXPECT_EQ(LockSlot(second.get(), 3), 0);
}

// A tree of plain directories stands in for a hierarchy: 0 is this run's own, 1 is alive, 2 and 3 are dead.
TEST_F(LeaseTest, SweepTakesDeadRunsOnlyAndCounts) {
  char root[] = "/tmp/lease_test_tree.XXXXXX";
  ASSERT_NE(mkdtemp(root), nullptr);
  for (const char* name : {"0", "1", "2", "3"}) {
    ASSERT_EQ(mkdir((std::string(root) + "/jailrun.7." + name).c_str(), 0700), 0);
  }
  const Fd own = Open(), other = Open();
  ASSERT_EQ(LockSlot(own.get(), 0), 0);
  ASSERT_EQ(LockSlot(other.get(), 1), 0);
  Cgroups cgroups;
  cgroups.backend = &kCgroupV2;
  cgroups.owner = 7;
  cgroups.parent[0] = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  plan::Swept swept = {};
  EXPECT_EQ(SweepLeftovers(own.get(), cgroups, 0, &swept), 0);
  EXPECT_EQ(swept.runs, 2);
  EXPECT_EQ(swept.removed.groups, 2);
  EXPECT_EQ(swept.alive, 1);
  EXPECT_EQ(swept.dying, 0);
  // Whoever takes a dead run's slot has removed it as well.
  ASSERT_EQ(mkdir((std::string(root) + "/jailrun.7.2").c_str(), 0700), 0);
  int64_t slot = -1;
  EXPECT_EQ(TakeSlot(Fd(open(path_, O_RDWR | O_CLOEXEC)).get(), 10, cgroups, &slot, &swept), 0);
  EXPECT_EQ(slot, 2);
  EXPECT_EQ(swept.runs, 3);
  CloseGroups(&cgroups);
  for (const char* name : {"2", "3"}) {
    EXPECT_NE(access((std::string(root) + "/jailrun.7." + name).c_str(), F_OK), 0) << name;
  }
  for (const char* name : {"0", "1"}) {
    EXPECT_EQ(rmdir((std::string(root) + "/jailrun.7." + name).c_str()), 0) << name;
  }
  rmdir(root);
}

}  // namespace
}  // namespace jail::cgroup
