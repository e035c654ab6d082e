#include "tests/vm/shapes.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "jail/base/fd.h"
#include "tests/testlib/jailtest/process_tree.h"

namespace jailtest {
namespace {

constexpr Mechanisms kGroup = {"cgroup-v2 memory.max", "cgroup-v2 pids.max",
                               "cgroup-v2 cpu.stat by timerfd, RLIMIT_CPU"};
constexpr Mechanisms kNoGroup = {"sampler of the tree's resident memory", "RLIMIT_NPROC", "RLIMIT_CPU"};
constexpr Mechanisms kGroupWithoutMemory = {kNoGroup.memory, kGroup.processes, kGroup.cpu_time};

std::string PathOf(const std::string& group) { return absl::StrCat(kCgroupMount, "/", group); }

bool WriteTo(const std::string& path, const std::string& text) {
  const jail::Fd fd(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return fd.valid() && write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

// --- What a process sees of the groups ---

bool OwnMounts() {
  return unshare(CLONE_NEWNS) == 0 && mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

// As in a container: its own group is the top of what it sees.
bool OwnRoot() {
  return OwnMounts() && unshare(CLONE_NEWCGROUP) == 0 && umount2(kCgroupMount, MNT_DETACH) == 0 &&
         mount("cgroup2", kCgroupMount, "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) == 0;
}

bool OwnRootReadOnly() {
  return OwnRoot() && mount(nullptr, kCgroupMount, nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) == 0;
}

// The namespace's root is the process's group, but the mount shows the whole hierarchy.
bool ForeignRoot() { return unshare(CLONE_NEWCGROUP) == 0; }

bool NoGroups() { return OwnMounts() && umount2(kCgroupMount, MNT_DETACH) == 0; }

// --- Making and removing ---

std::string Problem(const std::string& what) { return absl::StrCat(what, ": ", std::strerror(errno)); }

std::string MakeGroup(const Shape::Group& group) {
  const std::string path = PathOf(group.path);
  if (mkdir(path.c_str(), 0755) != 0) return Problem(path);
  for (absl::string_view controller : absl::StrSplit(group.gives, ' ', absl::SkipEmpty())) {
    if (!WriteTo(path + "/cgroup.subtree_control", absl::StrCat("+", controller)))
      return Problem(absl::StrCat(path, " +", controller));
  }
  if (group.delegated_by != nullptr && setxattr(path.c_str(), group.delegated_by, "1", 1, 0) != 0)
    return Problem(absl::StrCat(path, " ", group.delegated_by));
  // What systemd and cgroups(7) make over with a group.
  for (const char* file : {"", "/cgroup.procs", "/cgroup.threads", "/cgroup.subtree_control"}) {
    if (group.owner != 0 && chown((path + file).c_str(), group.owner, group.owner) != 0)
      return Problem(path + file);
  }
  return "";
}

bool BecomeUser(uid_t uid) {
  return uid == 0 ||
         (setgroups(0, nullptr) == 0 && setresgid(uid, uid, uid) == 0 && setresuid(uid, uid, uid) == 0);
}

}  // namespace

// systemd 252 gives a slice's children memory and pids; cpu only when one of them asks for it.
const std::vector<Shape> kShapes = {
    {.name = "TheHostsRoot", .parent = "/", .by = &kGroup},
    {.name = "AGroupOfSomebodyElses", .groups = {{"plain"}}, .own = "plain", .parent = "/", .by = &kGroup},
    {.name = "ASessionOfASlice",
     .groups = {{"some.slice", "memory pids"}, {"some.slice/session.scope"}},
     .own = "some.slice/session.scope",
     .parent = "/some.slice",
     .by = &kGroup},
    {.name = "ADelegatedScope",
     .groups = {{"some.slice", "memory pids"}, {"some.slice/own.scope", "", "trusted.delegate"}},
     .own = "some.slice/own.scope",
     .parent = "/some.slice/own.scope",
     .moves = true,
     .by = &kGroup},
    {.name = "AContainer",
     .groups = {{"box"}},
     .own = "box",
     .hide = OwnRoot,
     .parent = "/box",
     .moves = true,
     .by = &kGroup},
    {.name = "AContainerWithoutTheMemoryController",
     .groups = {{"half", "pids"}, {"half/box"}},
     .own = "half/box",
     .hide = OwnRoot,
     .parent = "/half/box",
     .moves = true,
     .by = &kGroupWithoutMemory},
    // Some of the controllers are possible beside processes; the groups beneath are good for nothing then.
    {.name = "AnEndThatGivesOnlyPids",
     .groups = {{"some.slice", "pids"}},
     .own = "some.slice",
     .hide = OwnRoot,
     .by = &kNoGroup},
    {.name = "AContainerThatSeesTheWholeTree",
     .groups = {{"box"}},
     .own = "box",
     .hide = ForeignRoot,
     .by = &kNoGroup},
    {.name = "AContainerThatMayOnlyRead",
     .groups = {{"box"}},
     .own = "box",
     .hide = OwnRootReadOnly,
     .by = &kNoGroup},
    {.name = "NoGroupsAtAll", .hide = NoGroups, .by = &kNoGroup},
    {.name = "AUsersDelegatedGroup",
     .groups = {{"user.slice", "memory pids cpu"}, {"user.slice/theirs", "", nullptr, kUser}},
     .own = "user.slice/theirs",
     .uid = kUser,
     .parent = "/user.slice/theirs",
     .moves = true,
     .by = &kGroup},
    // Beneath a user's own systemd everything has his uid; only the mark says what is a payload's.
    {.name = "AUsersDelegatedScope",
     .groups = {{"user.slice", "memory pids"},
                {"user.slice/app.slice", "memory pids", nullptr, kUser},
                {"user.slice/app.slice/own.scope", "", "user.delegate", kUser}},
     .own = "user.slice/app.slice/own.scope",
     .uid = kUser,
     .parent = "/user.slice/app.slice/own.scope",
     .moves = true,
     .by = &kGroup},
    {.name = "AUsersTerminal",
     .groups = {{"user.slice", "memory pids"},
                {"user.slice/app.slice", "memory pids", nullptr, kUser},
                {"user.slice/app.slice/terminal.scope", "", nullptr, kUser}},
     .own = "user.slice/app.slice/terminal.scope",
     .uid = kUser,
     .parent = "/user.slice/app.slice",
     .by = &kGroup},
    {.name = "AUserWithoutAGroup",
     .groups = {{"user.slice", "memory pids"}, {"user.slice/session.scope"}},
     .own = "user.slice/session.scope",
     .uid = kUser,
     .by = &kNoGroup},
    {.name = "RootInAUsersGroup",
     .groups = {{"user.slice", "memory pids"}, {"user.slice/theirs", "", "trusted.delegate", kUser}},
     .own = "user.slice/theirs",
     .parent = "/user.slice",
     .by = &kGroup},
};

std::string Build(const Shape& shape) {
  for (const Shape::Group& group : shape.groups) {
    if (std::string problem = MakeGroup(group); !problem.empty()) return problem;
  }
  return "";
}

void Enter(const Shape& shape) {
  if (!JoinGroup(shape.own) || (shape.hide != nullptr && !shape.hide()) || !BecomeUser(shape.uid)) _exit(97);
}

std::string Demolish(const Shape& shape) {
  std::string problems;
  for (auto group = shape.groups.rbegin(); group != shape.groups.rend(); ++group) {
    const std::string path = PathOf(group->path);
    for (const std::string& each : {path + "/jailrun.callers", path}) {
      if (rmdir(each.c_str()) != 0 && errno != ENOENT) absl::StrAppend(&problems, Problem(each), "\n");
    }
  }
  return problems;
}

std::string GroupOf(pid_t pid) {
  const std::string text = ReadProc(pid, "cgroup");
  return std::string(absl::StripSuffix(absl::StripPrefix(text, "0::"), "\n"));
}

std::string GroupFile(const std::string& group, const std::string& file) {
  return ReadFile(absl::StrCat(kCgroupMount, group, "/", file));
}

bool JoinGroup(const std::string& group) { return WriteTo(PathOf(group) + "/cgroup.procs", "0"); }

}  // namespace jailtest
