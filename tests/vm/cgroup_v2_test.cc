// Limits on a real cgroup v2, file by file, and on every kind of host that differs in where groups may be
// made (shapes.h). Promises P14, P15, P19, P20, P23 and P34 where the unified hierarchy is all there is.
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "tests/integration/languages.h"
#include "tests/testlib/jailtest/jailrun.h"
#include "tests/testlib/jailtest/must_run.h"
#include "tests/testlib/jailtest/process_tree.h"
#include "tests/vm/shapes.h"

namespace jailtest {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

bool IsUnified() {
  struct statfs status;
  return statfs(kCgroupMount, &status) == 0 && status.f_type == CGROUP2_SUPER_MAGIC;
}

class CgroupV2Test : public JailTest {
 protected:
  void SetUp() override {
    JailTest::SetUp();
    if (!IsSkipped() && !IsUnified())
      JAIL_SKIP("no pure cgroup v2 here: tests/vm/run boots a machine with it");
  }

  // A jail that stays, and the group it is in.
  struct Living {
    explicit Living(Command command) : process(std::move(command)) {
      if (!process.AwaitOutput("READY", absl::Seconds(15))) return;
      helper = AwaitDescendant(process.pid(), "jail-launch", absl::Seconds(2)).value_or(-1);
      for (const ProcessInfo& info : Descendants(helper)) inside.push_back(info.pid);
      if (!inside.empty()) group = GroupOf(inside.back());
    }
    JailRun End() {
      process.Signal(SIGTERM);
      return Finish(&process);
    }
    Process process;
    pid_t helper = -1;
    std::vector<pid_t> inside;
    std::string group;
  };
};

// A process of the test's own that waits in some group.
class Sleeper {
 public:
  explicit Sleeper(const std::string& group) : pid_(fork()) {
    if (pid_ != 0) {
      Own(pid_);
      return;
    }
    if (!JoinGroup(group)) _exit(97);
    for (;;) pause();
  }
  ~Sleeper() { End(SIGKILL); }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;

  pid_t pid() const { return pid_; }
  bool AwaitGroup(const std::string& group) const {
    for (int i = 0; i < 200 && GroupOf(pid_) != group; ++i) usleep(10'000);
    return GroupOf(pid_) == group;
  }
  bool Lives() const { return kill(pid_, 0) == 0 && waitpid(pid_, nullptr, WNOHANG) == 0; }
  // The signal that ended it; `signal` is ours, for when nobody else sent one.
  int End(int signal) {
    if (pid_ <= 0) return 0;
    if (signal != 0) kill(pid_, signal);
    int status = 0;
    waitpid(pid_, &status, 0);
    Disown(pid_);
    pid_ = -1;
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }

 private:
  pid_t pid_;
};

TEST_F(CgroupV2Test, P14_P15_EveryLimitIsInTheGroupsFiles) {
  Living jail(JailrunCommand({"--memory", "96M", "--pids", "40", "--cpus", "0.5", Program("crowd.py")}));
  ASSERT_THAT(jail.group, HasSubstr("jailrun."));
  EXPECT_EQ(GroupFile(jail.group, "memory.max"), absl::StrCat(96 << 20, "\n"));
  EXPECT_THAT(GroupFile(jail.group, "memory.swap.max"), testing::AnyOf("0\n", ""))
      << "no swap in this kernel";
  EXPECT_EQ(GroupFile(jail.group, "memory.oom.group"), "1\n");
  EXPECT_EQ(GroupFile(jail.group, "pids.max"), "41\n") << "and init";
  EXPECT_EQ(GroupFile(jail.group, "cpu.max"), "50000 100000\n");
  const JailRun run = jail.End();
  SCOPED_TRACE(run.Describe());
  for (const auto& [resource, effective] :
       std::map<jail::v1::Resource, int64_t>{{jail::v1::RESOURCE_MEMORY_BYTES, 96 << 20},
                                             {jail::v1::RESOURCE_PROCESSES, 40},
                                             {jail::v1::RESOURCE_CPU_MILLICORES, 500}}) {
    const jail::v1::LimitReport* report = FindLimit(run, resource);
    ASSERT_NE(report, nullptr);
    EXPECT_EQ(report->effective(), effective);
    EXPECT_THAT(report->mechanism(), StartsWith("cgroup-v2 "));
  }
}

// A /usr of the test's own: a disk with a program and a file, made without mounting it and seen by one
// jailrun only.
class DiskTest : public CgroupV2Test {
 protected:
  void SetUp() override {
    CgroupV2Test::SetUp();
    if (IsSkipped()) return;
    ASSERT_EQ(Shell("mkdir -p /tmp/disk.d/bin && cp " JAILTEST_READER " /tmp/disk.d/bin/reader && "
                    "head -c 16M /dev/urandom > /tmp/disk.d/file && rm -f /tmp/disk.img && "
                    "mke2fs -q -t ext4 -d /tmp/disk.d /tmp/disk.img 40M"),
              0);
    Shell("insmod /usr/lib/uml/modules/*/kernel/drivers/block/loop.ko");  // It may be there already.
    ASSERT_EQ(Shell("losetup /dev/loop0 /tmp/disk.img"), 0);
  }
  void TearDown() override {
    Shell("losetup -d /dev/loop0; rm -rf /tmp/disk.d /tmp/disk.img");
    CgroupV2Test::TearDown();
  }

