// Each limit, reached in each language: the right verdict, exit status, hit and report. Limits keep
// promises P14 to P18, the honest report P23.
#include <signal.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/integration/languages.h"
#include "tests/testlib/jailtest/jailrun.h"

namespace jailtest {
namespace {

using jail::v1::LimitHit;
using jail::v1::LimitReport;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

// Loaded two-core machines: how late a kill may be before it is a defect.
constexpr int64_t kLateUs = 400'000;

// (printf HEAD; head -c 1M /dev/zero | tr '\\0' o; printf TAIL) | sha256sum
constexpr char kOutputSha256[] = "78d8d52754cc515833c43a3ddb2a36cb90ebc472ec4f10f6750afbe3a990136e";

class LimitTest : public JailTest, public testing::WithParamInterface<Language> {
 protected:
  JailRun RunTheme(const std::string& theme, std::vector<std::string> options) {
    return Jailrun(Args(GetParam(), theme, std::move(options)));
  }

  // The number N of "refused EAGAIN after N", -1 when the program was not refused like that.
  static int RefusedAfter(const JailRun& run, const std::string& errno_name) {
    const std::string prefix = absl::StrCat("refused ", errno_name, " after ");
    const size_t at = run.outcome.out.find(prefix);
    return at == std::string::npos ? -1 : std::stoi(run.outcome.out.substr(at + prefix.size()));
  }

