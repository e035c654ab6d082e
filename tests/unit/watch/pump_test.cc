#include "jail/watch/pump.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <chrono>
#include <thread>

#include "jail/base/clock.h"
#include "jail/plan/layout.h"
#include "tests/unit/watch/run_fake.h"

namespace jail::watch {
namespace {

std::string ReadToEnd(int fd) {
  std::string text;
  char buffer[4096];
  for (ssize_t got; (got = read(fd, buffer, sizeof(buffer))) > 0;)
    text.append(buffer, static_cast<size_t>(got));
  return text;
}

PumpRequest WithLimit(int64_t bytes) {
  PumpRequest request;
  request.output_limit_bytes = bytes;
  return request;
}

TEST(PumpTest, KeepsBothStreamsApart) {
  const PhaseFacts facts = RunFake(Script("out one\nerr two")).facts;
  EXPECT_EQ(facts.stdout_stream.content, "one");
  EXPECT_EQ(facts.stderr_stream.content, "two");
}

TEST(PumpTest, InputBytesReachTheProgramAndEnd) {
  const std::string input(300'000, 'x');  // More than a pipe holds.
  PumpRequest request;
  request.stdin_bytes = input;
  EXPECT_EQ(RunFake(Script("cat"), request).facts.stdout_stream.content, input);
}

TEST(PumpTest, InputFromAPipeReachesTheProgramAndEnds) {
  Pipe source = MakePipe();
  std::thread writer([end = std::move(source.write)] { EXPECT_EQ(write(end.get(), "hello", 5), 5); });
  PumpRequest request;
  request.stdin_fd = source.read.get();
  EXPECT_EQ(RunFake(Script("cat"), request).facts.stdout_stream.content, "hello");
  writer.join();
}

TEST(PumpTest, InputFromAFifoWhoseWriterHasGoneEnds) {
  const std::string path = ::testing::TempDir() + "/pump_fifo";
  unlink(path.c_str());
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const Fd reader(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  {
    const Fd writer(open(path.c_str(), O_WRONLY | O_CLOEXEC));
    ASSERT_EQ(write(writer.get(), "hello", 5), 5);
  }
  PumpRequest request;
  request.stdin_fd = reader.get();
  EXPECT_EQ(RunFake(Script("cat"), request).facts.stdout_stream.content, "hello");
  unlink(path.c_str());
}

TEST(PumpTest, InputFromAFileADeviceAndASocket) {
  const Fd file(memfd_create("input", MFD_CLOEXEC));
  ASSERT_EQ(pwrite(file.get(), "hello", 5, 0), 5);
  PumpRequest request;
  request.stdin_fd = file.get();
  EXPECT_EQ(RunFake(Script("cat"), request).facts.stdout_stream.content, "hello");

  const Fd null(open("/dev/null", O_RDONLY | O_CLOEXEC));
  request.stdin_fd = null.get();
  EXPECT_EQ(RunFake(Script("cat"), request).facts.stdout_stream.content, "");

  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const Fd ours(ends[0]);
  Fd theirs(ends[1]);
  ASSERT_EQ(write(theirs.get(), "hello", 5), 5);
  theirs.Reset();
  request.stdin_fd = ours.get();
  EXPECT_EQ(RunFake(Script("cat"), request).facts.stdout_stream.content, "hello");
}

TEST(PumpTest, SourceThatNeverEndsDoesNotHoldTheRun) {
  const Pipe source = MakePipe();
  PumpRequest request;
  request.stdin_fd = source.read.get();
  EXPECT_EQ(RunFake(Script("out done"), request).facts.stdout_stream.content, "done");
}

TEST(PumpTest, EndlessSourceDoesNotHoldAProgramThatReadsNothing) {
  const Fd zero(open("/dev/zero", O_RDONLY | O_CLOEXEC));
  PumpRequest request;
  request.stdin_fd = zero.get();
  EXPECT_EQ(RunFake(Script("out done"), request).facts.stdout_stream.content, "done");
}

TEST(PumpTest, PassesOutputOnUpToTheLimitAndCountsAll) {
  Pipe sink = MakePipe();
  PumpRequest request = WithLimit(100'000);
  request.stdout_fd = sink.write.get();
  std::string passed;
  std::thread reader([&passed, &sink] { passed = ReadToEnd(sink.read.get()); });
  const PhaseFacts facts = RunFake(Script("flood 1000000"), request).facts;
  sink.write.Reset();
  reader.join();
  EXPECT_EQ(facts.stdout_stream.total_bytes, 1'000'000);
  EXPECT_EQ(passed.size(), 100'000u);
  EXPECT_EQ(passed.substr(0, 75'000), facts.stdout_stream.content);
  EXPECT_EQ(facts.stdout_stream.tail.size(), 25'000u);
}

TEST(PumpTest, CallersDescriptorsKeepTheirFlags) {
  Pipe sink = MakePipe();
  const Pipe source = MakePipe();
  const int before = fcntl(sink.write.get(), F_GETFL);
  PumpRequest request;
  request.stdout_fd = sink.write.get();
  request.stdin_fd = source.read.get();
  RunFake(Script("out x"), request);
  EXPECT_EQ(fcntl(sink.write.get(), F_GETFL), before);
  EXPECT_EQ(fcntl(source.read.get(), F_GETFL) & O_NONBLOCK, 0);
}

TEST(PumpTest, CallerWhoHasGoneAwayEndsNothing) {
  Pipe sink = MakePipe();
  sink.read.Reset();
  PumpRequest request = WithLimit(1 << 20);
  request.stdout_fd = sink.write.get();
  EXPECT_EQ(RunFake(Script("flood 200000"), request).facts.stdout_stream.content.size(), 200'000u);
}

TEST(PumpTest, SocketWhoseOtherEndIsClosedEndsNothing) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const Fd ours(ends[0]);
  close(ends[1]);
  PumpRequest request;
  request.stdout_fd = ours.get();
  EXPECT_EQ(RunFake(Script("out x"), request).facts.stdout_stream.content, "x");
}

TEST(PumpTest, SigpipeOfTheCallersOwnStaysPending) {
  sigset_t pipe_signal, before;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  raise(SIGPIPE);
  RunFake(Script("out x"));
  sigset_t pending;
  sigpending(&pending);
  EXPECT_EQ(sigismember(&pending, SIGPIPE), 1);
  const timespec no_wait = {0, 0};
  sigtimedwait(&pipe_signal, nullptr, &no_wait);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST(PumpTest, WritesToAFileWhereItsOffsetIs) {
  const Fd file(memfd_create("output", MFD_CLOEXEC));
  ASSERT_EQ(write(file.get(), "before ", 7), 7);
  PumpRequest request;
  request.stdout_fd = file.get();
  request.stderr_fd = file.get();
  RunFake(Script("out one"), request);
  char text[32] = {};
  ASSERT_GT(pread(file.get(), text, sizeof(text), 0), 0);
  EXPECT_STREQ(text, "before one");
}

TEST(PumpTest, TerminalKeepsItsFlagsAndGetsTheOutput) {
  int master, slave;
  ASSERT_EQ(openpty(&master, &slave, nullptr, nullptr, nullptr), 0);
  const Fd terminal(master), ours(slave);
  PumpRequest request;
  request.stdout_fd = ours.get();
  RunFake(Script("out hello"), request);
  EXPECT_EQ(fcntl(ours.get(), F_GETFL) & O_NONBLOCK, 0);
  char text[32] = {};
  ASSERT_EQ(read(terminal.get(), text, sizeof(text)), 5);
  EXPECT_STREQ(text, "hello");
}

// Nobody reads until the helper has gone: within the limit the program is not slowed down at all,
// and everything is delivered afterwards.
TEST(PumpTest, SlowCallerGetsEverythingWithinTheLimit) {
  Pipe sink = MakePipe();
  PumpRequest request = WithLimit(1 << 20);
  request.stdout_fd = sink.write.get();
  std::string passed;
  std::thread reader([&passed, &sink] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    passed = ReadToEnd(sink.read.get());
  });
  const PhaseFacts facts = RunFake(Script("flood 900000"), request).facts;
  sink.write.Reset();
  reader.join();
  EXPECT_EQ(passed, facts.stdout_stream.content);
  EXPECT_EQ(passed.size(), 900'000u);
  EXPECT_LT(facts.report->end_ns - facts.report->exec_ns, 150'000'000);
}

TEST(PumpTest, CancelEndsTheWaitForACallerWhoNeverReads) {
  const Pipe sink = MakePipe();
  Pipe cancel = MakePipe();
  PumpRequest request = WithLimit(1 << 20);
  request.stdout_fd = sink.write.get();
  request.cancel_fd = cancel.read.get();
  std::thread canceller(
      [end = std::move(cancel.write)] { std::this_thread::sleep_for(std::chrono::milliseconds(100)); });
  EXPECT_EQ(RunFake(Script("flood 900000"), request).facts.stdout_stream.total_bytes, 900'000);
  canceller.join();
}

TEST(PumpTest, CancelReachesTheHelperOnce) {
  Pipe cancel = MakePipe();
  ASSERT_EQ(write(cancel.write.get(), "x", 1), 1);
  PumpRequest request;
  request.cancel_fd = cancel.read.get();
  const PhaseFacts facts = RunFake(Script("await"), request).facts;
  EXPECT_TRUE(facts.cancelled);
  EXPECT_EQ(facts.stdout_stream.content, "C");
}

TEST(PumpTest, ASignalReachesTheHelper) {
  Pipe signals = MakePipe();
  const char numbers[] = {0, -1, SIGKILL, SIGSEGV, SIGINT};  // All but the last are passed over.
  ASSERT_EQ(write(signals.write.get(), numbers, sizeof numbers), static_cast<ssize_t>(sizeof numbers));
  PumpRequest request;
  request.signal_fd = signals.read.get();
  EXPECT_EQ(RunFake(Script("await"), request).facts.stdout_stream.content,
            std::string(1, static_cast<char>(plan::kSignal + SIGINT)));
}

TEST(PumpTest, OverflowIsToldToTheHelperOnlyWhenAskedFor) {
  PumpRequest request = WithLimit(1000);
  request.end_run_on_overflow = true;
  EXPECT_EQ(RunFake(Script("flood 2000\nawait"), request).facts.stdout_stream.tail.back(), 'O');
  Pipe cancel = MakePipe();
  request.end_run_on_overflow = false;
  request.cancel_fd = cancel.read.get();
  std::thread canceller(
      [end = std::move(cancel.write)] { std::this_thread::sleep_for(std::chrono::milliseconds(100)); });
  EXPECT_EQ(RunFake(Script("flood 2000\nawait"), request).facts.stdout_stream.tail.back(), 'C');
  canceller.join();
}

TEST(PumpTest, DoesNotWaitForAProcessThatHoldsTheOutput) {
  const int64_t start_ns = MonotonicNs();
  EXPECT_EQ(RunFake(Script("hold 5\nout done")).facts.stdout_stream.content, "done");
  EXPECT_LT(MonotonicNs() - start_ns, 3'000'000'000);
}

TEST(PumpTest, ReceivesReportAndWorkDirectory) {
  const PhaseOutcome outcome = RunFake(Script("work /usr/share"));
  EXPECT_TRUE(outcome.facts.report.has_value());
  struct stat received, expected;
  ASSERT_EQ(fstat(outcome.work.get(), &received), 0);
  ASSERT_EQ(stat("/usr/share", &expected), 0);
  EXPECT_EQ(received.st_ino, expected.st_ino);
}

// "linger" ends when the control socket does, which is with the pump: before the helper's own end.
TEST(PumpTest, AHelperThatIsDoneIsReapedWhileItsReportIsRead) {
  const PhaseOutcome outcome = RunFake("report\nexec\nout all of it\nfinish\ndone\nlinger\nexit 0\n");
  EXPECT_EQ(outcome.facts.stdout_stream.content, "all of it");
  EXPECT_EQ(outcome.facts.report->finished, 1u);
  EXPECT_TRUE(outcome.helper.valid());
}

TEST(PumpTest, AHelperIsNeverLeftAsAZombie) {
  RunFake("report\nexec\nfinish\ndone\nlinger\nexit 0\n");
  EXPECT_EQ(waitid(P_ALL, 0, nullptr, WEXITED | WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(PumpTest, AHelperThatSaysDoneButHasNotFinishedIsWaitedFor) {
  const PhaseOutcome outcome = RunFake("report\nexec\ndone\nexit 3\n");
  EXPECT_FALSE(outcome.helper.valid());
  EXPECT_TRUE(outcome.facts.helper_end.known);
  EXPECT_EQ(outcome.facts.helper_end.code, 3);
}

TEST(PumpTest, SecondReportIsIgnored) {
  const PhaseFacts facts = RunFake("report\nstatus 7\nreport\nstatus 8\n").facts;
  EXPECT_EQ(facts.report->program_status, 7);
}

}  // namespace
}  // namespace jail::watch
