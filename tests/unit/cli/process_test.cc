// What cannot be undone in a process is tried in a forked one (EXPECT_EXIT).
#include "tools/jailrun/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "gtest/gtest.h"

namespace jail::cli {
namespace {

using ::testing::ExitedWithCode;

// Ends the forked process with 0 when all of it holds.
[[noreturn]] void Expect(bool holds) { _exit(holds ? 0 : 1); }

bool IsDevNull(int fd) {
  struct stat info = {};
  return fstat(fd, &info) == 0 && S_ISCHR(info.st_mode) && info.st_rdev == makedev(1, 3);
}

bool IsReadable(int fd) {
  pollfd wait = {fd, POLLIN, 0};
  return poll(&wait, 1, 0) == 1;
}

TEST(MakeProcessSaneTest, ClosedStreamsBecomeDevNullAndAreReported) {
  EXPECT_EXIT(
      {
        close(STDIN_FILENO);
        close(STDOUT_FILENO);
        const StandardStreams streams = MakeProcessSane();
        Expect(!streams.stdin_open && !streams.stdout_open && streams.stderr_open &&
               IsDevNull(STDIN_FILENO) && IsDevNull(STDOUT_FILENO));
      },
      ExitedWithCode(0), "");
}

TEST(MakeProcessSaneTest, InheritedDescriptorsCloseOnExec) {
  EXPECT_EXIT(
      {
        const int fd = fcntl(STDERR_FILENO, F_DUPFD, 100);
        MakeProcessSane();
        Expect(fd >= 100 && (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
      },
      ExitedWithCode(0), "");
}

TEST(MakeProcessSaneTest, BlockedAndIgnoredSignalsAreReset) {
  EXPECT_EXIT(
      {
        sigset_t all;
        sigfillset(&all);
        sigprocmask(SIG_SETMASK, &all, nullptr);
        signal(SIGTERM, SIG_IGN);
        MakeProcessSane();
        raise(SIGTERM);
        Expect(false);
      },
      ::testing::KilledBySignal(SIGTERM), "");
}

TEST(MakeProcessSaneTest, AnIgnoredSigchldWouldLoseTheHelpersStatus) {
  EXPECT_EXIT(
      {
        signal(SIGCHLD, SIG_IGN);
        MakeProcessSane();
        struct sigaction action = {};
        sigaction(SIGCHLD, nullptr, &action);
        Expect(action.sa_handler == SIG_DFL);
      },
      ExitedWithCode(0), "");
}

TEST(CancelSignalsTest, ASignalMakesTheDescriptorReadableAndIsTold) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    EXPECT_EXIT(
        {
          const absl::StatusOr<CancelSignals> cancel = CancelSignals::Block();
          const bool before = IsReadable(cancel->fd());
          raise(number);
          Expect(!before && IsReadable(cancel->fd()) && cancel->Received() == number &&
                 cancel->Received() == 0);
        },
        ExitedWithCode(0), "");
  }
}

TEST(CancelSignalsTest, NohupKeepsItsPromise) {
  EXPECT_EXIT(
      {
        signal(SIGHUP, SIG_IGN);
        MakeProcessSane();
        const absl::StatusOr<CancelSignals> cancel = CancelSignals::Block();
        raise(SIGHUP);
        Expect(!IsReadable(cancel->fd()) && cancel->Received() == 0);
      },
      ExitedWithCode(0), "");
}

}  // namespace
}  // namespace jail::cli