  static void ExpectInForce(const JailRun& run, jail::v1::Resource resource, int64_t limit,
                            const std::string& mechanism) {
    const LimitReport* report = FindLimit(run, resource);
    ASSERT_NE(report, nullptr) << jail::v1::Resource_Name(resource);
    EXPECT_EQ(report->requested(), limit);
    EXPECT_TRUE(report->has_effective()) << "not in force";
    EXPECT_EQ(report->effective(), limit);
    EXPECT_THAT(report->mechanism(), HasSubstr(mechanism));
  }
};

INSTANTIATE_TEST_SUITE_P(All, LimitTest, testing::ValuesIn(kLanguages), LanguageName);

TEST_P(LimitTest, P16_CpuTime) {
  const JailRun run = RunTheme("spin", {"--time", "500ms", "--wall", "10s"});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_CPU_TIME_LIMIT);
  EXPECT_EQ(run.outcome.exit_code, 124);
  const LimitHit* hit = FindHit(run, jail::v1::RESOURCE_CPU_TIME_MS);
  ASSERT_NE(hit, nullptr);
  EXPECT_TRUE(hit->ended_run());
  EXPECT_EQ(hit->limit(), 500);
  EXPECT_GE(hit->observed(), 500);
  EXPECT_GE(run.phase().usage().cpu_time_us(), 500'000);
  EXPECT_LE(run.phase().usage().cpu_time_us(), 500'000 + kLateUs);
  ExpectInForce(run, jail::v1::RESOURCE_CPU_TIME_MS, 500, "");
  EXPECT_THAT(run.record.summary(), HasSubstr("CPU"));
}

TEST_P(LimitTest, P16_WallTime) {
  const JailRun run = RunTheme("sleep", {"--wall", "700ms"});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_WALL_TIME_LIMIT);
  EXPECT_EQ(run.outcome.exit_code, 124);
  EXPECT_THAT(run.outcome.out, HasSubstr("asleep")) << "what was written before the kill is kept";
  const LimitHit* hit = FindHit(run, jail::v1::RESOURCE_WALL_TIME_MS);
  ASSERT_NE(hit, nullptr);
  EXPECT_TRUE(hit->ended_run());
  EXPECT_EQ(hit->limit(), 700);
  EXPECT_TRUE(hit->has_overshoot_us());
  EXPECT_LT(hit->overshoot_us(), kLateUs);
  EXPECT_GE(run.phase().usage().wall_time_us(), 600'000);
  EXPECT_LE(run.phase().usage().wall_time_us(), 700'000 + kLateUs);
  ExpectInForce(run, jail::v1::RESOURCE_WALL_TIME_MS, 700, "timerfd");
}

TEST_P(LimitTest, P16_IdleTime) {
  const JailRun run = RunTheme("sleep", {"--idle", "600ms", "--wall", "30s"});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_IDLE_TIME_LIMIT);
  EXPECT_EQ(run.outcome.exit_code, 124);
  const LimitHit* hit = FindHit(run, jail::v1::RESOURCE_IDLE_TIME_MS);
  ASSERT_NE(hit, nullptr);
  EXPECT_TRUE(hit->ended_run());
  EXPECT_GE(run.phase().usage().wall_time_us(), 600'000);
  EXPECT_LT(run.phase().usage().wall_time_us(), 10'000'000);
}

TEST_P(LimitTest, P16_BusyIsNotIdle) {
  const JailRun run = RunTheme("spin", {"--idle", "300ms", "--time", "900ms", "--wall", "20s"});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_CPU_TIME_LIMIT);
}

TEST_F(JailTest, P14_AnonymousAndFileMemoryHavePeaksOfTheirOwn) {
  const JailRun run = Jailrun({Program("memory_apart.py")});
  SCOPED_TRACE(run.Describe());
  ASSERT_EQ(run.record.verdict(), jail::v1::VERDICT_OK);
  const jail::v1::Usage& usage = run.phase().usage();
  EXPECT_GE(usage.memory_anonymous_peak_bytes(), 60 << 20);
  EXPECT_GE(usage.memory_file_peak_bytes(), 30 << 20);
  EXPECT_LT(usage.memory_file_peak_bytes(), 60 << 20);
  EXPECT_GE(usage.memory_peak_bytes(), 90 << 20);
  EXPECT_GE(run.record.timeline().samples_size(), 5);
  EXPECT_LE(run.record.timeline().samples_size(), 200);
}

TEST_P(LimitTest, P14_Memory) {
  const int64_t limit = GetParam().floor_bytes + (int64_t{96} << 20);
  const JailRun run =
      RunTheme("memory", {"--memory", absl::StrCat(limit >> 20, "M"), "--wall", "20s", "--time", "20s"});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_MEMORY_LIMIT);
  EXPECT_EQ(run.outcome.exit_code, 137);
  EXPECT_THAT(run.outcome.out, IsEmpty());
  const LimitHit* hit = FindHit(run, jail::v1::RESOURCE_MEMORY_BYTES);
  ASSERT_NE(hit, nullptr);
  EXPECT_TRUE(hit->ended_run());
  EXPECT_EQ(hit->limit(), limit);
  EXPECT_GE(hit->events(), 1) << "the kernel's counter is the evidence";
  EXPECT_LE(run.phase().usage().memory_peak_bytes(), limit);
  EXPECT_GE(run.phase().usage().memory_peak_bytes(), limit * 8 / 10);
  ExpectInForce(run, jail::v1::RESOURCE_MEMORY_BYTES, limit, "cgroup");
}

TEST_P(LimitTest, P15_Processes) {
  const JailRun run = RunTheme("processes", {"--pids", "30", "--memory", "512M"});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK) << "the program coped";
  const int made = RefusedAfter(run, "EAGAIN");
  EXPECT_GE(made, 5);
  EXPECT_LT(made, 30);
  const LimitHit* hit = FindHit(run, jail::v1::RESOURCE_PROCESSES);
  ASSERT_NE(hit, nullptr);
  EXPECT_FALSE(hit->ended_run());
  EXPECT_EQ(hit->limit(), 30);
  EXPECT_GE(hit->events(), 1);
  EXPECT_GE(run.phase().usage().processes_peak(), made);
  EXPECT_LE(run.phase().usage().processes_peak(), 30 + 1) << "init counts for itself at most";
  ExpectInForce(run, jail::v1::RESOURCE_PROCESSES, 30, "pids.max");
}

TEST_P(LimitTest, P17_OutputKeepsHeadAndTail) {
  const JailRun run = RunTheme("output", {"--output", "64K"});
  SCOPED_TRACE(run.record.summary());
  constexpr int64_t kCap = 64 << 10, kWritten = (1 << 20) + 8;
  const auto& output = run.phase().stdout();
  EXPECT_TRUE(output.truncated());
  EXPECT_EQ(output.total_bytes(), kWritten);
  EXPECT_THAT(output.content(), StartsWith("HEAD"));
  EXPECT_THAT(output.tail(), testing::EndsWith("TAIL"));
  EXPECT_LE(static_cast<int64_t>(output.content().size() + output.tail().size()), kCap);
  EXPECT_LE(static_cast<int64_t>(run.outcome.out.size()), kCap);
  EXPECT_THAT(run.outcome.out, StartsWith("HEAD"));
  EXPECT_EQ(output.content().size(), kCap * 3 / 4);
  EXPECT_EQ(absl::BytesToHexString(output.sha256()), kOutputSha256);
  const LimitHit* hit = FindHit(run, jail::v1::RESOURCE_STDOUT_BYTES);
  ASSERT_NE(hit, nullptr);
  EXPECT_EQ(hit->limit(), kCap);
  EXPECT_EQ(hit->observed(), kWritten);
  EXPECT_FALSE(hit->ended_run()) << "the rest is dropped, the program goes on";
  EXPECT_EQ(run.phase().exit_code(), 0);
}

TEST_P(LimitTest, P18_DiskBytes) {
  const JailRun run = RunTheme("disk", {"--disk", "8M"});
  SCOPED_TRACE(run.Describe());
  const int written_mib = RefusedAfter(run, "ENOSPC");
  EXPECT_GE(written_mib, 3);
  EXPECT_LE(written_mib, 8);
  const LimitHit* hit = FindHit(run, jail::v1::RESOURCE_DISK_BYTES);
  ASSERT_NE(hit, nullptr);
  EXPECT_EQ(hit->limit(), 8 << 20);
  EXPECT_LE(run.phase().usage().disk_bytes(), 8 << 20);
  EXPECT_GE(run.phase().usage().disk_bytes(), 3 << 20);
  ExpectInForce(run, jail::v1::RESOURCE_DISK_BYTES, 8 << 20, "tmpfs");
}

TEST_P(LimitTest, P18_Inodes) {
  const JailRun run = RunTheme("inodes", {});
  SCOPED_TRACE(run.Describe());
  const int made = RefusedAfter(run, "ENOSPC");
  EXPECT_GE(made, 1000);
  EXPECT_LE(made, 4096);
  const LimitHit* hit = FindHit(run, jail::v1::RESOURCE_DISK_INODES);
  ASSERT_NE(hit, nullptr);
  EXPECT_EQ(hit->limit(), 4096);
  EXPECT_LE(run.phase().usage().disk_inodes(), 4096);
  EXPECT_GE(run.phase().usage().disk_inodes(), made);
  ExpectInForce(run, jail::v1::RESOURCE_DISK_INODES, 4096, "nr_inodes");
}

TEST_P(LimitTest, FileSize) {
  const JailRun run = RunTheme("filesize", {"--fsize", "1M"});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(RefusedAfter(run, "EFBIG"), 4) << "quarters of a MiB";
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK);
  ExpectInForce(run, jail::v1::RESOURCE_FILE_BYTES, 1 << 20, "RLIMIT");
}

