// One collector a kind of thing; a new kind is one function and one row of the table.
#include "tests/testlib/jailtest/snapshot.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "jail/plan/ceilings.h"
#include "tests/testlib/jailtest/process_tree.h"

namespace jailtest {
namespace {

namespace fs = std::filesystem;
using Things = std::set<std::string>;

constexpr absl::Duration kPollInterval = absl::Milliseconds(20);

// Directory listing that shrugs at what vanishes under it.
void ForEachEntry(const std::string& dir, bool recursive,
                  const std::function<void(const std::string&)>& visit) {
  std::error_code error;
  if (!recursive) {
    for (fs::directory_iterator it(dir, error), end; !error && it != end; it.increment(error)) {
      visit(it->path().string());
    }
    return;
  }
  constexpr auto kSkip = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator it(dir, kSkip, error), end; !error && it != end;
       it.increment(error)) {
    visit(it->path().string());
  }
}

void AddLines(const std::string& path, Things* things) {
  for (absl::string_view line : absl::StrSplit(ReadFile(path), '\n', absl::SkipEmpty())) {
    things->insert(std::string(line));
  }
}

// Descendants that outlived a run, zombies included.
void Processes(Things* things) {
  for (const ProcessInfo& info : Descendants(getpid())) {
    things->insert(absl::StrCat(info.pid, " ", info.name, info.state == 'Z' ? " (zombie)" : ""));
  }
}

// Has a living supervisor that is none of our doing: another jail of this machine.
bool IsStrangers(pid_t pid) {
  for (int depth = 0; pid > 1 && depth < 64; ++depth) {
    if (pid == getpid()) return false;
    if (absl::StartsWith(ReadProc(pid, "comm"), "jail-launch")) return true;
    if (!absl::SimpleAtoi(StatusField(pid, "PPid"), &pid)) return true;  // Gone while we looked.
  }
  return false;
}

// One of the uids that runs lease. Their processes have no other owner, so that one is left behind when it
// has no supervisor.
bool HasLeasedUid(pid_t pid) {
  const jail::plan::SiteLimits site;
  int64_t uid = 0;
  const std::vector<std::string> ids = absl::StrSplit(StatusField(pid, "Uid"), '\t');
  return !ids.empty() && absl::SimpleAtoi(ids[0], &uid) && uid >= site.uid_first &&
         uid < site.uid_first + site.uid_count;
}

void ForEachPid(const std::function<void(pid_t)>& visit) {
  ForEachEntry("/proc", /*recursive=*/false, [&](const std::string& path) {
    pid_t pid = 0;
    if (absl::SimpleAtoi(fs::path(path).filename().string(), &pid)) visit(pid);
  });
}

void LeasedUids(Things* things) {
  ForEachPid([&](pid_t pid) {
    if (HasLeasedUid(pid) && !IsStrangers(pid)) things->insert(absl::StrCat(pid, " ", ReadProc(pid, "comm")));
  });
}

// Beneath us, whoever supervises it.
bool IsOurs(pid_t pid) {
  for (int depth = 0; pid > 1 && depth < 64; ++depth) {
    if (pid == getpid()) return true;
    if (!absl::SimpleAtoi(StatusField(pid, "PPid"), &pid)) return false;
  }
  return false;
}

// A lease is a lock that lives as long as anyone has the file open: the helper, and its child for a moment.
void Leases(Things* things) {
  ForEachPid([&](pid_t pid) {
    if (!absl::StartsWith(ReadProc(pid, "comm"), "jail-launch") || !IsOurs(pid)) return;
    ForEachEntry(absl::StrCat("/proc/", pid, "/fd"), /*recursive=*/false, [&](const std::string& path) {
      std::error_code error;
      if (fs::read_symlink(path, error) == "/run/jailrun/leases") things->insert(path);
    });
  });
}

bool HasStranger(const std::string& group) {
  for (absl::string_view line : absl::StrSplit(ReadFile(group + "/cgroup.procs"), '\n', absl::SkipEmpty())) {
    pid_t pid = 0;
    if (absl::SimpleAtoi(line, &pid) && IsStrangers(pid)) return true;
  }
  return false;
}

// With its inode: the next jail that gets the same slot makes another one of the same name.
std::string Named(const std::string& path) {
  struct stat status;
  return stat(path.c_str(), &status) == 0 ? absl::StrCat(path, " (inode ", status.st_ino, ")") : path;
}

// Version 1 has a directory per controller, version 2 is mounted at the top or under "unified". A
// jail's group lies beneath the helper's own.
void CgroupsBeneath(const std::string& dir, int levels, Things* things) {
  std::error_code error;
  for (fs::directory_iterator it(dir, error), end; !error && it != end; it.increment(error)) {
    std::error_code gone;
    if (!it->is_directory(gone) || it->is_symlink(gone)) continue;
    const std::string path = it->path().string();
    if (absl::StrContains(it->path().filename().string(), "jailrun") && !HasStranger(path))
      things->insert(Named(path));
    if (levels > 1) CgroupsBeneath(path, levels - 1, things);
  }
}
void Cgroups(Things* things) { CgroupsBeneath("/sys/fs/cgroup", 4, things); }

// mountinfo without its first two numbers and the peer groups, which say nothing about a leak.
void Mounts(Things* things) {
  for (absl::string_view line : absl::StrSplit(ReadFile("/proc/self/mountinfo"), '\n', absl::SkipEmpty())) {
    const std::vector<absl::string_view> fields = absl::StrSplit(line, ' ');
    if (fields.size() > 5) things->insert(absl::StrCat(fields[0], " ", fields[4], " ", fields[5]));
  }
}

// The files behind loop devices: a kernel that mounts no files has one for each jail with an image.
void LoopDevices(Things* things) {
  ForEachEntry("/sys/block", /*recursive=*/false,
               [&](const std::string& path) { AddLines(path + "/loop/backing_file", things); });
}

// Everything of ours but the lock files of leased uids, which stay by design (flock owns a lease,
// not the file's existence).
void State(Things* things) {
  ForEachEntry("/run/jailrun", /*recursive=*/true, [&](const std::string& path) {
    if (!absl::StrContains(path, "lease")) things->insert(path);
  });
}

void Descriptors(Things* things) {
  ForEachEntry("/proc/self/fd", /*recursive=*/false, [&](const std::string& path) {
    std::error_code error;
    const fs::path target = fs::read_symlink(path, error);
    // Not the listing's own descriptor, which is gone again by now.
    if (!error && !absl::EndsWith(target.string(), "/fd")) {
      things->insert(absl::StrCat(path, " -> ", target.string()));
    }
  });
}

void TemporaryFiles(Things* things) {
  for (const char* dir : {"/tmp", "/dev/shm"}) {
    ForEachEntry(dir, /*recursive=*/true, [&](const std::string& path) { things->insert(path); });
  }
}

// Like lsns: a namespace lives as long as a process or a mount is in it; mounts are listed above.
void NetworkNamespaces(Things* things) {
  ForEachEntry("/proc", /*recursive=*/false, [&](const std::string& path) {
    std::error_code error;
    const fs::path target = fs::read_symlink(path + "/ns/net", error);
    pid_t pid = 0;
    if (error || things->count(target.string()) > 0) return;  // Most are in the host's.
    if (absl::SimpleAtoi(fs::path(path).filename().string(), &pid) && !IsStrangers(pid)) {
      things->insert(target.string());
    }
  });
}

// Keys by serial and description; the usage counts in between come and go.
void Keys(Things* things) {
  for (absl::string_view line : absl::StrSplit(ReadFile("/proc/keys"), '\n', absl::SkipEmpty())) {
    const std::vector<std::string> fields = absl::StrSplit(line, ' ', absl::SkipEmpty());
    if (fields.size() > 8)
      things->insert(absl::StrCat(fields[0], " uid ", fields[5], " ", fields[7], " ", fields[8]));
  }
}

void Ipc(Things* things) {
  for (const char* kind : {"shm", "sem", "msg"}) AddLines(absl::StrCat("/proc/sysvipc/", kind), things);
  ForEachEntry("/dev/mqueue", /*recursive=*/false, [&](const std::string& path) { things->insert(path); });
}

struct Collector {
  const char* kind;
  void (*collect)(Things*);
};
constexpr Collector kCollectors[] = {
    {"process", Processes},
    {"process of a leased uid", LeasedUids},
    {"lease", Leases},
    {"cgroup", Cgroups},
    {"mount", Mounts},
    {"loop device", LoopDevices},
    {"state", State},
    {"descriptor", Descriptors},
    {"temporary file", TemporaryFiles},
    {"network namespace", NetworkNamespaces},
    {"key", Keys},
    {"ipc", Ipc},
};

std::vector<std::string> StillThere(const std::vector<std::pair<std::string, std::string>>& suspects) {
  if (suspects.empty()) return {};
  const Snapshot now = Snapshot::Take();
  std::vector<std::string> left;
  for (const auto& [kind, thing] : suspects) {
    if (now.things.at(kind).count(thing) > 0) left.push_back(absl::StrCat(kind, ": ", thing));
  }
  return left;
}

}  // namespace

Snapshot Snapshot::Take() {
  Snapshot snapshot;
  for (const Collector& collector : kCollectors) collector.collect(&snapshot.things[collector.kind]);
  return snapshot;
}

std::string Snapshot::Counts() const {
  std::string text;
  for (const Collector& collector : kCollectors) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", things.at(collector.kind).size(), " ", collector.kind);
  }
  return text;
}

std::vector<std::string> LeaksSince(const Snapshot& before, absl::Duration settle) {
  const absl::Time deadline = absl::Now() + settle;
  std::vector<std::pair<std::string, std::string>> suspects;
  for (const auto& [kind, things] : Snapshot::Take().things) {
    for (const std::string& thing : things) {
      if (before.things.at(kind).count(thing) == 0) suspects.emplace_back(kind, thing);
    }
  }
  std::vector<std::string> left = StillThere(suspects);
  while (!left.empty() && absl::Now() < deadline) {
    absl::SleepFor(kPollInterval);
    AwaitNoOrphans(absl::ZeroDuration());  // Reaps what died meanwhile.
    left = StillThere(suspects);
  }
  return left;
}

}  // namespace jailtest
