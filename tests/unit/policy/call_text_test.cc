#include "tools/build/call_text.h"

#include <errno.h>
#include <linux/audit.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jail::testlib {
namespace {

using ::testing::ElementsAre;

TEST(CallTextTest, ReadsNameAndArguments) {
  const seccomp_data call = build::ParseCall("socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, 0x10)").value();
  EXPECT_EQ(call.arch, AUDIT_ARCH_X86_64);
  EXPECT_EQ(call.nr, SYS_socket);
  EXPECT_THAT(call.args, ElementsAre(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 16, 0, 0, 0));
}

TEST(CallTextTest, ReadsNegativeAndWideArguments) {
  const seccomp_data call = build::ParseCall("kill(-1, 0x100000009)").value();
  EXPECT_THAT(call.args, ElementsAre(~uint64_t{0}, 0x100000009, 0, 0, 0, 0));
}

TEST(CallTextTest, ReadsOtherEntries) {
  const seccomp_data old = build::ParseCall("i386:execve()").value();
  EXPECT_EQ(old.arch, AUDIT_ARCH_I386);
  EXPECT_EQ(old.nr, 11);
  EXPECT_EQ(build::ParseCall("x32:getpid()")->nr, SYS_getpid | 0x40000000);
  EXPECT_EQ(build::ParseCall("0x40000000()")->nr, 0x40000000);
  EXPECT_EQ(build::ParseCall("-1()")->nr, -1);
}

TEST(CallTextTest, RefusesWhatIsNoCall) {
  for (const char* text :
       {"", "read", "read(", "no_such_call()", "read(NO_SUCH)", "read(1,2,3,4,5,6,7)", "read(1,)"}) {
    EXPECT_FALSE(build::ParseCall(text).ok()) << text;
  }
}

TEST(CallTextTest, FormatsForMessages) {
  EXPECT_EQ(build::FormatCall(build::ParseCall("socket(AF_INET, SOCK_STREAM)").value()),
            "socket(0x2, 0x1, 0, 0, 0, 0)");
  EXPECT_EQ(build::FormatVerdict(SECCOMP_RET_ERRNO | EPERM), "EPERM");
  EXPECT_EQ(build::FormatVerdict(SECCOMP_RET_ALLOW), "allow");
  EXPECT_EQ(build::FormatVerdict(SECCOMP_RET_TRAP), "verdict 0x30000");
}

}  // namespace
}  // namespace jail::testlib