TEST_P(LimitTest, OpenFiles) {
  const JailRun run = RunTheme("openfiles", {"--nofile", "64"});
  SCOPED_TRACE(run.Describe());
  const int opened = RefusedAfter(run, "EMFILE");
  EXPECT_GE(opened, 30);
  EXPECT_LE(opened, 61) << "0, 1 and 2 are open already";
  ExpectInForce(run, jail::v1::RESOURCE_OPEN_FILES, 64, "RLIMIT");
}

TEST_P(LimitTest, Stack) {
  const JailRun run = RunTheme("stack", {"--stack", "4M"});
  SCOPED_TRACE(run.Describe());
  ExpectInForce(run, jail::v1::RESOURCE_STACK_BYTES, 4 << 20, "RLIMIT");
  if (GetParam().compiled) {
    EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_SIGNALED);
    EXPECT_EQ(run.phase().term_signal(), SIGSEGV);
    EXPECT_EQ(run.outcome.exit_code, 128 + SIGSEGV);
  } else {
    EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK);
    EXPECT_THAT(run.outcome.out, testing::AnyOf("stack (4194304, 4194304)\n", "stack RangeError\n"));
  }
}

class OneLanguageLimitTest : public JailTest {};

TEST_F(OneLanguageLimitTest, FileSizeSignalIsNamed) {
  const JailRun run = Jailrun({"--fsize", "1M", Program("filesize_dies.c")});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.phase().term_signal(), SIGXFSZ);
  EXPECT_EQ(run.outcome.exit_code, 128 + SIGXFSZ);
  const LimitHit* hit = FindHit(run, jail::v1::RESOURCE_FILE_BYTES);
  ASSERT_NE(hit, nullptr);
  EXPECT_EQ(hit->limit(), 1 << 20);
}