  static int Shell(const char* command) {
    return std::system(absl::StrCat("PATH=/usr/sbin:/usr/bin; ", command, " >/dev/null 2>&1").c_str());
  }

  static JailRun Read(std::vector<std::string> options) {
    options.insert(options.end(), {"--wall", "30s", "exec", "--", "/usr/bin/reader", "/usr/file"});
    Command command = JailrunCommand(options);
    command.before_exec = [] {
      if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
          mount("/dev/loop0", "/usr", "ext4", MS_RDONLY, nullptr) != 0 ||
          // Files of the root come from here too, and the machine's own /etc lies on an overlay.
          mount("/dev/loop0", "/etc", "ext4", MS_RDONLY, nullptr) != 0)
        _exit(98);
    };
    return Jailrun(std::move(command));
  }
  static int64_t Milliseconds(const JailRun& run) {
    int64_t took_ms = -1;
    EXPECT_TRUE(absl::SimpleAtoi(absl::StripSuffix(run.outcome.out, "\n"), &took_ms)) << run.Describe();
    return took_ms;
  }
};

TEST_F(DiskTest, AReadRateHoldsOnTheDiskThatUsrLiesOn) {
  const JailRun run = Read({"--io-read-rate", "8M"});
  SCOPED_TRACE(run.Describe());
  ASSERT_EQ(run.record.verdict(), jail::v1::VERDICT_OK);
  const jail::v1::LimitReport* report = FindLimit(run, jail::v1::RESOURCE_IO_READ_BYTES_PER_SECOND);
  ASSERT_NE(report, nullptr);
  EXPECT_EQ(report->mechanism(), "cgroup-v2 io.max");
  EXPECT_EQ(report->effective(), 8 << 20);
  EXPECT_GE(Milliseconds(run), 1'600) << "16 MiB";
  EXPECT_GE(run.phase().usage().io_read_bytes(), 16 << 20);
}

TEST_F(DiskTest, WithoutARateItIsFaster) {
  const JailRun run = Read({});
  EXPECT_LT(Milliseconds(run), 1'600) << run.Describe();
}

TEST_F(CgroupV2Test, P23_FiguresAreTheGroups) {
  const JailRun run = Jailrun({"--time", "20s", "--wall", "20s", Program("spin_a_little.py")});
  SCOPED_TRACE(run.Describe());
  const jail::v1::Usage& usage = run.phase().usage();
  EXPECT_EQ(usage.memory_source(), jail::v1::Usage::SOURCE_CGROUP_V2);
  EXPECT_EQ(usage.cpu_source(), jail::v1::Usage::SOURCE_CGROUP_V2);
  EXPECT_GE(usage.memory_peak_bytes(), 32 << 20) << "memory.peak";
  EXPECT_LT(usage.memory_peak_bytes(), 96 << 20);
  EXPECT_EQ(usage.processes_peak(), 4) << "pids.peak";
  EXPECT_GE(usage.cpu_time_us(), 300'000 - 20'000) << "cpu.stat";
  EXPECT_TRUE(usage.has_io_read_bytes()) << "io.stat";
}

// The process has no way out of its own group's pids.max; the child that is born in another has.
TEST_F(CgroupV2Test, TheChildIsBornInItsGroup) {
  const Shape tight = {.name = "Tight", .groups = {{"tight", "", nullptr, 0}}, .own = "tight", .parent = "/"};
  ASSERT_EQ(Build(tight), "");
  Command command = JailrunCommand({Program("hello.py")});
  command.before_exec = [&] {
    Enter(tight);
    const jail::Fd limit(open("/sys/fs/cgroup/tight/pids.max", O_WRONLY | O_CLOEXEC));
    if (write(limit.get(), "2", 1) != 1) _exit(97);  // jailrun and jail-launch
  };
  const JailRun run = Jailrun(std::move(command));
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.outcome.out, "hello\n");
  EXPECT_EQ(Demolish(tight), "");
}

TEST_F(CgroupV2Test, P14_OutOfMemoryTakesTheWholeTree) {
  const JailRun run = Jailrun({"--memory", "64M", "--wall", "20s", Program("oom_in_a_crowd.py")});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_MEMORY_LIMIT);
  EXPECT_EQ(run.outcome.exit_code, 137);
  EXPECT_THAT(run.outcome.out, testing::Not(HasSubstr("survived")));
  const jail::v1::LimitHit* hit = FindHit(run, jail::v1::RESOURCE_MEMORY_BYTES);
  ASSERT_NE(hit, nullptr);
  EXPECT_TRUE(hit->ended_run());
  EXPECT_GE(hit->events(), 3) << "the one who asked for too much, init, and who did not die of init's death";
}

// A killed run's group, with a process that nobody is left to end: the next run of that slot ends it.
TEST_F(CgroupV2Test, P20_WhatADeadRunLeftIsKilledWithItsGroup) {
  Living first(JailrunCommand({Program("crowd.py")}));
  ASSERT_THAT(first.group, HasSubstr("jailrun."));
  first.End();
  const std::string path = kCgroupMount + first.group;
  ASSERT_EQ(mkdir(path.c_str(), 0755), 0);
  Sleeper sleeper(first.group.substr(1));
  ASSERT_TRUE(sleeper.AwaitGroup(first.group));
  const JailRun run = Jailrun({Program("hello.py")});
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK) << run.Describe();
  EXPECT_EQ(sleeper.End(0), SIGKILL);
  EXPECT_NE(access(path.c_str(), F_OK), 0);
}

