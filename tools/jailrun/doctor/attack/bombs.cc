// Attacks on limits: each takes all it can get, up to an amount far over the limit it is to meet, and
// says how much it got. Amounts are bounded, so that a host where nothing holds survives as well.
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <initializer_list>

#include "tools/jailrun/doctor/attack/attack.h"

namespace jail::attack {
namespace {

constexpr long kMiB = 1L << 20;

// Anonymous memory, in MiB.
void Memory() {
  constexpr long kMost = 256;
  for (long count = 0; count < kMost; ++count) {
    void* chunk = mmap(nullptr, kMiB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (chunk == MAP_FAILED) return SayCount(count, errno);
    memset(chunk, 1, kMiB);
  }
  SayCount(kMost, 0);
}

// MiB written to one file.
void Fill(const char* path, long most) {
  static char buffer[kMiB];
  memset(buffer, 'x', sizeof buffer);
  signal(SIGXFSZ, SIG_IGN);
  const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return SayCount(0, errno);
  for (long count = 0; count < most; ++count) {
    ssize_t done = 0;
    while (done < kMiB) {
      const ssize_t size = write(fd, buffer + done, static_cast<size_t>(kMiB - done));
      if (size <= 0) return SayCount(count, errno);
      done += size;
    }
  }
  SayCount(most, 0);
}

// The host's files through the page cache: memory that the kernel takes back, so no limit is passed.
// Dropped from the cache first, or it would be charged to whoever read it before.
long ReadThrough(const char* path, char* buffer, size_t size) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return 0;
  posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  long bytes = 0;
  ssize_t got;
  while ((got = read(fd, buffer, size)) > 0) bytes += got;
  close(fd);
  return bytes;
}

void PageCache() {
  constexpr long kMost = 96;
  static char buffer[kMiB / 4];
  long bytes = 0;
  for (const char* folder : {"/usr/lib/x86_64-linux-gnu", "/usr/bin", "/usr/lib", "/usr/lib64"}) {
    DIR* entries = opendir(folder);
    if (entries == nullptr) continue;
    while (const dirent* entry = readdir(entries)) {
      char path[512];
      snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
      if (entry->d_type == DT_REG) bytes += ReadThrough(path, buffer, sizeof buffer);
      if (bytes >= kMost * kMiB) return SayCount(kMost, 0);
    }
    closedir(entries);
  }
  SayCount(bytes / kMiB, 0);
}

// Processes that stay, beside this one.
void Forks() {
  constexpr long kMost = 100;
  for (long count = 0; count < kMost; ++count) {
    const pid_t pid = fork();
    if (pid < 0) return SayCount(count, errno);
    if (pid == 0) {
      for (;;) pause();
    }
  }
  SayCount(kMost, 0);
}

void* Wait(void*) {
  for (;;) pause();
}

void Threads() {
  constexpr long kMost = 100;
  for (long count = 0; count < kMost; ++count) {
    pthread_t thread;
    if (const int error = pthread_create(&thread, nullptr, Wait, nullptr)) return SayCount(count, error);
  }
  SayCount(kMost, 0);
}

long NowMs() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1'000'000;
}

void SpinFor(long milliseconds) {
  const long end = NowMs() + milliseconds;
  while (NowMs() < end) {
  }
}

constexpr long kSpinMs = 4000;
void Spin() {
  SpinFor(kSpinMs);
  SayCount(kSpinMs, 0);
}

// Each alone stays below the limit for long; together they do not.
void SpinTogether() {
  for (int i = 0; i < 3; ++i) {
    if (fork() == 0) break;
  }
  Spin();
}

// For a limit on the rate: less CPU time is used than time passes.
void SpinBriefly() {
  constexpr long kBriefMs = 500;
  SpinFor(kBriefMs);
  SayCount(kBriefMs, 0);
}

void Sleep() {
  signal(SIGTERM, SIG_IGN);
  const timespec duration = {kSpinMs / 1000, 0};
  nanosleep(&duration, nullptr);
  SayCount(kSpinMs, 0);
}

// On both streams, MiB on each.
void Flood() {
  constexpr long kMost = 16;
  static char buffer[kMiB / 16];
  memset(buffer, 'x', sizeof buffer);
  for (long left = kMost * 16; left > 0; --left) {
    for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
      size_t done = 0;
      while (done < sizeof buffer) {
        const ssize_t size = write(fd, buffer + done, sizeof buffer - done);
        if (size <= 0) _exit(1);
        done += static_cast<size_t>(size);
      }
    }
  }
}

void Inodes() {
  constexpr long kMost = 1000;
  for (long count = 0; count < kMost; ++count) {
    char path[32];
    snprintf(path, sizeof path, "/tmp/%ld", count);
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return SayCount(count, errno);
    close(fd);
  }
  SayCount(kMost, 0);
}

void Descriptors() {
  constexpr long kMost = 1000;
  for (long count = 0; count < kMost; ++count) {
    if (open("/dev/null", O_RDONLY | O_CLOEXEC) < 0) return SayCount(count, errno);
  }
  SayCount(kMost, 0);
}

// Stack frames of 64 KiB, in MiB; not a tail call.
long Descend(long depth) {
  constexpr long kMost = 64 * 16;
  volatile char frame[kMiB / 16];
  frame[0] = 1;
  return depth >= kMost ? 0 : Descend(depth + 1) + frame[0];
}
void Stack() { SayCount(Descend(0) / 16, 0); }

}  // namespace

const Attack kBombs[] = {
    {"memory", nullptr, Memory},
    {"tmpfs", nullptr, [] { Fill("/tmp/fill", 150); }},
    {"page-cache", nullptr, PageCache},
    {"forks", nullptr, Forks},
    {"threads", nullptr, Threads},
    {"spin", nullptr, Spin},
    {"spin-together", nullptr, SpinTogether},
    {"spin-briefly", nullptr, SpinBriefly},
    {"sleep", nullptr, Sleep},
    {"ignore-sigterm", nullptr, Sleep},
    {"flood", nullptr, Flood},
    {"disk", nullptr, [] { Fill("/work/fill", 32); }},
    {"big-file", nullptr, [] { Fill("/work/big", 16); }},
    {"inodes", nullptr, Inodes},
    {"open-files", nullptr, Descriptors},
    {"stack", nullptr, Stack},
    {},
};

}  // namespace jail::attack
