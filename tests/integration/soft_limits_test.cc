// Limits that a job has only when it asks: grace, CPUs, disk rates, a compiler's own; and the timeline. Keeps
// promises P16 (time, and what comes after it) and P23 (the honest report).
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "tests/integration/languages.h"
#include "tests/testlib/jailtest/jailrun.h"
#include "tests/testlib/jailtest/must_run.h"

namespace jailtest {
namespace {

using jail::v1::LimitHit;
using jail::v1::LimitReport;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr int64_t kLateUs = 400'000;  // A loaded two-core machine.
constexpr int64_t kGraceUs = 700'000;
// By then an interpreter is up on the slowest machine there is (user-mode Linux).
constexpr char kUp[] = "1500ms";
constexpr int64_t kUpUs = 1'500'000;

// --- Grace ---

class GraceTest : public JailTest {
 protected:
  // asked.py in one of its ways, with 700 ms of grace.
  static JailRun Ask(const std::string& way, std::vector<std::string> limits) {
    std::vector<std::string> args = {"--grace", "700ms"};
    args.insert(args.end(), limits.begin(), limits.end());
    args.insert(args.end(), {Program("asked.py"), "--", way});
    return Jailrun(args);
  }

  static void ExpectAsked(const JailRun& run, jail::v1::Resource resource, bool killed) {
    EXPECT_EQ(run.outcome.exit_code, 124);
    const LimitHit* hit = FindHit(run, resource);
    ASSERT_NE(hit, nullptr);
    EXPECT_TRUE(hit->ended_run());
    ASSERT_TRUE(hit->has_grace());
    EXPECT_THAT(hit->grace().error_name(), IsEmpty());
    EXPECT_EQ(hit->grace().killed(), killed);
    EXPECT_LT(hit->grace().used_us(), kGraceUs + kLateUs);
    if (resource != jail::v1::RESOURCE_CPU_TIME_MS) {  // Which tells the CPU time used past it.
      EXPECT_GE(hit->overshoot_us(), hit->grace().used_us() - 1000) << "from the limit, grace included";
    }
    if (killed) {
      EXPECT_GE(hit->grace().used_us(), kGraceUs);
    }
  }
};

TEST_F(GraceTest, WhoEndsWhenAskedKeepsHisStatusAndHasReachedTheLimit) {
  const JailRun run = Ask("go", {"--wall", kUp});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_WALL_TIME_LIMIT);
  EXPECT_EQ(run.phase().exit_code(), 3);
  EXPECT_EQ(run.outcome.out, "up\nasked\n");
  ExpectAsked(run, jail::v1::RESOURCE_WALL_TIME_MS, /*killed=*/false);
  const LimitHit* hit = FindHit(run, jail::v1::RESOURCE_WALL_TIME_MS);
  EXPECT_GE(hit->grace().began_us(), kUpUs);
  EXPECT_LT(hit->grace().began_us(), kUpUs + kLateUs);
  EXPECT_GE(hit->grace().used_us(), 50'000);
  EXPECT_THAT(run.record.summary(), HasSubstr("asked to end, it did"));
  const LimitReport* report = FindLimit(run, jail::v1::RESOURCE_GRACE_MS);
  ASSERT_NE(report, nullptr);
  EXPECT_EQ(report->effective(), 700);
}

TEST_F(GraceTest, WithoutAHandlerTheProgramDiesOfIt) {
  const JailRun run = Ask("die_by_default", {"--wall", kUp});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_WALL_TIME_LIMIT);
  EXPECT_EQ(run.phase().term_signal(), SIGTERM);
  ExpectAsked(run, jail::v1::RESOURCE_WALL_TIME_MS, /*killed=*/false);
}

TEST_F(GraceTest, WhoDoesNotCareIsKilledWhenItIsOver) {
  const JailRun run = Ask("stay", {"--wall", kUp});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_WALL_TIME_LIMIT);
  ExpectAsked(run, jail::v1::RESOURCE_WALL_TIME_MS, /*killed=*/true);
  EXPECT_LT(run.phase().usage().wall_time_us(), kUpUs + kGraceUs + kLateUs);
}

