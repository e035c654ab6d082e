#include "jail/cgroup/v2_parent.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cstring>
#include <initializer_list>

#include "jail/base/sys.h"

namespace jail::cgroup {
namespace {

constexpr char kSubtree[] = "cgroup.subtree_control";
constexpr char kCallers[] = "jailrun.callers";
constexpr int kMoveRounds = 16;

// The limits that a jail should not be without.
constexpr const char* kNeeded[] = {"memory", "pids"};

struct Candidate {
  int group;
  int above;  // -1: this is the mount's root.
};

bool IsWord(const char* list, const char* word) {
  const size_t length = std::strlen(word);
  for (const char* at = list; *at != '\0';) {
    const size_t span = std::strcspn(at, " \n");
    if (span == length && std::strncmp(at, word, length) == 0) return true;
    at += span;
    at += *at == '\0' ? 0 : 1;
  }
  return false;
}

// All that are needed are in `file` of the group. A host may keep one on v1 or have it off: then it is
// not waited for.
bool ListsAll(int mount, int group, const char* file) {
  int listed = 0;
  for (const char* controller : kNeeded) {
    if (!HasWord(mount, "cgroup.controllers", controller)) continue;
    if (!HasWord(group, file, controller)) return false;
    ++listed;
  }
  return listed > 0;
}

int Enable(int mount, int group) {
  FixedText<64> request;
  for (const char* controller : kNeeded) {
    if (HasWord(mount, "cgroup.controllers", controller)) request.Add("+").Add(controller).Add(" ");
  }
  if (const int error = WriteAt(group, kSubtree, request.c_str())) return error;
  // Rates and figures: what is missing is missed when it is asked for.
  for (const char* controller : {"+cpu", "+io"}) {
    if (WriteAt(group, kSubtree, controller) == ENOMEM) return ENOMEM;
  }
  return 0;
}

bool IsOurs(int group) {
  struct stat status;
  return fstat(group, &status) == 0 && status.st_uid == geteuid();
}

bool HasFlag(int group, const char* attribute) {
  char value = '0';
  return fgetxattr(group, attribute, &value, sizeof value) == 1 && value == '1';
}

// systemd marks what it delegates; elsewhere the owner changes where a group was made over to a user. The
// root of a cgroup namespace belongs to what runs in it.
bool IsDelegated(const Candidate& candidate) {
  if (candidate.above < 0) return true;
  if (HasFlag(candidate.group, "trusted.delegate") || HasFlag(candidate.group, "user.delegate")) return true;
  return !IsOurs(candidate.above);
}

// The pids of a group as the kernel lists them, through a small buffer: calls `each` until it returns an
// errno.
int ForEachProcess(int group, int (*each)(int64_t pid, void* context), void* context) {
  int fd = -1;
  if (const int error = OpenBeneath(group, "cgroup.procs", O_RDONLY, 0, &fd)) return error;
  char text[4096];
  int64_t pid = 0;
  ssize_t n = 0;
  int error = 0;
  while (error == 0 && (n = read(fd, text, sizeof text)) > 0) {
    for (const char* at = text; at < text + n && error == 0; ++at) {
      if (*at >= '0' && *at <= '9') {
        pid = pid * 10 + (*at - '0');
      } else {
        error = each(pid, context);
        pid = 0;
      }
    }
  }
  if (n < 0) error = errno;
  CloseFd(&fd);
  return error;
}

int IsUs(int64_t pid, void*) { return pid == getpid() ? EEXIST : 0; }
int IsAnyone(int64_t, void*) { return EEXIST; }

// With processes in it a group's children are of no use; only the host's root, which has no type, may have
// both. The kernel refuses to give memory then, but not pids: the children are "domain invalid" instead.
bool HoldsProcesses(int group) {
  if (faccessat(group, "cgroup.type", F_OK, 0) != 0) return false;
  return ForEachProcess(group, IsAnyone, nullptr) != 0;
}

struct Move {
  int leaf;
  int moved;
};

// 0 is a process of another pid namespace, which we cannot name. ESRCH: one that has ended.
int MoveOne(int64_t pid, void* context) {
  Move& move = *static_cast<Move*>(context);
  if (pid == 0) return EBUSY;
  const int error = WriteNumberAt(move.leaf, "cgroup.procs", pid);
  ++move.moved;
  return error == ESRCH ? 0 : error;
}

// Until a round finds nobody: what is forked meanwhile is seen in the next.
int MoveAll(int group, int leaf) {
  for (int round = 0; round < kMoveRounds; ++round) {
    Move move = {leaf, 0};
    if (const int error = ForEachProcess(group, MoveOne, &move)) return error;
    if (move.moved == 0) return 0;
  }
  return EBUSY;
}

int MoveToLeaf(int group) {
  if (mkdirat(group, kCallers, 0755) != 0 && errno != EEXIST) return errno;
  int leaf = -1;
  if (const int error = OpenBeneath(group, kCallers, O_RDONLY | O_DIRECTORY, 0, &leaf)) return error;
  const int error = MoveAll(group, leaf);
  CloseFd(&leaf);
  return error;
}

// Never a group that somebody else could write to: he would hold the jail's limits, and its processes.
bool CanBeHad(int mount, const Candidate& candidate) {
  const int group = candidate.group;
  if (!IsOurs(group) || !ListsAll(mount, group, "cgroup.controllers")) return false;
  if (HoldsProcesses(group) && !(IsDelegated(candidate) && MoveToLeaf(group) == 0)) return false;
  return ListsAll(mount, group, kSubtree) || Enable(mount, group) == 0;
}

// "a/b/c" becomes "a/b", "a" becomes "".
void GoUp(char* path) {
  char* slash = std::strrchr(path, '/');
  *(slash == nullptr ? path : slash) = '\0';
}

int OpenGroup(int mount, const char* path, int* fd) {
  return OpenBeneath(mount, *path == '\0' ? "." : path, O_RDONLY | O_DIRECTORY, 0, fd);
}

}  // namespace

bool HasWord(int group, const char* file, const char* word) {
  char text[256];
  return ReadSmallAt(group, file, text, sizeof text) == 0 && IsWord(text, word);
}

bool HoldsUs(int group) { return ForEachProcess(group, IsUs, nullptr) == EEXIST; }

int FindV2Parent(int mount, const char* own, int* parent) {
  char path[1024];
  if (std::strlen(own) >= sizeof path) return ENAMETOOLONG;
  std::memcpy(path, own, std::strlen(own) + 1);
  Candidate candidate = {-1, -1};
  if (const int error = OpenGroup(mount, path, &candidate.group)) return error;
  while (*path != '\0') {
    GoUp(path);
    if (const int error = OpenGroup(mount, path, &candidate.above)) return error;
    if (CanBeHad(mount, candidate)) break;
    CloseFd(&candidate.group);
    candidate = {candidate.above, -1};
  }
  // At the top there is no other choice: what making a child there says is the reason.
  if (candidate.above < 0) CanBeHad(mount, candidate);
  CloseFd(&candidate.above);
  *parent = candidate.group;
  return 0;
}

}  // namespace jail::cgroup
