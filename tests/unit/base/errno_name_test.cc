#include "jail/base/errno_name.h"

#include <cerrno>
#include <cstring>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jail {
namespace {

TEST(ErrnoNameTest, NamesNumbers) {
  EXPECT_STREQ(ErrnoName(0), "OK");
  EXPECT_STREQ(ErrnoName(EPERM), "EPERM");
  EXPECT_STREQ(ErrnoName(EHWPOISON), "EHWPOISON");
}

TEST(ErrnoNameTest, PrefersThePrimaryNameOfANumberWithTwo) {
  EXPECT_STREQ(ErrnoName(EWOULDBLOCK), "EAGAIN");
  EXPECT_STREQ(ErrnoName(ENOTSUP), "EOPNOTSUPP");
}

TEST(ErrnoNameTest, UnusedNumbersAreUnknown) {
  for (int number : {-1, 41, 58, 134, 100000}) EXPECT_STREQ(ErrnoName(number), "unknown errno") << number;
}

TEST(ErrnoNameTest, KnowsExactlyTheNumbersThatLibcKnows) {
  for (int number = 1; number < 200; ++number) {
    const char* libc_name = strerrorname_np(number);
    const bool known = std::strcmp(ErrnoName(number), "unknown errno") != 0;
    EXPECT_EQ(known, libc_name != nullptr) << number;
  }
}

TEST(ErrnoNumberTest, FindsNamesAndAliases) {
  EXPECT_EQ(ErrnoNumber("EACCES"), EACCES);
  EXPECT_EQ(ErrnoNumber("EWOULDBLOCK"), EAGAIN);
  EXPECT_EQ(ErrnoNumber("EPERMX"), -1);
  EXPECT_EQ(ErrnoNumber("EPER"), -1);
}

}  // namespace
}  // namespace jail
