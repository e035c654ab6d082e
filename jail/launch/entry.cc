#include "jail/launch/entry.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <initializer_list>

#include "jail/base/sys.h"
#include "jail/plan/layout.h"
#include "jail/plan/memfds.h"

namespace jail::launch {
namespace {

// A caller's RLIMIT_FSIZE must give EFBIG, a dead caller EPIPE and his terminal nothing: not our death.
int IgnoreSignals() {
  if (const int error = ResetSignals()) return error;
  return SetHandlers(kIgnoredSignals, SIG_IGN);
}

// A set-uid start becomes root throughout, so that the caller cannot signal us; the kernel has
// already refused the set-uid bit to a traced exec, so privilege here means nobody traces us.
int TakeIds(Context& context) {
  context.caller_uid = getuid();
  context.caller_gid = getgid();
  context.privileged = geteuid() == 0;
  if (!context.privileged) return 0;
  if (setgroups(0, nullptr) != 0) return errno;
  if (setresgid(0, 0, 0) != 0 || setresuid(0, 0, 0) != 0) return errno;
  return Errno(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
}

}  // namespace

int Sanitize(Context& context, int argc) {
  if (argc < 1) return EINVAL;
  environ = nullptr;
  if (const int error = FillStdio()) return error;
  // What may be channels stays until the plan says how many there are.
  constexpr int kEnd = plan::kFirstChannelFd + plan::kMaxChannels;
  if (const int error = KeepOnly(plan::kPlanFd, plan::kFirstChannelFd, kEnd, &context.channels_end))
    return error;
  if (const int error = IgnoreSignals()) return error;
  if (const int error = RaiseSoftLimits()) return error;
  if (const int error = TakeIds(context)) return error;
  umask(077);
  return Errno(chdir("/"));
}

int MakeReport(Context& context) {
  int fd = -1;
  if (const int error = context.birth->make_report(context, &fd)) return error;
  if (const int error = plan::MapReport(fd, &context.report)) return error;
  // Our mapping stays writable; nobody can make another that is.
  if (fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE | F_SEAL_SEAL) != 0) return errno;
  context.report->magic = plan::kReportMagic;
  context.report->version = plan::kVersion;
  context.report->privileged = context.privileged ? 1 : 0;
  context.report->zygote = context.zygote >= 0 ? 1 : 0;
  const int error = SendByte(plan::kControlFd, static_cast<uint8_t>(plan::Message::kReport), fd);
  CloseFd(&fd);
  return error;
}

// What the caller asked for as rootless runs with his own ids, whoever owns our binary. Root has
// no other id to run as: mapping the program to host root would be the opposite of a jail.
int GiveUpPrivilege(Context& context) {
  At(context.report->host, -1, "rootless");
  if (context.caller_uid == 0) return EPERM;
  if (setresgid(context.caller_gid, context.caller_gid, context.caller_gid) != 0) return errno;
  if (setresuid(context.caller_uid, context.caller_uid, context.caller_uid) != 0) return errno;
  context.privileged = false;
  context.report->privileged = 0;
  return Errno(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

}  // namespace jail::launch
