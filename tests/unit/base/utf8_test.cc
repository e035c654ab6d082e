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

TEST(Utf8Test, BrokenBytesAreReplacedOneByOne) {
  bool replaced = true;
  EXPECT_EQ(ReplaceInvalidUtf8("gr\xc3\xbc\xc3\x9f", &replaced), "gr\xc3\xbc\xc3\x9f");
  EXPECT_FALSE(replaced);
  EXPECT_EQ(ReplaceInvalidUtf8("a\xff\xe2\x82z", &replaced), "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz");
  EXPECT_TRUE(replaced);
}

TEST(Utf8Test, CutsThroughACharacterLeaveNothingOfIt) {
  const std::string text = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_TRUE(IsUtf8(WithoutCutAtEnd(text.substr(0, cut)))) << cut;
    EXPECT_TRUE(IsUtf8(WithoutCutAtStart(text.substr(cut)))) << cut;
    EXPECT_GE(WithoutCutAtEnd(text.substr(0, cut)).size() + 3, cut);
    EXPECT_GE(WithoutCutAtStart(text.substr(cut)).size() + 3, text.size() - cut);
  }
}

TEST(Utf8Test, AHeadIsATextWhateverTheBytesAre) {
  EXPECT_EQ(HeadAsText("a\xc3\xa4", 3), "a\xc3\xa4");
  EXPECT_EQ(HeadAsText("a\xc3\xa4", 2), "a");
  EXPECT_EQ(HeadAsText("a\xff\xff", 2), "a\xef\xbf\xbd");
  EXPECT_EQ(HeadAsText("", 2), "");
}

TEST(Utf8Test, WholeCharactersAndBrokenBytesAreNoCuts) {
  EXPECT_EQ(WithoutCutAtEnd("a\xc3\xa4"), "a\xc3\xa4");
  EXPECT_EQ(WithoutCutAtEnd("a\xff"), "a\xff");
  EXPECT_EQ(WithoutCutAtEnd(""), "");
  EXPECT_EQ(WithoutCutAtStart("\xff\x80"), "\xff\x80");
  EXPECT_EQ(WithoutCutAtStart(std::string(5, '\x80')), "\x80\x80");
}

}  // namespace
}  // namespace jail