class ShapeTest : public CgroupV2Test, public testing::WithParamInterface<Shape> {
 protected:
  void SetUp() override {
    CgroupV2Test::SetUp();
    if (IsSkipped()) return;
    ASSERT_EQ(Build(GetParam()), "");
  }
  void TearDown() override {
    EXPECT_EQ(Demolish(GetParam()), "");
    CgroupV2Test::TearDown();
  }

  static Command Within(const std::vector<std::string>& args) {
    Command command = JailrunCommand(args);
    command.before_exec = [] { Enter(GetParam()); };
    return command;
  }

  // Where those are who were in the shape's own group.
  static std::string CallersGroup() {
    const std::string own = absl::StrCat("/", GetParam().own);
    return GetParam().moves ? own + "/jailrun.callers" : own;
  }
};

INSTANTIATE_TEST_SUITE_P(All, ShapeTest, testing::ValuesIn(kShapes),
                         [](const auto& shape) { return std::string(shape.param.name); });

TEST_P(ShapeTest, TheJailIsWhereItMayBeAndItsCallersAreUnharmed) {
  const Shape& shape = GetParam();
  Sleeper bystander(shape.own);
  ASSERT_TRUE(bystander.AwaitGroup(absl::StrCat("/", shape.own)));
  Living jail(Within({Program("crowd.py")}));
  ASSERT_FALSE(jail.inside.empty());
  if (shape.parent == nullptr) {
    EXPECT_EQ(jail.group, CallersGroup());
  } else {
    const std::string parent = std::string(shape.parent) == "/" ? "" : shape.parent;
    EXPECT_THAT(jail.group, testing::MatchesRegex(parent + "/jailrun\\.[0-9]+\\.[0-9]+"));
    for (const pid_t pid : jail.inside) EXPECT_EQ(GroupOf(pid), jail.group);
  }
  EXPECT_EQ(GroupOf(jail.helper), CallersGroup());
  EXPECT_EQ(GroupOf(bystander.pid()), CallersGroup());
  EXPECT_TRUE(bystander.Lives());
  const JailRun run = jail.End();
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_CANCELLED) << run.Describe();
}

