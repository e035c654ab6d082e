#include "jail/call/source.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jail::call {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(FencesTest, GoAndLinesKeepTheirNumbers) {
  EXPECT_EQ(WithoutFences("```js\n1 + 1\n```"), "\n1 + 1\n");
  EXPECT_EQ(WithoutFences("\n\n```typescript\na\nb\n```\n"), "\n\n\na\nb\n");
  EXPECT_EQ(WithoutFences("```\nx\n```"), "\nx\n");
  EXPECT_EQ(WithoutFences("```Python  \nx\n```"), "\nx\n");
}

TEST(FencesTest, WhatIsNoFenceStays) {
  for (const char* code :
       {"1 + 1", "```", "``````", "```ruby\nx\n```", "```js\nx", "`a`", "x\n```js\ny\n```", ""})
    EXPECT_EQ(WithoutFences(code), code);
}

TEST(PatternsTest, AreFoundInTheirOrder) {
  EXPECT_THAT(FindPatterns("process.exit(eval('1'))", UsualPatterns()), ElementsAre("process.", "eval("));
  EXPECT_THAT(FindPatterns("input.a + 1", UsualPatterns()), IsEmpty());
}

}  // namespace
}  // namespace jail::call
