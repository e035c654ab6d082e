// jailrun doctor on every kind of host (host_kinds.h): its table names the mechanisms that the record
// names, its attacks prove them, what cannot be done is refused by name. The limits themselves:
// matrix_test.cc.
#include <linux/capability.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "jail/base/landlock.h"
#include "jail/v1/doctor.pb.h"
#include "tests/integration/host_kinds.h"
#include "tests/testlib/jailtest/jailrun.h"

namespace jailtest {
namespace {

using jail::v1::DoctorReport;
using jail::v1::Proof;
using testing::HasSubstr;
using testing::IsEmpty;

// --- The tests -------------------------------------------------------------------------------------

DoctorReport Doctor(const HostKind& host, const std::vector<std::string>& options, int* exit_code) {
  Command command = CommandOn(host, {});
  command.argv = {command.argv[0], "doctor", "--json"};
  command.argv.insert(command.argv.end(), options.begin(), options.end());
  command.capture = {};
  command.timeout = absl::Seconds(60);
  Process process(std::move(command));
  const Outcome outcome = process.Finish();
  *exit_code = outcome.exit_code.value_or(-1);
  DoctorReport report;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(outcome.out, &report).ok())
      << outcome.out.substr(0, 500) << outcome.err;
  EXPECT_THAT(outcome.orphans, IsEmpty());
  return report;
}

const Proof& Find(const DoctorReport& report, const std::string& name) {
  const auto& proofs = report.proofs();
  const auto found =
      std::find_if(proofs.begin(), proofs.end(), [&](const Proof& proof) { return proof.name() == name; });
  return found == proofs.end() ? Proof::default_instance() : *found;
}

std::string Reported(const DoctorReport& report, jail::v1::Resource resource) {
  for (const jail::v1::Mechanism& mechanism : report.mechanisms()) {
    if (mechanism.resource() == resource) return mechanism.reported();
  }
  return "";
}

class HostTest : public JailTest, public testing::WithParamInterface<HostKind> {
 protected:
  static void SetUpTestSuite() { InstallForUsers(); }
};

std::vector<HostKind> DoctorsHosts() {
  std::vector<HostKind> hosts = Here(kHostKinds);
  hosts.push_back(kHostWithReadOnlyCgroups);
  return hosts;
}

INSTANTIATE_TEST_SUITE_P(All, HostTest, testing::ValuesIn(DoctorsHosts()),
                         [](const auto& row) { return std::string(row.param.name); });

// What needs no group is the same everywhere; a rate, for which nothing stands in, is had or refused, with
// the field and the cure, and best effort tells that it is not there.
TEST_P(HostTest, RatesAreHadOrRefusedAndNeverDropped) {
  struct Rate {
    const char* flag;
    const char* amount;
    const char* field;
    jail::v1::Resource resource;
  };
  constexpr Rate kRates[] = {
      {"--cpus", "0.5", "limits.cpu_millicores", jail::v1::RESOURCE_CPU_MILLICORES},
      {"--io-read-rate", "1G", "limits.io_read_bytes_per_second",
       jail::v1::RESOURCE_IO_READ_BYTES_PER_SECOND},
      {"--io-write-rate", "1G", "limits.io_write_bytes_per_second",
       jail::v1::RESOURCE_IO_WRITE_BYTES_PER_SECOND},
  };
  for (const Rate& rate : kRates) {
    const JailRun run = Jailrun(CommandOn(GetParam(), {rate.flag, rate.amount, "exec", "--", "true"}));
    SCOPED_TRACE(run.Describe());
    const bool refused = run.record.verdict() == jail::v1::VERDICT_REJECTED;
    if (GetParam().by.cpu_rate == nullptr) {
      EXPECT_TRUE(refused);
    }
    if (!refused) {
      EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK);
      EXPECT_TRUE(FindLimit(run, rate.resource)->has_effective());
      continue;
    }
    EXPECT_EQ(run.record.failure().field(), rate.field);
    EXPECT_EQ(run.record.failure().origin(), jail::v1::Failure::ORIGIN_HOST);
    EXPECT_THAT(run.record.failure().hint(), HasSubstr("--best-effort"));
    const JailRun without =
        Jailrun(CommandOn(GetParam(), {"--best-effort", rate.flag, rate.amount, "exec", "--", "true"}));
    EXPECT_EQ(without.record.verdict(), jail::v1::VERDICT_OK) << without.Describe();
    ASSERT_NE(FindLimit(without, rate.resource), nullptr);
    EXPECT_FALSE(FindLimit(without, rate.resource)->has_effective());
    EXPECT_THAT(FindLimit(without, rate.resource)->mechanism(), IsEmpty());
    EXPECT_THAT(FindLimit(without, rate.resource)->detail(), HasSubstr("controller"));
  }
}