TEST_F(OneLanguageLimitTest, P14_ChildKilledForMemoryIsNotHiddenByItsParent) {
  const JailRun run = Jailrun({"--memory", "64M", Program("oom_child.py")});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_MEMORY_LIMIT);
  EXPECT_NE(FindHit(run, jail::v1::RESOURCE_MEMORY_BYTES), nullptr);
}

TEST_F(OneLanguageLimitTest, P14_TheLanguagesOwnLimitIsCalledThat) {
  const std::pair<const char*, const char*> kCases[] = {{"own_limit.py", "CPython's MemoryError"},
                                                        {"own_limit.js", "V8's limit for a buffer"},
                                                        {"own_limit_heap.js", "V8's heap limit"},
                                                        {"own_limit.cpp", "operator new"}};
  for (const auto& [program, limit] : kCases) {
    const JailRun run = Jailrun({"--memory", "256M", "--wall", "20s", "--time", "20s", Program(program)});
    SCOPED_TRACE(run.Describe());
    EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_MEMORY_LIMIT);
    EXPECT_THAT(run.record.summary(), HasSubstr("language's own limit"));
    const LimitHit* hit = FindHit(run, jail::v1::RESOURCE_MEMORY_BYTES);
    ASSERT_NE(hit, nullptr);
    EXPECT_EQ(hit->language_limit(), limit);
  }
}

TEST_F(OneLanguageLimitTest, P14_NodeLivesBelowItsUsualSize) {
  for (const char* memory : {"48M", "64M", "96M"}) {
    const JailRun run = Jailrun({"--memory", memory, "--wall", "20s", "--time", "20s", Program("hello.js")});
    SCOPED_TRACE(run.Describe());
    EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK) << memory;
  }
}

TEST_F(OneLanguageLimitTest, P14_TmpfsCountsAsMemory) {
  const JailRun run = Jailrun({"--memory", "64M", "--disk", "512M", "--fsize", "512M", Program("disk.py")});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_MEMORY_LIMIT);
}

TEST_F(OneLanguageLimitTest, P16_CpuTimeIsThatOfAllProcesses) {
  const JailRun run = Jailrun({"--time", "600ms", "--wall", "15s", Program("spin_in_turns.py")});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_CPU_TIME_LIMIT);
  EXPECT_LE(run.phase().usage().cpu_time_us(), 600'000 + kLateUs);
}

TEST_F(OneLanguageLimitTest, CpuRateHalvesTheWork) {
  const JailRun run = Jailrun({"--cpus", "0.5", "--wall", "2s", "--time", "20s", Program("spin.py")});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_WALL_TIME_LIMIT);
  EXPECT_LT(run.phase().usage().cpu_time_us(), 1'400'000);
  EXPECT_GT(run.phase().usage().cpu_time_us(), 400'000);
  const LimitReport* report = FindLimit(run, jail::v1::RESOURCE_CPU_MILLICORES);
  ASSERT_NE(report, nullptr);
  EXPECT_EQ(report->effective(), 500);
}

TEST_F(OneLanguageLimitTest, P18_DiskIsOneBudgetForAllWritableMounts) {
  const JailRun run = Jailrun({"--disk", "8M", Program("disk_everywhere.py")});
  SCOPED_TRACE(run.Describe());
  const size_t at = run.outcome.out.find("total ");
  ASSERT_NE(at, std::string::npos);
  EXPECT_LE(std::stoll(run.outcome.out.substr(at + 6)), 8 << 20);
}

TEST_F(OneLanguageLimitTest, P16_CompilingHasItsOwnLimit) {
  const JailRun run = Jailrun({Program("slow_to_compile.cpp")});
  SCOPED_TRACE(run.Describe());
  ASSERT_NE(run.compile_phase(), nullptr);
  EXPECT_THAT(run.record.verdict(),
              testing::AnyOf(jail::v1::VERDICT_CPU_TIME_LIMIT, jail::v1::VERDICT_WALL_TIME_LIMIT,
                             jail::v1::VERDICT_MEMORY_LIMIT));
  EXPECT_EQ(run.record.phases_size(), 1) << "nothing ran";
  EXPECT_LT(run.outcome.wall, absl::Seconds(25));
}

TEST_F(OneLanguageLimitTest, P31_CoreIsOff) {
  const JailRun run = Jailrun({Program("core_limit.py")});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.outcome.out, "(1, 1)\n");
}

}  // namespace
}  // namespace jailtest
