// doctor's judging: each proof can fail. The runs here are made up; what a real jail answers is tested in
// tests/integration/doctor_test.cc.
#include "tools/jailrun/doctor/doctor.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jail/base/fd.h"
#include "tests/unit/cli/parsed.h"
#include "tests/unit/cli/scratch.h"
#include "tools/jailrun/doctor/bait.h"
#include "tools/jailrun/doctor/mechanisms.h"
#include "tools/jailrun/doctor/proofs.h"

namespace jail::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const ProofRow& Row(const std::string& name) {
  for (const ProofRow& row : ProofRows()) {
    if (row.name == name) return row;
  }
  ADD_FAILURE() << "no proof " << name;
  return ProofRows()[0];
}

// What doctor told the attack: "port" of "port=4711".
std::string Told(const v1::JobSpec& job, const std::string& name) {
  for (absl::string_view argument : job.command()) {
    if (absl::ConsumePrefix(&argument, name + "=")) return std::string(argument);
  }
  return "";
}

// A run of that job whose program said `words` and met no limit.
v1::ResultRecord Ran(const v1::JobSpec& job, const std::string& words) {
  v1::ResultRecord record;
  record.set_verdict(v1::VERDICT_OK);
  *record.mutable_provenance()->mutable_limits() = job.limits();
  v1::PhaseResult* phase = record.add_phases();
  phase->set_exit_code(0);
  phase->mutable_stdout()->set_content(absl::StrCat("START x\n", words));
  return record;
}

v1::ResultRecord Blocked(const v1::JobSpec& job) {
  return Ran(job, "BLOCKED a way: EPERM; another: ENOSYS\n");
}

// Nothing held: each way worked, each bomb got all it wanted, every link was followed.
v1::ResultRecord Succeeded(const ProofRow& row, const v1::JobSpec& job) {
  if (row.judge == &JudgeRefused) return Ran(job, "ESCAPED a way\n");
  v1::ResultRecord record = Ran(job, "COUNT 1000 NONE\n");
  record.mutable_phases(0)->mutable_usage()->set_wall_time_us(4'000'000);
  record.mutable_phases(0)->mutable_usage()->set_cpu_time_us(4'000'000);
  record.add_artifacts()->set_path("link0.txt");
  // Of reading many files, success is a verdict that is not true.
  if (row.judge == &JudgePageCache) record.set_verdict(v1::VERDICT_MEMORY_LIMIT);
  return record;
}

// A process with the name that doctor looks for.
class Daemon {
 public:
  ~Daemon() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
  }

  void Start(const v1::JobSpec& job) {
    const std::string name = Told(job, "marker");
    int ready[2];
    ASSERT_EQ(pipe2(ready, O_CLOEXEC), 0);
    const Fd read_end(ready[0]);
    const Fd write_end(ready[1]);
    pid_ = fork();
    if (pid_ == 0) {
      prctl(PR_SET_NAME, name.c_str());
      static_cast<void>(!write(write_end.get(), "x", 1));
      for (;;) pause();
    }
    char byte;
    ASSERT_EQ(read(read_end.get(), &byte, 1), 1);
  }

 private:
  pid_t pid_ = -1;
};

class EveryProofTest : public testing::TestWithParam<const ProofRow*> {};

std::vector<const ProofRow*> AllRows() {
  std::vector<const ProofRow*> rows;
  for (const ProofRow& row : ProofRows()) rows.push_back(&row);
  return rows;
}
INSTANTIATE_TEST_SUITE_P(All, EveryProofTest, testing::ValuesIn(AllRows()), [](const auto& row) {
  std::string name = row.param->name;
  for (char& c : name) c = absl::ascii_isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
});

TEST_P(EveryProofTest, AnAttackThatSucceededIsNotHeld) {
  const ProofRow& row = *GetParam();
  Bait bait;
  Daemon daemon;
  const auto run = [&](const v1::JobSpec& job) {
    if (row.judge != &JudgeDaemon) return Succeeded(row, job);
    daemon.Start(job);
    return Ran(job, "COUNT 1 NONE\n");
  };
  const v1::Proof proof = Prove(row, run, &bait);
  EXPECT_FALSE(proof.held()) << proof.DebugString();
  EXPECT_EQ(proof.state(), v1::Proof::STATE_NOT_HELD);
  EXPECT_THAT(proof.evidence(), Not(IsEmpty()));
}

TEST_P(EveryProofTest, AnAttackThatSaidNothingIsNotHeld) {
  Bait bait;
  const auto run = [](const v1::JobSpec&) {
    return ParsedRecord("verdict: VERDICT_OK phases { exit_code: 0 }");
  };
  EXPECT_FALSE(Prove(*GetParam(), run, &bait).held());
}

