#include "jail/call/json.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jail::call {
namespace {

using testing::HasSubstr;

TEST(CompactTest, WhiteSpaceGoesAndNumbersStayAsTheyWere) {
  EXPECT_EQ(Compact(" { \"a\" : [ 1 , 2.50, 1e2,\n-0.0, 123456789012345678901234567890 ] } ").value(),
            R"({"a":[1,2.50,1e2,-0.0,123456789012345678901234567890]})");
  EXPECT_EQ(Compact("[]").value(), "[]");
  EXPECT_EQ(Compact("[[],{},[{}]]").value(), "[[],{},[{}]]");
  EXPECT_EQ(Compact(R"("a \u00e9 \n")").value(), "\"a é \\n\"");
}

TEST(CompactTest, ZeroKeepsItsSign) {
  EXPECT_EQ(Compact("[-0, 0, -1, -9223372036854775808]").value(), "[-0,0,-1,-9223372036854775808]");
  EXPECT_EQ(*Find(MembersOf("{\"a\": -0}").value(), "a"), "-0");
}

TEST(CompactTest, WhatIsNoJsonIsRefused) {
  for (const char* text :
       {"", "1 2", "{a:1}", "[1,]", "NaN", "'a'", "\"\\ud800\"", "\"\xff\"", "1e999", "[1}"})
    EXPECT_FALSE(Compact(text).ok()) << text;
}

TEST(CompactTest, DepthHasAnEnd) {
  const std::string deep = std::string(kMaxJsonDepth, '[') + std::string(kMaxJsonDepth, ']');
  EXPECT_TRUE(Compact(deep).ok());
  EXPECT_THAT(Compact("[" + deep + "]").status().message(), HasSubstr("nested more than"));
}

TEST(MembersTest, ValuesAreCutOutWhole) {
  const Members members = MembersOf(R"({"a": {"b": [1, 2]}, "c": "x", "d": []})").value();
  ASSERT_EQ(members.size(), 3u);
  EXPECT_EQ(*Find(members, "a"), R"({"b":[1,2]})");
  EXPECT_EQ(*Find(members, "c"), "\"x\"");
  EXPECT_EQ(*Find(members, "d"), "[]");
  EXPECT_EQ(Find(members, "b"), nullptr);
}

TEST(MembersTest, AnObjectWithOneNameTwiceIsRefused) {
  EXPECT_THAT(MembersOf(R"({"a":1,"b":{"a":2},"a":3})").status().message(), HasSubstr("twice"));
  EXPECT_TRUE(MembersOf(R"({"a":1,"b":{"a":2}})").ok());
  EXPECT_FALSE(MembersOf("[1]").ok());
  EXPECT_FALSE(MembersOf("1").ok());
}

TEST(JsonWritersTest, MembersWithoutAValueAreLeftOut) {
  EXPECT_EQ(JsonObject({}), "{}");
  EXPECT_EQ(JsonObject({{"a", ""}, {"b", "1"}, {"c", ""}, {"d", Boolean(true)}}), R"({"b":1,"d":true})");
  EXPECT_EQ(JsonArray(std::vector<std::string>(), Quote), "[]");
  EXPECT_EQ(JsonArray(std::vector<std::string>{"a", "\""}, Quote), R"(["a","\""])");
}

TEST(QuoteTest, ComesBackAsItWas) {
  const std::string text("a\"\\\n\x01 é\0z", 10);
  std::string back;
  ASSERT_TRUE(Unquote(Quote(text), &back));
  EXPECT_EQ(back, text);
  EXPECT_FALSE(Unquote("1", &back));
  EXPECT_EQ(Quote("\xff"), "\"\xef\xbf\xbd\"");
}

}  // namespace
}  // namespace jail::call