TEST_P(ShapeTest, P23_P34_TheRecordNamesTheMechanisms) {
  const Shape& shape = GetParam();
  const JailRun run = Jailrun(Within({Program("hello.py")}));
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.outcome.out, "hello\n");
  const std::map<jail::v1::Resource, std::string> expected = {
      {jail::v1::RESOURCE_MEMORY_BYTES, shape.by->memory},
      {jail::v1::RESOURCE_PROCESSES, shape.by->processes},
      {jail::v1::RESOURCE_CPU_TIME_MS, shape.by->cpu_time}};
  for (const auto& [resource, mechanism] : expected) {
    const jail::v1::LimitReport* report = FindLimit(run, resource);
    ASSERT_NE(report, nullptr);
    EXPECT_EQ(report->mechanism(), mechanism);
  }
  const bool sampled = absl::StartsWith(shape.by->memory, "sampler");
  EXPECT_EQ(run.phase().usage().memory_source(),
            sampled ? jail::v1::Usage::SOURCE_SAMPLER : jail::v1::Usage::SOURCE_CGROUP_V2);
  const jail::v1::Isolation::Layer* layer = FindLayer(run, jail::v1::PROTECTION_MEMORY_CGROUP);
  ASSERT_NE(layer, nullptr);
  EXPECT_EQ(layer->state(),
            sampled ? jail::v1::Isolation::STATE_UNAVAILABLE : jail::v1::Isolation::STATE_ENFORCED);
}

TEST_P(ShapeTest, P14_TooMuchMemoryIsTheVerdict) {
  const JailRun run =
      Jailrun(Within({"--memory", "32M", "--wall", "20s", "--time", "20s", Program("memory.py")}));
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_MEMORY_LIMIT);
  EXPECT_EQ(run.outcome.exit_code, 137);
}

TEST_P(ShapeTest, P15_TooManyProcessesAreRefused) {
  const JailRun run = Jailrun(Within({"--pids", "20", Program("processes.py")}));
  SCOPED_TRACE(run.Describe());
  EXPECT_THAT(run.outcome.out, HasSubstr("refused EAGAIN after"));
}

TEST_P(ShapeTest, P16_TooMuchCpuTimeIsTheVerdict) {
  const JailRun run = Jailrun(Within({"--time", "300ms", "--wall", "20s", Program("spin.py")}));
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_CPU_TIME_LIMIT);
}

// A rate has no stand-in: it holds, or the run is refused.
TEST_P(ShapeTest, ARateHoldsOrIsRefused) {
  const JailRun run = Jailrun(Within({"--cpus", "0.5", Program("hello.py")}));
  SCOPED_TRACE(run.Describe());
  const jail::v1::LimitReport* report = FindLimit(run, jail::v1::RESOURCE_CPU_MILLICORES);
  if (run.record.verdict() == jail::v1::VERDICT_OK) {
    ASSERT_NE(report, nullptr);
    EXPECT_EQ(report->effective(), 500);
    EXPECT_NE(GetParam().parent, nullptr);
  } else {
    EXPECT_EQ(run.record.failure().subject(), "cpu_millicores");
    EXPECT_EQ(run.outcome.out, "") << "nothing ran";
  }
}

}  // namespace
}  // namespace jailtest
