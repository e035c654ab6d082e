// The helper as set-uid root, and a caller who is not root and means harm (promise P33): what he is and has,
// what he does to the helper while it lives, and when he dies.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "tests/integration/await.h"
#include "tests/integration/languages.h"
#include "tests/integration/setuid_fixture.h"
#include "tests/testlib/jailtest/for_others.h"
#include "tests/testlib/jailtest/jailrun.h"
#include "tests/testlib/jailtest/process_tree.h"

namespace jailtest {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

class SetuidTest : public InstalledSetuid {
 protected:
  std::string Copy(const char* program) { return installed_->Add(Program(program)); }

  // As another user, after `first`.
  Command As(const std::vector<std::string>& args, std::function<void()> first = nullptr) const {
    Command command = JailrunCommand(args);
    command.argv[0] = installed_->jailrun();
    command.before_exec = [first] {
      if (first) first();
      BecomeAnother();
    };
    return command;
  }

  static void ExpectWholeJail(const JailRun& run) {
    EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK) << run.Describe();
    EXPECT_EQ(run.record.isolation().mode(), jail::v1::Isolation::MODE_PRIVILEGED);
    EXPECT_NE(run.record.isolation().host_uid(), kAnother);
    EXPECT_NE(run.record.isolation().host_uid(), 0);
  }
};

TEST_F(SetuidTest, P33_AnyUserHasTheWholeJailAndNoMore) {
  const JailRun run = Jailrun(As({Copy("hello.py")}));
  ExpectWholeJail(run);
  EXPECT_EQ(run.outcome.out, "hello\n");
  const JailRun id = Jailrun(As({"exec", "--", "/usr/bin/id"}));
  EXPECT_THAT(id.outcome.out, Not(HasSubstr("root")));
}

struct Hardship {
  const char* name;
  std::function<void()> begin;
};

void Limit(__rlimit_resource resource, rlim_t value) {
  const rlimit limit = {value, value};
  setrlimit(resource, &limit);
}

void BlockAndIgnoreAll() {
  for (int number = 1; number < 32; ++number) signal(number, SIG_IGN);
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
}

class HardSetuidTest : public SetuidTest, public testing::WithParamInterface<Hardship> {};
INSTANTIATE_TEST_SUITE_P(
    Each, HardSetuidTest,
    testing::Values(Hardship{"FileSize", [] { Limit(RLIMIT_FSIZE, 0); }},
                    Hardship{"OpenFiles", [] { Limit(RLIMIT_NOFILE, 24); }},
                    Hardship{"FewOpenFiles", [] { Limit(RLIMIT_NOFILE, 4); }},
                    Hardship{"AddressSpace", [] { Limit(RLIMIT_AS, 64 << 20); }},
                    Hardship{"Stack", [] { Limit(RLIMIT_STACK, 64 << 10); }},
                    Hardship{"CpuTime", [] { Limit(RLIMIT_CPU, 1); }},
                    Hardship{"Processes", [] { Limit(RLIMIT_NPROC, 1); }},
                    Hardship{"Data", [] { Limit(RLIMIT_DATA, 1 << 20); }},
                    Hardship{"Signals", BlockAndIgnoreAll}, Hardship{"Umask", [] { umask(0777); }},
                    Hardship{"NoNewPrivs", [] { prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }},
                    Hardship{"Closed",
                             [] {
                               for (int fd = 0; fd < 3; ++fd) close(fd);
                             }}),
    [](const auto& hardship) { return std::string(hardship.param.name); });

// Nothing, or all of it: no program runs in half a jail, and none with more rights than the caller's own.
TEST_P(HardSetuidTest, P33_P34_WorksOrFailsClosed) {
  const JailRun run = Jailrun(As({Copy("hello.py")}, GetParam().begin));
  SCOPED_TRACE(run.Describe());
  EXPECT_FALSE(run.outcome.timed_out);
  if (run.has_record) {
    EXPECT_THAT(run.record.verdict(),
                AnyOf(jail::v1::VERDICT_OK, jail::v1::VERDICT_JAIL_ERROR, jail::v1::VERDICT_REJECTED));
    const bool ran = run.record.verdict() == jail::v1::VERDICT_OK;
    EXPECT_TRUE(!ran || run.record.isolation().host_uid() != 0);
  }
}

