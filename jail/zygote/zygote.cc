// The zygote's side, as a library that the runtime is started with (LD_PRELOAD): its first fork() is where
// jails come from. Nothing of a stranger's is ever in this process; each child of it goes through all that
// the helper's own would (jail/launch), and fork() returns there, confined.
//
// No heap, as in the helper: what the runtime's own allocator thinks is left alone.
#include <dlfcn.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "jail/base/sys.h"
#include "jail/launch/context.h"
#include "jail/plan/memfds.h"
#include "jail/zygote/protocol.h"

namespace jail::zygote {
namespace {

// One jail, from its connection to its end.
struct Jail {
  int connection = -1;
  plan::RawReport* report = nullptr;
  int pidfd = -1;
  pid_t pid = -1;
};

using Fork = pid_t (*)();
bool used = false;
char* preload = nullptr;  // The variable, where the kernel put it.
Jail jails[kMostJails];
bool closing = false;

// For whom forking does not work here: what is asked of us from now on is refused.
void Retire() {
  if (!closing) close(kControlFd);
  closing = true;
}

void Forget(Jail& jail) {
  CloseFd(&jail.connection);
  CloseFd(&jail.pidfd);
  if (jail.report != nullptr) munmap(jail.report, sizeof *jail.report);
  jail = {};
}

void CloseGiven(int* fds, int count) {
  for (int i = 0; i < count; ++i) CloseFd(&fds[i]);
}

int OfferReport(Jail& jail) {
  int memfd = -1;
  int error = plan::MakeReportFile(&memfd);
  if (error == 0) error = plan::MapReport(memfd, &jail.report);
  if (error == 0) error = SendByte(jail.connection, kReport, memfd);
  CloseFd(&memfd);
  return error;
}

// One that we have no room for, or nothing to offer, sees the end of file.
void TakeConnection() {
  uint8_t byte = 0;
  int connection = -1;
  const int error = ReceiveByte(kControlFd, MSG_DONTWAIT, &byte, &connection);
  closing = closing || (error != 0 && error != EAGAIN) || (error == 0 && byte == 0);
  for (Jail& jail : jails) {
    if (jail.connection >= 0 || connection < 0) continue;
    jail.connection = connection;
    if (OfferReport(jail) != 0) Forget(jail);
    return;
  }
  CloseFd(&connection);
}

// To its pidfd.
long CloneFirst(Jail& jail) {
  clone_args args = {};
  args.flags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_PIDFD;
  args.exit_signal = SIGCHLD;
  args.pidfd = reinterpret_cast<uint64_t>(&jail.pidfd);
  return syscall(SYS_clone3, &args, sizeof args);
}

// In the clone, as the helper's would find itself.
int Arrange(launch::Context& context, const Order& order, int* given) {
  const int places = plan::kFirstChannelFd + order.channels;
  if (const int error = PlaceFds(given, places + kMore)) return error;
  context.proc = given[places + kProc];
  context.sync_child = given[places + kSyncChild];
  context.exec_write = given[places + kExecWrite];
  context.channels_end = places;
  context.privileged = true;
  std::memcpy(context.cpus, order.cpus, sizeof context.cpus);
  if (const int error = plan::OpenPlan(plan::kPlanFd, &context.plan)) return error;
  context.policy = plan::FindPolicy(context.plan.header().policy);
  context.view = plan::FindRootView(context.plan.header().root);
  return context.policy != nullptr && context.view != nullptr ? 0 : ENOENT;
}

// The program need not find any of this.
void TidyUp(launch::Context& context) {
  const plan::Header& header = context.plan.header();
  munmap(const_cast<plan::Header*>(&header), header.total_size);
  munmap(context.report, sizeof *context.report);
  if (preload != nullptr) std::memset(preload, 0, std::strlen(preload));
  CloseFd(&context.sync_child);
  CloseFd(&context.exec_write);  // The helper sees that it begins.
  context = {};
}

// No jail has another's report. (MADV_DONTFORK would do it, but not in user-mode Linux: there a fork sees,
// where it maps something else later, what it has not inherited.)
int LeaveOthers(const Jail& own) {
  for (const Jail& jail : jails) {
    if (jail.report == nullptr || jail.report == own.report) continue;
    if (munmap(jail.report, sizeof *jail.report) != 0) return errno;
  }
  return 0;
}

// The jail's first process, and the program's; only the latter returns.
void Live(const Jail& jail, const Order& order, int* given, Fork fork) {
  static launch::Context context;
  context.report = jail.report;
  context.fork = fork;
  int error = LeaveOthers(jail);
  if (error == 0) error = Arrange(context, order, given);
  if ((context.report->child.error = error) != 0) _exit(1);
  launch::RunChild(context);
  TidyUp(context);
}

// True in the program's process.
bool GiveBirth(Jail& jail, const Order& order, int* given, int count, Fork fork) {
  const long pid = CloneFirst(jail);
  if (pid == 0) {
    Live(jail, order, given, fork);
    return true;
  }
  Born born = {pid < 0 ? errno : 0};
  jail.pid = static_cast<pid_t>(pid);
  CloseGiven(given, count);
  // Who has gone does not want to know: without its helper it ends by itself.
  SendWith(jail.connection, {&born, sizeof born, &jail.pidfd, pid < 0 ? 0 : 1});
  if (pid >= 0) return false;
  Forget(jail);
  Retire();
  return false;
}

bool TakeOrder(Jail& jail, Fork fork) {
  Order order;
  int given[kMostGiven];
  Sent sent = {&order, sizeof order, given, kMostGiven};
  if (ReceiveWith(jail.connection, MSG_DONTWAIT, &sent) != 0) sent.size = 0;
  const bool whole = sent.size == sizeof order && order.magic == kMagic && order.channels >= 0 &&
                     order.channels <= plan::kMaxChannels &&
                     sent.count == plan::kFirstChannelFd + order.channels + kMore;
  if (whole) return GiveBirth(jail, order, given, sent.count, fork);
  CloseGiven(given, sent.count);
  Forget(jail);
  return false;
}

void Bury(Jail& jail) {
  Ended ended = {};
  rusage usage = {};
  if (ReapDead(jail.pid, &ended.status, &usage) != 0) return;
  std::memcpy(ended.usage, &usage, sizeof ended.usage);
  if (jail.report->child.error != 0) Retire();
  SendWith(jail.connection, {&ended, sizeof ended, nullptr, 0});  // A helper that is gone has missed nothing.
  Forget(jail);
}

bool Hear(Jail& jail, Fork fork) {
  if (jail.pid < 0) return TakeOrder(jail, fork);
  Bury(jail);
  return false;
}

// Returns in a jail, as its program.
void Serve(Fork fork) {
  while (true) {
    pollfd events[kMostJails + 1];
    int living = 0;
    for (int i = 0; i < kMostJails; ++i) {
      const Jail& jail = jails[i];
      living += jail.connection >= 0 ? 1 : 0;
      events[i] = {jail.pid < 0 ? jail.connection : jail.pidfd, POLLIN, 0};
    }
    if (closing && living == 0) _exit(0);
    events[kMostJails] = {closing ? -1 : kControlFd, POLLIN, 0};
    if (poll(events, kMostJails + 1, -1) < 0 && errno != EINTR) _exit(1);
    for (int i = 0; i < kMostJails; ++i) {
      if (events[i].revents != 0 && Hear(jails[i], fork)) return;
    }
    if (events[kMostJails].revents != 0) TakeConnection();
  }
}

// Before the loader takes it out of its environment.
[[gnu::constructor]] void NotePreload() {
  constexpr char kName[] = "LD_PRELOAD=";
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (std::strncmp(*variable, kName, sizeof kName - 1) == 0) preload = *variable;
  }
}

}  // namespace
}  // namespace jail::zygote

extern "C" [[gnu::visibility("default")]] pid_t fork() noexcept {
  const auto next = reinterpret_cast<jail::zygote::Fork>(dlsym(RTLD_NEXT, "fork"));
  if (jail::zygote::used) return next();
  jail::zygote::used = true;
  jail::zygote::Serve(next);
  return 0;
}
