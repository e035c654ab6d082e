#include "jail/cgroup/sampler.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cstring>

#include "jail/base/sys.h"

namespace jail::cgroup {
namespace {

constexpr int kMaxProcesses = 4096;  // The site's ceiling on processes by default.

struct Tree {
  int proc;
  int count;
  pid_t pids[kMaxProcesses];
};

// A process may be gone at any moment: what cannot be read any more counts as nothing.
bool ReadOf(const Tree& tree, pid_t pid, const char* file, char* text, size_t capacity) {
  FixedText<64> path;
  path.Add(static_cast<int64_t>(pid)).Add("/").Add(file);
  return ReadSmallAt(tree.proc, path.c_str(), text, capacity) == 0;
}

void AddChildrenOfTask(Tree& tree, pid_t pid, const char* task) {
  char text[16384];
  FixedText<64> file;
  file.Add("task/").Add(task).Add("/children");
  if (!ReadOf(tree, pid, file.c_str(), text, sizeof text)) return;
  for (const char* at = text; *at != '\0';) {
    pid_t child = 0;
    for (; *at >= '0' && *at <= '9'; ++at) child = child * 10 + (*at - '0');
    if (child > 0 && tree.count < kMaxProcesses) tree.pids[tree.count++] = child;
    while (*at != '\0' && (*at < '0' || *at > '9')) ++at;
  }
}

// Any thread can have forked.
void AddChildren(Tree& tree, pid_t pid) {
  FixedText<64> path;
  path.Add(static_cast<int64_t>(pid)).Add("/task");
  int dir = -1;
  if (OpenBeneath(tree.proc, path.c_str(), O_RDONLY | O_DIRECTORY, 0, &dir) != 0) return;
  alignas(dirent64) char entries[4096];
  long n;
  while ((n = syscall(SYS_getdents64, dir, entries, sizeof entries)) > 0) {
    for (long at = 0; at < n;) {
      const dirent64* entry = reinterpret_cast<const dirent64*>(entries + at);
      at += entry->d_reclen;
      if (entry->d_name[0] != '.') AddChildrenOfTask(tree, pid, entry->d_name);
    }
  }
  CloseFd(&dir);
}

// "RssAnon:\t  1234 kB"
int64_t KilobytesAfter(const char* text, const char* key) {
  const char* at = std::strstr(text, key);
  if (at == nullptr) return 0;
  for (at += std::strlen(key); *at == ' ' || *at == '\t' || *at == ':'; ++at) {
  }
  int64_t value = 0;
  for (; *at >= '0' && *at <= '9'; ++at) value = value * 10 + (*at - '0');
  return value * 1024;
}

// utime, stime, cutime and cstime: fields 14 to 17, counted behind the command's closing bracket.
int64_t CpuTicks(const char* stat) {
  const char* at = std::strrchr(stat, ')');
  if (at == nullptr) return 0;
  int64_t ticks = 0;
  int field = 2;
  for (++at; *at != '\0' && field < 18; ++at) {
    if (*at != ' ') continue;
    if (++field < 14 || field > 17) continue;
    int64_t value = 0;
    for (const char* digit = at + 1; *digit >= '0' && *digit <= '9'; ++digit)
      value = value * 10 + (*digit - '0');
    ticks += value;
  }
  return ticks;
}

int64_t ScratchBytes(int scratch) {
  struct statfs status;
  if (scratch < 0 || fstatfs(scratch, &status) != 0) return 0;
  return static_cast<int64_t>(status.f_blocks - status.f_bfree) * static_cast<int64_t>(status.f_bsize);
}

}  // namespace

int TakeSample(int proc, pid_t init, int scratch, plan::ResourceSample* sample) {
  static Tree tree;  // 16 KiB: not for the stack.
  static char text[8192];
  tree.proc = proc;
  tree.count = 0;
  tree.pids[tree.count++] = init;
  int64_t ticks = 0, shared = 0, anon = 0;
  for (int i = 0; i < tree.count; ++i) {
    const pid_t pid = tree.pids[i];
    AddChildren(tree, pid);
    if (ReadOf(tree, pid, "stat", text, sizeof text)) ticks += CpuTicks(text);
    if (!ReadOf(tree, pid, "status", text, sizeof text)) continue;
    anon += KilobytesAfter(text, "RssAnon");
    // Shared memory is in the figures of all who map it: the largest stands for it.
    const int64_t mapped = KilobytesAfter(text, "RssShmem");
    if (mapped > shared) shared = mapped;
  }
  const int64_t scratch_bytes = ScratchBytes(scratch);
  sample->anon_bytes = anon;
  sample->file_bytes = shared > scratch_bytes ? shared : scratch_bytes;
  sample->memory_bytes = anon + sample->file_bytes;
  sample->cpu_ns = ticks * (1'000'000'000 / sysconf(_SC_CLK_TCK));
  sample->processes = tree.count - 1;
  return 0;
}

}  // namespace jail::cgroup
