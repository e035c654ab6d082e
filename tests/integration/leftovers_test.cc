// Nothing is left behind (P19, P20): after SIGKILL of any process of a run, or of several, at 504 moments
// that are spread over its whole life, the next run or `jailrun sweep` leaves the host as it was, and a
// neighbour that lives through it all is never touched; and two thousand runs leave no trace at all.
// JAIL_TEST_SEED repeats the moments, JAIL_TEST_KILLS and JAIL_TEST_RUNS change the counts.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "jail/base/fd.h"
#include "tests/testlib/jailtest/jailrun.h"
#include "tests/testlib/jailtest/process_tree.h"
#include "tests/testlib/jailtest/quick_run.h"

namespace jailtest {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;

constexpr absl::Duration kToDisappear = absl::Seconds(4);
// From the start of a process to its SIGKILL: a whole set-up takes some 6 ms on an idle machine.
constexpr int64_t kLatestMomentUs = 12'000;

int FromEnvironment(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  int value = 0;
  return text != nullptr && absl::SimpleAtoi(text, &value) ? value : otherwise;
}

jail::v1::SweepReport Sweep() {
  Process process(Command{.argv = {JailrunPath(), "sweep", "--json"}});
  const Outcome outcome = process.Finish();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  jail::v1::SweepReport report;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(outcome.out, &report).ok()) << outcome.out;
  return report;
}

jail::v1::Verdict RunNext() {
  return QuickRun({"exec", "--", "/usr/bin/true"}).Finish(absl::Seconds(20)).verdict();
}

