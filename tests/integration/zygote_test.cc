// A runtime that is started once and forked into jails: what its forks share, and what becomes of them when
// it, or the helper that keeps it, dies. That their records are those of any run: same_record_test.cc. Keeps
// P19, P20 (nothing is left) and P38 (a jail that was ready holds nothing of anybody's).
#include <signal.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "jail/plan/layout.h"
#include "tests/integration/pool_fixture.h"
#include "tests/testlib/jailtest/process_tree.h"

namespace jailtest {
namespace {

using jail::v1::PhaseResult;
using testing::IsEmpty;
using testing::SizeIs;

class ZygoteTest : public PoolTest {
 protected:
  jail::v1::ResultRecord RunReady(const jail::v1::JobSpec& job) {
    EXPECT_TRUE(Await([&] { return pool_->stats().building == 0 && pool_->stats().ready > 0; }));
    return jail_->Run(job);
  }

  // Once the pool knows the shape.
  std::string Forked(const std::string& source) {
    const auto record = RunReady(Job("python", source));
    EXPECT_EQ(record.phases(0).start(), PhaseResult::START_ZYGOTE);
    EXPECT_EQ(record.verdict(), jail::v1::VERDICT_OK)
        << record.summary() << record.phases(0).stderr().content();
    return record.phases(0).stdout().content();
  }

