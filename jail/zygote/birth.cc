// What the zygote says is believed where only its own jail can suffer from it; that the process it names is
// its child, and the report's file what it must be, is looked at.
#include "jail/zygote/birth.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "jail/base/sys.h"
#include "jail/zygote/protocol.h"

namespace jail::zygote {
namespace {

constexpr int kTimeoutMs = 20'000;  // A slow, loaded machine, and a runtime that is still starting.

// EPIPE: the zygote is gone. EPROTO: it says something else.
int Hear(int connection, Sent said) {
  const size_t expected = said.size;
  if (const int error = WaitReadable(connection, kTimeoutMs)) return error;
  if (const int error = ReceiveWith(connection, 0, &said)) return error;
  if (said.size == 0) return EPIPE;
  return said.size == expected ? 0 : EPROTO;
}

int TakeReport(launch::Context& context, int* memfd) {
  uint8_t byte = 0;
  if (const int error = Hear(context.zygote, {&byte, sizeof byte, memfd, 1})) return error;
  constexpr int kSized = F_SEAL_SHRINK | F_SEAL_GROW;
  struct stat status;
  if (byte != kReport || *memfd < 0 || fstat(*memfd, &status) != 0) return EPROTO;
  const bool sized =
      status.st_size == sizeof(plan::RawReport) && (fcntl(*memfd, F_GET_SEALS) & kSized) == kSized;
  return sized ? 0 : EPROTO;
}

int SendOrder(const launch::Context& context) {
  Order order = {kMagic, context.channels_end - plan::kFirstChannelFd, {}};
  std::memcpy(order.cpus, context.cpus, sizeof order.cpus);
  int given[kMostGiven];
  int count = 0;
  for (; count < context.channels_end; ++count) given[count] = count;
  for (const int fd : {context.proc, context.sync_child, context.exec_write}) given[count++] = fd;
  return SendWith(context.zygote, {&order, sizeof order, given, count});
}

// The line's number, by a key that ends in a colon and a tab: "Pid:\t12\n".
int64_t NumberOf(const char* text, const char* key) {
  const char* at = std::strstr(text, key);
  if (at == nullptr) return -1;
  int64_t number = 0;
  for (at += std::strlen(key); *at >= '0' && *at <= '9'; ++at) number = number * 10 + (*at - '0');
  return number;
}

// As the host counts it; the zygote has a pid namespace of its own.
int FindPid(launch::Context& context) {
  FixedText<64> path;
  path.Add(getpid()).Add("/fdinfo/").Add(context.child_pidfd);
  char text[4096];
  if (const int error = ReadSmallAt(context.proc, path.c_str(), text, sizeof text)) return error;
  const int64_t pid = NumberOf(text, "\nPid:\t");
  if (pid <= 0) return ESRCH;
  path.Clear();
  path.Add(pid).Add("/status");
  if (const int error = ReadSmallAt(context.proc, path.c_str(), text, sizeof text)) return error;
  if (NumberOf(text, "\nPPid:\t") != context.zygote_pid) return EPERM;
  context.child_pid = static_cast<pid_t>(pid);
  return 0;
}

// A v2 group is joined here: only root could clone a process into it.
int JoinForIt(const launch::Context& context) {
  const cgroup::Cgroups& groups = context.cgroups;
  if (groups.backend == nullptr || !groups.backend->clone_into || !groups.Has(cgroup::kMemory)) return 0;
  return WriteNumberAt(groups.group[cgroup::kMemory], "cgroup.procs", context.child_pid);
}

int Clone(launch::Context& context) {
  launch::At(context.report->host, -1, "zygote");
  if (const int error = SendOrder(context)) return error;
  Born born = {};
  if (const int error = Hear(context.zygote, {&born, sizeof born, &context.child_pidfd, 1})) return error;
  if (born.error != 0) return born.error;
  if (context.child_pidfd < 0) return EPROTO;
  const int error = FindPid(context);
  // Somebody else's process is not ours to kill.
  if (error != 0) CloseFd(&context.child_pidfd);
  return error != 0 ? error : JoinForIt(context);
}

int Reap(launch::Context& context, int* status, rusage* usage) {
  Ended ended = {SIGKILL, {}};  // As the zygote's own end would have it.
  int error = Hear(context.zygote, {&ended, sizeof ended, nullptr, 0});
  if (error == EPIPE || error == ECONNRESET) error = 0;
  *status = ended.status;
  *usage = {};
  std::memcpy(usage, ended.usage, sizeof ended.usage);
  return error;
}

}  // namespace

const launch::Birth kBirth = {TakeReport, Clone, Reap};

}  // namespace jail::zygote
