#include "tools/jailrun/exit_status.h"

#include <signal.h>

#include <cerrno>

#include "gtest/gtest.h"
#include "tests/unit/cli/parsed.h"

namespace jail::cli {
namespace {

struct Case {
  const char* name;
  const char* record;
  int status;
};

class ExitStatusTest : public ::testing::TestWithParam<Case> {};

TEST_P(ExitStatusTest, Mirrors) {
  EXPECT_EQ(ExitStatus(ParsedRecord(GetParam().record), 0), GetParam().status);
}

constexpr Case kCases[] = {
    {"Ok", "verdict: VERDICT_OK phases { exit_code: 0 }", 0},
    {"OwnCode", "verdict: VERDICT_NONZERO_EXIT phases { exit_code: 7 }", 7},
    {"LastPhaseDecides", "verdict: VERDICT_NONZERO_EXIT phases { exit_code: 0 } phases { exit_code: 3 }", 3},
    {"OwnCode124IsNotATimeLimit", "verdict: VERDICT_NONZERO_EXIT phases { exit_code: 124 }", 124},
    {"Segfault", "verdict: VERDICT_SIGNALED phases { term_signal: 11 }", 139},
    {"StatusLost", "verdict: VERDICT_SIGNALED phases { }", 125},
    {"NoPhases", "verdict: VERDICT_OK", 125},
    {"CompileError", "verdict: VERDICT_COMPILE_ERROR phases { exit_code: 4 }", 1},
    {"CpuTime", "verdict: VERDICT_CPU_TIME_LIMIT phases { term_signal: 9 }", 124},
    {"WallTime", "verdict: VERDICT_WALL_TIME_LIMIT phases { term_signal: 9 }", 124},
    {"Memory", "verdict: VERDICT_MEMORY_LIMIT phases { term_signal: 9 }", 137},
    {"MemoryOfAChild", "verdict: VERDICT_MEMORY_LIMIT phases { exit_code: 0 }", 137},
    {"OutputEndedIt",
     "verdict: VERDICT_OUTPUT_LIMIT phases { term_signal: 9 limit_hits { ended_run: true } }", 153},
    {"OutputOnlyCut", "verdict: VERDICT_OUTPUT_LIMIT phases { exit_code: 0 limit_hits { ended_run: false } }",
     0},
    {"OutputCutThenOwnCode", "verdict: VERDICT_OUTPUT_LIMIT phases { exit_code: 5 limit_hits { } }", 5},
    {"DiskEndedIt", "verdict: VERDICT_DISK_LIMIT phases { term_signal: 9 limit_hits { ended_run: true } }",
     153},
    {"DiskKilledByKernel", "verdict: VERDICT_DISK_LIMIT phases { term_signal: 25 limit_hits { } }", 153},
    {"DiskFullThenOwnCode", "verdict: VERDICT_DISK_LIMIT phases { exit_code: 1 limit_hits { } }", 1},
    {"SyscallDenied", "verdict: VERDICT_SYSCALL_DENIED phases { term_signal: 9 }", 159},
    {"Rejected", "verdict: VERDICT_REJECTED failure { field: 'limits.memory_bytes' }", 125},
    {"JailError", "verdict: VERDICT_JAIL_ERROR failure { step: 'mount_rootfs' error_number: 2 }", 125},
    {"ExecNoSuchFile", "verdict: VERDICT_JAIL_ERROR failure { step: 'exec' error_number: 2 }", 127},
    {"ExecNotExecutable", "verdict: VERDICT_JAIL_ERROR failure { step: 'exec' error_number: 13 }", 126},
    {"ExecBadFormat", "verdict: VERDICT_REJECTED failure { step: 'exec' error_number: 8 }", 126},
    {"ExecBroken", "verdict: VERDICT_JAIL_ERROR failure { step: 'exec' error_number: 5 }", 125},
    {"NoVerdict", "job_id: 'x'", 125},
};

INSTANTIATE_TEST_SUITE_P(Table, ExitStatusTest, ::testing::ValuesIn(kCases),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(ExitStatusTest, CancelledShowsTheSignal) {
  const v1::ResultRecord record = ParsedRecord("verdict: VERDICT_CANCELLED phases { term_signal: 9 }");
  EXPECT_EQ(ExitStatus(record, SIGINT), 130);
  EXPECT_EQ(ExitStatus(record, SIGTERM), 143);
  EXPECT_EQ(ExitStatus(record, SIGHUP), 129);
  EXPECT_EQ(ExitStatus(record, 0), 143);
}

TEST(ExitStatusTest, EveryVerdictHasARow) {
  for (int number = v1::VERDICT_OK; number <= v1::Verdict_MAX; ++number) {
    v1::ResultRecord record;
    record.set_verdict(static_cast<v1::Verdict>(number));
    record.add_phases()->set_exit_code(42);
    // Those that blame the jail say 125; every other one says something else.
    const bool ours = number == v1::VERDICT_REJECTED || number == v1::VERDICT_JAIL_ERROR;
    EXPECT_EQ(ExitStatus(record, 0) == kExitJail, ours) << v1::Verdict_Name(record.verdict());
  }
}

}  // namespace
}  // namespace jail::cli
