// The caller's own descriptors: any kind, blocking or not, shared with who knows whom. Reading and
// writing here never blocks (where the kernel lets us) and never changes a flag on them: O_NONBLOCK
// belongs to the open file, so the caller's shell would find its terminal changed.
#ifndef JAIL_WATCH_CALLER_IO_H_
#define JAIL_WATCH_CALLER_IO_H_

#include <signal.h>
#include <sys/types.h>

#include <cstddef>

#include "absl/strings/string_view.h"
#include "jail/base/fd.h"

namespace jail::watch {

// Where output goes live.
class Sink {
 public:
  explicit Sink(int fd);  // -1: nowhere

  bool open() const { return fd_ >= 0; }
  int fd() const { return fd_; }  // For poll.
  // Write may be called without asking poll first.
  bool never_blocks() const { return how_ != How::kAfterPoll; }

  // Bytes taken; 0 when it would block. Closes the sink when nobody is there any more.
  size_t Write(absl::string_view bytes);

 private:
  enum class How { kPlain, kSocket, kAfterPoll };
  int fd_;
  How how_ = How::kPlain;
  Fd reopened_;
};

// Where standard input comes from.
class Source {
 public:
  explicit Source(int fd);  // -1: empty

  bool open() const { return fd_ >= 0; }
  int fd() const { return fd_; }

  // After poll. Bytes read; 0 when it would block, and at the end, which closes the source.
  size_t Read(char* buffer, size_t size);
  void Close() { fd_ = -1; }

 private:
  enum class How { kPlain, kSocket, kPipe };
  int fd_;
  How how_ = How::kPlain;
};

// All of it, however long the caller takes to read; `cancel_fd` becoming readable ends that (-1: nothing
// does).
void Deliver(int fd, absl::string_view bytes, int cancel_fd);

// While it lives, writing to a closed pipe is an errno for this thread and not the end of the process.
class SigpipeBlock {
 public:
  SigpipeBlock();
  ~SigpipeBlock();
  SigpipeBlock(const SigpipeBlock&) = delete;
  SigpipeBlock& operator=(const SigpipeBlock&) = delete;

 private:
  sigset_t before_;
  bool ours_;  // Nobody had it blocked or pending before.
};

}  // namespace jail::watch

#endif  // JAIL_WATCH_CALLER_IO_H_
