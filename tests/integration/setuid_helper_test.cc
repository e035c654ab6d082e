// The helper itself as set-uid root, started by hand by somebody who is not root (P33): every plan that it
// must refuse, a few hundred that are spoilt at random, and a process that could not be stranger. He gains
// nothing, it never dies of it, and nothing is left.
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "jail/base/fd.h"
#include "jail/base/sys.h"
#include "jail/plan/steps.h"
#include "tests/integration/bad_plans.h"
#include "tests/integration/handmade_plan.h"
#include "tests/integration/setuid_fixture.h"
#include "tests/testlib/jailtest/for_others.h"
#include "tests/testlib/jailtest/jailrun.h"
#include "tests/testlib/jailtest/process.h"

namespace jailtest {
namespace {

class SetuidHelperTest : public InstalledSetuid {
 protected:
  // `last` is done as him, just before.
  static HelperRun Run(const jail::Fd& plan, const std::function<void()>& last = nullptr) {
    return RunHelper(plan, [&](Command* command) {
      command->argv[0] = ForOthers::launcher();
      command->before_exec = [last] {
        for (int fd = 0; fd <= 2; ++fd) {
          if (fchown(fd, kAnother, kAnother) != 0) _exit(96);  // His own pipes.
        }
        BecomeAnother();
        if (last) last();
      };
    });
  }

