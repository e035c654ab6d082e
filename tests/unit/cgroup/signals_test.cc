// Real processes, no jail: one that stands for init, and its first child for the program.
#include "jail/cgroup/signals.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "jail/base/signals.h"
#include "jail/plan/layout.h"

namespace jail::cgroup {
namespace {

// init forks the program, which dies of what it gets; init's exit status is the number of that signal.
class SignalsTest : public testing::Test {
 protected:
  SignalsTest() : proc_(open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)), report_(new plan::RawReport()) {
    int up[2];
    if (pipe(up) != 0) return;
    init_ = fork();
    if (init_ == 0) RunInit(up[1]);
    close(up[1]);
    char byte;
    ready_ = read(up[0], &byte, 1) == 1;
    close(up[0]);
  }
  void TearDown() override {
    kill(init_, SIGKILL);
    waitpid(init_, nullptr, 0);
    close(proc_);
  }

  bool Take(int message, bool runs = true) {
    return TakeSignal(proc_, init_, static_cast<uint8_t>(message), runs, report_.get());
  }
  int SignalThatEndedIt() const {
    int status = 0;
    return waitpid(init_, &status, 0) == init_ && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  int proc_;
  pid_t init_ = -1;
  bool ready_ = false;
  std::unique_ptr<plan::RawReport> report_;

 private:
  [[noreturn]] static void RunInit(int up) {
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    const pid_t program = fork();
    if (program == 0) {
      setpgid(0, 0);
      prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
      if (write(up, "u", 1) != 1) _exit(1);
      for (;;) pause();
    }
    int status = 0;
    waitpid(program, &status, 0);
    _exit(WTERMSIG(status));
  }
};

TEST_F(SignalsTest, OneIsSentAndNoted) {
  ASSERT_TRUE(ready_);
  EXPECT_TRUE(Take(plan::kSignal + SIGUSR1));
  EXPECT_EQ(SignalThatEndedIt(), SIGUSR1);
  ASSERT_EQ(report_->signal_count, 1);
  EXPECT_EQ(report_->signals[0].number, SIGUSR1);
  EXPECT_EQ(report_->signals[0].error, 0);
  EXPECT_GT(report_->signals[0].at_ns, 0);
}

TEST_F(SignalsTest, BeforeTheProgramRunsOneWaits) {
  ASSERT_TRUE(ready_);
  EXPECT_TRUE(Take(plan::kSignal + SIGTERM, /*runs=*/false));
  EXPECT_EQ(report_->signal_count, 0);
  EXPECT_EQ(waitpid(init_, nullptr, WNOHANG), 0);
  SendWaiting(proc_, init_, report_.get());
  EXPECT_EQ(SignalThatEndedIt(), SIGTERM);
  SendWaiting(proc_, init_, report_.get());
  EXPECT_EQ(report_->signal_count, 1);
}

TEST_F(SignalsTest, EveryOtherMessageIsNone) {
  ASSERT_TRUE(ready_);
  for (int message = 0; message < 256; ++message) {
    if (message >= plan::kSignal && IsSendable(message - plan::kSignal)) continue;
    EXPECT_FALSE(Take(message)) << message;
  }
  EXPECT_EQ(report_->signal_count, 0);
  EXPECT_EQ(waitpid(init_, nullptr, WNOHANG), 0);
}

TEST_F(SignalsTest, MoreThanAreKeptAreCounted) {
  ASSERT_TRUE(ready_);
  for (int i = 0; i < 2 * plan::kMaxSignals; ++i) EXPECT_TRUE(Take(plan::kSignal + SIGWINCH));
  EXPECT_EQ(report_->signal_count, 2 * plan::kMaxSignals);
}

TEST_F(SignalsTest, AProgramThatHasEndedIsNotedAsGone) {
  ASSERT_TRUE(ready_);
  EXPECT_TRUE(Take(plan::kSignal + SIGTERM));
  EXPECT_EQ(SignalThatEndedIt(), SIGTERM);
  EXPECT_TRUE(Take(plan::kSignal + SIGTERM));
  EXPECT_NE(report_->signals[1].error, 0);
}

}  // namespace
}  // namespace jail::cgroup
