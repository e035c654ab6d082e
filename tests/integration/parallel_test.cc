// Twenty jails at once: different host uids, no cross-talk (P4, P5, P8).
#include <signal.h>

#include <memory>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/integration/languages.h"
#include "tests/testlib/jailtest/jailrun.h"
#include "tests/testlib/jailtest/must_run.h"
#include "tests/testlib/jailtest/process_tree.h"

namespace jailtest {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr int kRuns = 20;

class ParallelTest : public JailTest {
 protected:
  static bool HasCpuGroups() {
    const JailRun run = Jailrun({Program("hello.py")});
    const jail::v1::Isolation::Layer* layer = FindLayer(run, jail::v1::PROTECTION_CPU_CGROUP);
    return layer != nullptr && layer->state() == jail::v1::Isolation::STATE_ENFORCED;
  }
};

TEST_F(ParallelTest, P4_P8_TwentyRunsHaveTheirOwnUidsAndSeeNothingOfOneAnother) {
  std::vector<std::unique_ptr<Process>> processes;
  for (int i = 0; i < kRuns; ++i) {
    Command command =
        JailrunCommand({"--wall", "30s", "--time", "20s", Program("neighbour.py"), "--", absl::StrCat(i)});
    command.timeout = absl::Seconds(60);
    processes.push_back(std::make_unique<Process>(std::move(command)));
  }
  std::set<int64_t> uids;
  for (int i = 0; i < kRuns; ++i) {
    const JailRun run = Finish(processes[static_cast<size_t>(i)].get());
    SCOPED_TRACE(run.Describe());
    EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK);
    EXPECT_THAT(run.outcome.out, Not(HasSubstr("FOREIGN")));
    EXPECT_EQ(run.outcome.out, absl::StrCat("me ", i, " others 0\n"));
    EXPECT_TRUE(uids.insert(run.record.isolation().host_uid()).second) << "a uid was given twice";
  }
}

TEST_F(ParallelTest, P4_NothingOfARunIsVisibleToTheNext) {
  for (int i = 0; i < 3; ++i) {
    const JailRun run = Jailrun({Program("marks.py")});
    SCOPED_TRACE(run.Describe());
    EXPECT_EQ(run.outcome.out, "clean\n");
  }
}

// Two who would talk to each other: over files, sockets, ports, IPC, keys, signals, process numbers, the
// host's own files. Locks on those are left: an accepted, slow channel (policy/groups/locks.textproto).
TEST_F(ParallelTest, P4_P5_P13_TwoHostileJailsCannotTalk) {
  std::vector<std::unique_ptr<Process>> pair;
  for (int i = 0; i < 2; ++i) {
    Command command = JailrunCommand(
        {"--wall", "20s", "--time", "10s", Program("pair.py"), "--", absl::StrCat(i), absl::StrCat(1 - i)});
    pair.push_back(std::make_unique<Process>(std::move(command)));
  }
  for (const auto& process : pair) {
    const JailRun run = Finish(process.get());
    SCOPED_TRACE(run.Describe());
    EXPECT_EQ(run.outcome.out, "listened on 11\n");
  }
}

// The same two without jails hear each other: the test above can fail.
TEST_F(ParallelTest, TwoWhoAreNotInJailsDoTalk) {
  std::vector<std::unique_ptr<Process>> pair;
  for (int i = 0; i < 2; ++i) {
    const Command command{
        .argv = {"/usr/bin/python3", Program("pair.py"), absl::StrCat(i), absl::StrCat(1 - i), "sockets"}};
    pair.push_back(std::make_unique<Process>(command));
  }
  for (const auto& process : pair) {
    EXPECT_THAT(process->Finish().out,
                AllOf(HasSubstr("HEARD a socket at ('127.0.0.1'"), HasSubstr("word-")));
  }
}

// Forty-one processes beside one, on the same CPU: as two groups they have half of it each, as forty-two
// processes the one would wait forty times as long. Others may be on that CPU as well: so up to four times.
TEST_F(ParallelTest, P15_ANeighbourOfManyProcessesHasOneShareOfTheCpu) {
  if (!HasCpuGroups()) JAIL_SKIP("no control groups for CPU time here");
  Process spinners(
      JailrunCommand({"--cpuset", "0", "--wall", "25s", "--time", "20s", Program("spinners.py")}));
  ASSERT_TRUE(spinners.AwaitOutput("spinning\n", absl::Seconds(10)));
  const JailRun run = Jailrun({"--cpuset", "0", "--wall", "20s", Program("share.py")});
  spinners.Signal(SIGTERM);
  EXPECT_EQ(Finish(&spinners).record.verdict(), jail::v1::VERDICT_CANCELLED);
  int thousandths = 0;
  ASSERT_TRUE(absl::SimpleAtoi(run.outcome.out, &thousandths)) << run.Describe();
  EXPECT_LT(thousandths, 4000);
}

// A neighbour that eats all it may must not take what is another's.
TEST_F(ParallelTest, P15_AForkBombLeavesTheHostItsProcesses) {
  Process bomb(JailrunCommand({"--wall", "20s", "--time", "10s", Program("processes.py")}));
  for (int i = 0; i < 50; ++i) {
    Process process(Command{.argv = {"/bin/true"}});
    EXPECT_EQ(process.Finish().exit_code, 0);
  }
  EXPECT_EQ(Finish(&bomb).record.verdict(), jail::v1::VERDICT_OK);
}

}  // namespace
}  // namespace jailtest
