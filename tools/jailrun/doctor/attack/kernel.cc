// Attacks on the kernel: calls that honest programs do not make, namespaces, mounts, foreign call
// tables, the machine's own /proc.
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tools/jailrun/doctor/attack/attack.h"

namespace jail::attack {
namespace {

constexpr Try kProcDoors[] = {
    {"/proc/1/environ", [] { return CanOpen("/proc/1/environ", O_RDONLY); }},
    {"/proc/1/mem", [] { return CanOpen("/proc/1/mem", O_RDWR); }},
    {"/proc/1/fd", [] { return CanOpen("/proc/1/fd", O_RDONLY); }},
    {"/proc/1/cwd", [] { return CanOpen("/proc/1/cwd/", O_RDONLY); }},
    {"/proc/kcore", [] { return CanOpen("/proc/kcore", O_RDONLY); }},
    {"/proc/kmsg", [] { return CanOpen("/proc/kmsg", O_RDONLY); }},
    {"/proc/keys", [] { return CanOpen("/proc/keys", O_RDONLY); }},
    {"/proc/sysrq-trigger", [] { return CanOpen("/proc/sysrq-trigger", O_WRONLY); }},
    {"core_pattern", [] { return CanOpen("/proc/sys/kernel/core_pattern", O_WRONLY); }},
    {"modprobe", [] { return CanOpen("/proc/sys/kernel/modprobe", O_WRONLY); }},
    {"drop_caches", [] { return CanOpen("/proc/sys/vm/drop_caches", O_WRONLY); }},
    {"binfmt_misc", [] { return CanOpen("/proc/sys/fs/binfmt_misc/register", O_WRONLY); }},
    {},
};

int Clone(uint64_t flags) {
  const long pid = syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) _exit(0);
  return Result(pid);
}

int Clone3(uint64_t flags) {
  uint64_t arguments[11] = {flags};
  arguments[4] = SIGCHLD;
  const long pid = syscall(SYS_clone3, arguments, sizeof arguments);
  if (pid == 0) _exit(0);
  return Result(pid);
}

int Unshare(int flags) { return Result(syscall(SYS_unshare, flags)); }

int Join(const char* path) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  return fd < 0 ? errno : Result(setns(fd, 0));
}

constexpr int kNewTime = 0x80;

constexpr Try kUserNamespace[] = {
    {"unshare", [] { return Unshare(CLONE_NEWUSER); }},
    {"unshare with a mount namespace", [] { return Unshare(CLONE_NEWUSER | CLONE_NEWNS); }},
    {"clone", [] { return Clone(CLONE_NEWUSER); }},
    {"clone3", [] { return Clone3(CLONE_NEWUSER); }},
    {},
};
constexpr Try kNamespaces[] = {
    {"mount", [] { return Unshare(CLONE_NEWNS); }},
    {"uts", [] { return Unshare(CLONE_NEWUTS); }},
    {"ipc", [] { return Unshare(CLONE_NEWIPC); }},
    {"pid", [] { return Clone(CLONE_NEWPID); }},
    {"network", [] { return Clone(CLONE_NEWNET); }},
    {"cgroup", [] { return Unshare(CLONE_NEWCGROUP); }},
    {"time", [] { return Unshare(kNewTime); }},
    {"setns", [] { return Join("/proc/self/ns/net"); }},
    {},
};

constexpr Try kMounts[] = {
    {"a tmpfs", [] { return Result(mount("none", "/tmp", "tmpfs", 0, "")); }},
    {"a cgroup2", [] { return Result(mount("none", "/tmp", "cgroup2", 0, "")); }},
    {"/ made writable", [] { return Result(mount("none", "/", nullptr, MS_REMOUNT | MS_BIND, nullptr)); }},
    {"umount /proc", [] { return Result(umount2("/proc", MNT_DETACH)); }},
    {"chroot", [] { return Result(chroot("/tmp")); }},
    {"pivot_root", [] { return Result(syscall(SYS_pivot_root, ".", ".")); }},
    {"fsopen", [] { return Result(syscall(SYS_fsopen, "tmpfs", 0)); }},
    {"open_tree", [] { return Result(syscall(SYS_open_tree, AT_FDCWD, "/", 1 /* OPEN_TREE_CLONE */)); }},
    {},
};

