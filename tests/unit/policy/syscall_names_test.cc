#include "jail/base/syscall_names.h"

#include <seccomp.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include <string>

#include "gtest/gtest.h"

namespace jail {
namespace {

TEST(SyscallNamesTest, EveryNumberComesBackFromItsName) {
  for (int number = -5; number < 2000; ++number) {
    const char* name = SyscallName(number);
    if (name == nullptr) continue;
    EXPECT_EQ(SyscallNumber(name), number) << name;
  }
}

TEST(SyscallNamesTest, AgreesWithTheKernelHeaders) {
  EXPECT_EQ(SyscallNumber("read"), SYS_read);
  EXPECT_EQ(SyscallNumber("rseq"), SYS_rseq);
  EXPECT_EQ(SyscallNumber("pidfd_send_signal"), SYS_pidfd_send_signal);
  EXPECT_EQ(SyscallNumber("set_mempolicy_home_node"), SYS_set_mempolicy_home_node);
}

TEST(SyscallNamesTest, AgreesWithLibseccompAsFarAsItKnows) {
  int known = 0;
  for (int number = 0; number <= kNewestSyscall; ++number) {
    char* theirs = seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86_64, number);
    if (theirs == nullptr) continue;
    ASSERT_NE(SyscallName(number), nullptr) << theirs;
    EXPECT_STREQ(SyscallName(number), theirs);
    free(theirs);
    ++known;
  }
  EXPECT_GT(known, 340);
}

TEST(SyscallNamesTest, KnowsCallsNewerThanTheHeaders) {
  EXPECT_EQ(SyscallNumber("fchmodat2"), 452);
  EXPECT_EQ(SyscallNumber("setxattrat"), 463);
  EXPECT_EQ(SyscallNumber("file_setattr"), 469);
}

TEST(SyscallNamesTest, HasNoNameForGapsAndStrangers) {
  EXPECT_EQ(SyscallName(-1), nullptr);
  EXPECT_EQ(SyscallName(337), nullptr);
  EXPECT_EQ(SyscallName(423), nullptr);
  EXPECT_EQ(SyscallName(kNewestSyscall + 1), nullptr);
  EXPECT_EQ(SyscallNumber("no_such_call"), -1);
  EXPECT_EQ(SyscallNumber(""), -1);
}

}  // namespace
}  // namespace jail
