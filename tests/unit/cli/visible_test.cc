#include "tools/jailrun/visible.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jail::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(VisibleTest, OrdinaryTextStaysAsItIs) {
  EXPECT_EQ(Visible("héllo, 世界 🎉 \\ \""), "héllo, 世界 🎉 \\ \"");
}

TEST(VisibleTest, ControlCharactersAreEscaped) {
  EXPECT_EQ(Visible("\x1b[2J\a\x7f"), "\\x1b[2J\\x07\\x7f");
  EXPECT_EQ(Visible("a\nb\r\t"), "a\\nb\\r\\t");
  EXPECT_EQ(Visible(absl::string_view("\0", 1)), "\\x00");
}

// 0x9b alone is CSI to some terminals, and so is U+009B.
TEST(VisibleTest, EightBitControlsAreEscapedRawAndEncoded) {
  EXPECT_EQ(Visible("\x9b"), "\\x9b");
  EXPECT_EQ(Visible("\xc2\x9b"), "\\xc2\\x9b");
}

TEST(VisibleTest, DirectionAndZeroWidthMarksAreEscaped) {
  for (const char* mark : {"\u202e", "\u2066", "\u200b", "\u2028", "\ufeff", "\u061c"}) {
    EXPECT_THAT(Visible(mark), Not(HasSubstr(mark)));
  }
}

TEST(VisibleTest, BrokenUtf8IsEscapedByteByByte) {
  EXPECT_EQ(Visible("a\xff"
                    "b"),
            "a\\xffb");
  EXPECT_EQ(Visible("\xc0\xaf"), "\\xc0\\xaf");           // overlong
  EXPECT_EQ(Visible("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // surrogate
  EXPECT_EQ(Visible("\xe4\xb8"), "\\xe4\\xb8");           // cut short
}

TEST(VisibleTest, EveryByteAloneIsPrintableAfterwards) {
  for (int byte = 0; byte < 256; ++byte) {
    const char text = static_cast<char>(byte);
    for (char shown : Visible(absl::string_view(&text, 1))) {
      EXPECT_TRUE(shown >= 0x20 && shown < 0x7f) << byte;
    }
  }
}

TEST(VisibleLinesTest, EachLineStandsBehindThePrefix) {
  EXPECT_EQ(VisibleLines("a\nb\n", "| ", 5), "| a\n| b\n");
  EXPECT_EQ(VisibleLines("a", "| ", 5), "| a\n| (no newline at the end)\n");
}

TEST(VisibleLinesTest, WhatIsLeftOutIsCounted) {
  EXPECT_EQ(VisibleLines("1\n2\n3\n4\n", "| ", 2), "| 1\n| 2\n| ... (2 lines more)\n");
  EXPECT_THAT(VisibleLines(std::string(1000, 'x') + "\n", "| ", 2), HasSubstr("840 bytes more"));
}

TEST(VisibleLinesTest, ALineOfTheProgramCannotPassForOneOfOurs) {
  EXPECT_EQ(VisibleLines("x\rOK: forged\n\nOK: forged\n", "| ", 9), "| x\\rOK: forged\n| \n| OK: forged\n");
}

}  // namespace
}  // namespace jail::cli
