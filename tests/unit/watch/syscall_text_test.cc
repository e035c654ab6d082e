// Denied calls, as the record spells them.
#include "jail/watch/syscall_text.h"

#include <gtest/gtest.h>

#include <vector>

namespace jail::watch {
namespace {

std::string Text(std::string_view name, std::vector<uint64_t> args) {
  args.resize(6);
  return SyscallText(name, args);
}

TEST(SyscallTextTest, NamesFlagsAndRequests) {
  EXPECT_EQ(Text("unshare", {0x10020000}), "unshare(CLONE_NEWUSER|CLONE_NEWNS)");
  EXPECT_EQ(Text("clone", {0x10000011}), "clone(CLONE_NEWUSER|SIGCHLD, 0, 0, 0, 0)");
  EXPECT_EQ(Text("ptrace", {16, 1}), "ptrace(PTRACE_ATTACH, 1, 0, 0)");
  EXPECT_EQ(Text("ptrace", {0}), "ptrace(PTRACE_TRACEME, 0, 0, 0)");
  EXPECT_EQ(Text("mount", {0x7f00, 0x7f10, 0, 4096 | 1, 0}),
            "mount(0x7f00, 0x7f10, 0, MS_RDONLY|MS_BIND, 0)");
  EXPECT_EQ(Text("vhangup", {1, 2}), "vhangup()");
}

TEST(SyscallTextTest, WhatHasNoNameStaysANumber) {
  EXPECT_EQ(Text("unshare", {0}), "unshare(0)");
  EXPECT_EQ(Text("unshare", {1}), "unshare(0x1)");
  EXPECT_EQ(Text("ptrace", {0x4242, 1}), "ptrace(0x4242, 1, 0, 0)");
  EXPECT_EQ(Text("unshare", {0x20000 | 0x1}), "unshare(CLONE_NEWNS|0x1)");
}

// int arguments are what the kernel makes of them; everything else is whole.
TEST(SyscallTextTest, IntsAreCutToWhatTheKernelSees) {
  EXPECT_EQ(Text("setns", {0xdeadbeefffffffff, 0}), "setns(-1, 0)");
  EXPECT_EQ(Text("swapoff", {0xdeadbeefffffffff}), "swapoff(0xdeadbeefffffffff)");
}

TEST(SyscallTextTest, UnknownCallsShowWhatTheyWereGiven) {
  EXPECT_EQ(Text("unknown", {1, 0, 255}), "unknown(0x1, 0, 0xff)");
  EXPECT_EQ(Text("unknown", {}), "unknown()");
}

}  // namespace
}  // namespace jail::watch
