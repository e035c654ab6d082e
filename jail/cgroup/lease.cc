#include "jail/cgroup/lease.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "jail/base/sys.h"

namespace jail::cgroup {
namespace {

constexpr char kStateDir[] = "/run/jailrun";

int SetLock(int leases, int64_t slot, short type) {
  struct flock lock = {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = slot;
  lock.l_len = 1;
  return Errno(fcntl(leases, F_OFD_SETLK, &lock));
}

// Root's, with no access for anyone else.
int CheckPrivate(int dir) {
  struct stat status;
  if (fstat(dir, &status) != 0) return errno;
  return status.st_uid == 0 && (status.st_mode & 077) == 0 ? 0 : EPERM;
}

struct Sweep {
  int leases;
  const Cgroups* cgroups;
  int64_t own;
  plan::Swept* swept;
  uint64_t seen[64];  // A bit a slot: one that has a group in each of four hierarchies is one run.
};

// Slots beyond the bits are looked at once a hierarchy: no harm but to the count.
bool FirstSight(Sweep& sweep, int64_t slot) {
  if (slot >= 64 * 64) return true;
  uint64_t& word = sweep.seen[slot / 64];
  const uint64_t bit = uint64_t{1} << (slot % 64);
  const bool first = (word & bit) == 0;
  word |= bit;
  return first;
}

// What a dead run left in the groups of a slot that is ours now.
int ClearDead(const Cgroups& cgroups, int64_t slot, plan::Swept* swept) {
  const int32_t before = swept->removed.groups;
  const int error = ClearSlot(cgroups, slot, &swept->removed);
  if (error == EBUSY) ++swept->dying;
  if (error == 0 && swept->removed.groups > before) ++swept->runs;
  return error;
}

int SweepSlot(void* context, int64_t slot) {
  Sweep& sweep = *static_cast<Sweep*>(context);
  if (slot == sweep.own || !FirstSight(sweep, slot)) return 0;
  if (LockSlot(sweep.leases, slot) != 0) {
    ++sweep.swept->alive;  // Not ours to touch.
    return 0;
  }
  const int error = ClearDead(*sweep.cgroups, slot, sweep.swept);
  const int unlock = UnlockSlot(sweep.leases, slot);
  return error != 0 && error != EBUSY ? error : unlock;  // Busy: the next run will find it empty.
}

}  // namespace

int OpenLeases(int* fd, int64_t* owner) {
  if (mkdir(kStateDir, 0700) != 0 && errno != EEXIST) return errno;
  int dir = -1;
  if (const int error = OpenNoLinks(kStateDir, O_RDONLY | O_DIRECTORY, &dir)) return error;
  int error = CheckPrivate(dir);
  if (error == 0) error = OpenBeneath(dir, "leases", O_RDWR | O_CREAT, 0600, fd);
  CloseFd(&dir);
  struct stat status;
  if (error == 0) error = Errno(fstat(*fd, &status));
  if (error == 0) *owner = static_cast<int64_t>((status.st_dev << 32 ^ status.st_ino) & INT64_MAX);
  return error;
}

int LockSlot(int leases, int64_t slot) {
  const int error = SetLock(leases, slot, F_WRLCK);
  return error == EACCES ? EAGAIN : error;
}

int UnlockSlot(int leases, int64_t slot) { return SetLock(leases, slot, F_UNLCK); }

int TakeSlot(int leases, int64_t count, const Cgroups& cgroups, int64_t* slot, plan::Swept* swept) {
  for (int64_t candidate = 0; candidate < count; ++candidate) {
    int error = LockSlot(leases, candidate);
    if (error == EAGAIN) continue;
    if (error != 0) return error;
    error = ClearDead(cgroups, candidate, swept);
    if (error == 0) {
      *slot = candidate;
      return 0;
    }
    if (error != EBUSY) return error;
    // A dead run's processes are still going: leave the slot to them.
    if (const int unlock = UnlockSlot(leases, candidate)) return unlock;
  }
  return EUSERS;
}

int SweepLeftovers(int leases, const Cgroups& cgroups, int64_t own, plan::Swept* swept) {
  Sweep sweep = {leases, &cgroups, own, swept, {}};
  return ForEachSlot(cgroups, SweepSlot, &sweep);
}

void SweepHost(bool privileged, plan::Swept* swept) {
  swept->magic = plan::kReportMagic;
  swept->privileged = privileged ? 1 : 0;
  if (!privileged) return;
  Cgroups cgroups;
  int proc = -1, leases = -1;
  int error = OpenHostProc(&proc);
  if (error == 0) error = DetectCgroups(proc, &cgroups);
  if (error == 0) error = OpenLeases(&leases, &cgroups.owner);
  if (error == 0) error = SweepLeftovers(leases, cgroups, -1, swept);
  swept->error = error;
  CloseFd(&proc);
  CloseFd(&leases);
  CloseGroups(&cgroups);
}

}  // namespace jail::cgroup