TEST_F(GraceTest, WhoIsStoppedIsKilledWhenItIsOver) {
  const JailRun run = Ask("stop", {"--wall", kUp});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.outcome.out, "up\n");
  ExpectAsked(run, jail::v1::RESOURCE_WALL_TIME_MS, /*killed=*/true);
}

TEST_F(GraceTest, CpuTimeHasItsGraceOnTheClock) {
  const JailRun run = Ask("go_while_busy", {"--time", "1s", "--wall", "20s"});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_CPU_TIME_LIMIT);
  EXPECT_EQ(run.phase().exit_code(), 3);
  ExpectAsked(run, jail::v1::RESOURCE_CPU_TIME_MS, /*killed=*/false);
  EXPECT_GE(run.phase().usage().cpu_time_us(), 1'000'000) << "usage is what was used";
}

TEST_F(GraceTest, IdleTimeHasItToo) {
  const JailRun run = Ask("go", {"--idle", "400ms", "--wall", "20s"});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_IDLE_TIME_LIMIT);
  ExpectAsked(run, jail::v1::RESOURCE_IDLE_TIME_MS, /*killed=*/false);
}

TEST_F(GraceTest, ASecondLimitDoesNotCutItShort) {
  const JailRun run =
      Jailrun({"--grace", "2500ms", "--idle", "300ms", "--wall", "2s", Program("asked.py"), "--", "stay"});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_IDLE_TIME_LIMIT);
  const LimitHit* hit = FindHit(run, jail::v1::RESOURCE_IDLE_TIME_MS);
  ASSERT_NE(hit, nullptr);
  EXPECT_TRUE(hit->grace().killed());
  EXPECT_GE(hit->grace().used_us(), 2'500'000);
  EXPECT_GT(run.phase().usage().wall_time_us(), 2'500'000);
}

TEST_F(GraceTest, MemoryDoesNotWait) {
  const JailRun run = Jailrun(
      {"--grace", "8s", "--wall", kUp, "--memory", "32M", Program("asked.py"), "--", "fill_memory_then"});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_MEMORY_LIMIT);
  const LimitHit* hit = FindHit(run, jail::v1::RESOURCE_WALL_TIME_MS);
  ASSERT_NE(hit, nullptr) << "both are told";
  EXPECT_TRUE(hit->grace().killed());
  EXPECT_LT(hit->grace().used_us(), 7'000'000);
}

TEST_F(GraceTest, OrphansOfTheProgramsAreNotTakenForIt) {
  const JailRun run = Ask("leave_orphans", {"--wall", kUp});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.outcome.out, "up\nasked\n") << "the program itself, and nobody of another group";
  ExpectAsked(run, jail::v1::RESOURCE_WALL_TIME_MS, /*killed=*/false);
}

TEST_F(GraceTest, TheProgramsGroupIsAskedWhereTheKernelCan) {
  const JailRun run = Ask("have_a_child", {"--wall", kUp});
  SCOPED_TRACE(run.Describe());
  const LimitHit* hit = FindHit(run, jail::v1::RESOURCE_WALL_TIME_MS);
  ASSERT_NE(hit, nullptr);
  if (!hit->grace().whole_group()) {
    EXPECT_TRUE(hit->grace().killed()) << "the parent waits for a child that was not asked";
  } else {
    EXPECT_EQ(run.outcome.out, "child asked\nparent asked\n");
    EXPECT_EQ(run.phase().exit_code(), 4);
  }
}

TEST_F(GraceTest, MoreThanTheSiteGivesIsRefused) {
  const JailRun run = Jailrun({"--grace", "1h", Program("hello.py")});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_REJECTED);
  EXPECT_EQ(run.record.failure().field(), "limits.grace_ms");
}

// --- CPUs ---

class CpuSetTest : public JailTest {};