// A run that lasts as long as the test: it gives back every line it is sent.
class Neighbour {
 public:
  Neighbour() {
    int ends[2] = {-1, -1};
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    const jail::Fd read(ends[0]);
    words_ = jail::Fd(ends[1]);
    Command command = JailrunCommand({"exec", "--wall", "600s", "--", "/usr/bin/cat"});
    command.give = {{0, read.get()}};
    command.timeout = absl::Seconds(300);
    process_ = std::make_unique<Process>(std::move(command));
    EXPECT_TRUE(Answers("first\n"));
  }
  bool Answers(const std::string& line) {
    return write(words_.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
           process_->AwaitOutput(line, absl::Seconds(20));
  }
  JailRun End() {
    words_.Reset();
    return Finish(process_.get());
  }

 private:
  jail::Fd words_;
  std::unique_ptr<Process> process_;
};

// --- SIGKILL ---

enum Role { kJailrun, kHelper, kInit, kProgram, kRoles };

struct Case {
  const char* name;
  std::vector<Role> victims;
};

class KilledTest : public JailTest, public testing::WithParamInterface<Case> {
 protected:
  KilledTest() { settle_ = kToDisappear; }
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

INSTANTIATE_TEST_SUITE_P(Each, KilledTest,
                         testing::Values(Case{"jailrun", {kJailrun}}, Case{"helper", {kHelper}},
                                         Case{"init", {kInit}}, Case{"program", {kProgram}},
                                         Case{"jailrun_and_helper", {kJailrun, kHelper}},
                                         Case{"all_four", {kJailrun, kHelper, kInit, kProgram}}),
                         [](const auto& kill) { return std::string(kill.param.name); });

pid_t FirstChild(pid_t pid) {
  const std::string children = ReadProc(pid, absl::StrCat("task/", pid, "/children"));
  pid_t child = -1;
  return absl::SimpleAtoi(children.substr(0, children.find(' ')), &child) ? child : -1;
}

// jailrun, its helper, init, the program's process: each the only child of the one before it. Waits for
// all down to `last`. -1 stands for what is not there: the run is over, or that part of it is.
std::vector<pid_t> AwaitChain(pid_t jailrun, Role last) {
  std::vector<pid_t> chain(kRoles, -1);
  chain[kJailrun] = jailrun;
  const absl::Time deadline = absl::Now() + absl::Seconds(5);
  for (int role = kHelper; role <= last;) {
    chain[static_cast<size_t>(role)] = FirstChild(chain[static_cast<size_t>(role - 1)]);
    if (chain[static_cast<size_t>(role)] > 0) {
      ++role;
    } else if (absl::Now() > deadline) {
      break;
    } else {
      absl::SleepFor(absl::Microseconds(100));
    }
  }
  return chain;
}

// One run, ended by SIGKILL of the victims, in an order of chance, `moment` after the last of them is there.
jail::v1::ResultRecord KillOne(std::vector<Role> victims, absl::Duration moment, std::mt19937* random) {
  QuickRun run({"exec", "--", "/usr/bin/sleep", "30"});
  const std::vector<pid_t> chain = AwaitChain(run.pid(), *std::max_element(victims.begin(), victims.end()));
  absl::SleepFor(moment);
  std::shuffle(victims.begin(), victims.end(), *random);
  for (const Role victim : victims) {
    const pid_t pid = chain[static_cast<size_t>(victim)];
    EXPECT_GT(pid, 0) << "the victim never appeared";
    if (pid > 0) kill(pid, SIGKILL);
  }
  const jail::v1::ResultRecord record = run.Finish(absl::Seconds(20));
  EXPECT_FALSE(run.timed_out()) << "jailrun hangs";
  return record;
}

void ExpectRecordTellsIt(const std::vector<Role>& victims, const jail::v1::ResultRecord& record) {
  if (victims[0] == kJailrun) return;  // Nobody to tell it.
  const bool told = record.verdict() == jail::v1::VERDICT_JAIL_ERROR ||
                    (record.verdict() == jail::v1::VERDICT_SIGNALED && victims[0] == kProgram);
  EXPECT_TRUE(told) << record.DebugString().substr(0, 3000);
  EXPECT_TRUE(record.has_cleanup());
}

TEST_P(KilledTest, P20_AtAnyMomentNothingIsLeftAndTheNeighbourLives) {
  const uint32_t seed =
      static_cast<uint32_t>(FromEnvironment("JAIL_TEST_SEED", static_cast<int>(std::random_device()() >> 1)));
  const int trials = FromEnvironment("JAIL_TEST_KILLS", 84);
  std::mt19937 random(seed);
  Neighbour neighbour;
  const Snapshot before = Snapshot::Take();
  int swept = 0;
  for (int i = 0; i < trials && !HasFailure(); ++i) {
    const absl::Duration moment =
        absl::Microseconds(std::uniform_int_distribution<int64_t>(0, kLatestMomentUs)(random));
    SCOPED_TRACE(absl::StrCat("JAIL_TEST_SEED=", seed, " trial ", i, ", ", absl::FormatDuration(moment)));
    ExpectRecordTellsIt(GetParam().victims, KillOne(GetParam().victims, moment, &random));
    EXPECT_THAT(AwaitNoOrphans(kToDisappear), IsEmpty());
    if (i % 2 == 0) {
      const jail::v1::SweepReport report = Sweep();
      swept += report.runs_removed();
      EXPECT_GE(report.runs_alive(), 1) << "the neighbour was not seen";
    } else {
      EXPECT_EQ(RunNext(), jail::v1::VERDICT_OK);
    }
    EXPECT_THAT(LeaksSince(before, kToDisappear), IsEmpty());
  }
  RecordProperty("swept", swept);
  EXPECT_TRUE(neighbour.Answers("still here\n"));
  const JailRun run = neighbour.End();
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK) << run.Describe();
}

// A run that is killed with its jailrun and its helper leaves its groups, or the trials above could not
// fail. Any other run on this machine may sweep them before us, so these two try more than once.
constexpr int kAttempts = 20;

void LeaveSomething() {
  std::mt19937 random(1);
  KillOne({kJailrun, kHelper, kProgram}, absl::Milliseconds(100), &random);
  EXPECT_THAT(AwaitNoOrphans(kToDisappear), IsEmpty());
}

TEST_F(JailTest, P20_SweepSaysWhatItRemoved) {
  settle_ = kToDisappear;
  jail::v1::SweepReport report;
  for (int i = 0; i < kAttempts && report.runs_removed() == 0; ++i) {
    LeaveSomething();
    report = Sweep();
  }
  EXPECT_GE(report.runs_removed(), 1) << report.DebugString();
  EXPECT_GE(report.groups_removed(), report.runs_removed());
}

TEST_F(JailTest, P20_TheNextRunSaysThatItSwept) {
  settle_ = kToDisappear;
  jail::v1::Cleanup cleanup;
  for (int i = 0; i < kAttempts && cleanup.dead_runs_swept() == 0; ++i) {
    LeaveSomething();
    cleanup = QuickRun({"exec", "--", "/usr/bin/true"}).Finish(absl::Seconds(20)).cleanup();
    EXPECT_EQ(cleanup.state(), jail::v1::Cleanup::STATE_CLEAN) << cleanup.DebugString();
  }
  EXPECT_GE(cleanup.dead_runs_swept(), 1) << cleanup.DebugString();
}

// --- Two thousand ---

// Where every jail sees it: in /usr, for as long as this lives.
class TinyProgram {
 public:
  TinyProgram() {
    fs::create_directories(folder_);
    fs::copy_file(JAILTEST_TINY, path());
  }
  ~TinyProgram() {
    std::error_code ignored;  // Nothing is left to be done about it.
    fs::remove_all(folder_, ignored);
  }
  TinyProgram(const TinyProgram&) = delete;
  TinyProgram& operator=(const TinyProgram&) = delete;
  std::string path() const { return folder_ + "/tiny"; }

