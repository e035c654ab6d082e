#include "jail/helper/serve.h"

#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "jail/base/sys.h"
#include "jail/helper/zygotes.h"
#include "jail/plan/layout.h"
#include "jail/zygote/birth.h"

namespace jail::helper {
namespace {

constexpr int kLeast = plan::kFirstChannelFd, kMost = kLeast + plan::kMaxChannels;

struct Request {
  int fds[kMost + 1];  // Its zygote's is the last.
  int count;
};

// As if it had been started with them and nothing else.
int Become(const launch::Context& sanitized, Request& request, const Zygote* zygote,
           launch::Context& context) {
  if (const int error = PlaceFds(request.fds, request.count)) return error;
  if (const int error = CloseFrom(request.count)) return error;
  if (const int error = SetHandlers({SIGCHLD}, SIG_DFL)) return error;
  context = sanitized;
  context.channels_end = request.count - (zygote != nullptr ? 1 : 0);
  if (zygote == nullptr) return 0;
  context.birth = &zygote::kBirth;
  context.zygote = request.count - 1;
  context.zygote_pid = zygote->pid;
  return 0;
}

// Returns the child's pidfd, or -1.
int Fork(const launch::Context& sanitized, Request& request, const Zygote* zygote,
         int (*run)(launch::Context&)) {
  int pidfd = -1;
  clone_args args = {};
  args.flags = CLONE_PIDFD;
  args.exit_signal = SIGCHLD;
  args.pidfd = reinterpret_cast<uint64_t>(&pidfd);
  const long pid = syscall(SYS_clone3, &args, sizeof args);
  if (pid != 0) return pid < 0 ? -1 : pidfd;
  static launch::Context context;
  _exit(Become(sanitized, request, zygote, context) == 0 ? run(context) : plan::kExitNoReport);
}

// `zygotes` may be null.
void Answer(const launch::Context& sanitized, Zygotes* zygotes, Request& request,
            int (*run)(launch::Context&)) {
  int connection = -1;
  const Zygote* zygote =
      zygotes != nullptr ? Connect(*zygotes, request.fds[plan::kPlanFd], &connection) : nullptr;
  if (zygote != nullptr) request.fds[request.count++] = connection;
  int pidfd = Fork(sanitized, request, zygote, run);
  SendByte(plan::kControlFd, pidfd >= 0 ? plan::kNewHelper : plan::kNoHelper,
           pidfd);  // Who has gone will not ask again.
  CloseFd(&pidfd);
}

}  // namespace

int Serve(const launch::Context& sanitized, int (*run)(launch::Context&)) {
  // Nobody waits for them here: each has a caller who does.
  if (SetHandlers({SIGCHLD}, SIG_IGN) != 0) return plan::kExitNoReport;
  static Zygotes zygotes;
  zygotes.privileged = sanitized.privileged;
  while (true) {
    uint8_t byte = 0;
    Request request;
    Sent sent = {&byte, 1, request.fds, kMost};
    if (ReceiveWith(plan::kControlFd, 0, &sent) != 0 || sent.size == 0) break;
    request.count = sent.count;
    if (sent.count >= kLeast)
      Answer(sanitized, byte == plan::kNewOrZygote ? &zygotes : nullptr, request, run);
    for (int i = 0; i < request.count; ++i) CloseFd(&request.fds[i]);
  }
  Release(zygotes);
  while (wait4(-1, nullptr, __WALL, nullptr) >= 0 || errno == EINTR) {
  }
  return 0;
}

}  // namespace jail::helper
