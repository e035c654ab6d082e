// Small pieces the steps share: errno as a return value, whole reads and writes, descriptors that are
// sent. No heap, no formatting library: numbers are written by hand.
#ifndef JAIL_BASE_SYS_H_
#define JAIL_BASE_SYS_H_

#include <sys/resource.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace jail {

// 0 for success, errno for -1: `return Errno(mount(...));`
inline int Errno(long result) { return result < 0 ? errno : 0; }

// A descriptor or -errno folded into the two: `if (int e = Keep(open(...), &fd)) return e;`
inline int Keep(long result, int* fd) {
  if (result < 0) return errno;
  *fd = static_cast<int>(result);
  return 0;
}

void CloseFd(int* fd);

// A child that has ended: EBUSY when it has not.
int ReapDead(int pid, int* status, rusage* usage);

// FixedText in a fixed buffer; what does not fit sets `overflow` and is cut.
template <size_t kSize>
class FixedText {
 public:
  FixedText& Add(const char* text) {
    while (*text != '\0') Put(*text++);
    return *this;
  }
  FixedText& Add(int64_t number) {
    char digits[24];
    int count = 0;
    uint64_t rest = number < 0 ? uint64_t{0} - static_cast<uint64_t>(number) : static_cast<uint64_t>(number);
    do digits[count++] = static_cast<char>('0' + rest % 10);
    while ((rest /= 10) != 0);
    if (number < 0) Put('-');
    while (count > 0) Put(digits[--count]);
    return *this;
  }
  const char* c_str() const { return bytes_; }
  size_t size() const { return size_; }
  bool overflow() const { return overflow_; }
  void Clear() { bytes_[size_ = 0] = '\0'; }

 private:
  void Put(char c) {
    if (size_ + 1 >= kSize) {
      overflow_ = true;
      return;
    }
    bytes_[size_++] = c;
    bytes_[size_] = '\0';
  }
  char bytes_[kSize] = {};
  size_t size_ = 0;
  bool overflow_ = false;
};

// Opens beneath `dir` without following any link. `flags` get O_CLOEXEC.
int OpenBeneath(int dir, const char* path, int flags, int mode, int* fd);
// The same from the root of the file system, for absolute paths.
int OpenNoLinks(const char* path, int flags, int* fd);

// ioctl, whose request is an int with one libc and a long with the next.
int Control(int fd, unsigned long request, void* argument);

// Whole contents of a small file, NUL-terminated; EFBIG when it does not fit.
int ReadSmall(int fd, char* buffer, size_t capacity, size_t* size);
int ReadSmallAt(int dir, const char* name, char* buffer, size_t capacity);
int ReadNumberAt(int dir, const char* name, int64_t* value);
// "key 123\n": the number behind a key at the start of a line; `missing` when there is none.
int64_t NumberAfter(const char* text, const char* key, int64_t missing);

int WriteWhole(int fd, const char* bytes, size_t size);
// A new file beneath `dir`, with the folders above it that are not there yet: for a tree that nobody else has
// written to. ENAMETOOLONG: over 1,024 bytes.
int WriteNewFile(int dir, const char* path, int mode, const char* bytes, size_t size);
int WriteAt(int dir, const char* name, const char* text);
int WriteNumberAt(int dir, const char* name, int64_t value);

// A memfd that can be sealed and, where the kernel knows how (6.3), never executed.
int MakeMemfd(const char* name, int* fd);

// The host's /proc, checked to be procfs: a bind mount could make it anything.
int OpenHostProc(int* fd);

// The number of a namespace by its name in a /proc/PID/ns, from the link's text ("net:[4026531840]"):
// following it, as stat does, costs the kernel twice that.
int NamespaceId(int ns_dir, const char* name, uint64_t* id);

// 0 to 2 must be something, or what is opened next would become them.
int FillStdio();

// Closes [first, last]; nothing when that is empty.
int CloseBetween(int first, int last);
// The open descriptors of this process, but for the one that looks; EOVERFLOW when there are more.
int ListFds(int capacity, int* fds, int* count);
// Closes `first` and all above.
int CloseFrom(int first);
// Closes all but two, which change their numbers.
int CloseAllBut(int* a, int* b);
// Closes all from `first` on but those up to the first gap, and from `most` on in any case; the kept ones are
// close-on-exec then. *end is one past the last of them: EBADF when that is not as far as `least`.
int KeepOnly(int first, int least, int most, int* end);

// RLIMIT_*, by a number that is an int with every libc.
int GetLimit(int resource, rlimit* limit);
int SetLimit(int resource, const rlimit& limit);
// Soft limits of the caller's go up to his hard ones; more cannot be had without privilege.
int RaiseSoftLimits();
// 1 rather than 0, at which a piped core_pattern is still started (core(5)); 0 where that is all the
// caller's own limit leaves us.
uint64_t NoCoreLimit();

// Handlers and mask as a fresh process has them.
int ResetSignals();
int UnblockSignals();
// SIG_DFL or SIG_IGN for each.
int SetHandlers(std::initializer_list<int> signals, void (*handler)(int));
int BlockSignals();
// A descriptor that is readable when children have ended; the signal must be blocked. Drained without
// waiting.
int OpenChildSignals(int* signals);
int DrainChildSignals(int signals);

// CLOCK_MONOTONIC, and the CPU time of this process so far.
int64_t NowNs();
int64_t OwnCpuNs();

// `flags` as timerfd_settime's; an interval of 0 fires once.
int ArmTimer(int timer, int64_t ns, int flags, int64_t interval_ns = 0);
int DrainTimer(int timer);

// ETIMEDOUT: `fd` had nothing to read, nor was it at its end. Once there is a limit there is a wait: 0 only
// looks.
int WaitReadable(int fd, int timeout_ms);

// Makes descriptor n of given[n], unless that is negative: first out of the way of the numbers, then onto
// them, since one may be any of them. Copies stay behind, at `count` and above.
int PlaceFds(int* given, int count);

// A message over a SOCK_SEQPACKET socket, and descriptors with it. Sending never waits: EAGAIN from one that
// somebody has filled. To receive: `size` and `count` are what there is room for, then what came; a size of 0
// is the end of file, and what there was no room for is lost.
struct Sent {
  void* bytes;
  size_t size;
  int* fds;
  int count;
};
inline constexpr int kMostSent = 24;
int SendWith(int socket, const Sent& sent);
int ReceiveWith(int socket, int flags, Sent* sent);

// One-byte messages with at most one descriptor over a SOCK_SEQPACKET socket. Sending never waits: EAGAIN
// from one that somebody has filled.
int SendByte(int socket, uint8_t byte, int fd = -1);
// *byte is 0 at end of file. *fd is -1 when none came. EAGAIN when `flags` has MSG_DONTWAIT.
int ReceiveByte(int socket, int flags, uint8_t* byte, int* fd);

}  // namespace jail

#endif  // JAIL_BASE_SYS_H_
