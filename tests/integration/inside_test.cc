// The jail as the program in it sees it. Each test names the promise it keeps.
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "jail/base/landlock.h"
#include "tests/integration/languages.h"
#include "tests/testlib/jailtest/jailrun.h"

namespace jailtest {
namespace {

using testing::AnyOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

using Facts = std::multimap<std::string, std::vector<std::string>>;

class InsideTest : public JailTest {
 protected:
  // One line of programs/inside.py each: a name and its values.
  void Look() {
    Command command = JailrunCommand({"--pids", "20", Program("inside.py")});
    // What the caller has and the program must not get: a secret and 200 descriptors.
    command.env.push_back("SECRET_TOKEN=swordfish");
    command.env.push_back("LD_PRELOAD=/nonexistent.so");
    command.cwd = "/root";
    for (int fd = 30; fd < 230; ++fd) command.give[fd] = 2;
    run_ = Jailrun(std::move(command));
    for (absl::string_view line : absl::StrSplit(run_.outcome.out, '\n', absl::SkipEmpty())) {
      std::vector<std::string> fields = absl::StrSplit(line, '\t');
      const std::string name = fields[0];
      fields.erase(fields.begin());
      facts_.emplace(name, fields);
    }
    ASSERT_EQ(run_.record.verdict(), jail::v1::VERDICT_OK) << run_.Describe();
  }

  // "b c" for the line "a<TAB>b<TAB>c" that begins with `first`.
  std::string Fact(const std::string& name, const std::string& first = "") const {
    const auto [begin, end] = facts_.equal_range(name);
    for (auto it = begin; it != end; ++it) {
      if (first.empty()) return absl::StrJoin(it->second, " ");
      if (it->second[0] == first) return absl::StrJoin(it->second.begin() + 1, it->second.end(), " ");
    }
    return "no such fact";
  }

  std::vector<std::string> FirstOfAll(const std::string& name) const {
    std::vector<std::string> values;
    const auto [begin, end] = facts_.equal_range(name);
    for (auto it = begin; it != end; ++it) values.push_back(it->second[0]);
    return values;
  }

