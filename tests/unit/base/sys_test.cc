// The system helpers whose answers are easy to get wrong.
#include "jail/base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>

#include "gtest/gtest.h"
#include "jail/base/fd.h"

namespace jail {
namespace {

TEST(NamespaceIdTest, IsTheNumberThatStatGives) {
  const Fd dir(open("/proc/self/ns", O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (const char* name : {"user", "pid", "mnt", "net", "ipc", "uts", "cgroup"}) {
    uint64_t id = 0;
    ASSERT_EQ(NamespaceId(dir.get(), name, &id), 0) << name;
    struct stat status;
    ASSERT_EQ(fstatat(dir.get(), name, &status, 0), 0) << name;
    EXPECT_EQ(id, status.st_ino) << name;
  }
}

TEST(NamespaceIdTest, SaysSoWhenThereIsNone) {
  const Fd dir(open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC));
  uint64_t id = 0;
  EXPECT_EQ(NamespaceId(dir.get(), "no-such", &id), ENOENT);
  EXPECT_EQ(NamespaceId(dir.get(), "exe", &id), EBADMSG);    // A link to something else.
  EXPECT_EQ(NamespaceId(dir.get(), "status", &id), EINVAL);  // No link.
}

struct Pair {
  Fd one, other;
};

Pair MakePair() {
  int ends[2] = {-1, -1};
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
  return {Fd(ends[0]), Fd(ends[1])};
}

TEST(MessageTest, CarriesBytesAndDescriptors) {
  const Pair pair = MakePair();
  uint32_t word = 7;
  int fds[] = {0, 1, 2};
  ASSERT_EQ(SendWith(pair.one.get(), {&word, sizeof word, fds, 3}), 0);
  uint32_t got = 0;
  int came[4] = {-1, -1, -1, -1};
  Sent sent = {&got, sizeof got, came, 4};
  ASSERT_EQ(ReceiveWith(pair.other.get(), 0, &sent), 0);
  EXPECT_EQ(got, 7u);
  EXPECT_EQ(sent.size, sizeof got);
  ASSERT_EQ(sent.count, 3);
  for (int i = 0; i < 3; ++i) EXPECT_GT(Fd(came[i]).get(), 2);
}

// The header of one leaves room for two.
TEST(MessageTest, WhatThereIsNoRoomForIsLost) {
  const Pair pair = MakePair();
  uint8_t byte = 1;
  int fds[] = {0, 1};
  ASSERT_EQ(SendWith(pair.one.get(), {&byte, 1, fds, 2}), 0);
  int came[2] = {-1, -1};
  Sent sent = {&byte, 1, came, 1};
  ASSERT_EQ(ReceiveWith(pair.other.get(), 0, &sent), 0);
  EXPECT_EQ(sent.count, 1);
  const Fd first(came[0]);
  EXPECT_EQ(came[1], -1);
}

TEST(MessageTest, SaysWhenThereIsNoneAndWhenThereWillBeNone) {
  Pair pair = MakePair();
  uint8_t byte = 1;
  int fd = -1;
  EXPECT_EQ(ReceiveByte(pair.other.get(), MSG_DONTWAIT, &byte, &fd), EAGAIN);
  int too_many[kMostSent + 1] = {};
  EXPECT_EQ(SendWith(pair.one.get(), {&byte, 1, too_many, kMostSent + 1}), E2BIG);
  pair.one.Reset();
  Sent sent = {&byte, 1, &fd, 1};
  EXPECT_EQ(ReceiveWith(pair.other.get(), 0, &sent), 0);
  EXPECT_EQ(sent.size, 0u);
  EXPECT_NE(SendByte(pair.other.get(), 1), 0);
}

// In a process of its own: it has other descriptors afterwards.
TEST(PlaceFdsTest, WhicheverNumbersTheyCameWith) {
  const auto place = [] {
    int ends[2];
    if (pipe(ends) != 0) _exit(1);
    struct stat was[2], is;
    for (int i = 0; i < 2; ++i) fstat(ends[i], &was[i]);
    if (dup2(ends[0], 1) != 1 || dup2(ends[1], 0) != 0) _exit(2);
    int given[] = {1, -1, 0};  // Each in the other's way.
    if (PlaceFds(given, 3) != 0 || given[0] != 0 || given[1] != -1 || given[2] != 2) _exit(3);
    const int flags[] = {fcntl(0, F_GETFL) & O_ACCMODE, fcntl(2, F_GETFL) & O_ACCMODE};
    if (fstat(0, &is) != 0 || is.st_ino != was[0].st_ino || flags[0] != O_RDONLY) _exit(4);
    if (fstat(2, &is) != 0 || is.st_ino != was[1].st_ino || flags[1] != O_WRONLY) _exit(5);
    if (fcntl(0, F_GETFD) != 0) _exit(6);  // Stays over exec.
    int closed[] = {99};
    _exit(PlaceFds(closed, 1) == EBADF ? 0 : 7);
  };
  EXPECT_EXIT(place(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace jail
