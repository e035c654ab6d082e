// Attacks on who the program is: its ids, capabilities, limits, environment, descriptors and host name.
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <initializer_list>

#include "tools/jailrun/doctor/attack/attack.h"

extern char** environ;

namespace jail::attack {
namespace {

int HasGroups() {
  const int count = getgroups(0, nullptr);
  if (count < 0) return errno;
  return count > 0 ? 0 : EPERM;
}

int JoinGroupZero() {
  const gid_t zero = 0;
  return Result(syscall(SYS_setgroups, 1, &zero));
}

constexpr Try kBecomeRoot[] = {
    {"setuid(0)", [] { return Result(syscall(SYS_setuid, 0)); }},
    {"setresuid(0, 0, 0)", [] { return Result(syscall(SYS_setresuid, 0, 0, 0)); }},
    {"setgid(0)", [] { return Result(syscall(SYS_setgid, 0)); }},
    {"setresgid(0, 0, 0)", [] { return Result(syscall(SYS_setresgid, 0, 0, 0)); }},
    {"setgroups(0)", JoinGroupZero},
    {"being root", [] { return getuid() == 0 || geteuid() == 0 ? 0 : EPERM; }},
    {},
};
constexpr Try kGroups[] = {{"having groups", HasGroups}, {}};

int HasCapabilities() {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  if (syscall(SYS_capget, &header, data) != 0) return errno;
  unsigned any = 0;
  for (const __user_cap_data_struct& half : data) any |= half.effective | half.permitted | half.inheritable;
  return any != 0 ? 0 : EPERM;
}

int TakeCapabilities() {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct data[2] = {{~0U, ~0U, ~0U}, {0, 0, 0}};
  return Result(syscall(SYS_capset, &header, data));
}

int HasBounding() {
  for (unsigned long capability = 0; capability < 64; ++capability) {
    if (prctl(PR_CAPBSET_READ, capability) == 1) return 0;
  }
  return EPERM;
}

int GiveAway() {
  const int fd = open("/work/given", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return errno;
  return Result(fchown(fd, 0, 0));
}

constexpr Try kCapabilities[] = {
    {"having one", HasCapabilities},
    {"capset", TakeCapabilities},
    {"one in the bounding set", HasBounding},
    {"giving a file to root", GiveAway},
    {},
};

int SetuidMounts() {
  for (const char* path : {"/usr", "/work", "/tmp", "/app"}) {
    struct statvfs status;
    if (statvfs(path, &status) == 0 && (status.f_flag & ST_NOSUID) == 0) return 0;
  }
  return EPERM;
}

constexpr Try kNewPrivileges[] = {
    {"exec may give privileges", [] { return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? EPERM : 0; }},
    {"a mount honours setuid", SetuidMounts},
    {},
};

// Hard limits cannot be raised again; what must be limited is not infinite.
template <int kResource>
int Raise() {
  rlimit limit = {};
  if (getrlimit(kResource, &limit) != 0) return errno;
  if (limit.rlim_max == RLIM_INFINITY) return 0;
  limit.rlim_max += 1;
  return Result(syscall(SYS_setrlimit, kResource, &limit));
}

template <int kResource>
int RaiseByPrlimit() {
  const rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
  return Result(syscall(SYS_prlimit64, 0, kResource, &limit, nullptr));
}

constexpr Try kRaiseLimits[] = {
    {"open files", Raise<RLIMIT_NOFILE>},
    {"file size", Raise<RLIMIT_FSIZE>},
    {"stack", Raise<RLIMIT_STACK>},
    {"core", Raise<RLIMIT_CORE>},
    {"stack, prlimit", RaiseByPrlimit<RLIMIT_STACK>},
    {"core, prlimit", RaiseByPrlimit<RLIMIT_CORE>},
    {"CPU, prlimit", RaiseByPrlimit<RLIMIT_CPU>},
    {},
};

int Preempt() {
  const int parameters[] = {1};
  return Result(syscall(SYS_sched_setscheduler, 0, 1 /* SCHED_FIFO */, parameters));
}
int AvoidOom() {
  const int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  return Result(write(fd, "-1000", 5));
}
constexpr Try kPriority[] = {
    {"nice -20", [] { return Result(setpriority(PRIO_PROCESS, 0, -20)); }},
    {"SCHED_FIFO", Preempt},
    {"mlockall", [] { return Result(syscall(SYS_mlockall, MCL_CURRENT)); }},
    {"oom_score_adj", AvoidOom},
    {},
};

// Whatever CPUs there are, for the one that doctor has given.
int TakeCpus(int pid) {
  unsigned char all[128];
  memset(all, 0xff, sizeof all);
  return Result(syscall(SYS_sched_setaffinity, pid, sizeof all, all));
}
int HaveCpus() {
  unsigned char mine[128] = {};
  if (syscall(SYS_sched_getaffinity, 0, sizeof mine, mine) < 0) return errno;
  int count = 0;
  for (const unsigned char byte : mine) count += __builtin_popcount(byte);
  return count > 1 ? 0 : EPERM;
}
constexpr Try kLeaveCpus[] = {
    {"have more than one", HaveCpus},
    {"take all", [] { return TakeCpus(0); }},
    {"take all, by pid", [] { return TakeCpus(static_cast<int>(getpid())); }},
    {"take all for a child",
     [] {
       const pid_t child = fork();
       if (child == 0) {
         pause();
         _exit(0);
       }
       const int error = TakeCpus(static_cast<int>(child));
       kill(child, SIGKILL);
       return error;
     }},
    {},
};

// doctor has put a variable into its own environment.
int ForeignVariable() {
  for (char** entry = environ; *entry != nullptr; ++entry) {
    bool known = false;
    for (const char* name : {"HOME=", "LANG=", "PATH=", "TMPDIR="}) {
      known = known || strncmp(*entry, name, strlen(name)) == 0;
    }
    if (!known) return 0;
  }
  return EPERM;
}
constexpr Try kEnvironment[] = {{"a variable of the caller's", ForeignVariable}, {}};

// doctor holds some open without close-on-exec.
int ForeignDescriptor() {
  constexpr int kMost = 4096;
  for (int fd = 3; fd < kMost; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) return 0;
  }
  return EBADF;
}
constexpr Try kDescriptors[] = {{"a descriptor of the caller's", ForeignDescriptor}, {}};

int SeeHostName() {
  utsname names;
  if (uname(&names) != 0) return errno;
  return strcmp(names.nodename, Told("host")) == 0 ? 0 : ENOENT;
}
constexpr Try kHostName[] = {
    {"reading the host's", SeeHostName},
    {"sethostname", [] { return Result(sethostname("doctor", 6)); }},
    {"setdomainname", [] { return Result(setdomainname("doctor", 6)); }},
    {},
};

}  // namespace

const Attack kIdentityAttacks[] = {
    {"become-root", kBecomeRoot, nullptr},
    {"groups", kGroups, nullptr},
    {"capabilities", kCapabilities, nullptr},
    {"new-privileges", kNewPrivileges, nullptr},
    {"raise-limits", kRaiseLimits, nullptr},
    {"priority", kPriority, nullptr},
    {"environment", kEnvironment, nullptr},
    {"descriptors", kDescriptors, nullptr},
    {"host-name", kHostName, nullptr},
    {"leave-cpus", kLeaveCpus, nullptr},
    {},
};

}  // namespace jail::attack
