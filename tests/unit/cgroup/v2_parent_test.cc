// The choice of a parent, on trees of plain files. What only a kernel says (EBUSY, and moving processes) is
// shown by integration_cgroup_v2, in the virtual machine.
#include "jail/cgroup/v2_parent.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "jail/base/fd.h"

namespace jail::cgroup {
namespace {

namespace fs = std::filesystem;

class V2ParentTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "v2_parent_test.XXXXXX").string();
    root_ = mkdtemp(name.data());
    AddGroup("", "");
  }
  void TearDown() override { fs::remove_all(root_); }

  // A group that gives its children `subtree`; without it one that refuses to give any.
  void AddGroup(const std::string& path, const char* subtree) {
    fs::create_directories(root_ / path);
    std::ofstream(root_ / path / "cgroup.controllers") << "cpu io memory pids\n";
    if (subtree != nullptr) std::ofstream(root_ / path / "cgroup.subtree_control") << subtree;
  }

  // The path that was chosen for who lives in `own`.
  std::string Choose(const std::string& own) {
    const Fd mount(open(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    int parent = -1;
    if (const int error = FindV2Parent(mount.get(), own.c_str(), &parent); error != 0)
      return "errno " + std::to_string(error);
    const Fd owner(parent);
    return fs::relative(fs::read_symlink("/proc/self/fd/" + std::to_string(parent)), root_).string();
  }

  std::string Subtree(const std::string& path) {
    std::stringstream text;
    text << std::ifstream(root_ / path / "cgroup.subtree_control").rdbuf();
    return text.str();
  }

  fs::path root_;
};

TEST_F(V2ParentTest, TheNearestThatGivesBothControllersIsUsedAsItIs) {
  AddGroup("slice", "memory pids\n");
  AddGroup("slice/scope", nullptr);
  EXPECT_EQ(Choose("slice/scope"), "slice");
  EXPECT_EQ(Subtree("slice"), "memory pids\n");
  EXPECT_EQ(Subtree(""), "");
}

// A plain file keeps what a shorter write leaves of it: the last word is that of the first request.
TEST_F(V2ParentTest, OneOfTheTwoIsNotEnough) {
  AddGroup("slice", "pids\n");
  AddGroup("slice/scope", nullptr);
  EXPECT_EQ(Choose("slice/scope"), "slice");
  EXPECT_THAT(Subtree("slice"), testing::EndsWith("+pids "));
}

TEST_F(V2ParentTest, AGroupThatCanBeMadeToIsMadeTo) {
  EXPECT_EQ(Choose(""), ".");
  EXPECT_THAT(Subtree(""), testing::EndsWith("+pids "));
}

TEST_F(V2ParentTest, AGroupOfAnotherOwnerIsPassedOver) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root: makes a group over to somebody";
  AddGroup("slice", "memory pids\n");
  AddGroup("slice/user", "memory pids\n");
  ASSERT_EQ(chown((root_ / "slice/user").c_str(), 61301, 61301), 0);
  EXPECT_EQ(Choose("slice/user"), "slice");
}

TEST_F(V2ParentTest, WithoutAnyTheRootIsWhereTheReasonShows) {
  fs::remove(root_ / "cgroup.subtree_control");
  AddGroup("scope", nullptr);
  EXPECT_EQ(Choose("scope"), ".");
}

TEST_F(V2ParentTest, AControllerThatTheHierarchyHasNotIsNotWaitedFor) {
  std::ofstream(root_ / "cgroup.controllers") << "pids\n";
  AddGroup("slice", "pids\n");
  AddGroup("slice/scope", nullptr);
  EXPECT_EQ(Choose("slice/scope"), "slice");
}

TEST_F(V2ParentTest, APathThatIsNotThereIsSaid) {
  EXPECT_EQ(Choose("gone"), "errno " + std::to_string(ENOENT));
  EXPECT_EQ(Choose("../outside"), "errno " + std::to_string(EXDEV));
}

TEST_F(V2ParentTest, WordsAreWholeWords) {
  AddGroup("", "memory_recursive pids\n");
  const Fd mount(open(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  EXPECT_TRUE(HasWord(mount.get(), "cgroup.subtree_control", "pids"));
  EXPECT_FALSE(HasWord(mount.get(), "cgroup.subtree_control", "memory"));
  EXPECT_FALSE(HasWord(mount.get(), "no such file", "pids"));
}

}  // namespace
}  // namespace jail::cgroup