TEST_F(CpuSetTest, TheProgramAndItsChildrenStayThere) {
  const JailRun run = Jailrun({"--cpuset", "0", Program("cpu_set.py")});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.outcome.out, "mine [0]\nrefused 1\nrefused 1\nrefused 1\nchild's [0]\nthread's [0]\n");
  const LimitReport* report = FindLimit(run, jail::v1::RESOURCE_CPU_SET);
  ASSERT_NE(report, nullptr);
  EXPECT_EQ(report->effective(), 1);
  EXPECT_EQ(report->cpus(), "0");
  EXPECT_THAT(report->mechanism(), HasSubstr("sched_setaffinity"));
}

TEST_F(CpuSetTest, WithoutItAProgramMayPinItself) {
  const JailRun run = Jailrun({Program("cpu_set.py")});
  SCOPED_TRACE(run.Describe());
  EXPECT_THAT(run.outcome.out, HasSubstr("changed\n"));
  EXPECT_EQ(FindLimit(run, jail::v1::RESOURCE_CPU_SET), nullptr);
}

TEST_F(CpuSetTest, OneCpuIsNoMoreThanOneSecondASecond) {
  const JailRun run =
      Jailrun({"--cpuset", "0", "--wall", "1s", "--time", "20s", Program("spin_in_turns.py")});
  SCOPED_TRACE(run.Describe());
  EXPECT_LE(run.phase().usage().cpu_time_us(), run.phase().usage().wall_time_us() * 105 / 100);
}

TEST_F(CpuSetTest, ACpuThatIsNotThereIsRefusedWithThoseThatAre) {
  const JailRun run = Jailrun({"--cpuset", "0,1000", Program("hello.py")});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_REJECTED);
  EXPECT_EQ(run.record.failure().field(), "limits.cpu_set");
  EXPECT_THAT(run.record.failure().message(), HasSubstr("CPU 1000"));
  EXPECT_THAT(run.record.failure().message(), HasSubstr("may use 0"));
}

// --- Disk rates ---

class DiskRateTest : public JailTest {
 protected:
  // A file below /usr of 16 MiB at least, out of the page cache; empty when there is none.
  static std::string ColdFile() {
    for (const char* path :
         {"/usr/lib/x86_64-linux-gnu/libicudata.so.72.1", "/usr/lib/x86_64-linux-gnu/libclang-14.so.14.0.6",
          "/usr/lib/x86_64-linux-gnu/libz3.so.4", "/usr/bin/node"}) {
      struct stat status;
      if (stat(path, &status) != 0 || status.st_size < 16 << 20) continue;
      const int fd = open(path, O_RDONLY | O_CLOEXEC);
      posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
      close(fd);
      return path;
    }
    return "";
  }
};

// Where a group holds it, it is measured; elsewhere it is a refusal, and best effort tells of it.
TEST_F(DiskRateTest, ReadsAreAsSlowAsAskedOrTheRunIsRefused) {
  const std::string file = ColdFile();
  if (file.empty()) JAIL_SKIP("no file of 16 MiB below /usr");
  const JailRun run =
      Jailrun({"--io-read-rate", "8M", "--wall", "20s", Program("read_slowly.py"), "--", file, "16"});
  SCOPED_TRACE(run.Describe());
  if (run.record.verdict() == jail::v1::VERDICT_REJECTED) {
    EXPECT_EQ(run.record.failure().field(), "limits.io_read_bytes_per_second");
    EXPECT_EQ(run.record.failure().origin(), jail::v1::Failure::ORIGIN_HOST);
    EXPECT_THAT(run.record.failure().hint(), HasSubstr("--best-effort"));
    const JailRun without = Jailrun({"--best-effort", "--io-read-rate", "8M", Program("hello.py")});
    EXPECT_EQ(without.record.verdict(), jail::v1::VERDICT_OK) << without.Describe();
    const LimitReport* report = FindLimit(without, jail::v1::RESOURCE_IO_READ_BYTES_PER_SECOND);
    ASSERT_NE(report, nullptr);
    EXPECT_FALSE(report->has_effective());
    EXPECT_THAT(report->detail(), Not(IsEmpty()));
    return;
  }
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK);
  const LimitReport* report = FindLimit(run, jail::v1::RESOURCE_IO_READ_BYTES_PER_SECOND);
  ASSERT_NE(report, nullptr);
  EXPECT_EQ(report->effective(), 8 << 20);
  int64_t took_ms = 0;
  ASSERT_TRUE(absl::SimpleAtoi(absl::StripSuffix(run.outcome.out, "\n"), &took_ms));
  EXPECT_GE(took_ms, 1'400) << "16 MiB at 8 MiB/s; the kernel gives some in advance";
  EXPECT_LE(took_ms, 10'000);
}

TEST_F(DiskRateTest, ARateThatIsNoneIsRefused) {
  const JailRun run = Jailrun({"--io-read-rate", "1K", Program("hello.py")});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_REJECTED);
  EXPECT_EQ(run.record.failure().field(), "limits.io_read_bytes_per_second");
}

