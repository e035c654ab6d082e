// Every limit, on every kind of host, in every language: the same verdict, the mechanism that such a host
// has, and a record that says the truth about both. One table of limits (matrix_limits.cc), one of hosts
// (host_kinds.cc), one test over the product; where a controller is taken away, what depends on it runs on
// its stand-in and says so. Promises P14 to P18, P23 and P34.
#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/integration/host_kinds.h"
#include "tests/integration/languages.h"
#include "tests/integration/matrix_limits.h"
#include "tests/testlib/jailtest/jailrun.h"
#include "tests/testlib/jailtest/must_run.h"
#include "tests/testlib/jailtest/process_tree.h"

namespace jailtest {
namespace {

using jail::v1::LimitHit;
using jail::v1::LimitReport;

// --- The product -----------------------------------------------------------------------------------

struct Cell {
  HostKind host;
  const LimitRow* limit;
  Language language;

  // Null: this host has nothing for it.
  const char* mechanism() const { return limit->by != nullptr ? host.by.*limit->by : limit->mechanism; }
  int64_t amount() const {
    return limit->limit == kOfTheLanguage ? language.floor_bytes + kBesideFloorBytes : limit->limit;
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
    for (const LimitRow& limit : kMatrixLimits) {
      for (const Language& language : kMatrixLanguages) cells.push_back({host, &limit, language});
    }
  }
  return cells;
}

// Of a host that lacks a controller: the limits that other hosts of its family hold by it.
std::vector<Cell> StandInCells() {
  std::vector<Cell> cells;
  for (const HostKind& host : Here(kHostsLackingAController)) {
    for (const LimitRow& limit : kMatrixLimits) {
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
      args.insert(args.end(), {"--memory", absl::StrCat(cell.amount(), "B")});
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
    EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK);
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
