#include "tests/integration/host_kinds.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/magic.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "tests/testlib/jailtest/for_others.h"
#include "tests/testlib/jailtest/jailrun.h"

namespace jailtest {
namespace {

namespace fs = std::filesystem;

void Must(bool done) {
  if (!done) _exit(99);
}

void OwnMounts() {
  Must(unshare(CLONE_NEWNS) == 0);
  Must(mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0);
}

template <const char* kController>
void Without() {
  OwnMounts();
  Must(umount2(absl::StrCat("/sys/fs/cgroup/", kController).c_str(), MNT_DETACH) == 0);
}
constexpr char kMemory[] = "memory", kPids[] = "pids", kCpuacct[] = "cpuacct", kCpu[] = "cpu",
               kBlkio[] = "blkio";

template <size_t kSize>
void Install(const sock_filter (&code)[kSize]) {
  const sock_fprog program = {kSize, const_cast<sock_filter*>(code)};
  Must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  Must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

// --- What this machine is ---

bool IsFilesystem(const std::string& path, unsigned magic) {
  struct statfs status;
  return statfs(path.c_str(), &status) == 0 && static_cast<unsigned>(status.f_type) == magic;
}

bool Always() { return true; }

bool HasV2() { return IsFilesystem("/sys/fs/cgroup", CGROUP2_SUPER_MAGIC); }

bool HasV1() {
  return IsFilesystem("/sys/fs/cgroup/memory", CGROUP_SUPER_MAGIC) &&
         IsFilesystem("/sys/fs/cgroup/pids", CGROUP_SUPER_MAGIC) &&
         IsFilesystem("/sys/fs/cgroup/cpu", CGROUP_SUPER_MAGIC) &&
         IsFilesystem("/sys/fs/cgroup/blkio", CGROUP_SUPER_MAGIC);
}

// systemd mounts cpu and cpuacct as one, which cannot lack one of the two.
bool HasV1Singly() { return HasV1() && !fs::is_symlink("/sys/fs/cgroup/cpu"); }

// --- What enforces what ---

// The one v2 host we have, the machine of tests/vm, has its root on no disk of its own: its io.max is shown
// by vm_cgroup_v2's DiskTest, which brings one.
constexpr Enforcement kV2 = {"cgroup-v2 memory.max", "cgroup-v2 pids.max",
                             "cgroup-v2 cpu.stat by timerfd, RLIMIT_CPU", "cgroup-v2 cpu.max", nullptr};
constexpr Enforcement kV1 = {"cgroup-v1 memory.limit_in_bytes", "cgroup-v1 pids.max",
                             "cgroup-v1 cpuacct.usage by timerfd, RLIMIT_CPU", "cgroup-v1 cpu.cfs_quota_us",
                             "cgroup-v1 blkio.throttle.read_bps_device"};
constexpr Enforcement kStandIns = {"sampler of the tree's resident memory", "RLIMIT_NPROC", "RLIMIT_CPU",
                                   nullptr, nullptr};

// kV1 but for one.
constexpr Enforcement Lacking(const char* Enforcement::*limit) {
  Enforcement by = kV1;
  by.*limit = kStandIns.*limit;
  return by;
}

}  // namespace

const std::vector<HostKind> kHostKinds = {
    {"V2", HasV2, [] {}, /*privileged=*/true, kV2},
    {"V1", HasV1, [] {}, /*privileged=*/true, kV1},
    {"NoCgroups", Always, NoCgroups, /*privileged=*/true, kStandIns},
    {"User", Always, BecomeUser, /*privileged=*/false, kStandIns},
};

// On v2 a controller is missing where its parent does not give it: tests/vm/shapes.cc.
const std::vector<HostKind> kHostsLackingAController = {
    {"V1WithoutMemory", HasV1, Without<kMemory>, /*privileged=*/true, Lacking(&Enforcement::memory)},
    {"V1WithoutPids", HasV1, Without<kPids>, /*privileged=*/true, Lacking(&Enforcement::processes)},
    {"V1WithoutCpuacct", HasV1Singly, Without<kCpuacct>, /*privileged=*/true,
     Lacking(&Enforcement::cpu_time)},
    {"V1WithoutBlkio", HasV1, Without<kBlkio>, /*privileged=*/true, Lacking(&Enforcement::io_read_rate)},
    {"V1WithoutCpu", HasV1Singly, Without<kCpu>, /*privileged=*/true, Lacking(&Enforcement::cpu_rate)},
};

const HostKind kHostWithReadOnlyCgroups = {"ReadOnlyCgroups", Always, ReadOnlyCgroups, /*privileged=*/true,
                                           kStandIns};

std::vector<HostKind> Here(const std::vector<HostKind>& kinds) {
  std::vector<HostKind> here;
  std::copy_if(kinds.begin(), kinds.end(), std::back_inserter(here),
               [](const HostKind& kind) { return kind.here(); });
  return here;
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

void LoseCapability(int capability) { Must(prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0); }

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
  Install(code);
}

void ForgetCall(unsigned number) {
  const sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  Install(code);
}

void InstallForUsers() { static const ForOthers installed; }

Command CommandOn(const HostKind& host, const std::vector<std::string>& args) {
  Command command = JailrunCommand(args);
  if (!host.privileged) command.argv[0] = ForOthers::jailrun();
  command.before_exec = host.enter;
  return command;
}

}  // namespace jailtest
