// The kinds of host that jailrun meets, each made here for one process: this machine's own cgroups, a
// read-only cgroupfs, none at all, an unprivileged user, a container's root without capabilities or
// behind a filter that forbids namespaces. What is asked of each: the verdicts are the same, the
// mechanisms are those that doctor's table says, what cannot be done is refused by name, nothing is left.
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "jail/v1/doctor.pb.h"
#include "tests/integration/languages.h"
#include "tests/testlib/jailtest/for_others.h"
#include "tests/testlib/jailtest/jailrun.h"
#include "tests/testlib/jailtest/process_tree.h"

namespace jailtest {
namespace {

using jail::v1::DoctorReport;
using jail::v1::Proof;
using testing::HasSubstr;
using testing::IsEmpty;

// --- Ways to make a host, run in the child just before exec ----------------------------------------

void Must(bool done) {
  if (!done) _exit(99);
}

void OwnMounts() {
  Must(unshare(CLONE_NEWNS) == 0);
  Must(mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0);
}

void NoCgroups() {
  OwnMounts();
  Must(mount("none", "/sys/fs/cgroup", "tmpfs", 0, "") == 0);
}

void ReadOnlyCgroups() {
  OwnMounts();
  for (const char* name : {"memory", "pids", "cpu", "cpuacct", "blkio", ""}) {
    const std::string path = absl::StrCat("/sys/fs/cgroup/", name);
    // A controller may be a link to another's folder, or absent; at least the whole must succeed.
    const bool done = mount(nullptr, path.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) == 0;
    Must(done || *name != '\0');
  }
}

void BecomeUser() {
  constexpr unsigned kUser = 54321;
  Must(syscall(SYS_setgroups, 0, nullptr) == 0);
  Must(setresgid(kUser, kUser, kUser) == 0 && setresuid(kUser, kUser, kUser) == 0);
}

template <int kCapability>
void LoseCapability() {
  Must(prctl(PR_CAPBSET_DROP, kCapability, 0, 0, 0) == 0);
}

// As a container engine's default filter does for a root without CAP_SYS_ADMIN.
void ForbidNamespaces() {
  constexpr unsigned kAllNew = 0x7e020000;
  const sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 4, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 2),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, kAllNew, 2, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
  };
  const sock_fprog program = {std::size(code), const_cast<sock_filter*>(code)};
  Must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  Must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

struct HostKind {
  const char* name;
  void (*make)();
  bool privileged;
  bool cgroups;
};
constexpr HostKind kHosts[] = {
    {"Own", [] {}, true, true},
    {"NoCgroups", NoCgroups, true, false},
    {"ReadOnlyCgroups", ReadOnlyCgroups, true, false},
    {"User", BecomeUser, false, false},
};

// --- The tests -------------------------------------------------------------------------------------

DoctorReport Doctor(void (*make)(), std::vector<std::string> options, int* exit_code) {
  const ForOthers installed;
  Command command{.argv = {installed.jailrun(), "doctor", "--json"}, .timeout = absl::Seconds(60)};
  command.argv.insert(command.argv.end(), options.begin(), options.end());
  command.before_exec = make;
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

class HostTest : public JailTest, public testing::WithParamInterface<HostKind> {};
INSTANTIATE_TEST_SUITE_P(All, HostTest, testing::ValuesIn(kHosts),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_P(HostTest, VerdictsAreTheSameEverywhere) {
  struct Case {
    std::vector<std::string> args;
    jail::v1::Verdict verdict;
  };
  const Case cases[] = {
      {{"hello.py"}, jail::v1::VERDICT_OK},
      {{"--wall", "400ms", "sleep.py"}, jail::v1::VERDICT_WALL_TIME_LIMIT},
      {{"--time", "400ms", "--wall", "8s", "spin.py"}, jail::v1::VERDICT_CPU_TIME_LIMIT},
      {{"--memory", "96M", "--wall", "8s", "memory.py"}, jail::v1::VERDICT_MEMORY_LIMIT},
      {{"--disk", "8M", "disk.py"}, jail::v1::VERDICT_OK},
  };
  const ForOthers installed;
  for (const Case& one : cases) {
    std::vector<std::string> args = one.args;
    args.back() = "-";
    args.insert(args.begin(), {"--best-effort", "--lang", "python"});
    Command command = JailrunCommand(args);
    command.argv[0] = installed.jailrun();
    command.before_exec = GetParam().make;
    command.stdin_bytes = ReadFile(Program(one.args.back()));
    const JailRun run = Jailrun(std::move(command));
    EXPECT_EQ(run.record.verdict(), one.verdict) << one.args.back() << run.Describe();
  }
}

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
    Command strict = JailrunCommand({rate.flag, rate.amount, "exec", "--", "true"});
    strict.before_exec = GetParam().make;
    const JailRun run = Jailrun(std::move(strict));
    SCOPED_TRACE(run.Describe());
    const bool refused = run.record.verdict() == jail::v1::VERDICT_REJECTED;
    if (!GetParam().cgroups) {
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
    Command best_effort = JailrunCommand({"--best-effort", rate.flag, rate.amount, "exec", "--", "true"});
    best_effort.before_exec = GetParam().make;
    const JailRun without = Jailrun(std::move(best_effort));
    EXPECT_EQ(without.record.verdict(), jail::v1::VERDICT_OK) << without.Describe();
    ASSERT_NE(FindLimit(without, rate.resource), nullptr);
    EXPECT_FALSE(FindLimit(without, rate.resource)->has_effective());
    EXPECT_THAT(FindLimit(without, rate.resource)->mechanism(), IsEmpty());
    EXPECT_THAT(FindLimit(without, rate.resource)->detail(), HasSubstr("controller"));
  }
}

TEST_P(HostTest, GraceAndCpusNeedNoGroup) {
  Command command = JailrunCommand(
      {"--best-effort", "--grace", "2s", "--wall", "400ms", "--cpuset", "0", "exec", "--", "bash", "-c",
       "trap 'echo asked; exit 3' TERM; taskset -p $$; while :; do sleep 0.05; done"});
  command.before_exec = GetParam().make;
  const JailRun run = Jailrun(std::move(command));
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_WALL_TIME_LIMIT);
  EXPECT_EQ(run.phase().exit_code(), 3);
  EXPECT_THAT(run.outcome.out, HasSubstr("affinity mask: 1\n"));
  EXPECT_THAT(run.outcome.out, HasSubstr("asked\n"));
  EXPECT_FALSE(FindHit(run, jail::v1::RESOURCE_WALL_TIME_MS)->grace().killed());
}

TEST_P(HostTest, DoctorNamesTheMechanismsAndProvesThem) {
  int exit_code = -1;
  const DoctorReport report = Doctor(GetParam().make, {"--best-effort"}, &exit_code);
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
  EXPECT_THAT(Reported(report, jail::v1::RESOURCE_MEMORY_BYTES),
              GetParam().cgroups ? HasSubstr("cgroup") : HasSubstr("sampler"));
  EXPECT_EQ(Find(report, "memfd programs").state(),
            GetParam().privileged ? Proof::STATE_HELD : Proof::STATE_UNAVAILABLE);
}

TEST_P(HostTest, StrictlyDoctorPassesOnlyWhereNothingIsMissing) {
  int exit_code = -1;
  const DoctorReport report = Doctor(GetParam().make, {}, &exit_code);
  const bool full = GetParam().cgroups && GetParam().privileged;
  EXPECT_EQ(report.ready(), full) << report.summary();
  EXPECT_EQ(exit_code, full ? 0 : 1);
  if (!full) {
    EXPECT_THAT(report.DebugString(), HasSubstr("cure: "));
  }
}

// A container's root that lacks what the helper needs is refused by name, with the cure.
class LackingRootTest : public JailTest {
 protected:
  void ExpectRefusal(void (*make)(), const std::string& missing) {
    Command command = JailrunCommand({"--lang", "python", "-"});
    command.before_exec = make;
    command.stdin_bytes = "print(1)";
    const JailRun run = Jailrun(std::move(command));
    EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_JAIL_ERROR) << run.Describe();
    EXPECT_EQ(run.record.failure().origin(), jail::v1::Failure::ORIGIN_HOST);
    EXPECT_THAT(run.record.failure().hint(), HasSubstr(missing));
    EXPECT_THAT(run.outcome.out, IsEmpty()) << "nothing ran";

