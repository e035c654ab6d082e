#include "jail/watch/start.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "jail/base/clock.h"
#include "jail/base/sys.h"
#include "jail/plan/layout.h"

namespace jail::watch {
namespace {

constexpr int kMaxGiven = plan::kFirstChannelFd + plan::kMaxChannels;

// What the child needs to know. It shares our memory until exec, so everything is ready beforehand.
struct ChildTask {
  const char* path;
  const char* const* argv;
  std::array<int, kMaxGiven> given;  // given[n] becomes descriptor n; -1: none
  int given_count;
  int error;  // The child's answer: errno of what failed.
};

// no_sanitize_address, here and below: the child never returns from its frames, and what the sanitizer
// notes about them in the memory we share would be held against whoever uses that stack next.
[[gnu::no_sanitize_address]] int PlaceDescriptors(ChildTask& task) {
  if (const int error = PlaceFds(task.given.data(), task.given_count)) return error;
  const auto first_unwanted = static_cast<unsigned>(task.given_count);
  return close_range(first_unwanted, ~0U, 0) == 0 ? 0 : errno;
}

// In the child, on a stack of its own and in our memory: only plain system calls.
[[gnu::no_sanitize_address]] int BecomeHelper(void* argument) {
  ChildTask& task = *static_cast<ChildTask*>(argument);
  // All signals stay blocked over exec: a handler of ours must not run here, where our memory is shared.
  // The helper resets mask and handlers as its first act.
  task.error = PlaceDescriptors(task);
  if (task.error != 0) _exit(127);
  const char* const empty_environment[] = {nullptr};
  execve(task.path, const_cast<char* const*>(task.argv), const_cast<char* const*>(empty_environment));
  task.error = errno;
  _exit(127);
}

// clone rather than posix_spawn for the pidfd: with SIGCHLD ignored a pid may be gone, and reused,
// before pidfd_open. CLONE_VM|CLONE_VFORK: no page table is copied, however large the caller is.
int Spawn(ChildTask* task, Fd* pidfd) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  alignas(64) std::array<char, 16 << 10> stack;  // Each page costs a fault, and ten system calls need few.
  int fd = -1;
  task->error = 0;
  const int pid = clone(BecomeHelper, stack.data() + stack.size(),
                        CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, task, &fd);
  const int error = pid < 0 ? errno : task->error;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) return error;
  *pidfd = Fd(fd);
  if (error != 0) Reap(fd);  // It did not get as far as exec, and is gone.
  return error;
}

struct Pipe {
  Fd read, write;
};

// The usual 64 KiB. More would save wake-ups in a flood, but counts against pipe-user-pages-soft,
// which all runs of one user share.
int MakePipe(Pipe* pipe) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return errno;
  pipe->read = Fd(ends[0]);
  pipe->write = Fd(ends[1]);
  return 0;
}

// Only our end: the flag belongs to the open file, and the program must find a pipe that blocks.
int SetNonBlocking(int fd) {
  const int flags = fcntl(fd, F_GETFL);
  return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 ? 0 : errno;
}

struct SocketPair {
  Fd ours, theirs;
};

int MakeSocketPair(int type, SocketPair* pair) {
  int ends[2];
  if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) != 0) return errno;
  pair->ours = Fd(ends[0]);
  pair->theirs = Fd(ends[1]);
  return 0;
}

struct Connections {
  Pipe in, out, err;
  SocketPair control;
  std::vector<SocketPair> channels;
};

int Connect(Connections* c) {
  for (Pipe* pipe : {&c->in, &c->out, &c->err}) {
    if (const int error = MakePipe(pipe); error != 0) return error;
  }
  for (const int fd : {c->in.write.get(), c->out.read.get(), c->err.read.get()}) {
    if (const int error = SetNonBlocking(fd); error != 0) return error;
  }
  for (SocketPair& channel : c->channels) {
    if (const int error = MakeSocketPair(SOCK_STREAM, &channel); error != 0) return error;
  }
  return MakeSocketPair(SOCK_SEQPACKET, &c->control);
}

struct Given {
  std::array<int, kMaxGiven> fds;  // fds[n] becomes descriptor n; -1: none
  int count = 0;
};

Given GivenFor(const StartRequest& request, const Connections& c) {
  Given given{{}, plan::kFirstChannelFd};
  given.fds.fill(-1);
  given.fds[plan::kStdinFd] = c.in.read.get();
  given.fds[plan::kStdoutFd] = c.out.write.get();
  given.fds[plan::kStderrFd] = c.err.write.get();
  given.fds[plan::kPlanFd] = request.plan_fd;
  given.fds[plan::kControlFd] = c.control.theirs.get();
  for (const SocketPair& channel : c.channels)
    given.fds[static_cast<size_t>(given.count++)] = channel.theirs.get();
  return given;
}

void KeepOurs(Connections c, Helper* helper) {
  helper->control = std::move(c.control.ours);
  for (SocketPair& channel : c.channels) helper->channels.push_back(std::move(channel.ours));
  helper->stdin_pipe = std::move(c.in.write);
  helper->stdout_pipe = std::move(c.out.read);
  helper->stderr_pipe = std::move(c.err.read);
}  // The helper's ends close with `c`, so that end of file means what it says.

