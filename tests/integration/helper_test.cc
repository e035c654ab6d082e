// jail-launch started by hand with everything wrong (P33): it must refuse, say so by its exit status
// and, when it could, in its report, and leave nothing.
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "gtest/gtest.h"
#include "jail/plan/steps.h"
#include "tests/integration/bad_plans.h"
#include "tests/integration/handmade_plan.h"
#include "tests/testlib/jailtest/jailrun.h"

namespace jailtest {
namespace {

using jail::plan::Header;
using jail::plan::StepId;

class BadPlanTest : public JailTest, public testing::WithParamInterface<BadPlan> {};
INSTANTIATE_TEST_SUITE_P(Each, BadPlanTest, testing::ValuesIn(BadPlans()),
                         [](const auto& bad) { return std::string(bad.param.name); });

TEST_P(BadPlanTest, P33_IsRefusedAtItsStep) {
  const HelperRun run = RunHelper(PlanMemfd(PlanBytes(GetParam().spoil)));
  ExpectRefusal(run);
  ASSERT_TRUE(run.report.has_value());
  EXPECT_STREQ(jail::plan::StepName(run.report->host.step), jail::plan::StepName(GetParam().step));
}

class HelperTest : public JailTest {};

// The refusals above are the spoiling's doing: the same plan unspoilt runs.
TEST_F(HelperTest, AGoodPlanRuns) {
  const HelperRun run = RunHelper(PlanMemfd(PlanBytes()));
  EXPECT_EQ(run.outcome.exit_code, 0) << run.outcome.err;
  ASSERT_TRUE(run.report.has_value());
  EXPECT_EQ(run.report->finished, 1u);
  EXPECT_EQ(run.report->program_ended, 1u);
  EXPECT_EQ(run.report->program_status, 0);
  EXPECT_GT(run.report->exec_ns, 0);
}

// Whoever can still write the plan could change it after it was checked.
TEST_F(HelperTest, P33_EachSealIsDemanded) {
  constexpr int kSeals[] = {F_SEAL_WRITE, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_SEAL};
  constexpr int kAll = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  for (int missing : kSeals) {
    const HelperRun run = RunHelper(PlanMemfd(PlanBytes(), kAll & ~missing));
    SCOPED_TRACE(missing);
    ExpectRefusal(run);
    ASSERT_TRUE(run.report.has_value());
    EXPECT_EQ(run.report->host.step, StepId::kCheckSeals);
    EXPECT_EQ(run.report->host.error, EPERM);
  }
  ExpectRefusal(RunHelper(PlanMemfd(PlanBytes(), /*seals=*/0)));
}

TEST_F(HelperTest, P33_AMemfdShorterThanAHeaderIsRefused) {
  for (size_t size : {0u, 1u, 8u, 100u}) ExpectRefusal(RunHelper(PlanMemfd(PlanBytes().substr(0, size))));
}

TEST_F(HelperTest, P33_APlanMustBeAMemfd) {
  for (const char* path : {"/dev/null", "/", "/etc/passwd", "/dev/zero"}) {
    ExpectRefusal(RunHelper(jail::Fd(open(path, O_RDONLY | O_CLOEXEC))));
  }
}

TEST_F(HelperTest, P33_NoDescriptorsAtAll) {
  const HelperRun run = RunHelper(PlanMemfd(PlanBytes()), [](Command* command) {
    command->give.clear();
    command->before_exec = [] { close_range(3, ~0u, 0); };
  });
  ExpectRefusal(run);
  EXPECT_FALSE(run.report.has_value());
}

TEST_F(HelperTest, P33_NoDescriptorsNotEvenTheFirstThree) {
  ExpectRefusal(RunHelper(PlanMemfd(PlanBytes()),
                          [](Command* command) { command->before_exec = [] { close_range(0, ~0u, 0); }; }));
}

TEST_F(HelperTest, P33_AControlThatIsNoSocket) {
  const jail::Fd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  ExpectRefusal(RunHelper(PlanMemfd(PlanBytes()),
                          [&](Command* command) { command->give[jail::plan::kControlFd] = null.get(); }));
}

// The helper owns its descriptors 0 to 2 to the program: they must be its watcher's pipes.
TEST_F(HelperTest, P33_AFileInPlaceOfAPipeIsNotGivenAway) {
  const std::string path = "/tmp/victim";
  const jail::Fd file(open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
  const HelperRun run =
      RunHelper(PlanMemfd(PlanBytes()), [&](Command* command) { command->give[0] = file.get(); });
  unlink(path.c_str());
  struct stat status;
  ASSERT_EQ(fstat(file.get(), &status), 0);
  EXPECT_EQ(status.st_uid, 0u) << "the caller's file changed hands";
  ExpectRefusal(run);
}

std::string PlanWithChannels(uint32_t count) {
  return PlanBytes([count](Header* header, std::string*) { header->channel_count = count; });
}

// A directory of the host's would be a way out (CVE-2024-21626).
TEST_F(HelperTest, P6_AChannelMustBeASocket) {
  const jail::Fd root(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const HelperRun run = RunHelper(PlanMemfd(PlanWithChannels(1)), [&](Command* command) {
    command->give[jail::plan::kFirstChannelFd] = root.get();
  });
  ASSERT_TRUE(run.report.has_value());
  EXPECT_EQ(run.report->exec_ns, 0) << "a program was started";
  EXPECT_EQ(run.report->child.step, StepId::kArrangeFds);
  EXPECT_EQ(run.report->child.error, EBADF);
}

TEST_F(HelperTest, P6_TheProgramGetsTheChannelsOfThePlanAndNoOther) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const jail::Fd first(ends[0]), second(ends[1]);
  const jail::Fd root(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (const uint32_t count : {0u, 1u, 2u}) {
    const HelperRun run = RunHelper(PlanMemfd(PlanWithChannels(count)), [&](Command* command) {
      command->give[jail::plan::kFirstChannelFd] = first.get();
      command->give[jail::plan::kFirstChannelFd + 1] = second.get();
      command->give[jail::plan::kFirstChannelFd + 2] = root.get();
      command->give[jail::plan::kFirstChannelFd + 20] = root.get();
    });
    ASSERT_TRUE(run.report.has_value());
    EXPECT_EQ(run.report->program_status, 0);
    EXPECT_EQ(run.report->verified.fds, 1) << "read back inside";
  }
}

TEST_F(HelperTest, P33_ChannelsWithAGapAreRefused) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const jail::Fd first(ends[0]), second(ends[1]);
  const HelperRun run = RunHelper(PlanMemfd(PlanWithChannels(2)), [&](Command* command) {
    command->give[jail::plan::kFirstChannelFd] = first.get();
    command->give[jail::plan::kFirstChannelFd + 2] = second.get();
  });
  ExpectRefusal(run);
  ASSERT_TRUE(run.report.has_value());
  EXPECT_EQ(run.report->host.step, StepId::kCheckSeals);
}

// CVE-2021-4034: the kernel fills in an empty argv[0] since 5.18; before, argc is 0.
TEST_F(HelperTest, P33_ArgcZero) {
  const HelperRun run = RunHelper(PlanMemfd(PlanBytes()), [](Command* command) {
    command->before_exec = [] {
      char* const nothing[] = {nullptr};
      char preload[] = "LD_PRELOAD=./x.so", gconv[] = "GCONV_PATH=.";
      char* const env[] = {preload, gconv, nullptr};
      execve(JAILTEST_LAUNCHER, nothing, env);
    };
  });
  EXPECT_EQ(run.outcome.term_signal, std::nullopt);
  EXPECT_FALSE(run.outcome.timed_out);
}

TEST_F(HelperTest, P33_ArgumentsAreNotLookedAt) {
  const HelperRun run = RunHelper(PlanMemfd(PlanBytes()), [](Command* command) {
    command->argv = {JAILTEST_LAUNCHER, "--help", "--fault=sanitize:eio", std::string(100'000, 'A')};
  });
  EXPECT_EQ(run.outcome.exit_code, 0);
  ASSERT_TRUE(run.report.has_value());
  EXPECT_EQ(run.report->finished, 1u);
}

TEST_F(HelperTest, P33_EnvironmentIsNotLookedAt) {
  const HelperRun run = RunHelper(PlanMemfd(PlanBytes()), [](Command* command) {
    command->env = {"JAIL_FAULT=sanitize:eio",       "PATH=/tmp",
                    "LD_PRELOAD=/tmp/x.so",          "GLIBC_TUNABLES=glibc.malloc.check=3",
                    "LD_LIBRARY_PATH=/tmp",          "TMPDIR=/tmp",
                    std::string(100'000, 'E') + "=1"};
  });
  EXPECT_EQ(run.outcome.exit_code, 0);
}

TEST_F(HelperTest, P33_SignalsUmaskAndDirectoryOfTheCallerDoNotMatter) {
  const HelperRun run = RunHelper(PlanMemfd(PlanBytes()), [](Command* command) {
    command->cwd = "/proc/self/fd";
    command->before_exec = [] {
      sigset_t all;
      sigfillset(&all);
      sigprocmask(SIG_SETMASK, &all, nullptr);
      for (int number = 1; number < 65; ++number) signal(number, SIG_IGN);
      umask(0);
    };
  });
  EXPECT_EQ(run.outcome.exit_code, 0);
  ASSERT_TRUE(run.report.has_value());
  EXPECT_EQ(run.report->program_ended, 1u) << "with SIGCHLD ignored the status would be lost";
  EXPECT_EQ(run.report->program_status, 0);
}

TEST_F(HelperTest, P33_AControlThatIsFullDoesNotHoldTheHelper) {
  const HelperRun run = RunHelper(PlanMemfd(PlanBytes()), [](Command* command) {
    command->before_exec = [] {
      while (send(jail::plan::kControlFd, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL) == 1) {
      }
    };
  });
  EXPECT_FALSE(run.outcome.timed_out);
  EXPECT_EQ(run.outcome.exit_code, jail::plan::kExitNoReport + static_cast<int>(StepId::kMakeReport));
}

// In mounts of its own, so that nothing of this shows on the host.
void OwnMounts() {
  if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) _exit(98);
}

// CVE-2019-19921, CVE-2025-52881: what was written to /proc went elsewhere.
TEST_F(HelperTest, P33_AProcThatIsNoneIsRefused) {
  const HelperRun run = RunHelper(PlanMemfd(PlanBytes()), [](Command* command) {
    command->before_exec = [] {
      OwnMounts();
      if (mount("fake", "/proc", "tmpfs", 0, nullptr) != 0) _exit(97);
    };
  });
  ASSERT_TRUE(run.report.has_value());
  EXPECT_EQ(run.report->host.step, StepId::kOpenRootfs);
  EXPECT_EQ(run.report->host.error, ENOTSUP);
  EXPECT_EQ(run.report->exec_ns, 0);
}

// CVE-2021-44731, CVE-2026-3888: a folder that others could make first held privileged state.
struct StrangeState {
  const char* name;
  void (*make)();
  int error;
};
const StrangeState kStrangeStates[] = {
    {"OfAnotherUser",
     [] {
       if (mkdir("/run/jailrun", 0700) != 0 || chown("/run/jailrun", 1234, 1234) != 0) _exit(96);
     },
     EPERM},
    {"ThatOthersMayWrite",
     [] {
       if (mkdir("/run/jailrun", 0700) != 0 || chmod("/run/jailrun", 0777) != 0) _exit(96);
     },
     EPERM},
    {"BehindALink",
     [] {
       if (mkdir("/run/elsewhere", 0700) != 0 || symlink("/run/elsewhere", "/run/jailrun") != 0) _exit(96);
     },
     ELOOP},
};
class StateTest : public HelperTest, public testing::WithParamInterface<StrangeState> {};
INSTANTIATE_TEST_SUITE_P(All, StateTest, testing::ValuesIn(kStrangeStates),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_P(StateTest, P33_IsRefused) {
  const HelperRun run = RunHelper(PlanMemfd(PlanBytes()), [](Command* command) {
    command->before_exec = [] {
      OwnMounts();
      if (mount("run", "/run", "tmpfs", 0, nullptr) != 0) _exit(97);
      GetParam().make();
    };
  });
  ASSERT_TRUE(run.report.has_value());
  EXPECT_EQ(run.report->host.step, StepId::kTakeUid);
  EXPECT_EQ(run.report->host.error, GetParam().error);
  EXPECT_EQ(run.report->exec_ns, 0);
}

TEST_F(HelperTest, P33_FiveHundredDescriptorsMore) {
  const HelperRun run = RunHelper(PlanMemfd(PlanBytes()), [](Command* command) {
    for (int fd = 5; fd < 505; ++fd) command->give[fd] = 2;
  });
  EXPECT_EQ(run.outcome.exit_code, 0);
}

TEST_F(HelperTest, P20_AControlThatIsClosedAtOnceEndsTheRun) {
  int sockets[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets), 0);
  close(sockets[0]);
  const jail::Fd theirs(sockets[1]);
  const HelperRun run = RunHelper(PlanMemfd(PlanBytes()), [&](Command* command) {
    command->give[jail::plan::kControlFd] = theirs.get();
  });
  EXPECT_FALSE(run.outcome.timed_out);
  EXPECT_NE(run.outcome.exit_code, 0);
}

}  // namespace
}  // namespace jailtest
