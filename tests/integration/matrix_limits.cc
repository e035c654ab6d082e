#include "tests/integration/matrix_limits.h"

#include <fcntl.h>
#include <signal.h>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "jail/base/fd.h"

namespace jailtest {
namespace {

using jail::v1::LimitHit;
using jail::v1::LimitReport;
using testing::EndsWith;
using testing::StartsWith;

constexpr int64_t kMiB = int64_t{1} << 20;
// Of 33 MiB, and nothing that runs meanwhile has it mapped.
constexpr char kColdFile[] = "/usr/lib/gcc/x86_64-linux-gnu/12/lto1";
// (printf HEAD; head -c 1M /dev/zero | tr '\\0' o; printf TAIL) | sha256sum
constexpr char kOutputSha256[] = "78d8d52754cc515833c43a3ddb2a36cb90ebc472ec4f10f6750afbe3a990136e";

void ExpectCpuTime(const JailRun& run, const Language&) {
  EXPECT_GE(run.phase().usage().cpu_time_us(), 200'000);
  EXPECT_LE(run.phase().usage().cpu_time_us(), 200'000 + kLateUs);
}

void ExpectWallTime(const JailRun& run, const Language& language) {
  EXPECT_GE(run.phase().usage().wall_time_us(), 400'000);
  EXPECT_LE(run.phase().usage().wall_time_us(), 400'000 + kLateUs);
  if (language.compiled) {  // The others may spend all of it on their start.
    EXPECT_EQ(run.outcome.out, "asleep\n") << "what was written before the kill is kept";
  }
}

void ExpectIdleTime(const JailRun& run, const Language&) {
  EXPECT_GE(run.phase().usage().wall_time_us(), 300'000);
  EXPECT_LT(run.phase().usage().wall_time_us(), 8'000'000);
}

void ExpectMemory(const JailRun& run, const Language& language) {
  EXPECT_EQ(run.outcome.out, "");
  EXPECT_GE(run.phase().usage().memory_peak_bytes(), (language.floor_bytes + kBesideFloorBytes) * 8 / 10);
  if (run.phase().usage().memory_source() == jail::v1::Usage::SOURCE_SAMPLER) return;
  EXPECT_LE(run.phase().usage().memory_peak_bytes(), language.floor_bytes + kBesideFloorBytes);
  EXPECT_GE(FindHit(run, jail::v1::RESOURCE_MEMORY_BYTES)->events(), 1)
      << "the kernel's counter is the evidence";
}

void ExpectHeadAndTail(const JailRun& run, const Language&) {
  constexpr int64_t kCap = 64 << 10, kWritten = kMiB + 8;
  const auto& output = run.phase().stdout();
  EXPECT_TRUE(output.truncated());
  EXPECT_EQ(output.total_bytes(), kWritten);
  EXPECT_EQ(FindHit(run, jail::v1::RESOURCE_STDOUT_BYTES)->observed(), kWritten);
  EXPECT_THAT(output.content(), StartsWith("HEAD"));
  EXPECT_THAT(output.tail(), EndsWith("TAIL"));
  EXPECT_EQ(output.content().size(), kCap * 3 / 4);
  EXPECT_LE(static_cast<int64_t>(output.content().size() + output.tail().size()), kCap);
  EXPECT_LE(static_cast<int64_t>(run.outcome.out.size()), kCap);
  EXPECT_EQ(absl::BytesToHexString(output.sha256()), kOutputSha256);
  EXPECT_EQ(run.phase().exit_code(), 0) << "the rest is dropped, the program goes on";
}

void ExpectDisk(const JailRun& run, const Language&) {
  EXPECT_GE(run.phase().usage().disk_bytes(), 3 * kMiB);
  EXPECT_LE(run.phase().usage().disk_bytes(), 8 * kMiB);
}

void ExpectInodes(const JailRun& run, const Language&) {
  EXPECT_GE(run.phase().usage().disk_inodes(), 300);
  EXPECT_LE(run.phase().usage().disk_inodes(), 512);
}

void ExpectProcesses(const JailRun& run, const Language&) {
  if (!run.phase().usage().has_processes_peak()) return;
  EXPECT_LE(run.phase().usage().processes_peak(), 30 + 1) << "init counts for itself at most";
  // A sampler on a loaded machine may have looked too early or too late.
  if (run.phase().usage().memory_source() == jail::v1::Usage::SOURCE_SAMPLER) return;
  EXPECT_GE(run.phase().usage().processes_peak(), 5);
}

void ExpectStack(const JailRun& run, const Language& language) {
  if (language.compiled) {
    EXPECT_EQ(run.phase().term_signal(), SIGSEGV);
    EXPECT_EQ(run.outcome.exit_code, 128 + SIGSEGV);
  } else {
    EXPECT_THAT(run.outcome.out, testing::AnyOf("stack (4194304, 4194304)\n", "stack RangeError\n"));
  }
}

void ExpectHalfTheCpuTime(const JailRun& run, const Language&) {
  EXPECT_LT(run.phase().usage().cpu_time_us(), 700'000);
  EXPECT_GT(run.phase().usage().cpu_time_us(), 50'000) << "it ran; others may have had the most";
}

// All three die of the SIGTERM, which comes at the limit and not at the end of the grace.
void ExpectGrace(const JailRun& run, const Language&) {
  const LimitReport* grace = FindLimit(run, jail::v1::RESOURCE_GRACE_MS);
  ASSERT_NE(grace, nullptr);
  EXPECT_EQ(grace->effective(), 5'000);
  EXPECT_EQ(grace->mechanism(), "SIGTERM, then SIGKILL by timerfd");
  EXPECT_EQ(run.phase().term_signal(), SIGTERM);
  const LimitHit* hit = FindHit(run, jail::v1::RESOURCE_WALL_TIME_MS);
  ASSERT_TRUE(hit->has_grace());
  EXPECT_EQ(hit->grace().error_name(), "");
  EXPECT_FALSE(hit->grace().killed());
  EXPECT_LE(run.phase().usage().wall_time_us(), 400'000 + kLateUs);
}

void ExpectOneCpu(const JailRun& run, const Language&) {
  EXPECT_EQ(run.outcome.out, "cpus 1\n");
  EXPECT_EQ(FindLimit(run, jail::v1::RESOURCE_CPU_SET)->cpus(), "0");
}

void ForgetColdFile() {
  const jail::Fd file(open(kColdFile, O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(file.valid()) << kColdFile;
  ASSERT_EQ(posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED), 0);
}

// 8 MiB at 8 MiB/s, of which the kernel gives some in advance; the interpreters too come from the disk.
void ExpectSlowReads(const JailRun& run, const Language&) {
  EXPECT_EQ(run.outcome.out, "read 8388608\n");
  EXPECT_GE(run.phase().usage().wall_time_us(), 700'000);
}

constexpr auto kOk = jail::v1::VERDICT_OK;

}  // namespace

const std::vector<LimitRow> kMatrixLimits = {
    {.name = "CpuTime",
     .resource = jail::v1::RESOURCE_CPU_TIME_MS,
     .theme = "spin",
     .options = {"--time", "200ms", "--wall", "10s"},
     .limit = 200,
     .verdict = jail::v1::VERDICT_CPU_TIME_LIMIT,
     .meets = Meets::kItsEnd,
     .by = &Enforcement::cpu_time,
     .more = ExpectCpuTime},
    {.name = "WallTime",
     .resource = jail::v1::RESOURCE_WALL_TIME_MS,
     .theme = "sleep",
     .options = {"--wall", "400ms"},
     .limit = 400,
     .verdict = jail::v1::VERDICT_WALL_TIME_LIMIT,
     .meets = Meets::kItsEnd,
     .mechanism = "timerfd",
     .more = ExpectWallTime},
    {.name = "IdleTime",
     .resource = jail::v1::RESOURCE_IDLE_TIME_MS,
     .theme = "sleep",
     .options = {"--idle", "300ms", "--wall", "10s"},
     .limit = 300,
     .verdict = jail::v1::VERDICT_IDLE_TIME_LIMIT,
     .meets = Meets::kItsEnd,
     .mechanism = "CPU time, sampled",
     .more = ExpectIdleTime},
    {.name = "Memory",
     .resource = jail::v1::RESOURCE_MEMORY_BYTES,
     .theme = "memory",
     .options = {"--wall", "20s", "--time", "20s"},
     .limit = kOfTheLanguage,
     .verdict = jail::v1::VERDICT_MEMORY_LIMIT,
     .meets = Meets::kItsEnd,
     .by = &Enforcement::memory,
     .more = ExpectMemory},
    {.name = "Processes",
     .resource = jail::v1::RESOURCE_PROCESSES,
     .theme = "processes",
     .options = {"--pids", "30", "--memory", "512M", "--wall", "20s"},
     .limit = 30,
     .verdict = kOk,
     .meets = Meets::kRefusal,
     .refusal = "EAGAIN",
     .least = 5,
     .most = 29,
     .by = &Enforcement::processes,
     .more = ExpectProcesses},
    {.name = "Output",
     .resource = jail::v1::RESOURCE_STDOUT_BYTES,
     .theme = "output",
     .options = {"--output", "64K"},
     .limit = 64 << 10,
     .verdict = jail::v1::VERDICT_OUTPUT_LIMIT,
     .meets = Meets::kRefusal,
     .mechanism = "pipe, counted outside",
     .more = ExpectHeadAndTail},
    {.name = "OutputEnds",
     .resource = jail::v1::RESOURCE_STDOUT_BYTES,
     .theme = "output",
     .options = {"--output", "64K", "--on-overflow", "end"},
     .limit = 64 << 10,
     .verdict = jail::v1::VERDICT_OUTPUT_LIMIT,
     .meets = Meets::kItsEnd,
     .mechanism = "pipe, counted outside"},
    {.name = "DiskBytes",
     .resource = jail::v1::RESOURCE_DISK_BYTES,
     .theme = "disk",
     .options = {"--disk", "8M"},
     .limit = 8 * kMiB,
     .verdict = kOk,
     .meets = Meets::kRefusal,
     .refusal = "ENOSPC",
     .least = 3,
     .most = 8,
     .mechanism = "tmpfs size",
     .more = ExpectDisk},
    {.name = "Inodes",
     .resource = jail::v1::RESOURCE_DISK_INODES,
     .theme = "inodes",
     .options = {"--disk", "64M,512"},
     .limit = 512,
     .verdict = kOk,
     .meets = Meets::kRefusal,
     .refusal = "ENOSPC",
     .least = 300,
     .most = 512,
     .mechanism = "tmpfs nr_inodes",
     .more = ExpectInodes},
    {.name = "FileSize",
     .resource = jail::v1::RESOURCE_FILE_BYTES,
     .theme = "filesize",
     .options = {"--fsize", "1M"},
     .limit = kMiB,
     .verdict = kOk,
     .meets = Meets::kSilence,
     .refusal = "EFBIG",
     .least = 4,  // Quarters of a MiB.
     .most = 4,
     .mechanism = "RLIMIT_FSIZE"},
    {.name = "OpenFiles",
     .resource = jail::v1::RESOURCE_OPEN_FILES,
     .theme = "openfiles",
     .options = {"--nofile", "64"},
     .limit = 64,
     .verdict = kOk,
     .meets = Meets::kSilence,
     .refusal = "EMFILE",
     .least = 30,
     .most = 61,  // 0, 1 and 2 are open already.
     .mechanism = "RLIMIT_NOFILE"},
    {.name = "Stack",
     .resource = jail::v1::RESOURCE_STACK_BYTES,
     .theme = "stack",
     .options = {"--stack", "4M"},
     .limit = 4 * kMiB,
     .verdict = jail::v1::VERDICT_UNSPECIFIED,  // The language's; see ExpectStack.
     .meets = Meets::kSilence,
     .mechanism = "RLIMIT_STACK",
     .more = ExpectStack},
    {.name = "CpuRate",
     .resource = jail::v1::RESOURCE_CPU_MILLICORES,
     .theme = "spin",
     .options = {"--cpus", "0.5", "--wall", "800ms"},
     .limit = 500,
     .verdict = jail::v1::VERDICT_WALL_TIME_LIMIT,
     .meets = Meets::kSlowness,
     .by = &Enforcement::cpu_rate,
     .more = ExpectHalfTheCpuTime},
    {.name = "Grace",
     .resource = jail::v1::RESOURCE_WALL_TIME_MS,
     .theme = "sleep",
     .options = {"--wall", "400ms", "--grace", "5s"},
     .limit = 400,
     .verdict = jail::v1::VERDICT_WALL_TIME_LIMIT,
     .meets = Meets::kItsEnd,
     .mechanism = "timerfd",
     .more = ExpectGrace},
    {.name = "CpuSet",
     .resource = jail::v1::RESOURCE_CPU_SET,
     .theme = "cpus",
     .options = {"--cpuset", "0"},
     .limit = 1,
     .verdict = kOk,
     .meets = Meets::kSlowness,
     .mechanism = "sched_setaffinity, kept by a seccomp filter",
     .more = ExpectOneCpu},
    {.name = "ReadRate",
     .resource = jail::v1::RESOURCE_IO_READ_BYTES_PER_SECOND,
     .theme = "read",
     .options = {"--io-read-rate", "8M", "--wall", "20s"},
     .limit = 8 * kMiB,
     .verdict = kOk,
     .meets = Meets::kSlowness,
     .by = &Enforcement::io_read_rate,
     .more = ExpectSlowReads,
     .before = ForgetColdFile},
};

}  // namespace jailtest
