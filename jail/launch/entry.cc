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
  if (const int error = MakeMemfd("jailrun-report", &fd)) return error;
  if (ftruncate(fd, sizeof(plan::RawReport)) != 0) return errno;
  void* memory =
      mmap(nullptr, sizeof(plan::RawReport), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
  if (memory == MAP_FAILED) return errno;
  // Our mapping stays writable; nobody can make another that is.
  constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL;
  if (fcntl(fd, F_ADD_SEALS, kSeals) != 0) return errno;
  context.report = static_cast<plan::RawReport*>(memory);
  context.report->magic = plan::kReportMagic;
  context.report->version = plan::kVersion;
  context.report->privileged = context.privileged ? 1 : 0;
  const int error = SendByte(plan::kControlFd, static_cast<uint8_t>(plan::Message::kReport), fd);
  CloseFd(&fd);
  return error;
}

int OpenPlan(int fd, plan::View* plan) {
  constexpr int kSeals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  const int seals = fcntl(fd, F_GET_SEALS);
  if (seals < 0) return errno;
  if ((seals & kSeals) != kSeals) return EPERM;
  struct stat status;
  if (fstat(fd, &status) != 0) return errno;
  const uint64_t size = static_cast<uint64_t>(status.st_size);
  if (size < sizeof(plan::Header) || size > plan::kMaxPlanBytes) return EBADMSG;
  const void* bytes = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (bytes == MAP_FAILED) return errno;
  return plan::View::Check(bytes, size, plan);
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