// --- A compiler's own limits ---

class CompileLimitTest : public JailTest {};

TEST_F(CompileLimitTest, ItsTimeIsWhatTheJobSays) {
  const JailRun run = Jailrun({"--compile-time", "300ms", "--time", "20s", Program("slow_to_compile.cpp")});
  SCOPED_TRACE(run.Describe());
  ASSERT_NE(run.compile_phase(), nullptr);
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_CPU_TIME_LIMIT);
  EXPECT_THAT(run.record.summary(), HasSubstr("While compiling"));
  ASSERT_EQ(run.compile_phase()->limit_hits_size(), 1);
  EXPECT_EQ(run.compile_phase()->limit_hits(0).limit(), 300);
  EXPECT_EQ(run.record.phases_size(), 1) << "nothing ran";
}

TEST_F(CompileLimitTest, ItsMemoryIsNotTheProgramsOwn) {
  // So little that not even the driver starts. With a little more it reads the same pages of its files over
  // and over, and it is the time that ends that.
  const JailRun run = Jailrun({"--compile-memory", "2M", "--memory", "512M", Program("hello.cpp")});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_MEMORY_LIMIT);
  EXPECT_EQ(run.record.phases_size(), 1);
}

TEST_F(CompileLimitTest, TheProgramsLimitsAreNotTheCompilers) {
  const JailRun run = Jailrun({"--memory", "16M", "--compile-memory", "512M", Program("hello.c")});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK);
  EXPECT_EQ(run.record.phases_size(), 2);
}

TEST_F(CompileLimitTest, ARefusalNamesTheField) {
  const JailRun run = Jailrun({"--compile-memory", "1000G", Program("hello.c")});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_REJECTED);
  EXPECT_EQ(run.record.failure().field(), "compile_limits.memory_bytes");
}

// --- The timeline ---

class TimelineTest : public JailTest {};

TEST_F(TimelineTest, SamplesTellTheOutputSoFar) {
  const JailRun run = Jailrun({Program("writes_steadily.py")});
  SCOPED_TRACE(run.Describe());
  const auto& samples = run.record.timeline().samples();
  ASSERT_GE(samples.size(), 10);
  int64_t steps_up = 0;
  for (int i = 1; i < samples.size(); ++i) {
    EXPECT_GE(samples[i].stdout_bytes(), samples[i - 1].stdout_bytes());
    EXPECT_GE(samples[i].stderr_bytes(), samples[i - 1].stderr_bytes());
    steps_up += samples[i].stdout_bytes() > samples[i - 1].stdout_bytes() ? 1 : 0;
  }
  EXPECT_GE(steps_up, 5) << "it came little by little";
  const auto& last = *samples.rbegin();
  EXPECT_GE(last.stdout_bytes(), 20'000);
  EXPECT_LE(last.stdout_bytes(), run.phase().stdout().total_bytes());
  EXPECT_GE(last.stderr_bytes(), 200);
}

TEST_F(TimelineTest, IsPrintedOnStderrAndOnlyThere) {
  const JailRun run = Jailrun({"--timeline", Program("writes_steadily.py")});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.outcome.out.size(), 40'000u);
  EXPECT_THAT(run.outcome.err, HasSubstr("install_seccomp"));
  EXPECT_THAT(run.outcome.err, HasSubstr("anonymous"));
  EXPECT_LT(std::count(run.outcome.err.begin(), run.outcome.err.end(), '\n'), 120);
}

}  // namespace
}  // namespace jailtest
