// Slots: two live runs never share one, a dead run's comes back by itself.
#include "jail/cgroup/lease.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "jail/base/fd.h"

namespace jail::cgroup {
namespace {

// Another run: a process that does one thing with the leases, says what came of it and lives until it is let
// go. Its child, if it has one, is a jail's first process: it has a copy of all descriptors.
class OtherRun {
 public:
  template <typename Act>  // int64_t(int leases)
  OtherRun(const char* path, Act act, bool with_child = false) {
    int answer[2], hold[2];
    if (pipe(answer) != 0 || pipe(hold) != 0) return;
    pid_ = fork();
    if (pid_ == 0) {
      close(hold[1]);
      const int64_t said = act(open(path, O_RDWR | O_CLOEXEC));
      char byte = 0;
      if (with_child && fork() == 0) _exit(static_cast<int>(read(hold[0], &byte, 1)));
      if (write(answer[1], &said, sizeof said) != sizeof said) _exit(1);
      _exit(static_cast<int>(read(hold[0], &byte, 1)));
    }
    close(answer[1]);
    close(hold[0]);
    said_ = -1;
    if (read(answer[0], &said_, sizeof said_) != sizeof said_) said_ = -1;
    close(answer[0]);
    hold_ = Fd(hold[1]);
  }
  ~OtherRun() { Die(); }
  OtherRun(const OtherRun&) = delete;
  OtherRun& operator=(const OtherRun&) = delete;

  int64_t said() const { return said_; }
  // As by SIGKILL: nothing is given back, and the child goes on living.
  void Die() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

 private:
  pid_t pid_ = -1;
  int64_t said_ = -1;
  Fd hold_;
};

class LeaseTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(Fd(mkstemp(path_)).valid()); }
  void TearDown() override { unlink(path_); }
  Fd Open() { return Fd(open(path_, O_RDWR | O_CLOEXEC)); }

  // The slot that a run gets among `count`, or minus the errno.
  auto Take(int64_t count, const Cgroups& cgroups) {
    return [this, count, &cgroups](int leases) -> int64_t {
      int64_t slot = -1;
      const int error = TakeSlot(leases, count, cgroups, &slot, &swept_);
      return error == 0 ? slot : -error;
    };
  }
  auto Take(int64_t count) { return Take(count, none_); }
  static auto Lock(int64_t slot) {
    return [slot](int leases) -> int64_t { return LockSlot(leases, slot); };
  }

  char path_[32] = "/tmp/lease_test.XXXXXX";
  const Cgroups none_ = {};
  plan::Swept swept_ = {};
};

TEST_F(LeaseTest, EachRunTakesTheLowestFreeSlot) {
  const OtherRun first(path_, Take(10)), second(path_, Take(10));
  EXPECT_EQ(first.said(), 0);
  EXPECT_EQ(second.said(), 1);
}

TEST_F(LeaseTest, DeadRunsSlotIsFreeAgain) {
  OtherRun first(path_, Take(10));
  ASSERT_EQ(first.said(), 0);
  first.Die();
  EXPECT_EQ(OtherRun(path_, Take(10)).said(), 0);
}

// The child of a helper that was killed right after the clone still has all its descriptors.
TEST_F(LeaseTest, LeaseEndsWithItsRunWhateverItsChildHolds) {
  OtherRun first(path_, Take(10), /*with_child=*/true);
  ASSERT_EQ(first.said(), 0);
  EXPECT_EQ(OtherRun(path_, Take(10)).said(), 1);
  first.Die();
  EXPECT_EQ(OtherRun(path_, Take(10)).said(), 0);
}

TEST_F(LeaseTest, ExhaustedRangeIsAnError) {
  const OtherRun first(path_, Take(2)), second(path_, Take(2)), third(path_, Take(2));
  EXPECT_EQ(third.said(), -EUSERS);
}

