#include "jail/helper/zygotes.h"

#include <linux/sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "jail/base/sys.h"
#include "jail/cgroup/lease.h"
#include "jail/helper/start_zygote.h"
#include "jail/plan/memfds.h"
#include "jail/plan/zygote_match.h"
#include "jail/zygote/protocol.h"

namespace jail::helper {
namespace {

// What forks share is worth the less the fewer they are: addresses, hash seeds. A start costs 40 ms.
constexpr int kMostBirths = 100;
constexpr int kMostDeaths = 3;  // Of zygotes that nobody had sent away.

// A stranger's plan: only what is compiled in, to the byte, is ever started outside of a jail.
bool FindKind(const plan::View& plan, Kind* kind) {
  const plan::Header& header = plan.header();
  if (!plan.Has(plan::kParkRuntime) || plan.Has(plan::kRootless) || header.image[0] != '\0') return false;
  if (plan::FindRootView(header.root) == nullptr) return false;
  *kind = {nullptr, {}, {}, header.limits.stack_bytes, header.channel_count};
  std::memcpy(kind->root, header.root, sizeof kind->root);
  std::memcpy(kind->hostname, header.hostname, sizeof kind->hostname);
  for (int i = 0; const plan::CompiledZygote* loader = plan::ZygoteAt(i); ++i) {
    if (!plan::StartsJust(plan, *loader)) continue;
    kind->loader = loader;
    return true;
  }
  return false;
}

bool SameKind(const Kind& a, const Kind& b) {
  return a.loader == b.loader && std::strcmp(a.root, b.root) == 0 &&
         std::strcmp(a.hostname, b.hostname) == 0 && a.stack_bytes == b.stack_bytes &&
         a.channels == b.channels;
}

// A uid that is no jail's.
int TakeUid(Zygotes& zygotes, int64_t* uid) {
  plan::Trace trace = {};
  cgroup::Cgroups& groups = zygotes.cgroups;
  if (groups.slot < 0) {
    if (const int error = plan::ReadSite(&zygotes.site, trace)) return error;
    if (const int error = cgroup::OpenLeases(&zygotes.leases, &groups.owner)) return error;
    plan::Swept swept = {};
    const int64_t pairs = zygotes.site.uid_count / 2;
    if (const int error = cgroup::TakeSlot(zygotes.leases, pairs, groups, &groups.slot, &swept)) return error;
  }
  *uid = zygotes.site.uid_first + 2 * groups.slot + 1;
  return 0;
}

int Start(Zygotes& zygotes, const plan::View& plan, Zygote& zygote) {
  int64_t uid = 0;
  if (const int error = TakeUid(zygotes, &uid)) return error;
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) return errno;
  clone_args args = {};
  args.flags = CLONE_NEWPID;  // All of its jails go with it.
  args.exit_signal = SIGCHLD;
  const long pid = syscall(SYS_clone3, &args, sizeof args);
  if (pid == 0) BeZygote(plan, pair[1], static_cast<uid_t>(uid));
  const int error = pid < 0 ? errno : 0;
  CloseFd(&pair[1]);
  zygote.control = pair[0];
  zygote.pid = static_cast<pid_t>(pid);
  zygote.births = 0;
  if (error != 0) CloseFd(&zygote.control);
  return error;
}

// Of this kind, living or not; else the place of the one that has to go.
Zygote& PlaceFor(Zygotes& zygotes, const Kind& kind) {
  for (int i = 0; i < zygotes.count; ++i) {
    if (SameKind(zygotes.all[i].kind, kind)) return zygotes.all[i];
  }
  Zygote& place =
      zygotes.all[zygotes.count < kMostZygotes ? zygotes.count++ : zygotes.oldest++ % kMostZygotes];
  if (place.kind.loader != nullptr) CloseFd(&place.control);
  place = {kind, -1, -1, 0};
  return place;
}

int SendConnection(const Zygote& zygote, int* connection) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) return errno;
  const int error = SendByte(zygote.control, zygote::kConnection, pair[1]);
  CloseFd(&pair[1]);
  if (error != 0) CloseFd(&pair[0]);
  *connection = pair[0];
  return error;
}

const Zygote* ConnectTo(Zygotes& zygotes, const Kind& kind, const plan::View& plan, int* connection) {
  Zygote& zygote = PlaceFor(zygotes, kind);
  if (zygote.births >= kMostBirths) CloseFd(&zygote.control);
  while (!zygotes.given_up) {
    if (zygote.control < 0 && Start(zygotes, plan, zygote) != 0) return nullptr;
    const int error = SendConnection(zygote, connection);
    zygote.births += error == 0 ? 1 : 0;
    if (error == 0 || error == EAGAIN) return error == 0 ? &zygote : nullptr;  // Or it has enough to do.
    CloseFd(&zygote.control);
    zygotes.given_up = ++zygotes.deaths >= kMostDeaths;
  }
  return nullptr;
}

}  // namespace

const Zygote* Connect(Zygotes& zygotes, int plan_fd, int* connection) {
  plan::View plan;
  if (!zygotes.privileged || zygotes.given_up || plan::OpenPlan(plan_fd, &plan) != 0) return nullptr;
  Kind kind;
  const Zygote* zygote = FindKind(plan, &kind) ? ConnectTo(zygotes, kind, plan, connection) : nullptr;
  const plan::Header& header = plan.header();
  munmap(const_cast<plan::Header*>(&header), header.total_size);
  return zygote;
}

void Release(Zygotes& zygotes) {
  for (int i = 0; i < zygotes.count; ++i) CloseFd(&zygotes.all[i].control);
}

}  // namespace jail::helper