  // What runs, runs as nobody, and to its end; what does not was refused.
  static void ExpectHarmless(const HelperRun& run) {
    EXPECT_FALSE(run.outcome.timed_out);
    EXPECT_EQ(run.outcome.term_signal, std::nullopt) << "the helper died";
    EXPECT_THAT(run.outcome.orphans, testing::IsEmpty());
    if (!run.report || run.report->exec_ns == 0) return;
    EXPECT_EQ(run.report->finished, 1u);
    EXPECT_EQ(run.report->privileged, 1u);
    EXPECT_GT(run.report->host_uid, 0);
    EXPECT_NE(run.report->host_uid, int64_t{kAnother});
    EXPECT_EQ(run.report->verified.ids, 1);
    EXPECT_EQ(run.report->verified.capabilities, 1);
    EXPECT_EQ(run.report->verified.seccomp, 1);
  }
};

TEST_F(SetuidHelperTest, AGoodPlanRuns) {
  const HelperRun run = Run(PlanMemfd(PlanBytes()));
  EXPECT_EQ(run.outcome.exit_code, 0) << run.outcome.err;
  ASSERT_TRUE(run.report.has_value());
  EXPECT_NE(run.report->exec_ns, 0);
  EXPECT_EQ(run.report->program_status, 0);
  ExpectHarmless(run);
}

TEST_F(SetuidHelperTest, P33_EachBadPlanIsRefusedAtItsStep) {
  for (const BadPlan& bad : BadPlans()) {
    SCOPED_TRACE(bad.name);
    const HelperRun run = Run(PlanMemfd(PlanBytes(bad.spoil)));
    ExpectRefusal(run);
    ASSERT_TRUE(run.report.has_value());
    EXPECT_STREQ(jail::plan::StepName(run.report->host.step), jail::plan::StepName(bad.step));
  }
}

TEST_F(SetuidHelperTest, P33_WhatCanStillChangeIsRefused) {
  constexpr int kSeals[] = {F_SEAL_WRITE, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_SEAL};
  constexpr int kAll = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  for (const int missing : kSeals) ExpectRefusal(Run(PlanMemfd(PlanBytes(), kAll & ~missing)));
  for (const size_t size : {0u, 1u, 100u}) ExpectRefusal(Run(PlanMemfd(PlanBytes().substr(0, size))));
  for (const char* path : {"/dev/null", "/", "/etc/passwd"})
    ExpectRefusal(Run(jail::Fd(open(path, O_RDONLY | O_CLOEXEC))));
}

// One to four bytes of a good plan, anywhere; often all of a number's, so that it is huge or negative.
TEST_F(SetuidHelperTest, P33_PlansSpoiltAtRandomDoNoHarm) {
  const char* given = std::getenv("JAIL_TEST_SEED");
  const uint32_t seed = given != nullptr ? static_cast<uint32_t>(std::strtoul(given, nullptr, 10)) : 20261123;
  std::mt19937 random(seed);
  const auto below = [&](size_t count) {
    return std::uniform_int_distribution<size_t>(0, count - 1)(random);
  };
  for (int i = 0; i < 300; ++i) {
    SCOPED_TRACE(absl::StrCat("JAIL_TEST_SEED=", seed, ", plan ", i));
    std::string bytes = PlanBytes();
    for (size_t left = 1 + below(4); left > 0; --left) {
      if (below(2) == 0) {
        bytes[below(bytes.size())] = static_cast<char>(below(256));
      } else {
        const char fill[] = {0, 1, 0x7f, static_cast<char>(0xff)};
        bytes.replace(below(bytes.size() / 8) * 8, 8, 8, fill[below(sizeof fill)]);
      }
    }
    ExpectHarmless(Run(PlanMemfd(bytes)));
    if (HasFailure()) return;
  }
}

struct Strange {
  const char* name;
  void (*last)();
};

void Limit(int resource, rlim_t value) {
  const rlimit limit = {value, value};
  if (setrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0) _exit(95);
}

void ExecHelper(char* const* argv) {
  char preload[] = "LD_PRELOAD=./x.so", gconv[] = "GCONV_PATH=.",
       tunables[] = "GLIBC_TUNABLES=glibc.malloc.check=3";
  char* const env[] = {preload, gconv, tunables, nullptr};
  const std::string launcher = ForOthers::launcher();
  execve(launcher.c_str(), argv, env);
}

const Strange kStrange[] = {
    {"no descriptors", [] { close_range(0, ~0U, 0); }},
    {"none but the first three", [] { close_range(3, ~0U, 0); }},
    {"not the first three", [] { close_range(0, 2, 0); }},
    {"no file may grow", [] { Limit(RLIMIT_FSIZE, 0); }},
    {"hardly a descriptor", [] { Limit(RLIMIT_NOFILE, 3); }},
    {"no process", [] { Limit(RLIMIT_NPROC, 0); }},
    {"hardly a stack", [] { Limit(RLIMIT_STACK, 64 << 10); }},
    {"hardly memory", [] { Limit(RLIMIT_AS, 1 << 20); }},
    {"no lock on memory", [] { Limit(RLIMIT_MEMLOCK, 0); }},
    {"no arguments",
     [] {
       char* const nothing[] = {nullptr};
       ExecHelper(nothing);
     }},
    {"other arguments",
     [] {
       char name[] = "/bin/sh", first[] = "--serve", second[] = "--sweep";
       char* const argv[] = {name, first, second, nullptr};
       ExecHelper(argv);
     }},
    {"all signals blocked and ignored",
     [] {
       sigset_t all;
       sigfillset(&all);
       sigprocmask(SIG_SETMASK, &all, nullptr);
       for (int number = 1; number < 65; ++number) signal(number, SIG_IGN);
     }},
    {"no file mode", [] { umask(0777); }},
};

TEST_F(SetuidHelperTest, P33_AStrangeProcessGainsNothing) {
  for (const Strange& strange : kStrange) {
    SCOPED_TRACE(strange.name);
    ExpectHarmless(Run(PlanMemfd(PlanBytes()), strange.last));
    const HelperRun bad = Run(PlanMemfd(PlanBytes(BadPlans().front().spoil)), strange.last);
    ExpectHarmless(bad);
    EXPECT_TRUE(!bad.report || bad.report->exec_ns == 0) << "a bad plan ran";
  }
}

// A helper that lives on, and whoever it answers.
struct Serving {
  jail::Fd ours;
  std::unique_ptr<Process> process;
};

Serving StartServing() {
  int ends[2] = {-1, -1};
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
  const jail::Fd theirs(ends[1]), null(open("/dev/null", O_RDWR | O_CLOEXEC));
  Command command{.argv = {ForOthers::launcher(), "--serve"}, .env = {}, .timeout = absl::Seconds(20)};
  command.before_exec = BecomeAnother;
  command.give = {{jail::plan::kPlanFd, null.get()}, {jail::plan::kControlFd, theirs.get()}};
  return {jail::Fd(ends[0]), std::make_unique<Process>(std::move(command))};
}

// The new helper has ended when this returns; false: there was none.
bool Ask(const Serving& serving, uint8_t byte, std::vector<int> fds) {
  EXPECT_EQ(jail::SendWith(serving.ours.get(), {&byte, 1, fds.data(), static_cast<int>(fds.size())}), 0);
  int pidfd = -1;
  EXPECT_EQ(jail::WaitReadable(serving.ours.get(), 10'000), 0);
  EXPECT_EQ(jail::ReceiveByte(serving.ours.get(), 0, &byte, &pidfd), 0);
  const jail::Fd owned(pidfd);
  EXPECT_EQ(pidfd >= 0, byte == jail::plan::kNewHelper);
  if (pidfd >= 0) {
    EXPECT_EQ(jail::WaitReadable(pidfd, 10'000), 0);
  }
  return pidfd >= 0;
}

TEST_F(SetuidHelperTest, P33_AServingHelperIsAskedForNonsense) {
  const Serving serving = StartServing();
  const jail::Fd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  // Too little to be a request: not answered, and the next one is.
  for (const size_t count : {0u, 1u, 4u}) {
    std::vector<int> fds(count, null.get());
    uint8_t byte = jail::plan::kNewHelper;
    ASSERT_EQ(jail::SendWith(serving.ours.get(), {&byte, 1, fds.data(), static_cast<int>(count)}), 0);
  }
  const jail::Fd good = PlanMemfd(PlanBytes()), bad = PlanMemfd(PlanBytes(BadPlans().front().spoil));
  const jail::Fd runtime = PlanMemfd(PlanBytes([](jail::plan::Header* header, std::string*) {
    header->flags |= jail::plan::kParkRuntime;
    header->channel_count = 1;
  }));
  for (const uint8_t byte :
       {uint8_t{jail::plan::kNewHelper}, uint8_t{jail::plan::kNewOrZygote}, uint8_t{0xff}}) {
    for (const int plan : {null.get(), bad.get(), good.get(), runtime.get()}) {
      for (const size_t count : {5u, 6u, 13u}) {
        SCOPED_TRACE(absl::StrCat("byte ", byte, ", plan ", plan, ", ", count, " descriptors"));
        std::vector<int> fds(count, null.get());
        fds[jail::plan::kPlanFd] = plan;
        EXPECT_TRUE(Ask(serving, byte, fds)) << "it is the helper that refuses";
      }
    }
  }
}

TEST_F(SetuidHelperTest, P33_AServingHelperMakesJailsAndGoesWithItsCaller) {
  Serving serving = StartServing();
  int control[2] = {-1, -1}, in[2], out[2], err[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control), 0);
  ASSERT_EQ(pipe2(in, O_CLOEXEC), 0);
  ASSERT_EQ(pipe2(out, O_CLOEXEC), 0);
  ASSERT_EQ(pipe2(err, O_CLOEXEC), 0);
  std::vector<jail::Fd> owned;
  for (const auto& pair : {control, in, out, err}) {
    for (int end = 0; end < 2; ++end) owned.emplace_back(pair[end]);
  }
  for (const int fd : {in[0], out[1], err[1]}) ASSERT_EQ(fchown(fd, kAnother, kAnother), 0);
  const jail::Fd good = PlanMemfd(PlanBytes());
  ASSERT_TRUE(Ask(serving, jail::plan::kNewHelper, {in[0], out[1], err[1], good.get(), control[1]}));
  const std::optional<jail::plan::RawReport> report = ReceiveReport(control[0]);
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->finished, 1u);
  EXPECT_EQ(report->program_status, 0);
  EXPECT_NE(report->exec_ns, 0);
  serving.ours.Reset();
  EXPECT_EQ(serving.process->Finish().exit_code, 0);
}

}  // namespace
}  // namespace jailtest