// "0::/" is all that may be seen; a longer path is the host's order.
int SeeCgroups() {
  const int fd = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
  char text[4096] = {};
  if (fd < 0) return errno;
  if (read(fd, text, sizeof text - 1) <= 0) return ENODATA;
  for (const char* at = text; (at = strstr(at, ":/")) != nullptr; at += 2) {
    if (at[2] != '\n' && at[2] != '\0') return 0;
  }
  return ENOENT;
}
constexpr Try kCgroups[] = {
    {"/sys/fs/cgroup", [] { return CanOpen("/sys/fs/cgroup", O_RDONLY); }},
    {"seeing the host's groups", SeeCgroups},
    {},
};

int IoUring() {
  uint32_t parameters[30] = {};
  return Result(syscall(SYS_io_uring_setup, 8, parameters));
}
constexpr Try kIoUring[] = {
    {"io_uring_setup", IoUring},
    {"io_uring_enter", [] { return Reached(syscall(SYS_io_uring_enter, -1, 0, 0, 0, nullptr, 0)); }},
    {"io_uring_register", [] { return Reached(syscall(SYS_io_uring_register, -1, 0, nullptr, 0)); }},
    {"io_setup",
     [] {
       unsigned long context = 0;
       return Result(syscall(SYS_io_setup, 1, &context));
     }},
    {},
};

int AddKey() {
  return Result(syscall(SYS_add_key, "user", "jailrun-doctor", "x", 1, KEY_SPEC_PROCESS_KEYRING));
}
constexpr Try kKeys[] = {
    {"keyctl",
     [] { return Result(syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 1)); }},
    {"add_key", AddKey},
    {"request_key", [] { return Reached(syscall(SYS_request_key, "user", "jailrun-doctor", nullptr, 0)); }},
    {},
};

int BpfMap() {
  bpf_attr attributes = {};
  attributes.map_type = BPF_MAP_TYPE_ARRAY;
  attributes.key_size = 4;
  attributes.value_size = 4;
  attributes.max_entries = 1;
  return Result(syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes));
}
int BpfProgram() {
  const uint64_t code[] = {0xb7, 0x95};  // r0 = 0; exit
  static const char license[] = "GPL";
  bpf_attr attributes = {};
  attributes.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
  attributes.insn_cnt = 2;
  attributes.insns = reinterpret_cast<uintptr_t>(code);
  attributes.license = reinterpret_cast<uintptr_t>(license);
  return Result(syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof attributes));
}
constexpr Try kBpf[] = {{"a map", BpfMap}, {"a program", BpfProgram}, {}};

int PerfEvent() {
  perf_event_attr attributes = {};
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.size = sizeof attributes;
  attributes.config = PERF_COUNT_SW_TASK_CLOCK;
  attributes.exclude_kernel = 1;
  return Result(syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0));
}
constexpr Try kPerf[] = {
    {"perf_event_open", PerfEvent},
    {"userfaultfd", [] { return Result(syscall(SYS_userfaultfd, O_CLOEXEC | 1)); }},
    {},
};

// An administrator's calls, with arguments that would do no harm.
constexpr Try kAdmin[] = {
    {"reboot", [] { return Reached(syscall(SYS_reboot, 1, 2, 3, 0)); }},
    {"init_module", [] { return Reached(syscall(SYS_init_module, 0, 0, 0)); }},
    {"delete_module", [] { return Reached(syscall(SYS_delete_module, 0, 0)); }},
    {"kexec_load", [] { return Reached(syscall(SYS_kexec_load, 0, 0, 0, 1)); }},
    {"swapon", [] { return Reached(syscall(SYS_swapon, 0, 0)); }},
    {"acct", [] { return Reached(syscall(SYS_acct, 1)); }},
    {"clock_settime", [] { return Reached(syscall(SYS_clock_settime, 99, 0)); }},
    {"quotactl", [] { return Reached(syscall(SYS_quotactl, 0, 0, 0, 0)); }},
    {"syslog", [] { return Reached(syscall(SYS_syslog, 10, 0, 0)); }},
    {"fanotify_init", [] { return Reached(syscall(SYS_fanotify_init, 0, 0)); }},
    {"open_by_handle_at", [] { return Reached(syscall(SYS_open_by_handle_at, -1, 0, 0)); }},
#ifdef __x86_64__
    {"iopl", [] { return Reached(syscall(SYS_iopl, 3)); }},
#endif
    {},
};

