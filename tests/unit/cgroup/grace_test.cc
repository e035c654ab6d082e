// Real processes, no jail: one that stands for init, and its first child for the program.
#include "jail/cgroup/grace.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>

#include "jail/base/sys.h"

namespace jail::cgroup {
namespace {

using plan::KillReason;

constexpr int64_t kMs = 1'000'000;

// init forks the program, which leads a group of its own, forks a helper in it and waits. Each says by a byte
// in the pipe that it got SIGTERM: 'p' and 'h'.
class Family {
 public:
  Family() {
    int said[2], up[2];
    if (pipe(said) != 0 || pipe(up) != 0) return;
    said_ = said[0];
    init_ = fork();
    if (init_ == 0) RunInit(said[1], up[1]);
    close(said[1]);
    close(up[1]);
    char byte;
    int up_count = 0;
    while (up_count < 2 && read(up[0], &byte, 1) == 1) ++up_count;
    ready_ = up_count == 2;
    close(up[0]);
  }
  ~Family() {
    kill(init_, SIGKILL);
    waitpid(init_, nullptr, 0);
    close(said_);
  }

  pid_t init() const { return init_; }
  bool ready() const { return ready_; }
  // Whatever has been said when all who could say something are gone.
  std::string Said() {
    std::string text;
    char byte;
    while (read(said_, &byte, 1) == 1) text += byte;
    return text;
  }

 private:
  [[noreturn]] static void AwaitTerm(int said, int up, char name) {
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, nullptr);
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (write(up, "u", 1) != 1) _exit(1);
    const timespec bound = {2, 0};
    if (sigtimedwait(&term, nullptr, &bound) == SIGTERM && write(said, &name, 1) != 1) _exit(1);
    _exit(0);
  }

  [[noreturn]] static void RunInit(int said, int up) {
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    const pid_t program = fork();
    if (program == 0) {
      setpgid(0, 0);
      const pid_t helper = fork();
      if (helper == 0) AwaitTerm(said, up, 'h');
      sigset_t term;
      sigemptyset(&term);
      sigaddset(&term, SIGTERM);
      sigprocmask(SIG_BLOCK, &term, nullptr);
      if (write(up, "u", 1) != 1) _exit(1);
      const timespec bound = {2, 0};
      if (sigtimedwait(&term, nullptr, &bound) == SIGTERM && write(said, "p", 1) != 1) _exit(1);
      waitpid(helper, nullptr, 0);
      _exit(0);
    }
    close(said);
    for (;;) pause();
  }

  pid_t init_ = -1;
  int said_ = -1;
  bool ready_ = false;
};

class GraceTest : public testing::Test {
 protected:
  GraceTest() : proc_(open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)), report_(new plan::RawReport()) {}
  void TearDown() override { close(proc_); }

  KillReason Ask(pid_t init, KillReason reason) {
    return AskFirst(proc_, init, limits_, reason, report_.get());
  }

  int proc_;
  plan::Limits limits_ = {};
  std::unique_ptr<plan::RawReport> report_;
};

TEST_F(GraceTest, WithoutGraceNobodyIsAsked) {
  EXPECT_EQ(Ask(getpid(), KillReason::kWallTime), KillReason::kWallTime);
  EXPECT_EQ(report_->grace_reason, KillReason::kNone);
}

TEST_F(GraceTest, TheProgramAndItsGroupGetSigterm) {
  Family family;
  ASSERT_TRUE(family.ready());
  limits_.grace_ms = 60'000;
  EXPECT_EQ(Ask(family.init(), KillReason::kCpuTime), KillReason::kNone);
  EXPECT_EQ(report_->grace_reason, KillReason::kCpuTime);
  EXPECT_EQ(report_->grace_error, 0);
  std::string said = family.Said();
  if (report_->grace_whole_group == 0)
    GTEST_SKIP() << "a kernel before Linux 6.9: the program alone, " << said;
  EXPECT_EQ(said.size(), 2u) << said;
  EXPECT_NE(said.find('p'), said.npos);
  EXPECT_NE(said.find('h'), said.npos);
}

TEST_F(GraceTest, TheFirstLimitIsTheOneThatCounts) {
  Family family;
  ASSERT_TRUE(family.ready());
  limits_.grace_ms = 60'000;
  ASSERT_EQ(Ask(family.init(), KillReason::kIdleTime), KillReason::kNone);
  EXPECT_EQ(Ask(family.init(), KillReason::kWallTime), KillReason::kNone) << "within the grace";
  report_->grace_ns -= 60'000 * kMs;
  EXPECT_EQ(Ask(family.init(), KillReason::kWallTime), KillReason::kIdleTime) << "it is over";
}

TEST_F(GraceTest, OtherLimitsAndTheCallerDoNotWait) {
  limits_.grace_ms = 60'000;
  for (const KillReason reason : {KillReason::kMemory, KillReason::kCancelled, KillReason::kCallerDied,
                                  KillReason::kOutput, KillReason::kDeniedCalls, KillReason::kSetupTimeout}) {
    EXPECT_EQ(Ask(getpid(), reason), reason);
  }
  EXPECT_EQ(report_->grace_ns, 0);
}

TEST_F(GraceTest, WhoCannotBeAskedGetsNoGrace) {
  limits_.grace_ms = 60'000;
  close(proc_);
  proc_ = open("/dev", O_RDONLY | O_DIRECTORY | O_CLOEXEC);  // No processes in there.
  EXPECT_EQ(Ask(getpid(), KillReason::kWallTime), KillReason::kWallTime);
  EXPECT_EQ(report_->grace_error, ENOENT);
}

}  // namespace
}  // namespace jail::cgroup