 private:
  const std::string folder_ = absl::StrCat("/usr/local/lib/jailrun-leftovers-", getpid());
};

void ExpectOkAndClean(const jail::v1::ResultRecord& record) {
  EXPECT_EQ(record.verdict(), jail::v1::VERDICT_OK) << record.DebugString().substr(0, 3000);
  EXPECT_EQ(record.cleanup().state(), jail::v1::Cleanup::STATE_CLEAN) << record.cleanup().DebugString();
}

TEST_F(JailTest, P19_TwoThousandRunsSixtyFourAtATimeLeaveTheHostAsItWas) {
  constexpr size_t kAtATime = 64;
  const int total = FromEnvironment("JAIL_TEST_RUNS", 2000);
  const TinyProgram program;
  const Snapshot before = Snapshot::Take();
  const absl::Time start = absl::Now();
  std::vector<QuickRun> alive;
  alive.reserve(kAtATime);
  for (int started = 0; (started < total || !alive.empty()) && !HasFailure();) {
    for (; started < total && alive.size() < kAtATime; ++started) {
      alive.emplace_back(std::vector<std::string>{"exec", "--wall", "60s", "--", program.path()});
    }
    const int ended = AwaitAny(alive, absl::Seconds(60));
    ASSERT_GE(ended, 0) << "no run ends any more";
    ExpectOkAndClean(alive[static_cast<size_t>(ended)].Finish(absl::ZeroDuration()));
    std::vector<QuickRun> others;
    others.reserve(kAtATime);
    for (size_t i = 0; i < alive.size(); ++i) {
      if (i != static_cast<size_t>(ended)) others.push_back(std::move(alive[i]));
    }
    alive.swap(others);
  }
  alive.clear();
  EXPECT_THAT(AwaitNoOrphans(absl::ZeroDuration()), IsEmpty());
  EXPECT_THAT(LeaksSince(before, kToDisappear), IsEmpty());
  std::printf("%d runs in %s\nbefore: %s\nafter:  %s\n", total,
              absl::FormatDuration(absl::Now() - start).c_str(), before.Counts().c_str(),
              Snapshot::Take().Counts().c_str());
}

}  // namespace
}  // namespace jailtest