constexpr Try kIpc[] = {
    {"shmget", [] { return Result(syscall(SYS_shmget, 0, 4096, 01600)); }},
    {"msgget", [] { return Result(syscall(SYS_msgget, 0, 01600)); }},
    {"semget", [] { return Result(syscall(SYS_semget, 0, 1, 01600)); }},
    {"mq_open", [] { return Reached(syscall(SYS_mq_open, "jailrun-doctor", O_RDONLY, 0, 0)); }},
    {},
};

#ifdef __x86_64__
// getpid and unshare of the 32-bit table. Answered, they are a second way to every call.
int Call32(int number, int argument) {
  long result = number;
  __asm__ volatile("int $0x80" : "+a"(result) : "b"(argument) : "memory", "r8", "r9", "r10", "r11");
  if (result < 0) errno = static_cast<int>(-result);
  return result >= 0 ? 0 : errno;
}
constexpr long kX32 = 0x40000000;
#endif

constexpr Try kForeignCalls[] = {
#ifdef __x86_64__
    {"i386 getpid", [] { return Call32(20, 0); }},
    {"i386 unshare", [] { return Call32(310, CLONE_NEWUSER); }},
    {"x32 getpid", [] { return Result(syscall(kX32 | SYS_getpid)); }},
    {"x32 unshare", [] { return Result(syscall(kX32 | SYS_unshare, CLONE_NEWUSER)); }},
#else
    {"none on this machine", [] { return ENOSYS; }},
#endif
    {},
};

// The upper half that a 32-bit comparison overlooks (CVE-2019-10063).
int Inject(unsigned long request) {
  char key = 'x';
  return Result(syscall(SYS_ioctl, 0, request, &key));
}
constexpr Try kTerminal[] = {
    {"TIOCSTI", [] { return Inject(TIOCSTI); }},
    {"TIOCSTI with a dirty upper half", [] { return Inject(0x100000000UL | TIOCSTI); }},
    {"/dev/tty", [] { return CanOpen("/dev/tty", O_RDWR); }},
    {"/dev/console", [] { return CanOpen("/dev/console", O_RDWR); }},
    {"/dev/ptmx", [] { return CanOpen("/dev/ptmx", O_RDWR); }},
    {"a terminal as stdio", [] { return isatty(0) || isatty(1) || isatty(2) ? 0 : ENOTTY; }},
    {},
};

constexpr Try kFilter[] = {
    {"running without one", [] { return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 2 ? EPERM : 0; }},
    {"taking it off", [] { return Result(prctl(PR_SET_SECCOMP, 0, 0, 0, 0)); }},
    {"one of its own", [] { return Reached(syscall(SYS_seccomp, 99, 0, 0)); }},
    {},
};

}  // namespace

const Attack kKernelAttacks[] = {
    {"proc-doors", kProcDoors, nullptr},
    {"user-namespace", kUserNamespace, nullptr},
    {"namespaces", kNamespaces, nullptr},
    {"mounts", kMounts, nullptr},
    {"cgroups", kCgroups, nullptr},
    {"io-uring", kIoUring, nullptr},
    {"keyctl", kKeys, nullptr},
    {"bpf", kBpf, nullptr},
    {"perf", kPerf, nullptr},
    {"admin", kAdmin, nullptr},
    {"ipc", kIpc, nullptr},
    {"foreign-calls", kForeignCalls, nullptr},
    {"terminal", kTerminal, nullptr},
    {"filter", kFilter, nullptr},
    {},
};

}  // namespace jail::attack
