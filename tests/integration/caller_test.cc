// jailrun started from hostile situations (P33, P34): it either works as always or fails closed with
// a message, and never hangs, writes into the caller's files or leaves anything.
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/integration/languages.h"
#include "tests/testlib/jailtest/for_others.h"
#include "tests/testlib/jailtest/jailrun.h"
#include "tests/testlib/jailtest/process_tree.h"

namespace jailtest {
namespace {

namespace fs = std::filesystem;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class CallerTest : public JailTest {
 protected:
  static JailRun RunAfter(std::function<void()> before_exec, const std::vector<std::string>& args) {
    Command command = JailrunCommand(args);
    command.before_exec = std::move(before_exec);
    return Jailrun(std::move(command));
  }
};

TEST_F(CallerTest, P33_ClosedStandardDescriptors) {
  for (int closed = 1; closed < 8; ++closed) {
    const JailRun run = RunAfter(
        [closed] {
          for (int fd = 0; fd < 3; ++fd) {
            if ((closed >> fd) & 1) close(fd);
          }
        },
        {Program("hello.py")});
    SCOPED_TRACE(absl::StrCat("closed: ", closed, run.Describe()));
    EXPECT_FALSE(run.outcome.timed_out);
    EXPECT_EQ(run.outcome.term_signal, std::nullopt);
    EXPECT_EQ(run.phase().stdout().content(), "hello\n") << "descriptor 20 is open: there is a record";
  }
}

// With fd 1 closed the next file opened would be "stdout": the record's file must stay a record.
TEST_F(CallerTest, P33_ClosedStdoutDoesNotMixTheRecordWithOutput) {
  const std::string path = "/tmp/record";
  Process process(Command{.argv = {JailrunPath(), "--record", path, Program("output.py")},
                          .before_exec = [] { close_range(0, 2, 0); }});
  process.Finish();
  jail::v1::ResultRecord record;
  const std::string bytes = ReadFile(path);
  EXPECT_TRUE(!bytes.empty() && record.ParseFromString(bytes) &&
              record.verdict() != jail::v1::VERDICT_UNSPECIFIED);
  unlink(path.c_str());
}

struct Tiny {
  const char* name;
  __rlimit_resource_t resource;
  rlim_t value;
};

class TinyLimitTest : public CallerTest, public testing::WithParamInterface<Tiny> {};
INSTANTIATE_TEST_SUITE_P(
    Each, TinyLimitTest,
    testing::Values(Tiny{"FileSize", RLIMIT_FSIZE, 0}, Tiny{"OpenFiles", RLIMIT_NOFILE, 24},
                    Tiny{"VeryFewOpenFiles", RLIMIT_NOFILE, 4}, Tiny{"AddressSpace", RLIMIT_AS, 64 << 20},
                    Tiny{"Stack", RLIMIT_STACK, 64 << 10}, Tiny{"CpuTime", RLIMIT_CPU, 1},
                    Tiny{"Processes", RLIMIT_NPROC, 1}, Tiny{"Data", RLIMIT_DATA, 1 << 20},
                    Tiny{"Locked", RLIMIT_MEMLOCK, 0}, Tiny{"Signals", RLIMIT_SIGPENDING, 0}),
    [](const auto& tiny) { return std::string(tiny.param.name); });

TEST_P(TinyLimitTest, P34_WorksOrFailsClosed) {
  const Tiny tiny = GetParam();
  const JailRun run = RunAfter(
      [tiny] {
        const rlimit limit = {tiny.value, tiny.value};
        setrlimit(tiny.resource, &limit);
      },
      {Program("hello.py")});
  SCOPED_TRACE(run.Describe());
  EXPECT_FALSE(run.outcome.timed_out);
  if (run.has_record) {
    EXPECT_THAT(run.record.verdict(),
                AnyOf(jail::v1::VERDICT_OK, jail::v1::VERDICT_JAIL_ERROR, jail::v1::VERDICT_REJECTED));
  }
  EXPECT_EQ(run.outcome.out, run.outcome.exit_code == 0 ? "hello\n" : "");
}

TEST_F(CallerTest, P33_SigchldIgnoredAndAllSignalsBlocked) {
  const auto worst = [] {
    for (int number : {SIGCHLD, SIGALRM, SIGPIPE, SIGXCPU, SIGTERM}) signal(number, SIG_IGN);
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, nullptr);
  };
  const JailRun hello = RunAfter(worst, {Program("exit7.py")});
  EXPECT_EQ(hello.outcome.exit_code, 7) << hello.Describe();
  const JailRun spin = RunAfter(worst, {"--time", "500ms", Program("spin.py")});
  EXPECT_EQ(spin.record.verdict(), jail::v1::VERDICT_CPU_TIME_LIMIT) << spin.Describe();
}

// glibc's signal() refuses its own two; a caller need not be a glibc program.
void IgnoreByTheKernel(int number) {
  struct {
    void (*handler)(int);
    unsigned long flags;
    void* restorer;
    uint64_t mask;
  } ignore = {SIG_IGN, 0, nullptr, 0};
  if (syscall(SYS_rt_sigaction, number, &ignore, nullptr, sizeof ignore.mask) != 0) abort();
}

// What the program inherits: no signal ignored or blocked, whatever the caller did.
TEST_F(CallerTest, P33_TheProgramsSignalsAreTheDefault) {
  const JailRun run = RunAfter(
      [] {
        signal(SIGINT, SIG_IGN);
        signal(SIGUSR1, SIG_IGN);
        for (const int libcs_own : {32, 33, 34}) IgnoreByTheKernel(libcs_own);
        sigset_t some;
        sigemptyset(&some);
        sigaddset(&some, SIGUSR2);
        sigprocmask(SIG_SETMASK, &some, nullptr);
      },
      {"exec", "--", "/usr/bin/grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.outcome.out, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST_F(CallerTest, P33_HostileEnvironmentSteersNothing) {
  fs::create_directories("/tmp/evil");
  for (const char* tool : {"python3", "cc", "gcc", "node", "sh"}) {
    const std::string path = absl::StrCat("/tmp/evil/", tool);
    std::ofstream(path) << "#!/bin/sh\necho INJECTED\n";
    chmod(path.c_str(), 0755);
  }
  std::ofstream("/tmp/evil/sitecustomize.py") << "print('INJECTED')\n";
  for (const char* program : {"hello.py", "hello.c", "hello.js"}) {
    Command command = JailrunCommand({Program(program)});
    command.env = {"PATH=/tmp/evil",
                   "PYTHONPATH=/tmp/evil",
                   "PYTHONSTARTUP=/tmp/evil/sitecustomize.py",
                   "LD_LIBRARY_PATH=/tmp/evil",
                   "LD_PRELOAD=/tmp/evil/x.so",
                   "GLIBC_TUNABLES=glibc.malloc.check=3",
                   "NODE_OPTIONS=--require=/tmp/evil/x.js",
                   "BASH_ENV=/tmp/evil/sh",
                   "IFS=/",
                   "TMPDIR=/tmp/evil",
                   "HOME=/tmp/evil",
                   "CPATH=/tmp/evil",
                   "GCC_EXEC_PREFIX=/tmp/evil/"};
    const JailRun run = Jailrun(std::move(command));
    SCOPED_TRACE(run.Describe());
    EXPECT_EQ(run.outcome.out, "hello\n");
    EXPECT_THAT(run.outcome.err, Not(HasSubstr("INJECTED")));
  }
  fs::remove_all("/tmp/evil");
}

TEST_F(CallerTest, P33_ADeletedWorkingDirectoryDoesNotMatter) {
  fs::create_directories("/tmp/gone");
  Command command = JailrunCommand({Program("hello.py")});
  command.cwd = "/tmp/gone";
  command.before_exec = [] { rmdir("/tmp/gone"); };
  EXPECT_EQ(Jailrun(std::move(command)).outcome.out, "hello\n");
}

// --- A caller without privilege ---

class UnprivilegedTest : public CallerTest {
 protected:
  void SetUp() override {
    JailTest::SetUp();
    if (IsSkipped()) return;
    installed_.emplace();
  }
  void TearDown() override {
    installed_.reset();
    JailTest::TearDown();
  }

  std::string Copy(const char* program) { return installed_->Add(Program(program)); }

  JailRun RunUnprivileged(const std::vector<std::string>& args) {
    Command command = JailrunCommand(args);
    command.argv[0] = installed_->jailrun();
    command.before_exec = BecomeAnother;
    return Jailrun(std::move(command));
  }

  std::optional<ForOthers> installed_;
};

TEST_F(UnprivilegedTest, RootlessBestEffortRunsAndSaysWhatIsMissing) {
  const JailRun run = RunUnprivileged({"--best-effort", Copy("hello.py")});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK);
  EXPECT_EQ(run.outcome.out, "hello\n");
  EXPECT_EQ(run.record.isolation().mode(), jail::v1::Isolation::MODE_ROOTLESS);
  EXPECT_EQ(run.record.isolation().host_uid(), kAnother);
  const auto* uid = FindLayer(run, jail::v1::PROTECTION_PRIVATE_UID);
  ASSERT_NE(uid, nullptr);
  EXPECT_EQ(uid->state(), jail::v1::Isolation::STATE_UNAVAILABLE);
  const auto* network = FindLayer(run, jail::v1::PROTECTION_NETWORK_NAMESPACE);
  ASSERT_NE(network, nullptr);
  EXPECT_EQ(network->state(), jail::v1::Isolation::STATE_ENFORCED);
}

// Without privilege a run is rootless by mode, not by softening: it works, and the record says which
// layers are not there and what stands in for each limit.
TEST_F(UnprivilegedTest, P34_RootlessWithoutAskingIsSaidInTheRecord) {
  const JailRun run = RunUnprivileged({Copy("hello.py")});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK);
  EXPECT_EQ(run.record.isolation().mode(), jail::v1::Isolation::MODE_ROOTLESS);
  for (auto protection : {jail::v1::PROTECTION_PRIVATE_UID, jail::v1::PROTECTION_SEPARATE_INIT_UID}) {
    const auto* layer = FindLayer(run, protection);
    ASSERT_NE(layer, nullptr);
    EXPECT_EQ(layer->state(), jail::v1::Isolation::STATE_UNAVAILABLE);
    EXPECT_FALSE(layer->verified());
    EXPECT_THAT(layer->detail(), Not(IsEmpty()));
  }
  for (const auto& limit : run.phase().limits()) EXPECT_THAT(limit.mechanism(), Not(IsEmpty()));
}

TEST_F(UnprivilegedTest, RootlessCompilesAndKeepsItsLimits) {
  const JailRun compiled = RunUnprivileged({"--best-effort", Copy("hello.c")});
  EXPECT_EQ(compiled.outcome.out, "hello\n") << compiled.Describe();
  const JailRun spin = RunUnprivileged({"--best-effort", "--time", "500ms", Copy("spin.py")});
  EXPECT_EQ(spin.record.verdict(), jail::v1::VERDICT_CPU_TIME_LIMIT) << spin.Describe();
}

TEST_F(UnprivilegedTest, P1_P8_RootlessIsStillAJail) {
  const JailRun run = RunUnprivileged({"--best-effort", Copy("inside.py")});
  SCOPED_TRACE(run.Describe());
  EXPECT_THAT(run.outcome.out, HasSubstr("uids\t1000\t1000\t1000\n"));
  EXPECT_THAT(run.outcome.out, HasSubstr("CapBnd\t0000000000000000\n"));
  EXPECT_THAT(run.outcome.out, HasSubstr("Seccomp\t2\n"));
  EXPECT_THAT(run.outcome.out, HasSubstr("reads\t/etc/shadow\tENOENT"));
  EXPECT_THAT(run.outcome.out, HasSubstr("processes in /proc\tself\n"));
  EXPECT_THAT(run.outcome.out, Not(HasSubstr("writable\t")));
}

// The launcher reads what the caller may read, not what root may.
TEST_F(UnprivilegedTest, P33_CallersFilesAreOpenedWithHisOwnRights) {
  const std::string secret = Copy("hello.py"), link = secret + ".link.py";
  std::ofstream(secret) << "print('SECRET')\n";
  fs::permissions(secret, fs::perms(0600));
  fs::create_symlink(secret, link);
  for (const std::string& path : {secret, link}) {
    const JailRun run = RunUnprivileged({"--best-effort", path});
    EXPECT_NE(run.outcome.exit_code, 0);
    EXPECT_THAT(run.outcome.out + run.outcome.err, Not(HasSubstr("SECRET")));
  }
}

TEST_F(CallerTest, RootMayNotAskForRootless) {
  // The program would be mapped to host root: the opposite of a jail.
  const JailRun run = Jailrun({"--rootless", "--best-effort", Program("hello.py")});
  SCOPED_TRACE(run.Describe());
  EXPECT_NE(run.outcome.exit_code, 0);
  EXPECT_THAT(run.outcome.out, IsEmpty());
}

}  // namespace
}  // namespace jailtest