  JailRun run_;
  Facts facts_;
};

TEST_F(InsideTest, P8_IsTheUserJailWithoutGroups) {
  Look();
  EXPECT_EQ(Fact("uids"), "1000 1000 1000");
  EXPECT_EQ(Fact("gids"), "1000 1000 1000");
  EXPECT_THAT(Fact("groups"), AnyOf("", "1000"));
  EXPECT_EQ(Fact("name"), "jail");
}

TEST_F(InsideTest, P8_HasNoCapabilityAndBothLocks) {
  Look();
  for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"}) {
    EXPECT_EQ(Fact(set), "0000000000000000") << set;
  }
  EXPECT_EQ(Fact("NoNewPrivs"), "1");
  EXPECT_EQ(Fact("Seccomp"), "2");
}

TEST_F(InsideTest, P8_CannotBecomeAnyoneElse) {
  Look();
  EXPECT_EQ(Fact("setuid root"), "EPERM");
  EXPECT_EQ(Fact("setgroups"), "EPERM");
  EXPECT_EQ(Fact("a shell's uid is 1000"), "True");
}

TEST_F(InsideTest, P6_HasOnlyItsThreeDescriptors) {
  Look();
  EXPECT_THAT(FirstOfAll("fd"), ElementsAre("0", "1", "2"));
  EXPECT_THAT(Fact("fd", "0"), HasSubstr("pipe:"));
  EXPECT_THAT(Fact("fd", "1"), HasSubstr("pipe:"));
  EXPECT_THAT(Fact("fd", "2"), HasSubstr("pipe:"));
}

TEST_F(InsideTest, P6_HasNoTerminal) {
  Look();
  EXPECT_THAT(Fact("terminal"), AnyOf("ENXIO", "ENOENT", "EACCES"));
  EXPECT_EQ(Fact("leads its session"), "True");
}

TEST_F(InsideTest, P7_EnvironmentIsTheDocumentedList) {
  Look();
  EXPECT_THAT(FirstOfAll("env"), Not(Contains(AnyOf("SECRET_TOKEN", "LD_PRELOAD"))));
  EXPECT_THAT(run_.outcome.out, Not(HasSubstr("swordfish")));
  // The four of every language, and two that runtimes/python/runtime.textproto adds.
  EXPECT_THAT(FirstOfAll("env"),
              ElementsAre("HOME", "LANG", "PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONNOUSERSITE", "TMPDIR"));
}

TEST_F(InsideTest, P5_IsAloneInProc) {
  Look();
  EXPECT_EQ(Fact("processes in /proc"), "self");
  EXPECT_EQ(Fact("pid is 1"), "False");
  EXPECT_THAT(Fact("reads", "/proc/1/environ"), HasSubstr("ENOENT"));
  EXPECT_THAT(Fact("reads", "/proc/1/root"), HasSubstr("ENOENT"));
}

TEST_F(InsideTest, ProcShowsProcessesOnly) {
  Look();
  EXPECT_THAT(Fact("reads", "/proc/kcore"), HasSubstr("ENOENT"));
  EXPECT_THAT(Fact("reads", "/proc/sys"), HasSubstr("ENOENT"));
}

TEST_F(InsideTest, HostnameUmaskAndDirectoryAreFixed) {
  Look();
  EXPECT_EQ(Fact("hostname"), "jail");
  EXPECT_EQ(Fact("umask"), "0o22");
  EXPECT_EQ(Fact("cwd"), "/work");
}

TEST_F(InsideTest, P1_HostFilesBeyondUsrAreNotThere) {
  Look();
  for (const char* path :
       {"/etc/shadow", "/etc/machine-id", "/etc/ssh", "/boot", "/sys", "/srv", "/opt", "/mnt"}) {
    EXPECT_THAT(Fact("reads", path), HasSubstr("ENOENT")) << path;
  }
  // A root view may have these as empty directories; the host's contents never.
  for (const char* path :
       {"/root", "/home", "/var", "/run", "/var/tmp", "/var/lib", "/work/../root", "/proc/self/root/var"}) {
    EXPECT_THAT(Fact("reads", path), AnyOf("ENOENT", "EACCES", "ok", "ok tmp"))
        << path << ": /var holds a link to /tmp";
  }
}

TEST_F(InsideTest, P3_OnlyThePrivatePlacesAreWritable) {
  Look();
  EXPECT_THAT(FirstOfAll("writable"), IsEmpty());
  for (const char* path : {"/usr/bin/env", "/etc/passwd", "/usr/lib/os-release"}) {
    EXPECT_THAT(Fact("overwrite", path), AnyOf("EROFS", "EACCES")) << path;
  }
  for (const char* place : {"/tmp", "/work", "/dev/shm"}) EXPECT_EQ(Fact("private", place), "ok") << place;
}

TEST_F(InsideTest, P30_NothingWritableIsExecutable) {
  Look();
  for (const char* place : {"/tmp", "/work", "/dev/shm"})
    EXPECT_EQ(Fact("executes in", place), "EACCES") << place;
  EXPECT_THAT(Fact("executes memfd"), AnyOf("EACCES", "EPERM", "EBADF"));
}

// The second lock behind the mounts, where the kernel has one.
TEST_F(InsideTest, P3_P34_LandlockIsInForceWhereTheKernelHasIt) {
  Look();
  const int abi = jail::LandlockAbi();
  const jail::v1::Isolation::Layer* layer = FindLayer(run_, jail::v1::PROTECTION_LANDLOCK);
  ASSERT_NE(layer, nullptr);
  if (abi < jail::kUsableLandlockAbi) {
    EXPECT_EQ(layer->state(), jail::v1::Isolation::STATE_NOT_REQUESTED);
    return;
  }
  EXPECT_EQ(layer->state(), jail::v1::Isolation::STATE_ENFORCED);
  EXPECT_EQ(layer->mechanism(), absl::StrCat("landlock ABI ", abi));
  EXPECT_EQ(Fact("asks a device"), abi >= 5 ? "EACCES" : "ENOTTY");
}

TEST_F(InsideTest, P3_EveryMountIsLockedDown) {
  Look();
  const auto [begin, end] = facts_.equal_range("mount");
  ASSERT_NE(begin, end);
  for (auto it = begin; it != end; ++it) {
    const std::string &point = it->second[0], &type = it->second[2];
    const std::set<std::string> flags = absl::StrSplit(it->second[1], ',');
    SCOPED_TRACE(absl::StrJoin(it->second, " "));
    EXPECT_EQ(flags.count("nosuid"), 1);
    const bool device = absl::StartsWith(point, "/dev/") && type != "tmpfs";
    EXPECT_TRUE(flags.count("nodev") == 1 || device);
    const bool private_place = point == "/tmp" || point == "/work" || point == "/dev/shm";
    EXPECT_TRUE(flags.count("ro") == 1 || private_place || device || type == "proc");
    EXPECT_TRUE(!private_place || (flags.count("noexec") == 1 && type == "tmpfs"));
  }
}

TEST_F(InsideTest, DevHasOnlyTheHarmlessNodes) {
  Look();
  const std::vector<std::string> nodes = absl::StrSplit(Fact("dev"), ' ');
  EXPECT_THAT(nodes, UnorderedElementsAre("fd", "full", "null", "random", "shm", "stderr", "stdin", "stdout",
                                          "urandom", "zero"));
  EXPECT_THAT(FirstOfAll("block device"), IsEmpty());
  EXPECT_EQ(Fact("mknod"), "EPERM");
}

TEST_F(InsideTest, P13_NetworkIsItsOwnLoopback) {
  Look();
  EXPECT_EQ(Fact("own loopback"), "ok");
  for (const char* address : {"192.0.2.1", "10.0.0.1", "169.254.169.254", "8.8.8.8"}) {
    EXPECT_EQ(Fact("route", address), "ENETUNREACH");
  }
}

TEST_F(InsideTest, P12_OtherSocketFamiliesAreRefused) {
  Look();
  const auto [begin, end] = facts_.equal_range("family");
  for (auto it = begin; it != end; ++it)
    EXPECT_THAT(it->second[1], AnyOf("EAFNOSUPPORT", "EPERM")) << it->second[0];
}

TEST_F(InsideTest, P9_P12_DangerousCallsAreRefused) {
  Look();
  for (const char* probe : {"clone3", "io_uring_setup", "userfaultfd"})
    EXPECT_EQ(Fact("call", probe), "ENOSYS") << probe;
  for (const char* call :
       {"unshare", "setns", "mount", "ptrace", "bpf", "keyctl", "perf_event_open", "chroot"}) {
    EXPECT_THAT(Fact("call", call), AnyOf("EPERM", "ENOSYS")) << call;
  }
}

TEST_F(InsideTest, P24_DeniedCallsAreNamedInTheRecord) {
  Look();
  std::map<std::string, int64_t> counts;
  for (const auto& violation : run_.phase().violations()) {
    counts[violation.syscall()] = violation.count();
    EXPECT_EQ(violation.arch(), "x86_64");
  }
  for (const char* call : {"mount", "ptrace", "bpf", "unshare", "setns"}) EXPECT_GE(counts[call], 1) << call;
  EXPECT_EQ(counts.count("clone3"), 0) << "a probe with a documented fallback is no violation";
  EXPECT_EQ(counts.count("io_uring_setup"), 0);
  EXPECT_GE(run_.phase().denied_calls(), 5);
}

TEST_F(InsideTest, P31_P32_ResourceLimitsAreFixed) {
  Look();
  // One byte: no file of that size is written, and unlike 0 it keeps a piped core helper away too.
  EXPECT_THAT(Fact("rlimit", "CORE"), AnyOf("0 0", "1 1"));
  EXPECT_EQ(Fact("rlimit", "MSGQUEUE"), "0 0");
}

TEST_F(InsideTest, P34_RecordListsTheLayersInForceReadBack) {
  Look();
  using namespace jail::v1;  // NOLINT: the enumerators
  for (Protection protection :
       {PROTECTION_USER_NAMESPACE, PROTECTION_PID_NAMESPACE, PROTECTION_MOUNT_NAMESPACE,
        PROTECTION_NETWORK_NAMESPACE, PROTECTION_IPC_NAMESPACE, PROTECTION_UTS_NAMESPACE,
        PROTECTION_CGROUP_NAMESPACE, PROTECTION_READ_ONLY_ROOT, PROTECTION_SECCOMP, PROTECTION_NO_NEW_PRIVS,
        PROTECTION_NO_CAPABILITIES, PROTECTION_MEMORY_CGROUP, PROTECTION_PIDS_CGROUP, PROTECTION_PRIVATE_UID,
        PROTECTION_SEPARATE_INIT_UID, PROTECTION_NO_GROUPS, PROTECTION_MEMFD_NOEXEC,
        PROTECTION_NO_NESTED_NAMESPACES}) {
    const Isolation::Layer* layer = FindLayer(run_, protection);
    ASSERT_NE(layer, nullptr) << Protection_Name(protection);
    EXPECT_EQ(layer->state(), Isolation::STATE_ENFORCED) << layer->ShortDebugString();
    // The filter is the last thing before exec: nothing can read it back from inside any more.
    EXPECT_TRUE(layer->verified() || protection == PROTECTION_SECCOMP) << layer->ShortDebugString();
  }
  EXPECT_EQ(run_.record.isolation().mode(), Isolation::MODE_PRIVILEGED);
}

class CompilePhaseTest : public JailTest {};

// The compile phase is a jail too: a source can read nothing of the host (P1, P28, P29).
TEST_F(CompilePhaseTest, P1_IncludeOfAHostFileSaysNothingOfIt) {
  for (const char* path : {"/etc/shadow", "/root/.bashrc", "/etc/ssh/sshd_config", "/proc/1/environ"}) {
    const JailRun run =
        Jailrun({"--lang", "c", "-"}, absl::StrCat("#include \"", path, "\"\nint main(void){return 0;}\n"));
    SCOPED_TRACE(run.Describe());
    EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_COMPILE_ERROR);
    EXPECT_THAT(run.outcome.err, AnyOf(HasSubstr("No such file"), HasSubstr("Permission denied")));
  }
}

TEST_F(CompilePhaseTest, P30_CompiledProgramIsReadOnly) {
  const JailRun run = Jailrun({Program("own_binary.c")});
  SCOPED_TRACE(run.Describe());
  EXPECT_THAT(run.outcome.out,
              AnyOf(HasSubstr("open EROFS"), HasSubstr("open ETXTBSY"), HasSubstr("open EACCES")));
  EXPECT_THAT(run.outcome.out, AnyOf(HasSubstr("beside EROFS"), HasSubstr("beside EACCES")));
  EXPECT_THAT(run.outcome.out, HasSubstr("path /app/"));
}

}  // namespace
}  // namespace jailtest
