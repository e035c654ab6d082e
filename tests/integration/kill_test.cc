// SIGKILL to jailrun, to the helper, or to both, at twenty random moments: the jail ends and nothing
// is left (P20). The moments are drawn from a seed that a failure prints; JAIL_TEST_SEED repeats it.
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <random>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "tests/integration/languages.h"
#include "tests/testlib/jailtest/jailrun.h"
#include "tests/testlib/jailtest/process_tree.h"

namespace jailtest {
namespace {

using testing::IsEmpty;

constexpr int kMoments = 20;
// A whole start takes some 20 ms to 60 ms here: the moments fall before, into and after set-up.
constexpr int64_t kLatestMomentUs = 90'000;
constexpr absl::Duration kToDisappear = absl::Seconds(2);

uint32_t Seed() {
  const char* given = std::getenv("JAIL_TEST_SEED");
  return given != nullptr ? static_cast<uint32_t>(std::strtoul(given, nullptr, 10)) : std::random_device()();
}

enum class Victim { kJailrun, kHelper, kBoth };

struct Case {
  const char* name;
  Victim victim;
};
constexpr Case kCases[] = {
    {"jailrun", Victim::kJailrun}, {"helper", Victim::kHelper}, {"both", Victim::kBoth}};

class KillTest : public JailTest, public testing::WithParamInterface<Case> {
 protected:
  static bool Kills(Victim victim) {
    return GetParam().victim == victim || GetParam().victim == Victim::kBoth;
  }

  // The helper by its name; it may not have been started yet, or be gone.
  static void KillNow(const Process& process) {
    pid_t helper = -1;
    for (const ProcessInfo& info : Descendants(process.pid())) {
      if (info.parent == process.pid() && info.name != "jailrun") helper = info.pid;
    }
    if (Kills(Victim::kHelper) && helper > 0) kill(helper, SIGKILL);
    if (Kills(Victim::kJailrun)) process.Signal(SIGKILL);
  }

  // When both are killed nobody is left to remove the groups: the next run sweeps them.
  static void SweepByRunning() {
    const JailRun run = Jailrun({Program("hello.py")});
    EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK) << run.Describe();
  }
};

INSTANTIATE_TEST_SUITE_P(All, KillTest, testing::ValuesIn(kCases),
                         [](const auto& kill) { return std::string(kill.param.name); });

TEST_P(KillTest, P20_AtTwentyRandomMomentsLeavesNothing) {
  const uint32_t seed = Seed();
  SCOPED_TRACE(absl::StrCat("JAIL_TEST_SEED=", seed));
  std::mt19937 random(seed);
  for (int i = 0; i < kMoments; ++i) {
    const absl::Duration moment =
        absl::Microseconds(std::uniform_int_distribution<int64_t>(0, kLatestMomentUs)(random));
    SCOPED_TRACE(absl::StrCat("killed after ", absl::FormatDuration(moment)));
    Command command = JailrunCommand({"--wall", "10s", Program("busy.py")});
    command.timeout = absl::Seconds(8);
    const Snapshot before = Snapshot::Take();
    {
      Process process(std::move(command));
      absl::SleepFor(moment);
      KillNow(process);
      // The helper may not have been there to be killed: then the run is an ordinary one.
      absl::SleepFor(absl::Milliseconds(300));
      const bool missed = GetParam().victim == Victim::kHelper && !Descendants(process.pid()).empty();
      if (missed) process.Signal(SIGTERM);
      const JailRun run = Finish(&process);
      EXPECT_FALSE(run.outcome.timed_out) << "jailrun hangs";
      if (GetParam().victim == Victim::kHelper) {
        EXPECT_TRUE(run.has_record) << "jailrun lives, so it reports";
        EXPECT_NE(run.record.verdict(), jail::v1::VERDICT_OK) << run.Describe();
      }
    }
    const std::vector<std::string> alive = AwaitNoOrphans(kToDisappear);
    EXPECT_THAT(alive, IsEmpty());
    if (!alive.empty()) KillOrphans();
    if (GetParam().victim == Victim::kBoth) SweepByRunning();
    EXPECT_THAT(LeaksSince(before, kToDisappear), IsEmpty());
    if (HasFailure()) break;
  }
}

TEST_P(KillTest, P20_WhileTheProgramRunsLeavesNothing) {
  settle_ = kToDisappear;
  {
    Process process(JailrunCommand({Program("busy.py")}));
    ASSERT_TRUE(process.AwaitOutput("alive", absl::Seconds(10)));
    KillNow(process);
    const JailRun run = Finish(&process);
    EXPECT_FALSE(run.outcome.timed_out);
    EXPECT_FALSE(run.outcome.pipes_held);
    if (GetParam().victim == Victim::kHelper) {
      EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_JAIL_ERROR) << run.Describe();
      EXPECT_EQ(run.record.failure().step(), "supervise");
    }
  }
  EXPECT_THAT(AwaitNoOrphans(kToDisappear), IsEmpty());
  if (GetParam().victim == Victim::kBoth) SweepByRunning();
}

// SIGSTOP holds the watcher: the helper's own clock must still end the run.
TEST_F(JailTest, P16_AStoppedJailrunDoesNotStopTheClock) {
  Process process(JailrunCommand({"--wall", "1s", Program("busy.py")}));
  ASSERT_TRUE(process.AwaitOutput("alive", absl::Seconds(10)));
  const auto helper = AwaitDescendant(process.pid(), "jail-launch", absl::Seconds(2));
  ASSERT_TRUE(helper.has_value());
  process.Signal(SIGSTOP);
  absl::SleepFor(absl::Milliseconds(1500));
  for (const ProcessInfo& info : Descendants(*helper)) {
    EXPECT_EQ(info.state, 'Z') << info.name << " outlived its time while its watcher slept";
  }
  process.Signal(SIGCONT);
  EXPECT_EQ(Finish(&process).record.verdict(), jail::v1::VERDICT_WALL_TIME_LIMIT);
}

}  // namespace
}  // namespace jailtest