TEST_F(LeaseTest, LockedSlotIsSaidToBeTaken) {
  const Fd own = Open();
  ASSERT_EQ(LockSlot(own.get(), 3), 0);
  EXPECT_EQ(OtherRun(path_, Lock(3)).said(), EAGAIN);
  ASSERT_EQ(UnlockSlot(own.get(), 3), 0);
  EXPECT_EQ(OtherRun(path_, Lock(3)).said(), 0);
}

// A hierarchy: a tree of plain directories stands in for it.
class Tree {
 public:
  Tree() {
    EXPECT_NE(mkdtemp(root_), nullptr);
    groups_.backend = &kCgroupV2;
    groups_.owner = 7;
    groups_.parent[0] = open(root_, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  }
  ~Tree() {
    CloseGroups(&groups_);
    std::error_code error;
    std::filesystem::remove_all(root_, error);
  }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  std::string Path(int slot) const { return std::string(root_) + "/jailrun.7." + std::to_string(slot); }
  void Make(int slot) const { EXPECT_EQ(mkdir(Path(slot).c_str(), 0700), 0); }
  bool Has(int slot) const { return access(Path(slot).c_str(), F_OK) == 0; }
  const Cgroups& groups() const { return groups_; }

 private:
  char root_[32] = "/tmp/lease_test_tree.XXXXXX";
  Cgroups groups_;
};

// 0 is this run's own, 1 is alive, 2 and 3 are dead.
TEST_F(LeaseTest, SweepTakesDeadRunsOnlyAndCounts) {
  const Tree tree;
  const Fd own = Open();
  int64_t slot = -1;
  ASSERT_EQ(TakeSlot(own.get(), 10, tree.groups(), &slot, &swept_), 0);
  ASSERT_EQ(slot, 0);
  const OtherRun other(path_, Take(10, tree.groups()));
  ASSERT_EQ(other.said(), 1);
  for (int i = 0; i < 4; ++i) tree.Make(i);
  plan::Swept swept = {};
  EXPECT_EQ(SweepLeftovers(own.get(), tree.groups(), 0, &swept), 0);
  EXPECT_EQ(swept.runs, 2);
  EXPECT_EQ(swept.removed.groups, 2);
  EXPECT_EQ(swept.alive, 1);
  EXPECT_EQ(swept.dying, 0);
  for (int dead : {2, 3}) EXPECT_FALSE(tree.Has(dead)) << dead;
  for (int alive : {0, 1}) EXPECT_TRUE(tree.Has(alive)) << alive;
}

TEST_F(LeaseTest, WhoeverTakesADeadRunsSlotHasRemovedIt) {
  const Tree tree;
  tree.Make(0);
  const Fd own = Open();
  int64_t slot = -1;
  EXPECT_EQ(TakeSlot(own.get(), 10, tree.groups(), &slot, &swept_), 0);
  EXPECT_EQ(slot, 0);
  EXPECT_EQ(swept_.runs, 1);
  EXPECT_FALSE(tree.Has(0));
}

// A dead run's slot may be leased again by a run whose groups are elsewhere: that one's life is not
// the dead one's.
TEST_F(LeaseTest, SameSlotBeneathAnotherParentKeepsNothingAlive) {
  const Tree here, elsewhere;
  here.Make(0);
  const OtherRun other(path_, Take(10, elsewhere.groups()));
  ASSERT_EQ(other.said(), 0);
  elsewhere.Make(0);
  const Fd own = Open();
  int64_t slot = -1;
  ASSERT_EQ(TakeSlot(own.get(), 10, here.groups(), &slot, &swept_), 0);
  EXPECT_EQ(slot, 1);
  EXPECT_EQ(SweepLeftovers(own.get(), here.groups(), slot, &swept_), 0);
  EXPECT_EQ(swept_.runs, 1);
  EXPECT_EQ(swept_.alive, 0);
  EXPECT_FALSE(here.Has(0));
  EXPECT_TRUE(elsewhere.Has(0));
}

}  // namespace
}  // namespace jail::cgroup
