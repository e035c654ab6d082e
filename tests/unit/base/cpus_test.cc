// In forked processes: neither can be undone.
#include "jail/base/cpus.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace jail {
namespace {

template <typename Body>
int InChild(Body body) {
  const pid_t pid = fork();
  if (pid == 0) _exit(body());
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// The lowest of those we have.
void FirstOf(const CpuWords& all, CpuWords& one) {
  std::memset(one, 0, sizeof one);
  for (int i = 0; i < kCpuWords; ++i) {
    if (all[i] == 0) continue;
    one[i] = all[i] & (~all[i] + 1);
    return;
  }
}

TEST(CpusTest, AProcessRunsOnlyWhereItIsToldTo) {
  EXPECT_EQ(InChild([] {
              CpuWords all, one, effective;
              if (ReadOwnCpus(all) != 0) return 1;
              FirstOf(all, one);
              if (RunOnlyOn(one, effective) != 0) return 2;
              if (std::memcmp(one, effective, sizeof one) != 0) return 3;
              return CountOwnCpus() == 1 ? 0 : 4;
            }),
            0);
}

TEST(CpusTest, CpusThatAreNotThereAreAnError) {
  EXPECT_EQ(InChild([] {
              CpuWords wanted, effective;
              if (ReadOwnCpus(wanted) != 0) return 1;
              wanted[kCpuWords - 1] |= uint64_t{1} << 63;  // CPU 1023
              return RunOnlyOn(wanted, effective);
            }),
            EINVAL);
}

TEST(CpusTest, WhatIsKeptCannotBeChangedBack) {
  EXPECT_EQ(InChild([] {
              cpu_set_t all;
              if (sched_getaffinity(0, sizeof all, &all) != 0) return 1;
              if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return 2;
              if (KeepCpus() != 0) return 3;
              if (sched_getaffinity(0, sizeof all, &all) != 0) return 4;
              if (sched_setaffinity(0, sizeof all, &all) == 0) return 5;
              return errno == EPERM ? 0 : 6;
            }),
            0);
}

// The child waits until it has been moved; says where it then runs, and whether it gets all CPUs back.
int RunApart(const CpuWords& all, int own) {
  int gate[2];
  if (pipe(gate) != 0) return 2;
  const pid_t pid = fork();
  if (pid == 0) {
    char byte;
    if (read(gate[0], &byte, 1) != 1) _exit(3);
    CpuWords now;
    if (sched_getcpu() == own || TakeCpus(all) != 0 || ReadOwnCpus(now) != 0) _exit(4);
    _exit(std::memcmp(all, now, sizeof all) == 0 ? 0 : 5);
  }
  StartApart(pid, all);
  if (write(gate[1], "1", 1) != 1) return 6;
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 7;
}

TEST(CpusTest, OfTwoCpusTheForkedProcessGetsTheOther) {
  const int result = InChild([] {
    CpuWords all, pair = {}, effective;
    if (ReadOwnCpus(all) != 0) return 1;
    int found = 0;
    for (int cpu = 0; cpu < 64 * kCpuWords && found < 2; ++cpu) {
      if ((all[cpu / 64] >> cpu % 64 & 1) == 0) continue;
      pair[cpu / 64] |= uint64_t{1} << cpu % 64;
      ++found;
    }
    if (found < 2) return 77;
    if (RunOnlyOn(pair, effective) != 0) return 8;
    const int own = sched_getcpu();
    CpuWords here = {};
    here[own / 64] = uint64_t{1} << own % 64;
    // Only here, so that it stays where it was seen; the child is given both.
    if (RunOnlyOn(here, effective) != 0) return 9;
    return RunApart(pair, own);
  });
  if (result == 77) GTEST_SKIP() << "one CPU only";
  EXPECT_EQ(result, 0);
}

TEST(CpusTest, AnEmptySetIsNone) {
  CpuWords cpus = {};
  EXPECT_FALSE(AnyCpus(cpus));
  cpus[kCpuWords - 1] = 1;
  EXPECT_TRUE(AnyCpus(cpus));
}

}  // namespace
}  // namespace jail
