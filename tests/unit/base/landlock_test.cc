// Each in a forked process: nothing takes a restriction back.
#include "jail/base/landlock.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace jail {
namespace {

class LandlockTest : public testing::Test {
 protected:
  void SetUp() override {
    if (LandlockAbi() < kUsableLandlockAbi) GTEST_SKIP() << "this kernel has no usable Landlock";
    ASSERT_EQ(mkdir(open_.c_str(), 0700), 0);
    ASSERT_EQ(mkdir(closed_.c_str(), 0700), 0);
    const int fd = open((closed_ + "/file").c_str(), O_WRONLY | O_CREAT, 0600);
    ASSERT_GE(fd, 0);
    close(fd);
  }
  void TearDown() override {
    unlink((closed_ + "/file").c_str());
    unlink((open_ + "/a/file").c_str());
    unlink((open_ + "/file").c_str());
    rmdir((open_ + "/a").c_str());
    rmdir(open_.c_str());
    rmdir(closed_.c_str());
  }

  // As the jail has it: all may be read beneath one place, and written beneath another.
  int Restrict() const {
    const int abi = LandlockAbi();
    int ruleset = -1;
    if (const int error = MakeRuleset(abi, &ruleset)) return error;
    if (const int error = AllowBeneath(ruleset, abi, open_.c_str(), MayDo::kRead)) return error;
    if (const int error = AllowBeneath(ruleset, abi, open_.c_str(), MayDo::kWrite)) return error;
    if (const int error = AllowBeneath(ruleset, abi, "/dev", MayDo::kRead)) return error;
    if (const int error = AllowBeneath(ruleset, abi, "/dev", MayDo::kUseDevice)) return error;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
    return RestrictSelf(ruleset);
  }

  template <typename Body>
  int InChild(Body body) const {
    const pid_t pid = fork();
    if (pid == 0) _exit(Restrict() != 0 ? 99 : body());
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  static int Open(int dir, const char* path, int flags) {
    return openat(dir, path, flags | O_CLOEXEC, 0600) < 0 ? errno : 0;
  }

  const std::string open_ = testing::TempDir() + "landlock_open_" + std::to_string(getpid());
  const std::string closed_ = testing::TempDir() + "landlock_closed_" + std::to_string(getpid());
};

TEST_F(LandlockTest, WhatNoRuleAllowsCannotBeOpened) {
  EXPECT_EQ(InChild([&] { return Open(AT_FDCWD, (closed_ + "/file").c_str(), O_RDONLY); }), EACCES);
  EXPECT_EQ(InChild([&] { return Open(AT_FDCWD, closed_.c_str(), O_RDONLY | O_DIRECTORY); }), EACCES);
  EXPECT_EQ(InChild([&] { return Open(AT_FDCWD, (closed_ + "/new").c_str(), O_WRONLY | O_CREAT); }), EACCES);
}

// CVE-2024-21626: a folder of the host was left open, and led past every mount.
TEST_F(LandlockTest, P3_AnOpenFolderOutsideLeadsNowhere) {
  const int folder = open(closed_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  EXPECT_EQ(Open(folder, "file", O_RDONLY), 0);
  EXPECT_EQ(InChild([&] { return Open(folder, "file", O_RDONLY); }), EACCES);
  EXPECT_EQ(InChild([&] { return fchdir(folder) != 0 ? 98 : Open(AT_FDCWD, "file", O_RDONLY); }), EACCES);
  close(folder);
}

TEST_F(LandlockTest, WhereWritingIsAllowedAllButExecutingIs) {
  EXPECT_EQ(InChild([&] {
              if (chdir(open_.c_str()) != 0 || mkdir("a", 0700) != 0) return 1;
              if (Open(AT_FDCWD, "file", O_WRONLY | O_CREAT) != 0) return 2;
              if (rename("file", "a/file") != 0) return 3;
              if (truncate("a/file", 5) != 0 || chmod("a/file", 0700) != 0) return 4;
              execl("a/file", "file", nullptr);
              if (errno != EACCES) return 5;
              return unlink("a/file") == 0 && rmdir("a") == 0 ? 0 : 6;
            }),
            0);
}

TEST_F(LandlockTest, DevicesCanBeUsedButNotAskedForMore) {
  EXPECT_EQ(InChild([] { return Open(AT_FDCWD, "/dev/null", O_RDWR | O_TRUNC); }), 0);
  if (LandlockAbi() < 5) return;
  EXPECT_EQ(InChild([] {
              termios settings;
              return ioctl(open("/dev/null", O_RDWR), TCGETS, &settings) == 0 ? 0 : errno;
            }),
            EACCES);
}

TEST_F(LandlockTest, NoSignalLeaves) {
  if (LandlockAbi() < 6) return;
  EXPECT_EQ(InChild([] { return kill(getppid(), 0) == 0 ? 0 : errno; }), EPERM);
  EXPECT_EQ(kill(getpid(), 0), 0);
}

TEST_F(LandlockTest, ALinkIsNoFolder) {
  const std::string link = open_ + "/file";
  ASSERT_EQ(symlink("/usr", link.c_str()), 0);
  int ruleset = -1;
  ASSERT_EQ(MakeRuleset(LandlockAbi(), &ruleset), 0);
  EXPECT_EQ(AllowBeneath(ruleset, LandlockAbi(), link.c_str(), MayDo::kRead), ENOTDIR);
  EXPECT_EQ(AllowBeneath(ruleset, LandlockAbi(), "/not/there", MayDo::kRead), ENOENT);
  close(ruleset);
}

}  // namespace
}  // namespace jail
