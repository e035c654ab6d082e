// jailrun as another program calls it: where the program comes from, where the record goes, how a
// run is cancelled.
#include <fcntl.h>
#include <signal.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "tests/integration/languages.h"
#include "tests/testlib/jailtest/folder_test.h"
#include "tests/testlib/jailtest/process_tree.h"

namespace jailtest {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class InterfaceTest : public FolderTest {
 protected:
  // Without --record: exactly these arguments.
  static Outcome Plain(std::vector<std::string> args, const std::string& input = "") {
    args.insert(args.begin(), JailrunPath());
    Process process(Command{.argv = args, .stdin_bytes = input});
    return process.Finish();
  }
};

TEST_F(InterfaceTest, ProgramComesFromStandardInput) {
  const JailRun run = Jailrun({"--lang", "python", "-"}, "print(6 * 7)\n");
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.outcome.out, "42\n");
}

TEST_F(InterfaceTest, RunIsTheDefaultCommand) {
  EXPECT_EQ(Plain({"run", "--lang", "python", Program("hello.py")}).out, "hello\n");
  EXPECT_EQ(Plain({Program("hello.py")}).out, "hello\n") << "the extension picks the language";
}

TEST_F(InterfaceTest, StdinFlagFeedsAFile) {
  std::ofstream(dir_ + "/input") << "from a file";
  const JailRun run = Jailrun({"--stdin", dir_ + "/input", Program("echo.py")}, "not this");
  EXPECT_EQ(run.outcome.out, "from a file");
}

TEST_F(InterfaceTest, FilesAndVariablesAreHandedIn) {
  std::ofstream(dir_ + "/data.txt") << "handed in";
  const JailRun run =
      Jailrun({"--lang", "python", "--file", dir_ + "/data.txt:in/data.txt", "--env", "GREETING=hi", "-"},
              "import os; print(open('in/data.txt').read(), os.environ['GREETING'])\n");
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.outcome.out, "handed in hi\n");
}

TEST_F(InterfaceTest, NothingOfOursGoesToStdoutOrStderr) {
  const Outcome outcome = Plain({Program("exit7.py")});
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_THAT(outcome.err, IsEmpty());
  EXPECT_EQ(outcome.exit_code, 7);
}

TEST_F(InterfaceTest, RecordGoesToAFile) {
  const Outcome outcome = Plain({"--record", dir_ + "/record", Program("hello.py")});
  EXPECT_EQ(outcome.out, "hello\n");
  jail::v1::ResultRecord record;
  ASSERT_TRUE(record.ParseFromString(ReadFile(dir_ + "/record")));
  EXPECT_EQ(record.verdict(), jail::v1::VERDICT_OK);
}

TEST_F(InterfaceTest, JsonAloneIsTheRecordOnStdoutWithTheOutputInside) {
  const Outcome outcome = Plain({"--json", Program("hello.py")});
  jail::v1::ResultRecord record;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(outcome.out, &record).ok()) << outcome.out;
  EXPECT_EQ(record.verdict(), jail::v1::VERDICT_OK);
  ASSERT_EQ(record.phases_size(), 1);
  EXPECT_EQ(record.phases(0).stdout().content(), "hello\n");
}

TEST_F(InterfaceTest, JsonToADescriptorLeavesStdoutToTheProgram) {
  Process process(Command{.argv = {JailrunPath(), absl::StrCat("--json=fd:", kRecordFd), Program("hello.py")},
                          .capture = {kRecordFd}});
  Outcome outcome = process.Finish();
  EXPECT_EQ(outcome.out, "hello\n");
  jail::v1::ResultRecord record;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(outcome.captured[kRecordFd], &record).ok());
}

TEST_F(InterfaceTest, ExplainPlanRunsNothing) {
  const Outcome outcome = Plain({"--explain-plan", Program("hello.py")});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("/usr/bin/python3"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("hello\n")));
}

TEST_F(InterfaceTest, ExecRunsACommandOfTheHostView) {
  const JailRun run =
      Jailrun({"exec", "--rootfs", "host", "--", "/bin/sh", "-c", "echo $0 $1; exit 3", "a", "b"});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.outcome.out, "a b\n");
  EXPECT_EQ(run.outcome.exit_code, 3);
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_NONZERO_EXIT);
}

TEST_F(InterfaceTest, ExecOfNothingIs127) {
  const JailRun run = Jailrun({"exec", "--", "/usr/bin/no-such-program"});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.outcome.exit_code, 127);
  EXPECT_EQ(run.record.failure().step(), "exec");
  EXPECT_EQ(run.record.failure().error_name(), "ENOENT");
}

TEST_F(InterfaceTest, ExecOfADataFileIs126) {
  const JailRun run = Jailrun({"exec", "--", "/usr/lib/os-release"});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.outcome.exit_code, 126);
  EXPECT_EQ(run.record.failure().error_name(), "EACCES");
}

TEST_F(InterfaceTest, WrongUsageIs2AndNamesTheNearestFlag) {
  const Outcome outcome = Plain({"--memroy", "64M", Program("hello.py")});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--memory"));
  EXPECT_EQ(Plain({"--time", "2", Program("hello.py")}).exit_code, 2) << "units are required";
  EXPECT_EQ(Plain({"--lang", "pyhton", Program("hello.py")}).exit_code, 2);
  EXPECT_EQ(Plain({"--lang", "python", "/no/such/file.py"}).exit_code, 2);
}