TEST_P(EveryProofTest, ARefusedRunProvesNothing) {
  Bait bait;
  const auto run = [](const v1::JobSpec&) {
    return ParsedRecord(R"pb(verdict: VERDICT_JAIL_ERROR
                             failure { message: "no root" hint: "get one" })pb");
  };
  const v1::Proof proof = Prove(*GetParam(), run, &bait);
  EXPECT_FALSE(proof.held());
  EXPECT_EQ(proof.state(), v1::Proof::STATE_NOT_RUN);
  EXPECT_EQ(proof.cure(), "get one");
}

TEST_P(EveryProofTest, IsAboutOneLimitOrLayer) {
  EXPECT_NE(GetParam()->resource == v1::RESOURCE_UNSPECIFIED,
            GetParam()->protection == v1::PROTECTION_UNSPECIFIED);
}

TEST(JudgeTest, WhatWasRefusedIsHeldAndTheAnswersAreTheEvidence) {
  Bait bait;
  const v1::Proof proof = Prove(Row("mount"), Blocked, &bait);
  EXPECT_TRUE(proof.held());
  EXPECT_EQ(proof.evidence(), "a way: EPERM; another: ENOSYS");
}

TEST(JudgeTest, AForkBombIsCountedFromOutsideToo) {
  Bait bait;
  int peak = 20;
  const auto run = [&peak](const v1::JobSpec& job) {
    v1::ResultRecord record = Ran(job, "COUNT 19 EAGAIN\n");
    record.mutable_phases(0)->mutable_usage()->set_processes_peak(peak);
    return record;
  };
  EXPECT_TRUE(Prove(Row("fork bomb"), run, &bait).held());
  peak = 40;
  EXPECT_FALSE(Prove(Row("fork bomb"), run, &bait).held());
}

TEST(JudgeTest, AKillWithoutTheMemoryVerdictIsNotHeld) {
  Bait bait;
  const auto run = [](const v1::JobSpec& job) {
    v1::ResultRecord record = Ran(job, "");
    record.set_verdict(v1::VERDICT_SIGNALED);
    return record;
  };
  EXPECT_FALSE(Prove(Row("memory hog"), run, &bait).held());
}

TEST(JudgeTest, ALateEndIsNotHeld) {
  Bait bait;
  int64_t wall_us = 210'000;
  const auto run = [&wall_us](const v1::JobSpec& job) {
    v1::ResultRecord record = Ran(job, "");
    record.set_verdict(v1::VERDICT_WALL_TIME_LIMIT);
    record.mutable_phases(0)->mutable_usage()->set_wall_time_us(wall_us);
    v1::LimitHit* hit = record.mutable_phases(0)->add_limit_hits();
    hit->set_resource(v1::RESOURCE_WALL_TIME_MS);
    hit->set_ended_run(true);
    return record;
  };
  EXPECT_TRUE(Prove(Row("sleeper"), run, &bait).held());
  wall_us = 900'000;
  EXPECT_FALSE(Prove(Row("sleeper"), run, &bait).held());
}

TEST(JudgeTest, AnArtifactThatIsMissingProvesNothingAboutLinks) {
  Bait bait;
  const auto run = [](const v1::JobSpec& job) { return Ran(job, "COUNT 4 NONE\n"); };
  EXPECT_FALSE(Prove(Row("links as artifacts"), run, &bait).held());
}

// What an attack did to the host outweighs what it says.
void ExpectHarm(const std::string& evidence,
                absl::FunctionRef<void(const v1::JobSpec&, v1::ResultRecord*)> harm) {
  Bait bait;
  const auto run = [&harm](const v1::JobSpec& job) {
    v1::ResultRecord record = Blocked(job);
    harm(job, &record);
    return record;
  };
  const v1::Proof proof = Prove(Row("mount"), run, &bait);
  EXPECT_FALSE(proof.held());
  EXPECT_THAT(proof.evidence(), HasSubstr(evidence));
}

TEST(BaitTest, SeesASecretInTheOutput) {
  ExpectHarm("the secret came out", [](const v1::JobSpec&, v1::ResultRecord* record) {
    record->mutable_phases(0)->mutable_stderr()->set_content(std::getenv("JAILRUN_DOCTOR_SECRET"));
  });
}

TEST(BaitTest, SeesAConnection) {
  Fd fd;
  ExpectHarm("connected to doctor's listener", [&fd](const v1::JobSpec& job, v1::ResultRecord*) {
    int port = 0;
    ASSERT_TRUE(absl::SimpleAtoi(Told(job, "port"), &port));
    fd = Fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(port));
    ASSERT_EQ(connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  });
}

