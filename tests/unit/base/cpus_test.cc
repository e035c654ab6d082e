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

TEST(CpusTest, AnEmptySetIsNone) {
  CpuWords cpus = {};
  EXPECT_FALSE(AnyCpus(cpus));
  cpus[kCpuWords - 1] = 1;
  EXPECT_TRUE(AnyCpus(cpus));
}

}  // namespace
}  // namespace jail
