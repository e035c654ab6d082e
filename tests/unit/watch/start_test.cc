#include "jail/watch/start.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>
#include <vector>

#include "tests/unit/watch/run_fake.h"

namespace jail::watch {
namespace {

using ::testing::IsEmpty;

// In a process of its own, whose signals and descriptors may be spoilt. `body` returns success.
template <typename Body>
void InForkedProcess(Body body) {
  const pid_t pid = fork();
  if (pid == 0) _exit(body() ? 0 : 1);
  int status = 0;
  ASSERT_EQ(waitpid(pid, &status, 0), pid);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "status " << status;
}

bool SaysHello() {
  const PhaseOutcome outcome = RunFake(Script("out hello"));
  return outcome.facts.stdout_stream.content == "hello" && outcome.facts.report.has_value() &&
         outcome.facts.report->finished == 1;
}

TEST(StartTest, HelperHasExactlyTheDescriptorsOfTheContract) {
  const Fd stray(open("/dev/null", O_RDONLY));  // Without O_CLOEXEC.
  EXPECT_EQ(RunFake(Script("tell fds")).facts.stdout_stream.content, "0 1 2 3 4 ");
}

TEST(StartTest, HelperHasNoEnvironmentAndOneArgument) {
  ASSERT_EQ(setenv("SECRET", "x", 1), 0);
  EXPECT_THAT(RunFake(Script("tell env")).facts.stdout_stream.content, IsEmpty());
  EXPECT_EQ(RunFake(Script("tell args")).facts.stdout_stream.content, "jail-launch ");
}

TEST(StartTest, WorksWithStandardDescriptorsClosed) {
  InForkedProcess([] {
    for (const int fd : {0, 1, 2}) close(fd);
    return SaysHello() && RunFake(Script("tell fds")).facts.stdout_stream.content == "0 1 2 3 4 ";
  });
}

TEST(StartTest, WorksWithChildrenIgnored) {
  InForkedProcess([] {
    signal(SIGCHLD, SIG_IGN);
    return SaysHello();
  });
}

TEST(StartTest, ChildOfAnIgnoringCallerHasNoKnownEnd) {
  InForkedProcess([] {
    signal(SIGCHLD, SIG_IGN);
    const PhaseOutcome outcome = RunFake("exit 3");
    return !outcome.facts.helper_end.known && !outcome.facts.report.has_value();
  });
}

// All but SIGKILL, SIGSTOP and the two that glibc never blocks. What the program finds is the helper's
// affair, and tested with it.
TEST(StartTest, NoHandlerOfTheCallersCanRunOnTheWayToExec) {
  InForkedProcess([] {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    const std::string told = RunFake(Script("tell signals")).facts.stdout_stream.content;
    return told.starts_with("SigBlk:\tfffffffe7ffbfeff\n");
  });
}

TEST(StartTest, CallersSignalMaskIsAsBefore) {
  sigset_t before, after;
  pthread_sigmask(SIG_SETMASK, nullptr, &before);
  EXPECT_TRUE(SaysHello());
  pthread_sigmask(SIG_SETMASK, nullptr, &after);
  for (int signal = 1; signal < NSIG; ++signal) {
    EXPECT_EQ(sigismember(&before, signal), sigismember(&after, signal)) << signal;
  }
}

TEST(StartTest, SeveralThreadsAtOnce) {
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&good] {
      for (int run = 0; run < 5; ++run) good += SaysHello() ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 40);
}

TEST(StartTest, LeavesNoDescriptorBehind) {
  SaysHello();
  const int before = dup(0);
  close(before);
  SaysHello();
  const int after = dup(0);
  close(after);
  EXPECT_EQ(before, after);
}

TEST(StartTest, MissingLauncherIsAFaultThatNamesIt) {
  Helper helper;
  const Fault fault = Start({"/nonexistent/jail-launch", 0, {}}, &helper);
  EXPECT_EQ(fault.step, "start_helper");
  EXPECT_EQ(fault.error, ENOENT);
  EXPECT_EQ(fault.subject, "/nonexistent/jail-launch");
}

TEST(StartTest, LauncherThatIsNoProgramIsAFault) {
  Helper helper;
  EXPECT_EQ(Start({"/etc/passwd", 0, {}}, &helper).error, EACCES);
}

TEST(StartTest, NoDescriptorLeftIsAFault) {
  InForkedProcess([] {
    rlimit limit = {5, 5};
    setrlimit(RLIMIT_NOFILE, &limit);
    Helper helper;
    return Start({FAKE_LAUNCHER, 0, {}}, &helper).error == EMFILE;
  });
}

TEST(StartTest, EndOfHelperIsReported) {
  const HelperEnd exited = RunFake("exit 3").facts.helper_end;
  EXPECT_TRUE(exited.known && !exited.signaled && exited.code == 3);
  const HelperEnd killed = RunFake("die 9").facts.helper_end;
  EXPECT_TRUE(killed.known && killed.signaled && killed.code == 9);
}

TEST(StartTest, SweepRunsTheLauncherAndWaits) {
  plan::Swept swept = {};
  EXPECT_FALSE(Sweep(FAKE_LAUNCHER, &swept)) << Sweep(FAKE_LAUNCHER, &swept).detail;
  EXPECT_EQ(Sweep("/nonexistent", &swept).error, ENOENT);
  EXPECT_EQ(Sweep("/bin/false", &swept).detail, "ended with status 1");
}

}  // namespace
}  // namespace jail::watch