template <typename Starter>
Fault StartBy(const StartRequest& request, Helper* helper, const Starter& start) {
  if (request.channels > plan::kMaxChannels) return {kStartHelper, E2BIG, "channels", {}};
  Connections c;
  c.channels.resize(static_cast<size_t>(request.channels));
  if (const int error = Connect(&c); error != 0) return {kStartHelper, error, "pipes to the helper", {}};
  helper->started_ns = MonotonicNs();
  if (const int error = start(GivenFor(request, c)); error != 0)
    return {kStartHelper, error, request.launcher_path, {}};
  KeepOurs(std::move(c), helper);
  return {};
}

void WaitFor(int pidfd) {
  pollfd exited{pidfd, POLLIN, 0};
  while (poll(&exited, 1, -1) < 0 && errno == EINTR) {
  }
}

}  // namespace

Fault Start(const StartRequest& request, Helper* helper) {
  return StartBy(request, helper, [&](const Given& given) {
    const char* const argv[] = {"jail-launch", nullptr};
    ChildTask task{request.launcher_path.c_str(), argv, given.fds, given.count, 0};
    return Spawn(&task, &helper->pidfd);
  });
}

// It wants all its descriptors, as ever; only the one leads anywhere.
Fault HelperServer::Open(const std::string& launcher_path) {
  const Fd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null.valid()) return {kStartHelper, errno, "/dev/null", {}};
  SocketPair control;
  if (const int error = MakeSocketPair(SOCK_SEQPACKET, &control); error != 0)
    return {kStartHelper, error, "a socket to the helper", {}};
  const char* const argv[] = {"jail-launch", "--serve", nullptr};
  ChildTask task{launcher_path.c_str(), argv, {}, plan::kFirstChannelFd, 0};
  task.given.fill(null.get());
  task.given[plan::kControlFd] = control.theirs.get();
  if (const int error = Spawn(&task, &pidfd_); error != 0) return {kStartHelper, error, launcher_path, {}};
  control_ = std::move(control.ours);
  return {};
}

Fault HelperServer::Start(const StartRequest& request, Helper* helper) {
  const uint8_t wanted = request.zygote ? plan::kNewOrZygote : plan::kNewHelper;
  const Fault fault = StartBy(
      request, helper, [&](Given given) { return Ask(wanted, given.fds.data(), given.count, helper); });
  if (fault) control_.Reset();  // Whatever it is, it is not what we would ask again.
  return fault;
}

int HelperServer::Ask(uint8_t byte, int* fds, int count, Helper* helper) {
  if (const int error = SendWith(control_.get(), {&byte, 1, fds, count}); error != 0) return error;
  int pidfd = -1;
  const int error = ReceiveByte(control_.get(), 0, &byte, &pidfd);
  helper->pidfd = Fd(pidfd);
  if (error != 0) return error;
  return byte == plan::kNewHelper && pidfd >= 0 ? 0 : EAGAIN;
}

HelperServer::~HelperServer() {
  control_.Reset();
  if (pidfd_.valid()) Reap(pidfd_.get());
}

HelperEnd Reap(int pidfd) {
  siginfo_t info = {};
  int result;
  do {
    result = waitid(P_PIDFD, static_cast<id_t>(pidfd), &info, WEXITED);
  } while (result != 0 && errno == EINTR);
  if (result != 0) {  // ECHILD: another's child, or reaped by the kernel (SIGCHLD ignored) or another thread.
    WaitFor(pidfd);
    return {};
  }
  return {true, info.si_code != CLD_EXITED, info.si_status};
}

namespace {

// Its last words; none from one that died, or that is no helper of this version.
bool ReadSwept(int fd, plan::Swept* swept) {
  plan::Swept said;
  if (read(fd, &said, sizeof said) != static_cast<ssize_t>(sizeof said)) return false;
  if (said.magic != plan::kReportMagic) return false;
  *swept = said;
  return true;
}

Fault SweepEnd(const std::string& launcher_path, const HelperEnd& end, bool told, const plan::Swept& swept) {
  if (told && swept.error != 0) return {kSweep, swept.error, launcher_path, {}};
  const bool failed = end.known ? end.signaled || end.code != 0 : !told;
  if (!failed) return {};
  return {kSweep, 0, launcher_path,
          absl::StrCat("ended with ", end.signaled ? "signal " : "status ", end.code)};
}

}  // namespace

// The helper wants all its descriptors whatever it is asked to do; for this only one leads anywhere.
Fault Sweep(const std::string& launcher_path, plan::Swept* swept) {
  const Fd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null.valid()) return {kSweep, errno, "/dev/null", {}};
  Pipe answer;
  if (const int error = MakePipe(&answer); error != 0) return {kSweep, error, "pipe to the helper", {}};
  const char* const argv[] = {"jail-launch", "--sweep", nullptr};
  ChildTask task{launcher_path.c_str(), argv, {}, plan::kFirstChannelFd, 0};
  task.given.fill(null.get());
  task.given[plan::kControlFd] = answer.write.get();
  Fd pidfd;
  if (const int error = Spawn(&task, &pidfd); error != 0) return {kSweep, error, launcher_path, {}};
  answer.write.Reset();  // So that one that says nothing is an end of file.
  WaitFor(pidfd.get());
  const HelperEnd end = Reap(pidfd.get());
  const bool told = ReadSwept(answer.read.get(), swept);
  return SweepEnd(launcher_path, end, told, *swept);
}

}  // namespace jail::watch
