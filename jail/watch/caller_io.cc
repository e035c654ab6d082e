#include "jail/watch/caller_io.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"

namespace jail::watch {
namespace {

mode_t KindOf(int fd) {
  struct stat info = {};
  return fd >= 0 && fstat(fd, &info) == 0 ? info.st_mode & S_IFMT : 0;
}

// The same pipe or terminal as a new open file with a flag of its own. Not for regular files: they
// would get an offset of their own too. Fails without /proc, or when the pipe is another user's.
Fd ReopenNonBlocking(int fd) {
  const std::string path = absl::StrCat("/proc/self/fd/", fd);
  return Fd(open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

bool WouldBlock(int error) { return error == EAGAIN || error == EINTR; }

}  // namespace

Sink::Sink(int fd) : fd_(fd) {
  const mode_t kind = KindOf(fd);
  if (kind == S_IFSOCK) how_ = How::kSocket;
  if (kind != S_IFIFO && !(kind == S_IFCHR && isatty(fd) == 1)) return;
  reopened_ = ReopenNonBlocking(fd);
  if (reopened_.valid()) {
    fd_ = reopened_.get();
  } else {
    how_ = How::kAfterPoll;
  }
}

size_t Sink::Write(absl::string_view bytes) {
  // A pipe that poll calls writable takes one page without blocking, unless somebody else fills it
  // between the two calls.
  const size_t size = how_ == How::kAfterPoll ? std::min<size_t>(bytes.size(), PIPE_BUF) : bytes.size();
  const ssize_t written = how_ == How::kSocket ? send(fd_, bytes.data(), size, MSG_DONTWAIT | MSG_NOSIGNAL)
                                               : write(fd_, bytes.data(), size);
  if (written >= 0) return static_cast<size_t>(written);
  if (!WouldBlock(errno)) fd_ = -1;  // EPIPE, ENOSPC, EIO: the record still has everything.
  return 0;
}

Source::Source(int fd) : fd_(fd) {
  const mode_t kind = KindOf(fd);
  if (kind == S_IFSOCK) how_ = How::kSocket;
  if (kind == S_IFIFO) how_ = How::kPipe;
}

size_t Source::Read(char* buffer, size_t size) {
  ssize_t got = -1;
  switch (how_) {
    case How::kPlain:
      got = read(fd_, buffer, size);
      break;
    case How::kSocket:
      got = recv(fd_, buffer, size, MSG_DONTWAIT);
      break;
    case How::kPipe: {
      // Somebody else may have read it empty since poll. Not reopened as a sink is: a FIFO whose
      // writer has gone would then never show its end.
      const iovec part = {buffer, size};
      got = preadv2(fd_, &part, 1, -1, RWF_NOWAIT);
      if (got < 0 && errno == EOPNOTSUPP) got = read(fd_, buffer, size);  // Linux before 6.5.
      break;
    }
  }
  if (got > 0) return static_cast<size_t>(got);
  if (got == 0 || !WouldBlock(errno)) Close();
  return 0;
}

void Deliver(int fd, absl::string_view bytes, int cancel_fd) {
  const SigpipeBlock block;
  Sink sink(fd);
  while (!bytes.empty() && sink.open()) {
    pollfd waited[] = {{sink.fd(), POLLOUT, 0}, {cancel_fd, POLLIN, 0}};
    if (poll(waited, std::size(waited), -1) < 0 && errno != EINTR) return;
    if (waited[1].revents != 0) return;
    if (waited[0].revents != 0) bytes.remove_prefix(sink.Write(bytes));
  }
}

SigpipeBlock::SigpipeBlock() {
  sigset_t pipe_signal, pending;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  sigpending(&pending);
  pthread_sigmask(SIG_BLOCK, &pipe_signal, &before_);
  ours_ = sigismember(&before_, SIGPIPE) == 0 && sigismember(&pending, SIGPIPE) == 0;
}

SigpipeBlock::~SigpipeBlock() {
  if (!ours_) return;
  sigset_t pipe_signal;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  const timespec no_wait = {0, 0};
  while (sigtimedwait(&pipe_signal, nullptr, &no_wait) < 0 && errno == EINTR) {
  }
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace jail::watch
