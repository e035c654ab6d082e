// `jailrun pool`, and the runs that take jails from it. Keeps P19: whoever is killed, nothing is left.
#include <signal.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/integration/await.h"
#include "tests/integration/pool_process.h"
#include "tests/testlib/jailtest/folder_test.h"
#include "tests/testlib/jailtest/jailrun.h"
#include "tests/testlib/jailtest/process.h"
#include "tests/testlib/jailtest/process_tree.h"

namespace jailtest {
namespace {

namespace fs = std::filesystem;
using jail::v1::PhaseResult;
using testing::HasSubstr;
using testing::IsEmpty;

class PoolCommandTest : public FolderTest {
 protected:
  std::unique_ptr<Process> StartPool(std::vector<std::string> more = {}) {
    return StartPoolAt(socket_, std::move(more));
  }
  std::string Status() const { return PoolStatus(socket_); }
  bool AwaitReady(int ready) { return AwaitPoolReady(socket_, ready); }
  static void Stop(Process& pool) { StopPool(pool); }

  // From now on the pool knows its shape.
  JailRun RunEcho() { return Jailrun({"exec", "--pool", socket_, "--", "/usr/bin/echo", "there"}); }

  // A program in a jail of the pool that waits for more input.
  std::unique_ptr<Process> StartCat() {
    RunEcho();
    EXPECT_TRUE(AwaitReady(1));
    Command command = JailrunCommand({"exec", "--pool", socket_, "--", "/usr/bin/cat"});
    command.keep_stdin_open = true;
    command.stdin_bytes = "begun\n";
    auto run = std::make_unique<Process>(std::move(command));
    EXPECT_TRUE(run->AwaitOutput("begun", absl::Seconds(10)));
    return run;
  }

  static void Kill(Process& process) {
    process.Signal(SIGKILL);
    EXPECT_EQ(process.Finish().term_signal, SIGKILL);
  }

  const std::string socket_ = dir_ + "/socket";
};

TEST_F(PoolCommandTest, RunsOfTheSameUserTakeFromIt) {
  const auto pool = StartPool({"--ready", "2"});
  EXPECT_EQ(RunEcho().phase().start(), PhaseResult::START_COLD);
  ASSERT_TRUE(AwaitReady(2));
  const JailRun run = RunEcho();
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.outcome.out, "there\n");
  EXPECT_EQ(run.outcome.exit_code, 0);
  EXPECT_EQ(run.phase().start(), PhaseResult::START_PARKED);
  EXPECT_THAT(Status(), HasSubstr("Handed out: 1; asked for when none was ready: 1; built in vain: 0"));
  EXPECT_EQ(Jailrun({"exec", "--cold", "--", "/usr/bin/true"}).phase().start(), PhaseResult::START_COLD);
  Stop(*pool);
  EXPECT_FALSE(fs::exists(socket_));
}

TEST_F(PoolCommandTest, APoolThatCannotBeReachedIsSaid) {
  const JailRun run = RunEcho();
  EXPECT_EQ(run.outcome.exit_code, 125) << run.Describe();
  EXPECT_THAT(run.outcome.err, HasSubstr(socket_));
}

TEST_F(PoolCommandTest, ASecondPoolAtTheSamePlaceIsRefused) {
  const auto pool = StartPool();
  Process second(Command{.argv = {JailrunPath(), "pool", "--pool", socket_}});
  const Outcome outcome = second.Finish();
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("already"));
  Stop(*pool);
}

// What a killed pool leaves: its socket, which the next one takes away, and jails that end by themselves.
TEST_F(PoolCommandTest, P19_AKilledPoolLeavesNothingAlive) {
  settle_ = absl::Seconds(5);
  for (int i = 0; i < 2; ++i) {
    const auto pool = StartPool({"--ready", "3"});
    RunEcho();
    ASSERT_TRUE(AwaitReady(3));
    Kill(*pool);
    EXPECT_THAT(AwaitNoOrphans(absl::Seconds(5)), IsEmpty());
  }
}

// Found by itself or named, a pool that does not answer costs a second and not the run.
TEST_F(PoolCommandTest, APoolThatStandsStillHoldsUpNobody) {
  const auto pool = StartPool({"--ready", "1"});
  pool->Signal(SIGSTOP);
  const JailRun run = RunEcho();
  EXPECT_EQ(run.outcome.exit_code, 125) << run.Describe();
  EXPECT_FALSE(run.outcome.timed_out);
  pool->Signal(SIGCONT);
  Stop(*pool);
}

// A run goes on when the pool that had its jail is gone: nothing of it is the pool's any more.
TEST_F(PoolCommandTest, ARunOutlivesItsPool) {
  settle_ = absl::Seconds(5);
  const auto pool = StartPool({"--ready", "1"});
  const auto run = StartCat();
  Kill(*pool);
  run->Signal(SIGTERM);
  const JailRun ended = Finish(run.get());
  EXPECT_EQ(ended.record.verdict(), jail::v1::VERDICT_CANCELLED) << ended.Describe();
  EXPECT_EQ(ended.phase().start(), PhaseResult::START_PARKED);
  EXPECT_EQ(ended.outcome.out, "begun\n");
}

TEST_F(PoolCommandTest, P19_AClientThatIsKilledEndsItsJail) {
  settle_ = absl::Seconds(5);
  const auto pool = StartPool({"--ready", "1"});
  const auto run = StartCat();
  Kill(*run);
  ASSERT_TRUE(AwaitReady(1));
  Stop(*pool);
}

}  // namespace
}  // namespace jailtest
