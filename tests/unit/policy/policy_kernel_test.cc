// The kernel's own opinion: the shipped programs are installed in a forked process, which then makes calls.
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vector>

#include "gtest/gtest.h"
#include "jail/base/syscall_names.h"
#include "tests/unit/policy/policy_fixture.h"
#include "tools/build/call_text.h"

namespace jail::testlib {
namespace {

bool Install(const plan::CompiledPolicy& policy) {
  const sock_fprog program = {policy.length, const_cast<sock_filter*>(policy.code)};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

long Make(const seccomp_data& call) {
  const auto& a = call.args;
  return syscall(call.nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

// Wait status of a process that confines itself, makes the calls and exits with 0 when each was answered
// as told, with 1 when not, with 2 when it could not confine itself.
int RunConfined(const plan::CompiledPolicy& policy, const std::vector<seccomp_data>& calls,
                const std::vector<int>& errors) {
  const pid_t child = fork();
  if (child == 0) {
    if (!Install(policy)) _exit(2);
    for (size_t i = 0; i < calls.size(); ++i) {
      const int error = Make(calls[i]) < 0 ? errno : 0;
      if (error != errors[i]) _exit(1);
    }
    _exit(0);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return status;
}

// All that the filter refuses with an error by itself; safe to make, as the kernel never gets to see them.
TEST(PolicyKernelTest, TheKernelGivesTheErrorsThatTheEvaluatorSays) {
  const plan::CompiledPolicy& policy = *plan::FindPolicy("default");
  const PolicyModel model(ShippedPolicies(), "default");
  std::vector<seccomp_data> calls;
  std::vector<int> errors;
  for (int number = 0; number <= 600; ++number) {
    for (const seccomp_data& call : InterestingCalls(model, number)) {
      const uint32_t verdict = Evaluate(Program(policy), call);
      if ((verdict & SECCOMP_RET_ACTION_FULL) != SECCOMP_RET_ERRNO) continue;
      calls.push_back(call);
      errors.push_back(static_cast<int>(verdict & SECCOMP_RET_DATA));
    }
  }
  ASSERT_GT(calls.size(), 1000u);
  EXPECT_EQ(RunConfined(policy, calls, errors), 0);
}

TEST(PolicyKernelTest, ReadsCallsThroughTheFilter) {
  const plan::CompiledPolicy& policy = *plan::FindPolicy("default");
  EXPECT_EQ(RunConfined(policy, {build::ParseCall("getpid()").value(), build::ParseCall("close(-1)").value()},
                        {0, EBADF}),
            0);
}

TEST(PolicyKernelTest, X32NumbersKillTheProcess) {
  const int status =
      RunConfined(*plan::FindPolicy("default"), {build::ParseCall("x32:getpid()").value()}, {0});
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGSYS);
}

TEST(PolicyKernelTest, TheOldEntryKillsTheProcess) {
  const pid_t child = fork();
  if (child == 0) {
    if (!Install(*plan::FindPolicy("default"))) _exit(2);
    long result = 20;  // getpid of i386
    __asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
    _exit(result > 0 ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  // A kernel without 32-bit emulation raises SIGSEGV for the instruction itself.
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_TRUE(WTERMSIG(status) == SIGSYS || WTERMSIG(status) == SIGSEGV) << WTERMSIG(status);
}

TEST(PolicyKernelTest, InitMayNotOpenFiles) {
  const int status =
      RunConfined(*plan::FindPolicy("init"), {build::ParseCall("openat(AT_FDCWD)").value()}, {EFAULT});
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGSYS);
}

}  // namespace
}  // namespace jail::testlib