  void Learn() { jail_->Run(Job("python", "")); }
};

TEST_F(ZygoteTest, P38_ForksDrawOtherNumbers) {
  Learn();
  std::set<std::string> seen;
  for (int i = 0; i < 6; ++i)
    seen.insert(Forked("import os, random, uuid\nprint(random.random(), os.urandom(8), uuid.uuid4())"));
  EXPECT_THAT(seen, SizeIs(6));
  EXPECT_THAT(Zygotes(), SizeIs(1));
}

TEST_F(ZygoteTest, P38_NothingOfItsMakersIsInAFork) {
  Learn();
  // One is the folder's own.
  EXPECT_EQ(Forked("import os\nprint(sorted(map(int, os.listdir('/proc/self/fd'))))"), "[0, 1, 2, 3]\n");
  EXPECT_EQ(Forked("print('LD_PRELOAD' in open('/proc/self/environ').read())"), "False\n");
  EXPECT_EQ(Forked("import os\nprint(os.path.exists('/zygote.so'), os.listdir('/work'))"),
            "False ['main.py']\n");
  EXPECT_EQ(Forked("print(*(line for line in open('/proc/self/maps') if 'memfd' in line))"), "\n");
  EXPECT_EQ(Forked("import os\nprint(os.getpid(), os.getppid(), os.getuid(), os.getgroups())"),
            "2 1 1000 []\n");
}

TEST_F(ZygoteTest, P38_AForkMayForkAndStartItself) {
  Learn();
  EXPECT_EQ(
      Forked("import os, subprocess, sys\n"
             "child = os.fork()\n"
             "if child == 0: os._exit(7)\n"
             "print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)\n"
             "print(subprocess.run([sys.executable, '-c', 'print(6 * 7)'], capture_output=True).stdout)"),
      "7\nb'42\\n'\n");
}

// What forks share is worth less the fewer they are.
TEST_F(ZygoteTest, P38_AfterAHundredThereIsAnotherOne) {
  OpenPool({.ready_per_shape = 1});
  Learn();
  Forked("");
  const std::vector<pid_t> first = Zygotes();
  ASSERT_THAT(first, SizeIs(1));
  for (int i = 0; i < 110; ++i) Forked("");
  ASSERT_TRUE(Await([&] { return Zygotes().size() == 1; }));
  EXPECT_NE(Zygotes(), first);
}

TEST_F(ZygoteTest, AJobWithAnEnvironmentOfItsOwnIsOfNone) {
  auto job = Job("python", "import os\nprint(os.environ['MINE'])");
  job.mutable_env()->insert({{"MINE", "1"}});
  jail_->Run(job);
  const auto record = RunReady(job);
  EXPECT_EQ(record.phases(0).start(), PhaseResult::START_RUNTIME);
  EXPECT_EQ(record.phases(0).stdout().content(), "1\n");
  EXPECT_THAT(Zygotes(), IsEmpty());
}

// Who asks for the jail says what its runtime is: only loaders that the helper knows are started outside of
// one.
TEST_F(ZygoteTest, P31_WhatIsNotOursToTheByteIsStartedInAJail) {
  struct Recorder : jail::Parking {
    std::optional<jail::Helper> Take(const jail::Shape& shape) override {
      plan = shape.plan;
      return std::nullopt;
    }
    std::string plan;
  };
  auto recorder = std::make_shared<Recorder>();
  OpenJail(recorder)->Run(Job("python", ""));
  struct Change {
    const char* name;
    std::string from, to;
    bool zygote;
  };
  const Change changes[] = {
      {"none", "", "", true},
      {"the loader's code", "import gc", "import os", false},
      {"its path", "/app/.python-parked.py", "/app/.python-parkee.py", false},
      {"the runtime", "/usr/bin/python3", "/usr/bin/python4", false},
      {"the environment", "PYTHONNOUSERSITE=1", "PYTHONNOUSERSITE=2", false},
      {"a variable", "TMPDIR=/tmp", "PYTHON=/tmp", false},
  };
  for (const Change& change : changes) {
    SCOPED_TRACE(change.name);
    ASSERT_EQ(change.from.size(), change.to.size());
    std::string plan = recorder->plan;
    if (!change.from.empty()) {
      const size_t at = plan.find(change.from);
      ASSERT_NE(at, plan.npos);
      plan.replace(at, change.from.size(), change.to);
    }
    jail::Launcher launcher(JAILTEST_LAUNCHER, /*zygotes=*/true);
    auto helper = launcher.Park({plan});
    ASSERT_TRUE(helper.ok()) << helper.status();
    // The jail's first process is the zygote's child, or the helper's.
    const auto is_zygote = [&] { return !ChildrenOf(Servers(), "python3").empty(); };
    if (change.zygote) {
      EXPECT_TRUE(Await(is_zygote));
    } else {
      Await([&] { return jail::IsParked(&*helper).value_or(true); });
      EXPECT_FALSE(is_zygote());
    }
    *helper = {};
  }
}

TEST_F(ZygoteTest, P20_AZygoteThatIsKilledTakesItsJailsAlongAndIsReplaced) {
  settle_ = absl::Seconds(5);
  Learn();
  Forked("");
  const std::vector<pid_t> first = Zygotes();
  ASSERT_THAT(first, SizeIs(1));
  kill(first[0], SIGKILL);
  ASSERT_TRUE(Await([&] { return pool_->stats().failed >= 3; }));
  jail_->Run(Job("python", ""));
  EXPECT_EQ(Forked("print(1)"), "1\n");
  EXPECT_THAT(Zygotes(), SizeIs(1));
  EXPECT_NE(Zygotes(), first);
}

// Something is wrong with it here, then.
TEST_F(ZygoteTest, AfterThreeThatDiedRuntimesAreStartedInTheirJails) {
  settle_ = absl::Seconds(5);
  Learn();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(Await([] { return Zygotes().size() == 1; })) << i;
    const std::vector<pid_t> killed = Zygotes();
    kill(killed.front(), SIGKILL);
    ASSERT_TRUE(Await([&] { return Zygotes() != killed; }));  // The pool may have another one by then.
    Learn();
  }
  Learn();
  EXPECT_EQ(RunReady(Job("python", "")).phases(0).start(), PhaseResult::START_RUNTIME);
  EXPECT_THAT(Zygotes(), IsEmpty());
}

TEST_F(ZygoteTest, P20_ARunInItIsToldThatItsJailIsGone) {
  settle_ = absl::Seconds(5);
  Learn();
  auto job = Job("python", "import time\nprint(1, flush=True)\ntime.sleep(60)");
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  EXPECT_TRUE(Await([&] { return pool_->stats().building == 0 && pool_->stats().ready > 0; }));
  std::thread killer([&] {
    char byte = 0;
    EXPECT_EQ(read(pipe_ends[0], &byte, 1), 1);
    for (const pid_t pid : Zygotes()) kill(pid, SIGKILL);
  });
  jail::Io io;
  io.stdout_fd = pipe_ends[1];
  const auto record = jail_->Run(job, io);
  killer.join();
  close(pipe_ends[0]);
  close(pipe_ends[1]);
  EXPECT_EQ(record.verdict(), jail::v1::VERDICT_JAIL_ERROR) << record.ShortDebugString();
  EXPECT_THAT(record.failure().message(), testing::HasSubstr("lost with init"));
}

TEST_F(ZygoteTest, P20_AServingHelperThatIsKilledIsReplacedToo) {
  settle_ = absl::Seconds(5);
  Learn();
  Forked("");
  for (const pid_t pid : Servers()) kill(pid, SIGKILL);
  ASSERT_TRUE(Await([&] { return pool_->stats().failed >= 3; }));
  jail_->Run(Job("python", ""));
  EXPECT_EQ(Forked("print(1)"), "1\n");
}

// Whoever of them it is, and whatever they are doing.
TEST_F(ZygoteTest, P20_KilledAtAnyMomentTheyLeaveNothing) {
  settle_ = absl::Seconds(5);
  std::mt19937 random(std::random_device{}());
  std::vector<pid_t> (*const victims[])() = {Zygotes, Servers, Helpers};
  for (int i = 0; i < 24; ++i) {
    const int64_t moment_us = std::uniform_int_distribution<int64_t>(0, 30'000)(random);
    SCOPED_TRACE(absl::StrCat("round ", i, ", after ", moment_us, " us"));
    std::thread killer([&] {
      absl::SleepFor(absl::Microseconds(moment_us));
      for (const pid_t pid : victims[i % 3]()) kill(pid, SIGKILL);
    });
    const auto record = jail_->Run(Job("python", "sum(range(100000))\nprint(6 * 7)"));
    killer.join();
    if (record.verdict() == jail::v1::VERDICT_OK) {
      EXPECT_EQ(record.phases(0).stdout().content(), "42\n");
    } else {
      EXPECT_EQ(record.verdict(), jail::v1::VERDICT_JAIL_ERROR) << record.summary();
    }
  }
  const auto record = jail_->Run(Job("python", "print(1)"));
  EXPECT_EQ(record.phases(0).stdout().content(), "1\n") << record.summary();
}

}  // namespace
}  // namespace jailtest
