#include "jail/cgroup/cgroup.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cstring>

#include "jail/base/sys.h"
#include "jail/cgroup/v2_parent.h"

namespace jail::cgroup {
namespace {

constexpr char kMount[] = "/sys/fs/cgroup";
constexpr char kPrefix[] = "jailrun.";

// Conventional mount points; systemd and cgroupfs-mount agree on them.
constexpr const char* kV1Names[kHierarchies] = {"memory", "pids", "cpuacct", "cpu", "blkio"};

FixedText<64> Prefix(const Cgroups& cgroups) {
  FixedText<64> prefix;
  prefix.Add(kPrefix).Add(cgroups.owner).Add(".");
  return prefix;
}

FixedText<64> GroupName(const Cgroups& cgroups, int64_t slot) { return Prefix(cgroups).Add(slot); }

bool IsFilesystem(int fd, unsigned magic) {
  struct statfs status;
  return fstatfs(fd, &status) == 0 && static_cast<unsigned>(status.f_type) == magic;
}

using PathText = FixedText<1024>;

// "4:memory:/user/1\n0::/user/1\n": our own path in the hierarchy of `controller`, without the leading slash;
// v2's line names none.
bool OwnPath(const char* text, const char* controller, PathText* path) {
  while (*text != '\0') {
    const char* end = text + std::strcspn(text, "\n");
    const char* list = std::strchr(text, ':');
    const char* colon = list == nullptr ? nullptr : std::strchr(list + 1, ':');
    if (colon == nullptr || colon > end) return false;
    for (const char* name = list + 1; name <= colon;) {
      const size_t length = std::strcspn(name, ",:");
      if (length == std::strlen(controller) && std::strncmp(name, controller, length) == 0) {
        for (const char* c = colon + 2; c < end; ++c) {
          const char one[] = {*c, '\0'};
          path->Add(one);
        }
        return !path->overflow();
      }
      name += length + 1;
    }
    text = *end == '\n' ? end + 1 : end;
  }
  return false;
}

// Our own group below the mount; the mount itself when the path is not visible from here, as in a
// container without a cgroup namespace.
int OpenOwnGroup(int mount, const char* own_groups, const char* controller, int* fd) {
  PathText path;
  if (OwnPath(own_groups, controller, &path) && path.size() > 0) {
    const int error = OpenBeneath(mount, path.c_str(), O_RDONLY | O_DIRECTORY, 0, fd);
    if (error != ENOENT) return error;
  }
  return OpenBeneath(mount, ".", O_RDONLY | O_DIRECTORY, 0, fd);
}

int ReadOwnGroups(int proc, char* text, size_t capacity) {
  FixedText<32> path;
  path.Add(static_cast<int64_t>(getpid())).Add("/cgroup");
  return ReadSmallAt(proc, path.c_str(), text, capacity);
}

int DetectV1(int proc, int root, Cgroups* cgroups) {
  char own_groups[4096];
  if (const int error = ReadOwnGroups(proc, own_groups, sizeof own_groups)) return error;
  for (int i = 0; i < kHierarchies; ++i) {
    // "cpu" is often a link to "cpu,cpuacct": root's own tmpfs, so links are fine here.
    int mount = openat(root, kV1Names[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (mount < 0) continue;
    if (IsFilesystem(mount, CGROUP_SUPER_MAGIC)) {
      cgroups->backend = &kCgroupV1;
      if (OpenOwnGroup(mount, own_groups, kV1Names[i], &cgroups->parent[i]) != 0) cgroups->parent[i] = -1;
    }
    CloseFd(&mount);
  }
  return 0;
}

// What /proc says of us holds for our namespace; the mount may show another one's tree, where the kernel
// would not let us put a child. Then it is as if there were none.
int DetectV2(int proc, int root, Cgroups* cgroups) {
  char own_groups[4096];
  if (const int error = ReadOwnGroups(proc, own_groups, sizeof own_groups)) return error;
  PathText path;
  if (!OwnPath(own_groups, "", &path)) return EBADMSG;
  int own = -1;
  int error = OpenBeneath(root, path.size() > 0 ? path.c_str() : ".", O_RDONLY | O_DIRECTORY, 0, &own);
  if (error == ENOENT || error == EXDEV) {
    path.Clear();
    error = OpenBeneath(root, ".", O_RDONLY | O_DIRECTORY, 0, &own);
  }
  const bool ours = error == 0 && HoldsUs(own);
  CloseFd(&own);
  if (!ours) return error;
  cgroups->backend = &kCgroupV2;
  return FindV2Parent(root, path.c_str(), &cgroups->parent[0]);
}

// Beneath a group that has processes and gives its children pids or cpu, a child is "domain invalid".
bool TakesProcesses(int group) {
  char type[64];
  return ReadSmallAt(group, "cgroup.type", type, sizeof type) != 0 || std::strstr(type, "invalid") == nullptr;
}

// Bounds for a group that a dead run left: its processes are being killed already, by the end of
// their init, so this only waits for the kernel to finish. On a loaded machine that takes a while.
constexpr int64_t kDeathTimeoutNs = 1'000'000'000;
constexpr int kRoundMs = 20;

// Kills one process and waits for its end, by descriptor: a pid may be another's by now.
void KillAndWait(int pid, plan::Removed* removed) {
  int pidfd = -1;
  if (Keep(syscall(SYS_pidfd_open, pid, 0), &pidfd) != 0) return;  // ESRCH: gone.
  if (syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, nullptr, 0) == 0) {
    pollfd death = {pidfd, POLLIN, 0};
    if (poll(&death, 1, kRoundMs) == 1) ++removed->processes;
  }
  CloseFd(&pidfd);
}

// One look at who is left. Nobody, and still EBUSY: the last one is between its end and its removal.
int KillRound(int group, plan::Removed* removed) {
  char pids[4096];
  if (const int error = ReadSmallAt(group, "cgroup.procs", pids, sizeof pids)) return error;
  if (*pids == '\0') poll(nullptr, 0, 1);
  for (const char* text = pids; *text != '\0';) {
    int pid = 0;
    for (; *text >= '0' && *text <= '9'; ++text) pid = pid * 10 + (*text - '0');
    if (pid > 1) KillAndWait(pid, removed);
    while (*text == '\n') ++text;
  }
  return 0;
}

// How many processes are listed: one a line.
int32_t CountListed(int group) {
  char pids[4096];
  if (ReadSmallAt(group, "cgroup.procs", pids, sizeof pids) != 0) return 0;
  int32_t count = 0;
  for (const char* text = pids; *text != '\0'; ++text) count += *text == '\n' ? 1 : 0;
  return count;
}

int RemoveGroup(const CgroupBackend& backend, int parent, const char* name, plan::Removed* removed) {
  if (unlinkat(parent, name, AT_REMOVEDIR) == 0) {
    ++removed->groups;
    return 0;
  }
  if (errno == ENOENT) return 0;
  if (errno != EBUSY) return errno;
  int group = -1;
  if (OpenBeneath(parent, name, O_RDONLY | O_DIRECTORY, 0, &group) != 0) return EBUSY;
  const int32_t listed = CountListed(group);
  const bool emptied = backend.kill != nullptr && backend.kill(group) == 0;
  if (emptied) removed->processes += listed;
  int error = emptied ? Errno(unlinkat(parent, name, AT_REMOVEDIR)) : EBUSY;
  for (const int64_t deadline_ns = NowNs() + kDeathTimeoutNs; error == EBUSY && NowNs() < deadline_ns;) {
    error = KillRound(group, removed);
    if (error == 0) error = Errno(unlinkat(parent, name, AT_REMOVEDIR));
  }
  CloseFd(&group);
  if (error == 0) ++removed->groups;
  return error;
}

}  // namespace

int DetectCgroups(int proc, Cgroups* cgroups) {
  int root = open(kMount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) return errno == ENOENT ? 0 : errno;
  const bool unified = IsFilesystem(root, CGROUP2_SUPER_MAGIC);
  const int error = unified ? DetectV2(proc, root, cgroups) : DetectV1(proc, root, cgroups);
  CloseFd(&root);
  return error;
}

int MakeGroups(Cgroups* cgroups) {
  const auto name = GroupName(*cgroups, cgroups->slot);
  for (int i = 0; i < cgroups->backend->hierarchies; ++i) {
    if (cgroups->parent[i] < 0 || cgroups->unwanted[i]) continue;
    // EEXIST: left behind by a killed run, found empty when the slot was taken, or cpu and cpuacct
    // mounted together.
    if (mkdirat(cgroups->parent[i], name.c_str(), 0755) != 0 && errno != EEXIST) return errno;
    const int flags = O_RDONLY | O_DIRECTORY;
    if (const int error = OpenBeneath(cgroups->parent[i], name.c_str(), flags, 0, &cgroups->group[i]))
      return error;
    if (cgroups->backend->clone_into) {
      if (!TakesProcesses(cgroups->group[i])) {
        unlinkat(cgroups->parent[i], name.c_str(), AT_REMOVEDIR);
        return EPERM;
      }
      continue;
    }
    if (const int error = OpenBeneath(cgroups->group[i], "tasks", O_WRONLY, 0, &cgroups->join[i]))
      return error;
  }
  return 0;
}

int ClearGroup(const Cgroups& cgroups, int hierarchy, int64_t slot, plan::Removed* removed) {
  const int parent = cgroups.parent[hierarchy];
  if (parent < 0) return 0;
  const int error = RemoveGroup(*cgroups.backend, parent, GroupName(cgroups, slot).c_str(), removed);
  return error == EROFS ? 0 : error;  // Where nothing can be made nothing of ours can be.
}

int ClearSlot(const Cgroups& cgroups, int64_t slot, plan::Removed* removed) {
  if (cgroups.backend == nullptr) return 0;
  int error = 0;
  for (int i = 0; i < cgroups.backend->hierarchies; ++i) {
    const bool never_made = cgroups.unwanted[i] && slot == cgroups.slot;
    if (never_made) continue;
    if (const int e = ClearGroup(cgroups, i, slot, removed)) error = e;
  }
  return error;
}

int64_t CountTasks(const Cgroups& cgroups) {
  if (cgroups.backend == nullptr) return -1;
  const int group = cgroups.group[cgroups.backend->clone_into ? 0 : kPids];
  int64_t tasks = -1;
  return group >= 0 && ReadNumberAt(group, "pids.current", &tasks) == 0 ? tasks : -1;
}

int ForEachGroup(const Cgroups& cgroups, int (*sweep)(void* context, int hierarchy, int64_t slot),
                 void* context) {
  if (cgroups.backend == nullptr) return 0;
  const auto prefix = Prefix(cgroups);
  alignas(dirent64) char entries[4096];
  for (int i = 0; i < cgroups.backend->hierarchies; ++i) {
    int fd = cgroups.parent[i];
    if (fd < 0) continue;
    if (lseek(fd, 0, SEEK_SET) < 0) return errno;
    long n;
    while ((n = syscall(SYS_getdents64, fd, entries, sizeof entries)) > 0) {
      for (long at = 0; at < n;) {
        const dirent64* entry = reinterpret_cast<const dirent64*>(entries + at);
        at += entry->d_reclen;
        if (std::strncmp(entry->d_name, prefix.c_str(), prefix.size()) != 0) continue;
        int64_t slot = 0;
        const char* digit = entry->d_name + prefix.size();
        for (; *digit >= '0' && *digit <= '9' && slot < 1 << 20; ++digit) slot = slot * 10 + (*digit - '0');
        if (*digit != '\0') continue;
        if (const int error = sweep(context, i, slot)) return error;
      }
    }
    if (n < 0) return errno;
  }
  return 0;
}

void CloseGroups(Cgroups* cgroups) {
  for (int i = 0; i < kHierarchies; ++i) {
    CloseFd(&cgroups->join[i]);
    CloseFd(&cgroups->group[i]);
    CloseFd(&cgroups->parent[i]);
  }
}

}  // namespace jail::cgroup
