#include "jail/cgroup/lease.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "jail/base/sys.h"

namespace jail::cgroup {
namespace {

constexpr char kStateDir[] = "/run/jailrun";
constexpr int64_t kMaxSlots = int64_t{1} << 20;

// The process's own, not its open file's (OFD): the child of a helper that is killed right after the clone
// has the file too, and would keep the lease while the next run looks for what is left.
int SetLock(int leases, int64_t byte, short type) {
  struct flock lock = {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = byte;
  lock.l_len = 1;
  const int error = Errno(fcntl(leases, F_SETLK, &lock));
  return error == EACCES ? EAGAIN : error;  // POSIX lets a system say either.
}

// Root's, with no access for anyone else.
int CheckPrivate(int dir) {
  struct stat status;
  if (fstat(dir, &status) != 0) return errno;
  return status.st_uid == 0 && (status.st_mode & 077) == 0 ? 0 : EPERM;
}

// A group's byte lies far above those of the slots: the same slot may be another run's elsewhere, whose
// groups have other parents. Should two share a byte, a dead run's group stays until the other has ended.
int GroupByte(const Cgroups& cgroups, int hierarchy, int64_t slot, int64_t* byte) {
  constexpr int64_t kInodes = int64_t{1} << 40;
  struct stat parent;
  if (fstat(cgroups.parent[hierarchy], &parent) != 0) return errno;
  const int64_t inode = static_cast<int64_t>(parent.st_ino) & (kInodes - 1);
  static_assert(kHierarchies < 7, "or the byte is beyond the end of any file");
  *byte = ((int64_t{hierarchy} + 1) * kInodes + inode) * kMaxSlots + slot;
  return 0;
}

// Of the groups that the slot has, or may get, in each hierarchy.
int SetGroupLocks(int leases, const Cgroups& cgroups, int64_t slot, short type) {
  for (int i = 0; i < kHierarchies; ++i) {
    if (cgroups.parent[i] < 0) continue;
    int64_t byte = 0;
    if (const int error = GroupByte(cgroups, i, slot, &byte)) return error;
    if (const int error = SetLock(leases, byte, type)) return error;
  }
  return 0;
}

int UnlockAll(int leases, const Cgroups& cgroups, int64_t slot) {
  const int error = SetGroupLocks(leases, cgroups, slot, F_UNLCK);
  return error != 0 ? error : UnlockSlot(leases, slot);
}

// What a dead run left in the groups of a slot that is ours now.
int ClearDead(const Cgroups& cgroups, int64_t slot, plan::Swept* swept) {
  const int32_t before = swept->removed.groups;
  const int error = ClearSlot(cgroups, slot, &swept->removed);
  if (error == EBUSY) ++swept->dying;
  if (error == 0 && swept->removed.groups > before) ++swept->runs;
  return error;
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

int SweepGroup(void* context, int hierarchy, int64_t slot) {
  Sweep& sweep = *static_cast<Sweep*>(context);
  if (slot == sweep.own || slot >= kMaxSlots) return 0;
  int64_t byte = 0;
  if (const int error = GroupByte(*sweep.cgroups, hierarchy, slot, &byte)) return error;
  const int held = SetLock(sweep.leases, byte, F_WRLCK);
  plan::Swept& swept = *sweep.swept;
  const int error = held != 0 ? 0 : ClearGroup(*sweep.cgroups, hierarchy, slot, &swept.removed);
  if (FirstSight(sweep, slot)) ++(held != 0 ? swept.alive : error == EBUSY ? swept.dying : swept.runs);
  if (held != 0) return 0;  // Not ours to touch.
  const int unlock = SetLock(sweep.leases, byte, F_UNLCK);
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

int LockSlot(int leases, int64_t slot) { return SetLock(leases, slot, F_WRLCK); }
int UnlockSlot(int leases, int64_t slot) { return SetLock(leases, slot, F_UNLCK); }

int TakeSlot(int leases, int64_t count, const Cgroups& cgroups, int64_t* slot, plan::Swept* swept) {
  for (int64_t candidate = 0; candidate < count && candidate < kMaxSlots; ++candidate) {
    int error = LockSlot(leases, candidate);
    if (error == EAGAIN) continue;
    if (error != 0) return error;
    error = SetGroupLocks(leases, cgroups, candidate, F_WRLCK);
    if (error == 0) error = ClearDead(cgroups, candidate, swept);
    if (error == 0) {
      *slot = candidate;
      return 0;
    }
    if (error != EAGAIN && error != EBUSY) return error;
    // Somebody is sweeping there, or a dead run's processes are still going: leave the slot to them.
    if (const int unlock = UnlockAll(leases, cgroups, candidate)) return unlock;
  }
  return EUSERS;
}

int SweepLeftovers(int leases, const Cgroups& cgroups, int64_t own, plan::Swept* swept) {
  Sweep sweep = {leases, &cgroups, own, swept, {}};
  return ForEachGroup(cgroups, SweepGroup, &sweep);
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
