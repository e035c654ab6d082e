#include "jail/watch/caller_io.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "tests/unit/watch/run_fake.h"

namespace jail::watch {
namespace {

const std::string kMegabyte(1 << 20, 'x');

TEST(SinkTest, NowhereIsClosed) {
  EXPECT_FALSE(Sink(-1).open());
  EXPECT_TRUE(Sink(-1).never_blocks());
}

TEST(SinkTest, FullPipeTakesNothingAndDoesNotBlock) {
  const Pipe pipe = MakePipe();
  Sink sink(pipe.write.get());
  EXPECT_TRUE(sink.never_blocks());
  EXPECT_GT(sink.Write(kMegabyte), 0u);
  EXPECT_EQ(sink.Write(kMegabyte), 0u);
  EXPECT_TRUE(sink.open());
}

TEST(SinkTest, FullSocketTakesNothingAndDoesNotBlock) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const Fd ours(ends[0]), theirs(ends[1]);
  Sink sink(ours.get());
  while (sink.Write(kMegabyte) > 0) {
  }
  EXPECT_TRUE(sink.open());
}

TEST(SinkTest, ReaderWhoHasGoneClosesIt) {
  const SigpipeBlock no_sigpipe;
  Pipe pipe = MakePipe();
  Sink sink(pipe.write.get());
  pipe.read.Reset();
  EXPECT_EQ(sink.Write("x"), 0u);
  EXPECT_FALSE(sink.open());
}

TEST(SinkTest, ReaderWhoHadGoneBeforeClosesItToo) {
  const SigpipeBlock no_sigpipe;
  Pipe pipe = MakePipe();
  pipe.read.Reset();
  Sink sink(pipe.write.get());
  EXPECT_EQ(sink.Write("x"), 0u);
  EXPECT_FALSE(sink.open());
}

TEST(SinkTest, FullFileClosesIt) {
  const Fd full(open("/dev/full", O_WRONLY | O_CLOEXEC));
  Sink sink(full.get());
  EXPECT_EQ(sink.Write("x"), 0u);
  EXPECT_FALSE(sink.open());
}

// The pipe of another user cannot be reopened: then a page at a time, after poll.
TEST(SinkTest, PipeOfAnotherUserIsWrittenPageByPage) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to become somebody else";
  const Pipe pipe = MakePipe();
  const pid_t pid = fork();
  if (pid == 0) {
    if (setresuid(65534, 65534, 65534) != 0) _exit(2);
    Sink sink(pipe.write.get());
    _exit(!sink.never_blocks() && sink.Write(kMegabyte) == 4096 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(pid, &status, 0), pid);
  EXPECT_EQ(status, 0);
}

TEST(SourceTest, EmptyPipeThatSomebodyElseHasReadDoesNotBlock) {
  const Pipe pipe = MakePipe();
  Source source(pipe.read.get());
  char buffer[16];
  EXPECT_EQ(source.Read(buffer, sizeof(buffer)), 0u);
  EXPECT_TRUE(source.open());
}

TEST(SourceTest, EndOfFileClosesIt) {
  const Fd null(open("/dev/null", O_RDONLY | O_CLOEXEC));
  Source source(null.get());
  char buffer[16];
  EXPECT_EQ(source.Read(buffer, sizeof(buffer)), 0u);
  EXPECT_FALSE(source.open());
}

TEST(SourceTest, DirectoryIsAnEmptyInput) {
  const Fd directory(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  Source source(directory.get());
  char buffer[16];
  EXPECT_EQ(source.Read(buffer, sizeof(buffer)), 0u);
  EXPECT_FALSE(source.open());
}

TEST(SourceTest, FileIsReadFromItsOffset) {
  const Fd file(memfd_create("input", MFD_CLOEXEC));
  ASSERT_EQ(write(file.get(), "skipped rest", 12), 12);
  ASSERT_EQ(lseek(file.get(), 8, SEEK_SET), 8);
  Source source(file.get());
  char buffer[16];
  EXPECT_EQ(std::string(buffer, source.Read(buffer, sizeof(buffer))), "rest");
}

TEST(SigpipeBlockTest, SignalOfOurOwnIsGoneAfterwards) {
  {
    const SigpipeBlock block;
    Pipe pipe = MakePipe();
    pipe.read.Reset();
    EXPECT_EQ(write(pipe.write.get(), "x", 1), -1);
  }
  sigset_t pending;
  sigpending(&pending);
  EXPECT_EQ(sigismember(&pending, SIGPIPE), 0);
}

}  // namespace
}  // namespace jail::watch
