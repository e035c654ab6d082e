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
constexpr int kMoveRounds = 16;  // A fork while we look is seen in the next round.

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
    at += std::strspn(at, " \n");
  }
  return false;
}

// The needed ones among those that the hierarchy has at all: a host may keep one on v1, or have it off.
bool GivesWhatThereIs(int mount, int group) {
  int given = 0;
  for (const char* controller : kNeeded) {
    if (!HasWord(mount, "cgroup.controllers", controller)) continue;
    if (!HasWord(group, kSubtree, controller)) return false;
    ++given;
  }
  return given > 0;
}

int Enable(int mount, int group) {
  FixedText<64> request;
  for (const char* controller : kNeeded) {
    if (HasWord(mount, "cgroup.controllers", controller)) request.Add("+").Add(controller).Add(" ");
  }
  if (request.size() == 0) return ENOENT;
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

// The first pids of a group, as whole lines; an empty text when there is none.
int ReadPids(int group, char* text, size_t capacity) {
  int fd = -1;
  if (const int error = OpenBeneath(group, "cgroup.procs", O_RDONLY, 0, &fd)) return error;
  const ssize_t n = read(fd, text, capacity - 1);
  const int error = Errno(n);
  CloseFd(&fd);
  if (error != 0) return error;
  text[n] = '\0';
  char* end = std::strrchr(text, '\n');
  if (end != nullptr) end[1] = '\0';
  return 0;
}

// EBUSY: a process of another pid namespace, which we cannot name. ESRCH: one that has ended.
int MoveProcesses(const char* pids, int to) {
  while (*pids != '\0') {
    FixedText<16> pid;
    for (; *pids != '\n' && *pids != '\0'; ++pids) {
      const char digit[] = {*pids, '\0'};
      pid.Add(digit);
    }
    pids += *pids == '\n' ? 1 : 0;
    if (std::strcmp(pid.c_str(), "0") == 0) return EBUSY;
    const int error = WriteAt(to, "cgroup.procs", pid.c_str());
    if (error != 0 && error != ESRCH) return error;
  }
  return 0;
}

int MoveAll(int group, int leaf) {
  for (int round = 0; round < kMoveRounds; ++round) {
    char pids[4096];
    if (const int error = ReadPids(group, pids, sizeof pids)) return error;
    if (*pids == '\0') return 0;
    if (const int error = MoveProcesses(pids, leaf)) return error;
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
  if (!IsOurs(candidate.group)) return false;
  if (GivesWhatThereIs(mount, candidate.group)) return true;
  int error = Enable(mount, candidate.group);
  if (error == EBUSY && IsDelegated(candidate) && MoveToLeaf(candidate.group) == 0) {
    error = Enable(mount, candidate.group);
  }
  return error == 0;
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

int FindV2Parent(int mount, const char* own, int* parent) {
  char path[1024];
  if (std::strlen(own) >= sizeof path) return ENAMETOOLONG;
  std::strcpy(path, own);
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