TEST(BaitTest, SeesAKill) {
  ExpectHarm("killed a process", [](const v1::JobSpec& job, v1::ResultRecord*) {
    int victim = 0;
    ASSERT_TRUE(absl::SimpleAtoi(Told(job, "victim"), &victim));
    ASSERT_EQ(kill(victim, SIGKILL), 0);
    siginfo_t info;
    ASSERT_EQ(waitid(P_PID, static_cast<id_t>(victim), &info, WEXITED | WNOWAIT), 0);
  });
}

TEST(BaitTest, SeesASignal) {
  ExpectHarm("got a signal", [](const v1::JobSpec&, v1::ResultRecord*) { kill(getpid(), SIGUSR1); });
}

TEST(BaitTest, SeesAChangedFile) {
  ExpectHarm("file was changed", [](const v1::JobSpec& job, v1::ResultRecord*) {
    std::ofstream(Told(job, "secret")) << "overwritten";
  });
}

TEST(BaitTest, SeesADaemon) {
  Daemon daemon;
  ExpectHarm("daemon lives on", [&daemon](const v1::JobSpec& job, v1::ResultRecord*) { daemon.Start(job); });
}

TEST(BaitTest, LeavesNothing) {
  std::string path;
  pid_t victim = 0;
  {
    const Bait bait;
    path = bait.secret_path();
    victim = bait.victim();
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(kill(victim, 0), -1);
  EXPECT_EQ(std::getenv("JAILRUN_DOCTOR_SECRET"), nullptr);
}

Host FullHost() {
  Host host;
  host.cgroup_version = CgroupVersion::kV1;
  host.controllers = {"memory", "pids", "cpuacct", "cpu"};
  host.seccomp = host.memfd_noexec = true;
  host.user_namespaces = 1000;
  return host;
}

constexpr char kProbe[] = R"pb(
  verdict: VERDICT_OK
  phases { limits { resource: RESOURCE_MEMORY_BYTES requested: 50 mechanism: "sampler" } }
  isolation {
    mode: MODE_PRIVILEGED
    layers {
      protection: PROTECTION_SECCOMP
      requested: true
      state: STATE_ENFORCED
      mechanism: "seccomp filter"
    }
    layers { protection: PROTECTION_MEMFD_NOEXEC requested: true state: STATE_UNAVAILABLE }
    layers { protection: PROTECTION_LANDLOCK state: STATE_NOT_REQUESTED }
  }
)pb";

const v1::Proof& Find(const v1::DoctorReport& report, const std::string& name) {
  for (const v1::Proof& proof : report.proofs()) {
    if (proof.name() == name) return proof;
  }
  return v1::Proof::default_instance();
}

v1::DoctorReport ExamineWhereNothingHolds(bool best_effort) {
  const auto run = [](const v1::JobSpec& job) { return Ran(job, "ESCAPED a way\n"); };
  return Examine(FullHost(), ParsedRecord(kProbe), best_effort, run);
}

TEST(DoctorTest, StrictlyWhatIsMissingIsNotHeldAndTheHostNotReady) {
  const v1::DoctorReport report = ExamineWhereNothingHolds(/*best_effort=*/false);
  EXPECT_FALSE(report.ready());
  EXPECT_EQ(Find(report, "memfd programs").state(), v1::Proof::STATE_NOT_HELD);
  EXPECT_THAT(report.summary(), HasSubstr("NOT ready"));
}

TEST(DoctorTest, WithBestEffortWhatIsMissingIsUnavailableAndHasACure) {
  const v1::DoctorReport report = ExamineWhereNothingHolds(/*best_effort=*/true);
  const v1::Proof& absent = Find(report, "memfd programs");
  EXPECT_EQ(absent.state(), v1::Proof::STATE_UNAVAILABLE);
  EXPECT_THAT(absent.cure(), HasSubstr("6.3"));
  EXPECT_EQ(Find(report, "memory hog").state(), v1::Proof::STATE_UNAVAILABLE);
  EXPECT_EQ(Find(report, "mount").state(), v1::Proof::STATE_NOT_HELD) << "its mechanism is there";
  EXPECT_FALSE(report.ready());
}

TEST(DoctorTest, LandlockIsAttackedWhereItForbidsWhatNothingElseDoes) {
  const auto run = [](const v1::JobSpec& job) { return Ran(job, "BLOCKED a way: EACCES\n"); };
  Host host = FullHost();
  for (const auto& [abi, count] : {std::pair(0, 0), {4, 0}, {5, 1}, {7, 1}}) {
    host.landlock_abi = abi;
    const v1::DoctorReport report = Examine(host, ParsedRecord(kProbe), /*best_effort=*/false, run);
    EXPECT_EQ(
        std::count_if(report.proofs().begin(), report.proofs().end(),
                      [](const v1::Proof& proof) { return proof.protection() == v1::PROTECTION_LANDLOCK; }),
        count)
        << abi;
  }
}

