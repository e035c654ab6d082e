// Every limit, on every kind of host, in every language: the same verdict, the mechanism that such a host
// has, and a record that says the truth about both. One table of limits, one of hosts (host_kinds.cc), one
// test over the product; where a controller is taken away, what depends on it runs on its stand-in and says
// so. Promises P14 to P18, P23 and P34. To add a limit: its program in programs/, a row in kLimits.
#include <fcntl.h>
#include <signal.h>

#include <cstring>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "jail/base/fd.h"
#include "tests/integration/host_kinds.h"
#include "tests/integration/languages.h"
#include "tests/testlib/jailtest/jailrun.h"
#include "tests/testlib/jailtest/must_run.h"
#include "tests/testlib/jailtest/process_tree.h"

namespace jailtest {
namespace {

using jail::v1::LimitHit;
using jail::v1::LimitReport;
using testing::EndsWith;
using testing::StartsWith;

constexpr int64_t kMiB = int64_t{1} << 20;
// Of 33 MiB, and nothing that runs meanwhile has it mapped.
constexpr char kColdFile[] = "/usr/lib/gcc/x86_64-linux-gnu/12/lto1";
// Loaded two-core machines: how late a kill may be before it is a defect.
constexpr int64_t kLateUs = 400'000;
// (printf HEAD; head -c 1M /dev/zero | tr '\\0' o; printf TAIL) | sha256sum
constexpr char kOutputSha256[] = "78d8d52754cc515833c43a3ddb2a36cb90ebc472ec4f10f6750afbe3a990136e";

// --- The limits ------------------------------------------------------------------------------------

// What the program meets, and so what the record's list of limits that were reached must say.
enum class Meets {
  kItsEnd,    // Ended for it.
  kRefusal,   // A call fails; the program copes.
  kSilence,   // The same, but nothing counts it: no such entry.
  kSlowness,  // No entry either.
};

struct LimitRow {
  const char* name;
  jail::v1::Resource resource;
  const char* theme;
  std::vector<std::string> options;
  int64_t limit;
  jail::v1::Verdict verdict;
  Meets meets;
  // "refused ERRNO after N", N within these.
  const char* refusal = nullptr;
  int least = 0, most = 0;
  const char* Enforcement::*by = nullptr;  // Null: the same on every host, `mechanism`.
  const char* mechanism = nullptr;
  void (*more)(const JailRun&, const Language&) = nullptr;
  void (*before)() = nullptr;
};

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
  EXPECT_GE(run.phase().usage().memory_peak_bytes(), (language.floor_bytes + 32 * kMiB) * 8 / 10);
  if (run.phase().usage().memory_source() == jail::v1::Usage::SOURCE_SAMPLER) return;
  EXPECT_LE(run.phase().usage().memory_peak_bytes(), language.floor_bytes + 32 * kMiB);
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
constexpr int64_t kOfTheLanguage = -1;  // Its floor and 32 MiB.

const LimitRow kLimits[] = {
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

// --- The product -----------------------------------------------------------------------------------

struct Cell {
  HostKind host;
  const LimitRow* limit;
  Language language;

  // Null: this host has nothing for it.
  const char* mechanism() const { return limit->by != nullptr ? host.by.*limit->by : limit->mechanism; }
  int64_t amount() const {
    return limit->limit == kOfTheLanguage ? language.floor_bytes + 32 * kMiB : limit->limit;
  }
};

void PrintTo(const Cell& cell, std::ostream* out) {
  *out << cell.host.name << " " << cell.limit->name << " " << cell.language.name;
}

std::string CellName(const testing::TestParamInfo<Cell>& info) {
  return absl::StrCat(info.param.host.name, "_", info.param.limit->name, "_", info.param.language.name);
}

constexpr Language kMatrixLanguages[] = {kLanguages[0], kLanguages[1], kLanguages[2]};

std::vector<Cell> AllCells() {
  std::vector<Cell> cells;
  for (const HostKind& host : Here(kHostKinds)) {
    for (const LimitRow& limit : kLimits) {
      for (const Language& language : kMatrixLanguages) cells.push_back({host, &limit, language});
    }
  }
  return cells;
}

// Of a host that lacks a controller: the limits that other hosts of its family hold by it.
std::vector<Cell> StandInCells() {
  std::vector<Cell> cells;
  for (const HostKind& host : Here(kHostsLackingAController)) {
    for (const LimitRow& limit : kLimits) {
      const bool differs =
          limit.by != nullptr && !absl::StartsWith(absl::NullSafeStringView(host.by.*limit.by), "cgroup");
      for (const Language& language : kMatrixLanguages) {
        if (differs) cells.push_back({host, &limit, language});
      }
    }
  }
  return cells;
}

bool ByGroup(const char* mechanism) { return mechanism != nullptr && absl::StartsWith(mechanism, "cgroup"); }

// --- What the record must say ----------------------------------------------------------------------

void ExpectLayer(const JailRun& run, jail::v1::Protection protection, const char* mechanism) {
  const auto* layer = FindLayer(run, protection);
  ASSERT_NE(layer, nullptr);
  using jail::v1::Isolation;
  EXPECT_EQ(layer->state(), ByGroup(mechanism) ? Isolation::STATE_ENFORCED : Isolation::STATE_UNAVAILABLE)
      << layer->ShortDebugString();
  EXPECT_EQ(layer->verified(), ByGroup(mechanism)) << layer->ShortDebugString();
  EXPECT_EQ(layer->detail().empty(), ByGroup(mechanism)) << "why it is not there";
}

void ExpectSource(jail::v1::Usage::Source source, const char* mechanism, jail::v1::Usage::Source stand_in) {
  using jail::v1::Usage;
  const auto by_group =
      absl::StartsWith(mechanism, "cgroup-v2") ? Usage::SOURCE_CGROUP_V2 : Usage::SOURCE_CGROUP_V1;
  EXPECT_EQ(source, ByGroup(mechanism) ? by_group : stand_in) << mechanism;
}

// A stand-in is named, but what it is set to cannot be read back.
void ExpectLimit(const JailRun& run, jail::v1::Resource resource, const char* mechanism) {
  const LimitReport* report = FindLimit(run, resource);
  ASSERT_NE(report, nullptr) << jail::v1::Resource_Name(resource);
  EXPECT_EQ(report->mechanism(), absl::NullSafeStringView(mechanism));
  const Enforcement& stand_ins = kHostWithReadOnlyCgroups.by;
  const bool stands_in = mechanism == stand_ins.memory || mechanism == stand_ins.processes;
  EXPECT_EQ(report->has_effective(), mechanism != nullptr && !stands_in) << mechanism;
  if (report->has_effective()) {
    EXPECT_EQ(report->effective(), report->requested());
  }
}

// The whole of it, whatever the run was about. A layer that lacks a part of what was asked is not one.
void ExpectTrueReport(const JailRun& run, const HostKind& host) {
  ExpectLimit(run, jail::v1::RESOURCE_MEMORY_BYTES, host.by.memory);
  ExpectLimit(run, jail::v1::RESOURCE_PROCESSES, host.by.processes);
  ExpectLimit(run, jail::v1::RESOURCE_CPU_TIME_MS, host.by.cpu_time);
  if (FindLimit(run, jail::v1::RESOURCE_CPU_MILLICORES) != nullptr) {
    ExpectLimit(run, jail::v1::RESOURCE_CPU_MILLICORES, host.by.cpu_rate);
  }
  ExpectLayer(run, jail::v1::PROTECTION_MEMORY_CGROUP, host.by.memory);
  ExpectLayer(run, jail::v1::PROTECTION_PIDS_CGROUP, host.by.processes);
  ExpectLayer(run, jail::v1::PROTECTION_CPU_CGROUP, host.by.cpu_time);
  ExpectSource(run.phase().usage().memory_source(), host.by.memory, jail::v1::Usage::SOURCE_SAMPLER);
  EXPECT_EQ(run.record.isolation().mode(),
            host.privileged ? jail::v1::Isolation::MODE_PRIVILEGED : jail::v1::Isolation::MODE_ROOTLESS);
  EXPECT_EQ(run.record.cleanup().state(), jail::v1::Cleanup::STATE_CLEAN)
      << run.record.cleanup().ShortDebugString();
}

// The number N of "refused EAGAIN after N", -1 when the program was not refused like that.
int RefusedAfter(const JailRun& run, const char* errno_name) {
  const std::string prefix = absl::StrCat("refused ", errno_name, " after ");
  const size_t at = run.outcome.out.find(prefix);
  return at == std::string::npos ? -1 : std::stoi(run.outcome.out.substr(at + prefix.size()));
}

void ExpectEnd(const JailRun& run, const LimitHit& hit) {
  static const std::map<jail::v1::Verdict, int> kExitCodes = {{jail::v1::VERDICT_CPU_TIME_LIMIT, 124},
                                                              {jail::v1::VERDICT_WALL_TIME_LIMIT, 124},
                                                              {jail::v1::VERDICT_IDLE_TIME_LIMIT, 124},
                                                              {jail::v1::VERDICT_MEMORY_LIMIT, 137},
                                                              {jail::v1::VERDICT_OUTPUT_LIMIT, 153}};
  EXPECT_EQ(run.outcome.exit_code, kExitCodes.at(run.record.verdict()));
  EXPECT_TRUE(hit.ended_run());
  EXPECT_EQ(hit.has_overshoot_us(), run.outcome.exit_code == 124) << "of every time limit";
  EXPECT_LT(hit.overshoot_us(), kLateUs);
}

// Whether something counts it: RLIMIT_NPROC does not, pids.max does.
bool Counted(const Cell& cell) {
  if (cell.limit->resource == jail::v1::RESOURCE_PROCESSES) return ByGroup(cell.mechanism());
  return cell.limit->meets == Meets::kItsEnd || cell.limit->meets == Meets::kRefusal;
}

void ExpectHit(const JailRun& run, const Cell& cell) {
  const LimitHit* hit = FindHit(run, cell.limit->resource);
  ASSERT_EQ(hit != nullptr, Counted(cell));
  if (hit == nullptr) return;
  EXPECT_EQ(hit->limit(), cell.amount());
  if (cell.limit->meets == Meets::kItsEnd) return ExpectEnd(run, *hit);
  EXPECT_FALSE(hit->ended_run());
}

// --- The tests -------------------------------------------------------------------------------------

class MatrixTest : public JailTest, public testing::WithParamInterface<Cell> {
 protected:
  static void SetUpTestSuite() { InstallForUsers(); }

  static JailRun RunCell(const Cell& cell, const std::vector<std::string>& more = {"--best-effort"}) {
    std::vector<std::string> args = {"--lang", cell.language.name};
    args.insert(args.end(), cell.limit->options.begin(), cell.limit->options.end());
    args.insert(args.end(), more.begin(), more.end());
    if (cell.limit->limit == kOfTheLanguage)
      args.insert(args.end(), {"--memory", absl::StrCat(cell.amount() / kMiB, "M")});
    args.push_back("-");
    Command command = CommandOn(cell.host, args);
    command.stdin_bytes = ReadFile(Program(cell.language, cell.limit->theme));
    return Jailrun(std::move(command));
  }
};

TEST_P(MatrixTest, P14_P15_P16_P17_P18_P23_TheLimitHoldsAndTheRecordSaysHow) {
  const Cell& cell = GetParam();
  if (cell.limit->before != nullptr && cell.mechanism() != nullptr) cell.limit->before();
  const JailRun run = RunCell(cell);
  SCOPED_TRACE(run.Describe());
  ASSERT_TRUE(run.has_record);
  ExpectTrueReport(run, cell.host);
  ASSERT_NE(FindLimit(run, cell.limit->resource), nullptr);
  EXPECT_EQ(FindLimit(run, cell.limit->resource)->requested(), cell.amount());
  ExpectLimit(run, cell.limit->resource, cell.mechanism());
  if (cell.mechanism() == nullptr) return;  // Not in force, and said so; see P34_ARateHoldsOrIsRefused.
  if (cell.limit->verdict != jail::v1::VERDICT_UNSPECIFIED) {
    EXPECT_EQ(run.record.verdict(), cell.limit->verdict);
  }
  if (cell.limit->refusal != nullptr) {
    EXPECT_GE(RefusedAfter(run, cell.limit->refusal), cell.limit->least);
    EXPECT_LE(RefusedAfter(run, cell.limit->refusal), cell.limit->most);
  }
  ExpectHit(run, cell);
  if (!HasFatalFailure() && cell.limit->more != nullptr) cell.limit->more(run, cell.language);
}

INSTANTIATE_TEST_SUITE_P(Cells, MatrixTest, testing::ValuesIn(AllCells()), CellName);
INSTANTIATE_TEST_SUITE_P(StandIns, MatrixTest, testing::ValuesIn(StandInCells()), CellName);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(MatrixTest);

class HostReportTest : public JailTest, public testing::WithParamInterface<HostKind> {
 protected:
  static void SetUpTestSuite() { InstallForUsers(); }
};

// Without `--best-effort`: what has a stand-in is no reason to refuse, what has none is, by name.
TEST_P(HostReportTest, P34_ARateHoldsOrIsRefused) {
  Command command = CommandOn(GetParam(), {"--cpus", "0.5", "--lang", "python", "-"});
  command.stdin_bytes = "print('ran')";
  const JailRun run = Jailrun(std::move(command));
  SCOPED_TRACE(run.Describe());
  if (GetParam().by.cpu_rate != nullptr) {
    EXPECT_EQ(run.record.verdict(), kOk);
    EXPECT_EQ(run.outcome.out, "ran\n");
    ExpectTrueReport(run, GetParam());
  } else {
    EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_REJECTED);
    EXPECT_EQ(run.record.failure().field(), "limits.cpu_millicores");
    EXPECT_EQ(run.outcome.out, "") << "nothing ran";
  }
}

INSTANTIATE_TEST_SUITE_P(Hosts, HostReportTest, testing::ValuesIn(Here(kHostKinds)),
                         [](const auto& row) { return std::string(row.param.name); });
INSTANTIATE_TEST_SUITE_P(StandIns, HostReportTest, testing::ValuesIn(Here(kHostsLackingAController)),
                         [](const auto& row) { return std::string(row.param.name); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(HostReportTest);

TEST(MatrixHostsTest, ThisMachineHasControlGroupsOfItsOwn) {
  // Two of the four rows are there on every machine.
  if (Here(kHostKinds).size() < 3) JAIL_SKIP("no control groups: the rows V1 and V2 are not tested here");
  EXPECT_EQ(Here(kHostKinds).size(), 3);
}

}  // namespace
}  // namespace jailtest