    int exit_code = -1;
    const DoctorReport report = Doctor(make, {"--best-effort"}, &exit_code);
    EXPECT_EQ(exit_code, 1);
    EXPECT_EQ(report.proofs(0).state(), Proof::STATE_NOT_RUN);
    EXPECT_THAT(report.probe().failure().hint(), HasSubstr(missing));
  }
};

TEST_F(LackingRootTest, WithoutSetuid) { ExpectRefusal(LoseCapability<CAP_SETUID>, "CAP_SETUID"); }
TEST_F(LackingRootTest, WithoutSetgid) { ExpectRefusal(LoseCapability<CAP_SETGID>, "CAP_SETGID"); }
TEST_F(LackingRootTest, WithoutChown) { ExpectRefusal(LoseCapability<CAP_CHOWN>, "CAP_CHOWN"); }
TEST_F(LackingRootTest, WithoutNamespaces) { ExpectRefusal(ForbidNamespaces, "CAP_SYS_ADMIN"); }

// Where the kernel lets user namespaces be made without it, its absence alone takes nothing.
TEST_F(LackingRootTest, WithoutSysAdminButWithNamespacesNothingIsMissing) {
  int exit_code = -1;
  const DoctorReport report = Doctor(LoseCapability<CAP_SYS_ADMIN>, {}, &exit_code);
  EXPECT_TRUE(report.ready()) << report.summary();
  EXPECT_EQ(exit_code, 0);
}

}  // namespace
}  // namespace jailtest