TEST(DoctorTest, WithoutAJailNothingIsRun) {
  const auto run = [](const v1::JobSpec&) -> v1::ResultRecord {
    ADD_FAILURE() << "an attack ran";
    return {};
  };
  const v1::ResultRecord probe = ParsedRecord(R"pb(
    verdict: VERDICT_JAIL_ERROR
    failure { step: "clone_child" hint: "Raise user.max_user_namespaces." })pb");
  const v1::DoctorReport report = Examine(FullHost(), probe, /*best_effort=*/true, run);
  EXPECT_FALSE(report.ready());
  EXPECT_EQ(report.proofs(0).state(), v1::Proof::STATE_NOT_RUN);
  EXPECT_THAT(RenderDoctor(report, v1::RuntimeCatalog()),
              HasSubstr("clone_child: Raise user.max_user_namespaces."));
}

TEST(DoctorTest, NothingFromARecordReachesTheTerminalUnescaped) {
  const auto run = [](const v1::JobSpec& job) { return Ran(job, "ESCAPED \033[2J\n"); };
  v1::ResultRecord probe = ParsedRecord(kProbe);
  probe.mutable_phases(0)->mutable_limits(0)->set_mechanism("\033");
  probe.mutable_failure()->set_hint("\033");
  const std::string text = RenderDoctor(Examine(FullHost(), probe, false, run), v1::RuntimeCatalog());
  for (char byte : text) EXPECT_TRUE(byte == '\n' || (byte >= 0x20 && byte < 0x7f)) << int{byte};
}

TEST(MechanismTest, FollowsFromTheFacts) {
  struct Case {
    CgroupVersion version;
    std::set<std::string> controllers;
    const char* memory;
    const char* cpu;
  };
  const Case cases[] = {
      {CgroupVersion::kV2, {"memory", "cpu", "pids"}, "cgroup-v2 memory.max", "cgroup-v2 cpu.stat"},
      {CgroupVersion::kV1,
       {"memory", "cpuacct"},
       "cgroup-v1 memory.limit_in_bytes",
       "cgroup-v1 cpuacct.usage"},
      {CgroupVersion::kV1, {"cpuacct"}, "sampler", "cgroup-v1 cpuacct.usage"},
      {CgroupVersion::kNone, {}, "sampler", "RLIMIT_CPU"},
  };
  for (const Case& one : cases) {
    Host host = FullHost();
    host.cgroup_version = one.version;
    host.controllers = one.controllers;
    EXPECT_EQ(ExpectedMechanism(host, v1::RESOURCE_MEMORY_BYTES, v1::PROTECTION_UNSPECIFIED), one.memory);
    EXPECT_EQ(ExpectedMechanism(host, v1::RESOURCE_CPU_TIME_MS, v1::PROTECTION_UNSPECIFIED), one.cpu);
  }
}

TEST(MechanismTest, WithoutPrivilegeThereIsNoUidOfItsOwn) {
  Host host = FullHost();
  host.uid = 1000;
  EXPECT_EQ(ExpectedMechanism(host, v1::RESOURCE_UNSPECIFIED, v1::PROTECTION_PRIVATE_UID), "");
  host.setuid_launcher = true;
  EXPECT_EQ(ExpectedMechanism(host, v1::RESOURCE_UNSPECIFIED, v1::PROTECTION_PRIVATE_UID), "host uid");
}

void Write(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path) << text;
}

TEST(HostTest, FindsCgroupsAndWhatIsMissing) {
  const Scratch scratch;
  const std::string root = scratch.Path();
  Write(root + "/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory\n");
  Write(root + "/proc/self/status", "Name:\tx\nCapEff:\t0000000000000041\n");
  Write(root + "/proc/self/cgroup", "0::/\n");
  Write(root + "/proc/sys/user/max_user_namespaces", "0\n");
  Write(root + "/proc/1/environ", std::string("A=b\0container=lxc\0", 18));
  const Host host = LookAtHost("/nonexistent", /*rootless=*/false, root);
  EXPECT_EQ(host.cgroup_version, CgroupVersion::kV2);
  EXPECT_THAT(host.controllers, testing::ElementsAre("cpu", "io", "memory"));
  EXPECT_EQ(host.container, "lxc");
  std::string text;
  for (const v1::HostFact& fact : DescribeHost(host)) {
    if (!fact.sufficient()) absl::StrAppend(&text, fact.name(), "=", fact.value(), "\n");
    EXPECT_EQ(fact.sufficient(), fact.cure().empty()) << fact.name();
  }
  if (geteuid() == 0) {
    EXPECT_THAT(text, HasSubstr("privilege=root without CAP_SETUID\n"));
  }
  EXPECT_THAT(text, HasSubstr("cgroups=v2: cpu, io, memory\n"));
  EXPECT_THAT(text, HasSubstr("user namespaces=none\n"));
}

}  // namespace
}  // namespace jail::cli
