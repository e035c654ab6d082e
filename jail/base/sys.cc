#include "jail/base/sys.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstring>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

namespace jail {
namespace {

int OpenResolved(int dir, const char* path, int flags, int mode, uint64_t resolve, int* fd) {
  open_how how = {};
  how.flags = static_cast<uint64_t>(flags | O_CLOEXEC);
  how.mode = static_cast<uint64_t>(mode);
  how.resolve = resolve | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  return Keep(syscall(SYS_openat2, dir, path, &how, sizeof how), fd);
}

// Both by the system call: libcs keep their hands off the signals they use themselves (32 to 34), which
// a caller may have ignored.
int SetHandler(int number, void (*handler)(int)) {
  struct {
    void (*handler)(int);
    unsigned long flags;
    void* restorer;
    uint64_t mask;
  } action = {handler, 0, nullptr, 0};
  return Errno(syscall(SYS_rt_sigaction, number, &action, nullptr, sizeof action.mask));
}

int SetSignalMask(uint64_t mask) {
  return Errno(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, nullptr, sizeof mask));
}

int64_t ReadClock(clockid_t clock) {
  timespec time;
  if (clock_gettime(clock, &time) != 0) return 0;  // Cannot fail for the clocks below.
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

void CloseFd(int* fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

int ReapDead(int pid, int* status, rusage* usage) {
  const pid_t reaped = wait4(pid, status, WNOHANG | __WALL, usage);
  if (reaped < 0) return errno;
  return reaped == 0 ? EBUSY : 0;
}

int OpenBeneath(int dir, const char* path, int flags, int mode, int* fd) {
  return OpenResolved(dir, path, flags, mode, RESOLVE_BENEATH, fd);
}

int OpenNoLinks(const char* path, int flags, int* fd) {
  return OpenResolved(AT_FDCWD, path, flags, 0, 0, fd);
}

int Control(int fd, unsigned long request, void* argument) {
  return Errno(syscall(SYS_ioctl, fd, request, argument));
}

int ReadSmall(int fd, char* buffer, size_t capacity, size_t* size) {
  size_t used = 0;
  while (used < capacity) {
    const ssize_t n = read(fd, buffer + used, capacity - used);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    if (n == 0) {
      buffer[used] = '\0';
      *size = used;
      return 0;
    }
    used += static_cast<size_t>(n);
  }
  return EFBIG;
}

int ReadSmallAt(int dir, const char* name, char* buffer, size_t capacity) {
  int fd = -1;
  if (const int error = OpenBeneath(dir, name, O_RDONLY, 0, &fd)) return error;
  size_t size = 0;
  const int error = ReadSmall(fd, buffer, capacity, &size);
  CloseFd(&fd);
  return error;
}

int ReadNumberAt(int dir, const char* name, int64_t* value) {
  char text[64];
  if (const int error = ReadSmallAt(dir, name, text, sizeof text)) return error;
  if (std::strncmp(text, "max", 3) == 0) {
    *value = INT64_MAX;
    return 0;
  }
  *value = 0;
  int digits = 0;
  for (; text[digits] >= '0' && text[digits] <= '9' && digits < 19; ++digits) {
    *value = *value * 10 + (text[digits] - '0');
  }
  return digits > 0 ? 0 : EBADMSG;
}

int64_t NumberAfter(const char* text, const char* key, int64_t missing) {
  const size_t length = std::strlen(key);
  while (text != nullptr && *text != '\0') {
    if (std::strncmp(text, key, length) == 0 && text[length] == ' ') {
      int64_t value = 0;
      for (text += length + 1; *text >= '0' && *text <= '9'; ++text) value = value * 10 + (*text - '0');
      return value;
    }
    text = std::strchr(text, '\n');
    if (text != nullptr) ++text;
  }
  return missing;
}

int WriteWhole(int fd, const char* bytes, size_t size) {
  while (size > 0) {
    const ssize_t n = write(fd, bytes, size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    if (n == 0) return EIO;
    bytes += n;
    size -= static_cast<size_t>(n);
  }
  return 0;
}

int WriteNewFile(int dir, const char* path, int mode, const char* bytes, size_t size) {
  FixedText<1025> parent;
  for (const char* at = path; *at != '\0'; ++at) {
    if (*at == '/' && mkdirat(dir, parent.c_str(), 0755) != 0 && errno != EEXIST) return errno;
    const char one[] = {*at, '\0'};
    parent.Add(one);
  }
  if (parent.overflow()) return ENAMETOOLONG;
  int fd = -1;
  if (const int error = OpenBeneath(dir, path, O_WRONLY | O_CREAT | O_EXCL, mode, &fd)) return error;
  const int error = WriteWhole(fd, bytes, size);
  CloseFd(&fd);
  return error;
}

int WriteAt(int dir, const char* name, const char* text) {
  int fd = -1;
  if (const int error = OpenBeneath(dir, name, O_WRONLY, 0, &fd)) return error;
  const int error = WriteWhole(fd, text, std::strlen(text));
  CloseFd(&fd);
  return error;
}

int WriteNumberAt(int dir, const char* name, int64_t value) {
  return WriteAt(dir, name, FixedText<32>().Add(value).c_str());
}

int MakeMemfd(const char* name, int* fd) {
  const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  const int error = Keep(memfd_create(name, flags | MFD_NOEXEC_SEAL), fd);
  return error == EINVAL ? Keep(memfd_create(name, flags), fd) : error;  // Before Linux 6.3.
}

int OpenHostProc(int* fd) {
  if (const int error = OpenNoLinks("/proc", O_RDONLY | O_DIRECTORY, fd)) return error;
  struct statfs status;
  if (fstatfs(*fd, &status) != 0) return errno;
  return status.f_type == PROC_SUPER_MAGIC ? 0 : ENOTSUP;
}

int NamespaceId(int ns_dir, const char* name, uint64_t* id) {
  char text[64];
  const ssize_t length = readlinkat(ns_dir, name, text, sizeof text - 1);
  if (length < 0) return errno;
  text[length] = '\0';
  const char* digit = std::strchr(text, '[');
  if (digit == nullptr) return EBADMSG;
  *id = 0;
  for (++digit; *digit >= '0' && *digit <= '9'; ++digit) *id = *id * 10 + static_cast<uint64_t>(*digit - '0');
  return *digit == ']' && *id != 0 ? 0 : EBADMSG;
}

int CloseBetween(int first, int last) {
  return first > last ? 0 : Errno(syscall(SYS_close_range, first, last, 0));
}

int ListFds(int capacity, int* fds, int* count) {
  int dir = -1;
  if (const int error = Keep(open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC), &dir)) return error;
  alignas(dirent64) char entries[2048];
  int error = 0;
  long n = 0;
  *count = 0;
  while (error == 0 && (n = syscall(SYS_getdents64, dir, entries, sizeof entries)) > 0) {
    for (long at = 0; at < n && error == 0;) {
      const dirent64* entry = reinterpret_cast<const dirent64*>(entries + at);
      at += entry->d_reclen;
      int fd = 0;
      const char* digit = entry->d_name;
      for (; *digit >= '0' && *digit <= '9'; ++digit) fd = fd * 10 + (*digit - '0');
      if (*digit != '\0' || fd == dir) continue;  // "." and "..", and this one.
      if (*count == capacity)
        error = EOVERFLOW;
      else
        fds[(*count)++] = fd;
    }
  }
  if (n < 0) error = errno;
  CloseFd(&dir);
  return error;
}

int KeepOnly(int first, int least, int most, int* end) {
  int fd = first;
  while (fd < most && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0) ++fd;
  *end = fd;
  return fd < least ? EBADF : CloseFrom(fd);
}

int CloseFrom(int first) { return Errno(syscall(SYS_close_range, first, ~0U, 0)); }

int CloseAllBut(int* a, int* b) {
  const int base = (*a > *b ? *a : *b) + 1;
  if (dup3(*a, base, O_CLOEXEC) < 0 || dup3(*b, base + 1, O_CLOEXEC) < 0) return errno;
  *a = base;
  *b = base + 1;
  if (const int error = CloseBetween(0, base - 1)) return error;
  return CloseFrom(base + 2);
}

int GetLimit(int resource, rlimit* limit) {
  return Errno(syscall(SYS_prlimit64, 0, resource, nullptr, limit));
}

int SetLimit(int resource, const rlimit& limit) {
  return Errno(syscall(SYS_prlimit64, 0, resource, &limit, nullptr));
}

int SetHandlers(std::initializer_list<int> signals, void (*handler)(int)) {
  for (const int number : signals) {
    if (const int error = SetHandler(number, handler)) return error;
  }
  return 0;
}

int ResetSignals() {
  for (int number = 1; number <= 64; ++number) {
    if (number == SIGKILL || number == SIGSTOP) continue;
    if (const int error = SetHandler(number, SIG_DFL)) return error;
  }
  return UnblockSignals();
}

int UnblockSignals() { return SetSignalMask(0); }
int BlockSignals() { return SetSignalMask(~uint64_t{0}); }

int64_t NowNs() { return ReadClock(CLOCK_MONOTONIC); }
int64_t OwnCpuNs() { return ReadClock(CLOCK_PROCESS_CPUTIME_ID); }

int OpenChildSignals(int* signals) {
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  return Keep(signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK), signals);
}

int DrainChildSignals(int signals) {
  signalfd_siginfo info;
  while (read(signals, &info, sizeof info) > 0) {
  }
  return errno == EAGAIN ? 0 : errno;
}

int FillStdio() {
  for (int fd = 0; fd <= 2; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) continue;
    // Takes the lowest free number: this one. NOLINTNEXTLINE(android-cloexec-open): stdio survives exec.
    const int null = open("/dev/null", O_RDWR);
    if (null != fd) return null < 0 ? errno : EBADF;
  }
  return 0;
}

int RaiseSoftLimits() {
  for (const int resource : {RLIMIT_FSIZE, RLIMIT_NOFILE, RLIMIT_AS, RLIMIT_DATA, RLIMIT_CPU, RLIMIT_NPROC}) {
    rlimit limit;
    if (const int error = GetLimit(resource, &limit)) return error;
    limit.rlim_cur = limit.rlim_max;
    if (const int error = SetLimit(resource, limit)) return error;
  }
  return 0;
}

uint64_t NoCoreLimit() {
  rlimit limit;
  return GetLimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_max >= 1 ? 1 : 0;
}

int WaitReadable(int fd, int timeout_ms) {
  pollfd readable = {fd, POLLIN, 0};
  int ready;
  do ready = poll(&readable, 1, timeout_ms);
  while (ready < 0 && errno == EINTR);
  if (ready < 0) return errno;
  return ready > 0 ? 0 : ETIMEDOUT;
}

int ArmTimer(int timer, int64_t ns, int flags, int64_t interval_ns) {
  itimerspec spec = {};
  spec.it_value.tv_sec = ns / 1'000'000'000;
  spec.it_value.tv_nsec = ns % 1'000'000'000;
  spec.it_interval.tv_nsec = interval_ns;
  return Errno(timerfd_settime(timer, flags, &spec, nullptr));
}

int DrainTimer(int timer) {
  uint64_t expirations = 0;
  return read(timer, &expirations, sizeof expirations) < 0 && errno != EAGAIN ? errno : 0;
}

namespace {

// Of another type with each libc.
template <typename Size>
void SetSize(Size* field, size_t size) {
  *field = static_cast<Size>(size);
}

}  // namespace

int SendWith(int socket, const Sent& sent) {
  if (sent.count > kMostSent) return E2BIG;
  iovec data = {sent.bytes, sent.size};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMostSent)] = {};
  const size_t fds_size = sizeof(int) * static_cast<size_t>(sent.count);
  msghdr message = {};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  if (sent.count > 0) {
    message.msg_control = control;
    SetSize(&message.msg_controllen, CMSG_SPACE(fds_size));
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    SetSize(&header->cmsg_len, CMSG_LEN(fds_size));
    std::memcpy(CMSG_DATA(header), sent.fds, fds_size);
  }
  return Errno(sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT));
}

