#include "jail/base/utf8.h"

#include <gtest/gtest.h>

namespace jail {
namespace {

TEST(Utf8Test, ValidTextOfEveryLength) {
  for (const char* text :
       {"", "plain", "new\nline", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(IsUtf8(text)) << text;
    EXPECT_EQ(ToUtf8(text), text);
  }
}

TEST(Utf8Test, OverlongSurrogateTruncatedAndTooLargeAreInvalid) {
  for (const char* text :
       {"\xff", "\x80", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xc3", "a\xe2\x82", "\xf0\x9f\x98", "\xe2x\xac"}) {
    EXPECT_FALSE(IsUtf8(text)) << text;
    EXPECT_TRUE(IsUtf8(ToUtf8(text)));
  }
}

TEST(Utf8Test, InvalidTextIsShownEscaped) { EXPECT_EQ(ToUtf8("bad\xff"), "bad\\xff"); }

}  // namespace
}  // namespace jail