TEST_F(SetuidTest, P33_EnvironmentSteersNothing) {
  Command command = As({Copy("hello.py")});
  command.env = {"PATH=/tmp",
                 "LD_PRELOAD=/tmp/x.so",
                 "LD_AUDIT=/tmp/x.so",
                 "LD_LIBRARY_PATH=/tmp",
                 "GLIBC_TUNABLES=glibc.malloc.check=3",
                 "GCONV_PATH=/tmp",
                 "TMPDIR=/tmp",
                 "IFS=/",
                 absl::StrCat("LONG=", std::string(100'000, 'x'))};
  const JailRun run = Jailrun(std::move(command));
  ExpectWholeJail(run);
  EXPECT_EQ(run.outcome.out, "hello\n");
}

// Whoever started the helper can end it, and nothing else: not look into it, nor change it.
TEST_F(SetuidTest, P33_TheHelperIsOutOfItsCallersReach) {
  const std::string attack = Copy("helper_attack.py");
  Process run(As({"exec", "--wall", "20s", "--", "/usr/bin/sleep", "15"}));
  const auto helper = AwaitDescendant(run.pid(), "jail-launch", absl::Seconds(10));
  ASSERT_TRUE(helper.has_value());
  Process attacker(
      Command{.argv = {"/usr/bin/python3", attack, absl::StrCat(*helper)}, .before_exec = BecomeAnother});
  const Outcome outcome = attacker.Finish();
  EXPECT_THAT(outcome.out, HasSubstr("attacked\n")) << outcome.err;
  for (const char* forbidden :
       {"ptrace", "seize", "process_vm_readv", "mem", "environ", "maps", "auxv", "stack", "syscall",
        "pagemap", "exe", "cwd", "root", "fd/3", "ns/mnt", "descriptors", "rlimits", "oom_score_adj", "GONE"})
    EXPECT_THAT(outcome.out, Not(HasSubstr(absl::StrCat("DID ", forbidden, "\n")))) << outcome.out;
  EXPECT_THAT(outcome.out, Not(HasSubstr("GONE ptrace"))) << "there was nothing to attack";
  run.Signal(SIGCONT);
  kill(*helper, SIGCONT);
  run.Signal(SIGTERM);
  EXPECT_FALSE(Finish(&run).outcome.timed_out);
}

// A pool is nobody's too: its zygotes are not his, nor are its jails.
TEST_F(SetuidTest, P33_APoolOfHisHasForksAndTheyAreOutOfHisReach) {
  settle_ = absl::Seconds(5);
  const std::string socket = "/tmp/pool-of-another", program = Copy("hello.py");
  const auto of_pool = [&](std::vector<std::string> argv) {
    argv.insert(argv.begin(), {installed_->jailrun(), "pool"});
    return Command{.argv = argv, .before_exec = BecomeAnother};
  };
  Process pool(of_pool({"--pool", socket}));
  const auto ready = [&] {
    Process status(of_pool({"status", "--pool", socket}));
    return absl::StrContains(status.Finish().out, "Ready: 4 ");
  };
  const auto run = [&] { return Jailrun(As({"--pool", socket, program})); };
  ASSERT_TRUE(Await([&] { return run().record.verdict() == jail::v1::VERDICT_OK; }));
  ASSERT_TRUE(Await(ready));
  const JailRun forked = run();
  ExpectWholeJail(forked);
  EXPECT_EQ(forked.phase().start(), jail::v1::PhaseResult::START_ZYGOTE);
  for (const char* name : {"jail-launch", "python3"}) {
    SCOPED_TRACE(name);
    const auto theirs = AwaitDescendant(pool.pid(), name, absl::Seconds(10));
    ASSERT_TRUE(theirs.has_value());
    Process killer(
        Command{.argv = {"/usr/bin/kill", "-KILL", absl::StrCat(*theirs)}, .before_exec = BecomeAnother});
    EXPECT_NE(killer.Finish().exit_code, 0);
  }
  pool.Signal(SIGTERM);
  EXPECT_EQ(pool.Finish().exit_code, 0);
}

// The caller dies at any moment: the next run takes away what is left.
TEST_F(SetuidTest, P20_P33_ACallerWhoDiesLeavesNothing) {
  settle_ = absl::Seconds(5);
  std::mt19937 random(std::random_device{}());
  for (int i = 0; i < 40; ++i) {
    Process run(As({"exec", "--wall", "20s", "--", "/usr/bin/sleep", "15"}));
    absl::SleepFor(absl::Microseconds(std::uniform_int_distribution<int>(0, 30'000)(random)));
    run.Signal(SIGKILL);
    run.Finish();
  }
  EXPECT_EQ(Jailrun(As({Copy("hello.py")})).outcome.out, "hello\n");
}

}  // namespace
}  // namespace jailtest