TEST_F(InterfaceTest, AJobOverTheSitesCeilingIsRejectedWithItsField) {
  const JailRun run = Jailrun({"--memory", "100000G", Program("hello.py")});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_REJECTED);
  EXPECT_EQ(run.record.failure().field(), "limits.memory_bytes");
  EXPECT_THAT(run.outcome.out, IsEmpty());
}

TEST_F(InterfaceTest, ATooLongSourceIsRejected) {
  std::ofstream(dir_ + "/long.py") << std::string(50'001, '#');
  const JailRun run = Jailrun({dir_ + "/long.py"});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_REJECTED);
  EXPECT_THAT(run.record.failure().field(), HasSubstr("files"));
}

// OUTPUT_OVERFLOW_END_RUN.
TEST_F(InterfaceTest, P17_OverflowCanEndTheRun) {
  const JailRun run = Jailrun({"--output", "64K", "--on-overflow", "end", "--lang", "python", "-"},
                              "import os\nwhile True: os.write(1, b'x' * 4096)\n");
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OUTPUT_LIMIT) << run.record.summary();
  const auto* hit = FindHit(run, jail::v1::RESOURCE_STDOUT_BYTES);
  ASSERT_NE(hit, nullptr);
  EXPECT_TRUE(hit->ended_run());
  EXPECT_LE(run.outcome.out.size(), 64u << 10);
  EXPECT_LT(run.outcome.wall, absl::Seconds(3));
}

class CancelTest : public JailTest, public testing::WithParamInterface<int> {};
INSTANTIATE_TEST_SUITE_P(All, CancelTest, testing::Values(SIGINT, SIGTERM),
                         [](const auto& signal) { return std::string(sigabbrev_np(signal.param)); });

TEST_P(CancelTest, SignalEndsTheRunCleanly) {
  Process process(JailrunCommand({Program("sleep.py")}));
  ASSERT_TRUE(process.AwaitOutput("asleep", absl::Seconds(10)));
  process.Signal(GetParam());
  const JailRun run = Finish(&process);
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_CANCELLED);
  EXPECT_EQ(run.outcome.exit_code, 128 + GetParam());
  EXPECT_EQ(run.outcome.out, "asleep\n");
  EXPECT_EQ(run.phase().stdout().content(), "asleep\n");
  EXPECT_LT(run.outcome.wall, absl::Seconds(4));
}

TEST_P(CancelTest, SignalDuringCompilationEndsItToo) {
  Process process(JailrunCommand({Program("slow_to_compile.cpp")}));
  ASSERT_TRUE(AwaitDescendant(process.pid(), "cc1plus", absl::Seconds(10)).has_value());
  process.Signal(GetParam());
  const JailRun run = Finish(&process);
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_CANCELLED);
  EXPECT_LT(run.outcome.wall, absl::Seconds(4));
}

class StreamTest : public JailTest {};

// Output arrives while the program still runs, and input that comes late still gets there.
TEST_F(StreamTest, OutputIsLive) {
  Process process(JailrunCommand({Program("sleep.py")}));
  EXPECT_TRUE(process.AwaitOutput("asleep", absl::Seconds(3)));
  process.Signal(SIGTERM);
  EXPECT_EQ(Finish(&process).record.verdict(), jail::v1::VERDICT_CANCELLED);
}

TEST_F(StreamTest, P21_ReturnDoesNotWaitForAnOpenStandardInput) {
  Command command = JailrunCommand({Program("hello.py")});
  command.keep_stdin_open = true;
  const JailRun run = Jailrun(std::move(command));
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK);
  EXPECT_LT(run.outcome.wall, absl::Seconds(3));
}

TEST_F(StreamTest, P21_ReturnDoesNotWaitForADaemonThatHoldsStdout) {
  const JailRun run = Jailrun({"--lang", "python", "-"},
                              "import os, time\n"
                              "if os.fork() == 0:\n"
                              "  os.setsid()\n"
                              "  time.sleep(20)\n"
                              "print('parent leaves')\n");
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK);
  EXPECT_EQ(run.outcome.out, "parent leaves\n");
  EXPECT_LT(run.outcome.wall, absl::Seconds(3));
  EXPECT_FALSE(run.outcome.pipes_held);
}

TEST_F(StreamTest, P25_ProgramCannotChangeTheCallersPipe) {
  const JailRun run = Jailrun({"--lang", "python", "-"},
                              "import fcntl, os\n"
                              "for fd in (0, 1, 2): os.set_blocking(fd, False)\n"
                              "print('set')\n");
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.outcome.out, "set\n");
  EXPECT_FALSE(run.outcome.made_nonblocking);
}

TEST_F(StreamTest, P25_WeDoNotChangeTheCallersPipeEither) {
  const JailRun run = Jailrun({Program("hello.py")});
  EXPECT_FALSE(run.outcome.made_nonblocking);
}

TEST_F(StreamTest, AClosedReaderDoesNotHangTheRun) {
  int fds[2];
  ASSERT_EQ(pipe2(fds, O_CLOEXEC), 0);
  Command command = JailrunCommand({"--wall", "3s", "--output", "4M", Program("output.py")});
  const int write_end = fds[1];
  command.before_exec = [write_end] { dup2(write_end, 1); };
  Process process(std::move(command));
  close(fds[0]);
  close(fds[1]);
  const JailRun run = Finish(&process);
  EXPECT_TRUE(run.has_record);
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK) << run.record.summary();
}

}  // namespace
}  // namespace jailtest