TEST_P(HostTest, GraceAndCpusNeedNoGroup) {
  const JailRun run = Jailrun(CommandOn(
      GetParam(), {"--best-effort", "--grace", "2s", "--wall", "400ms", "--cpuset", "0", "exec", "--", "bash",
                   "-c", "trap 'echo asked; exit 3' TERM; taskset -p $$; while :; do sleep 0.05; done"}));
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_WALL_TIME_LIMIT);
  EXPECT_EQ(run.phase().exit_code(), 3);
  EXPECT_THAT(run.outcome.out, HasSubstr("affinity mask: 1\n"));
  EXPECT_THAT(run.outcome.out, HasSubstr("asked\n"));
  EXPECT_FALSE(FindHit(run, jail::v1::RESOURCE_WALL_TIME_MS)->grace().killed());
}

TEST_P(HostTest, DoctorNamesTheMechanismsAndProvesThem) {
  int exit_code = -1;
  const DoctorReport report = Doctor(GetParam(), {"--best-effort"}, &exit_code);
  EXPECT_EQ(exit_code, 0) << report.summary();
  EXPECT_TRUE(report.ready());
  EXPECT_LT(report.duration_ms(), 20'000);
  for (const Proof& proof : report.proofs()) {
    EXPECT_TRUE(proof.held() || !proof.required()) << proof.ShortDebugString();
    EXPECT_NE(proof.state(), Proof::STATE_NOT_RUN) << proof.ShortDebugString();
  }
  for (const jail::v1::Mechanism& mechanism : report.mechanisms()) {
    if (!mechanism.expected().empty()) {
      EXPECT_THAT(mechanism.reported(), testing::StartsWith(mechanism.expected()));
    }
  }
  EXPECT_EQ(Reported(report, jail::v1::RESOURCE_MEMORY_BYTES), GetParam().by.memory);
  EXPECT_EQ(Find(report, "memfd programs").state(),
            GetParam().privileged ? Proof::STATE_HELD : Proof::STATE_UNAVAILABLE);
}

TEST_P(HostTest, StrictlyDoctorPassesOnlyWhereNothingIsMissing) {
  int exit_code = -1;
  const DoctorReport report = Doctor(GetParam(), {}, &exit_code);
  const bool full = GetParam().by.cpu_rate != nullptr;
  EXPECT_EQ(report.ready(), full) << report.summary();
  EXPECT_EQ(exit_code, full ? 0 : 1);
  if (!full) {
    EXPECT_THAT(report.DebugString(), HasSubstr("cure: "));
  }
}

// A layer that was asked for by name has no stand-in.
class RequireTest : public JailTest {
 protected:
  static void SetUpTestSuite() { InstallForUsers(); }

  static JailRun Hello(const HostKind& host, std::vector<std::string> args) {
    args.insert(args.end(), {"exec", "--", "echo", "hello"});
    return Jailrun(CommandOn(host, args));
  }

  static void ExpectRefusal(const JailRun& run) {
    SCOPED_TRACE(run.Describe());
    EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_JAIL_ERROR);
    EXPECT_EQ(run.outcome.exit_code, 125);
    EXPECT_EQ(run.record.failure().origin(), jail::v1::Failure::ORIGIN_HOST);
    EXPECT_THAT(run.record.failure().hint(), HasSubstr("require it"));
    EXPECT_THAT(run.outcome.out, IsEmpty()) << "nothing ran";
  }
};