int ReceiveWith(int socket, int flags, Sent* sent) {
  const int capacity = sent->count;
  sent->count = 0;
  iovec data = {sent->bytes, sent->size};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMostSent)] = {};
  msghdr message = {};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  SetSize(&message.msg_controllen, CMSG_LEN(sizeof(int) * static_cast<size_t>(capacity)));  // Not one more.
  ssize_t n;
  do n = recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC);
  while (n < 0 && errno == EINTR);
  if (n < 0) return errno;
  sent->size = static_cast<size_t>(n);
  const cmsghdr* header = message.msg_controllen > 0 ? CMSG_FIRSTHDR(&message) : nullptr;
  if (header != nullptr && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
    const size_t fds_size = header->cmsg_len - CMSG_LEN(0);
    sent->count = static_cast<int>(fds_size / sizeof(int));
    std::memcpy(sent->fds, CMSG_DATA(header), fds_size);
  }
  return 0;
}

int SendByte(int socket, uint8_t byte, int fd) { return SendWith(socket, {&byte, 1, &fd, fd >= 0 ? 1 : 0}); }

int ReceiveByte(int socket, int flags, uint8_t* byte, int* fd) {
  *byte = 0;
  *fd = -1;
  Sent sent = {byte, 1, fd, 1};
  return ReceiveWith(socket, flags, &sent);
}

// no_sanitize_address: called where memory is shared with a parent that does not know of it.
[[gnu::no_sanitize_address]] int PlaceFds(int* given, int count) {
  for (int n = 0; n < count; ++n) {
    if (given[n] < 0) continue;
    const int moved = fcntl(given[n], F_DUPFD_CLOEXEC, count);
    if (moved < 0) return errno;
    given[n] = moved;
  }
  for (int n = 0; n < count; ++n) {
    if (given[n] < 0) continue;
    if (dup2(given[n], n) < 0) return errno;
    given[n] = n;
  }
  return 0;
}

}  // namespace jail
