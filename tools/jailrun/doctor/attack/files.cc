// Attacks on files: the host's own, the jail's read-only root, devices, and ways to execute what was
// written.
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "tools/jailrun/doctor/attack/attack.h"

namespace jail::attack {
namespace {

int ReadBait() { return *Told("secret") == '\0' ? ENOENT : CanOpen(Told("secret"), O_RDONLY); }
int WriteBait() { return *Told("secret") == '\0' ? ENOENT : CanOpen(Told("secret"), O_WRONLY); }

// Out of the root by its parent, as a jail with a wrong root would allow.
int ClimbOut() {
  for (int i = 0; i < 40; ++i) {
    if (chdir("..") != 0) return errno;
  }
  return CanOpen("etc/shadow", O_RDONLY);
}

constexpr Try kReadHost[] = {
    {"/etc/shadow", [] { return CanOpen("/etc/shadow", O_RDONLY); }},
    {"/root", [] { return CanOpen("/root", O_RDONLY); }},
    {"/home", [] { return CanOpen("/home", O_RDONLY); }},
    {"/var/lib", [] { return CanOpen("/var/lib", O_RDONLY); }},
    {"/boot", [] { return CanOpen("/boot", O_RDONLY); }},
    {"/sys", [] { return CanOpen("/sys", O_RDONLY); }},
    {"/etc/ssh", [] { return CanOpen("/etc/ssh", O_RDONLY); }},
    {"/proc/1/root/etc/shadow", [] { return CanOpen("/proc/1/root/etc/shadow", O_RDONLY); }},
    {"../../etc/shadow", ClimbOut},
    {"a secret file of doctor's", ReadBait},
    {},
};

constexpr Try kWriteHost[] = {
    {"make /x", [] { return CanOpen("/jailrun-doctor", O_WRONLY | O_CREAT); }},
    {"make /usr/x", [] { return CanOpen("/usr/jailrun-doctor", O_WRONLY | O_CREAT); }},
    {"make /etc/x", [] { return CanOpen("/etc/jailrun-doctor", O_WRONLY | O_CREAT); }},
    {"make /app/x", [] { return CanOpen("/app/jailrun-doctor", O_WRONLY | O_CREAT); }},
    {"make /dev/x", [] { return CanOpen("/dev/jailrun-doctor", O_WRONLY | O_CREAT); }},
    {"mkdir /x", [] { return Result(mkdir("/jailrun-doctor", 0700)); }},
    {"open /usr/bin/env", [] { return CanOpen("/usr/bin/env", O_WRONLY); }},
    {"open /etc/passwd", [] { return CanOpen("/etc/passwd", O_WRONLY); }},
    {"open /proc/self/exe", [] { return CanOpen("/proc/self/exe", O_WRONLY); }},
    {"chmod /usr", [] { return Result(chmod("/usr", 0755)); }},
    {"doctor's secret file", WriteBait},
    {},
};

int MakeDevice(mode_t kind, unsigned major_number, unsigned minor_number) {
  return Result(mknod("/work/device", kind | 0600, makedev(major_number, minor_number)));
}

constexpr Try kDevices[] = {
    {"make a block device", [] { return MakeDevice(S_IFBLK, 254, 0); }},
    {"make /dev/mem", [] { return MakeDevice(S_IFCHR, 1, 1); }},
    {"/dev/mem", [] { return CanOpen("/dev/mem", O_RDONLY); }},
    {"/dev/kmsg", [] { return CanOpen("/dev/kmsg", O_RDONLY); }},
    {"/dev/vda", [] { return CanOpen("/dev/vda", O_RDONLY); }},
    {"/dev/sda", [] { return CanOpen("/dev/sda", O_RDONLY); }},
    {"/dev/kvm", [] { return CanOpen("/dev/kvm", O_RDWR); }},
    {"/dev/fuse", [] { return CanOpen("/dev/fuse", O_RDWR); }},
    {"/dev/net/tun", [] { return CanOpen("/dev/net/tun", O_RDWR); }},
    {},
};

// Reads, whatever the device answers: a driver's code that no program needs.
int Ask(const char* device, int request) {
  const int fd = open(device, O_RDONLY | O_CLOEXEC);
  char answer[256];
  return fd < 0 ? errno : Reached(syscall(SYS_ioctl, fd, request, answer));
}

constexpr Try kDeviceRequests[] = {
    {"TCGETS of /dev/null", [] { return Ask("/dev/null", TCGETS); }},
    {"TIOCGWINSZ of /dev/zero", [] { return Ask("/dev/zero", TIOCGWINSZ); }},
    {"FIONREAD of /dev/urandom", [] { return Ask("/dev/urandom", FIONREAD); }},
    {},
};

// Replaces the process by a copy of ourselves at `path`; that exits with 0.
int Execute(const char* path) {
  char* const argv[] = {const_cast<char*>("attack"), const_cast<char*>("executed"), nullptr};
  char* const envp[] = {nullptr};
  execve(path, argv, envp);
  return errno;
}

int CopySelf(int to) {
  const int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  if (from < 0 || to < 0) return errno;
  char buffer[65536];
  ssize_t size;
  while ((size = read(from, buffer, sizeof buffer)) > 0) {
    if (write(to, buffer, static_cast<size_t>(size)) != size) return errno;
  }
  return size < 0 ? errno : 0;
}

int ExecuteWritten(const char* path) {
  const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
  if (const int error = CopySelf(fd)) return error;
  close(fd);
  return Execute(path);
}

int MapWritten() {
  const int fd = open("/tmp/mapped", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
  if (const int error = CopySelf(fd)) return error;
  return mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED ? errno : 0;
}

constexpr Try kExecuteWritten[] = {
    {"/work", [] { return ExecuteWritten("/work/copy"); }},
    {"/tmp", [] { return ExecuteWritten("/tmp/copy"); }},
    {"/dev/shm", [] { return ExecuteWritten("/dev/shm/copy"); }},
    {"mmap of it", MapWritten},
    {},
};

int MakeMemfd(unsigned flags) { return static_cast<int>(syscall(SYS_memfd_create, "copy", flags)); }

int ExecuteMemfd(unsigned flags) {
  const int fd = MakeMemfd(flags);
  if (const int error = CopySelf(fd)) return error;
  char path[32];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  return Execute(path);
}

int ExecuteMemfdAt() {
  const int fd = MakeMemfd(0);
  if (const int error = CopySelf(fd)) return error;
  char* const argv[] = {const_cast<char*>("attack"), const_cast<char*>("executed"), nullptr};
  char* const envp[] = {nullptr};
  return Result(syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH));
}

constexpr unsigned kMfdExec = 0x10;  // Linux 6.3; newer than the headers.

constexpr Try kExecuteMemfds[] = {
    {"execve of its /proc link", [] { return ExecuteMemfd(0); }},
    {"the same with MFD_EXEC", [] { return ExecuteMemfd(kMfdExec); }},
    {"execveat", ExecuteMemfdAt},
    {},
};

// Links that doctor then asks to have back as artifacts, beside an honest file.
void MakeLinks() {
  const int honest = open("/work/honest.txt", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (honest < 0 || write(honest, "honest\n", 7) != 7) return SayCount(0, errno);
  const char* targets[] = {"/etc/shadow", "/proc/1/environ", Told("secret"), "/etc/passwd"};
  long count = 0;
  for (const char* target : targets) {
    char name[32];
    snprintf(name, sizeof name, "/work/link%ld.txt", count);
    if (symlink(target, name) != 0) return SayCount(count, errno);
    ++count;
  }
  SayCount(count, 0);
}

}  // namespace

const Attack kFileAttacks[] = {
    {"read-host", kReadHost, nullptr},
    {"write-root", kWriteHost, nullptr},
    {"devices", kDevices, nullptr},
    {"device-requests", kDeviceRequests, nullptr},
    {"execute-written", kExecuteWritten, nullptr},
    {"execute-memfd", kExecuteMemfds, nullptr},
    {"artifact-links", nullptr, MakeLinks},
    {},
};

}  // namespace jail::attack