TEST_F(RequireTest, P34_AMemoryGroupIsHadOrTheRunRefused) {
  for (const HostKind& host : DoctorsHosts()) {
    SCOPED_TRACE(host.name);
    const JailRun run = Hello(host, {"--require", "memory-cgroup"});
    if (absl::StartsWith(host.by.memory, "cgroup")) {
      EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK) << run.Describe();
    } else {
      ExpectRefusal(run);
    }
    EXPECT_EQ(Hello(host, {"--best-effort"}).outcome.out, "hello\n");
  }
}

TEST_F(RequireTest, P34_LandlockIsHadOrTheRunRefused) {
  constexpr auto kForget = [] { ForgetCall(444 /* landlock_create_ruleset */); };
  const HostKind old_kernel = {"OldKernel", nullptr, kForget, /*privileged=*/true, {}};
  const JailRun without = Hello(old_kernel, {});
  EXPECT_EQ(without.outcome.out, "hello\n") << without.Describe();
  EXPECT_EQ(FindLayer(without, jail::v1::PROTECTION_LANDLOCK)->state(),
            jail::v1::Isolation::STATE_NOT_REQUESTED);

  const JailRun refused = Hello(old_kernel, {"--require", "landlock"});
  ExpectRefusal(refused);
  EXPECT_EQ(refused.record.failure().step(), "make_ruleset");

  if (jail::LandlockAbi() < jail::kUsableLandlockAbi) return;
  const HostKind this_one = {"ThisOne", nullptr, [] {}, /*privileged=*/true, {}};
  EXPECT_EQ(Hello(this_one, {"--require", "landlock"}).outcome.out, "hello\n");
}

// A container's root that lacks what the helper needs is refused by name, with the cure.
class LackingRootTest : public JailTest {
 protected:
  static HostKind Lacking(void (*enter)()) { return {"Lacking", nullptr, enter, /*privileged=*/true, {}}; }

  void ExpectRefusal(void (*enter)(), const std::string& missing) {
    Command command = CommandOn(Lacking(enter), {"--lang", "python", "-"});
    command.stdin_bytes = "print(1)";
    const JailRun run = Jailrun(std::move(command));
    EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_JAIL_ERROR) << run.Describe();
    EXPECT_EQ(run.record.failure().origin(), jail::v1::Failure::ORIGIN_HOST);
    EXPECT_THAT(run.record.failure().hint(), HasSubstr(missing));
    EXPECT_THAT(run.outcome.out, IsEmpty()) << "nothing ran";

    int exit_code = -1;
    const DoctorReport report = Doctor(Lacking(enter), {"--best-effort"}, &exit_code);
    EXPECT_EQ(exit_code, 1);
    EXPECT_EQ(report.proofs(0).state(), Proof::STATE_NOT_RUN);
    EXPECT_THAT(report.probe().failure().hint(), HasSubstr(missing));
  }
};

TEST_F(LackingRootTest, WithoutSetuid) {
  ExpectRefusal([] { LoseCapability(CAP_SETUID); }, "CAP_SETUID");
}
TEST_F(LackingRootTest, WithoutSetgid) {
  ExpectRefusal([] { LoseCapability(CAP_SETGID); }, "CAP_SETGID");
}
TEST_F(LackingRootTest, WithoutChown) {
  ExpectRefusal([] { LoseCapability(CAP_CHOWN); }, "CAP_CHOWN");
}
TEST_F(LackingRootTest, WithoutNamespaces) { ExpectRefusal(ForbidNamespaces, "CAP_SYS_ADMIN"); }

// Where the kernel lets user namespaces be made without it, its absence alone takes nothing.
TEST_F(LackingRootTest, WithoutSysAdminButWithNamespacesNothingIsMissing) {
  int exit_code = -1;
  const DoctorReport report = Doctor(Lacking([] { LoseCapability(CAP_SYS_ADMIN); }), {}, &exit_code);
  EXPECT_TRUE(report.ready()) << report.summary();
  EXPECT_EQ(exit_code, 0);
}

}  // namespace
}  // namespace jailtest
