#include "jail/exam/compare/compare.h"

#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jail/base/utf8.h"

namespace jail::exam {
namespace {

using testing::HasSubstr;

v1::Checker Of(v1::Checker::Kind kind, double absolute = 0, double relative = 0) {
  v1::Checker checker;
  checker.set_kind(kind);
  checker.set_absolute(absolute);
  checker.set_relative(relative);
  return checker;
}

bool Equal(const v1::Checker& checker, absl::string_view expected, absl::string_view actual) {
  return Compare(checker, expected, actual, /*actual_truncated=*/false).equal();
}

std::string Message(v1::Checker::Kind kind, absl::string_view expected, absl::string_view actual) {
  return Compare(Of(kind), expected, actual, /*actual_truncated=*/false).message();
}

struct Pair {
  v1::Checker::Kind kind;
  std::string expected, actual;
  bool equal;
};

TEST(CompareTest, WhatIsEqual) {
  const Pair kPairs[] = {
      {v1::Checker::EXACT, "", "", true},
      {v1::Checker::EXACT, "a\n", "a\n", true},
      {v1::Checker::EXACT, "a\n", "a", false},
      {v1::Checker::EXACT, "a", "a\n", false},
      {v1::Checker::EXACT, std::string("a\0b", 3), std::string("a\0b", 3), true},
      {v1::Checker::EXACT, std::string("a\0b", 3), std::string("a\0c", 3), false},
      {v1::Checker::EXACT, "\xff", "\xfe", false},
      {v1::Checker::LINES, "", "\n \n\t\n", true},
      {v1::Checker::LINES, "a\nb\n", "a \r\nb\t\n\n\n", true},
      {v1::Checker::LINES, "a\nb", "a\n\nb", false},
      {v1::Checker::LINES, "a", " a", false},
      {v1::Checker::LINES, "\na", "a", false},
      {v1::Checker::LINES, "a\nb", "a", false},
      {v1::Checker::LINES, "a", "a\nb", false},
      {v1::Checker::KIND_UNSPECIFIED, "a\n", "a  ", true},
      {v1::Checker::TOKENS, "1 2\n3", "\n1\t2   3\r\n", true},
      {v1::Checker::TOKENS, "", " \n", true},
      {v1::Checker::TOKENS, "1 2", "12", false},
      {v1::Checker::TOKENS, "1.0", "1", false},
      {v1::Checker::TOKENS, "1 2", "1 2 3", false},
      {v1::Checker::REGEX, "4+2", "442\n", true},
      {v1::Checker::REGEX, "4+2", "442", true},
      {v1::Checker::REGEX, "42\\n", "42\n", true},
      {v1::Checker::REGEX, "42", "42\n\n", false},
      {v1::Checker::REGEX, "42", "x42", false},
      {v1::Checker::REGEX, "a.b", "a\nb", false},
      {v1::Checker::REGEX, "(?s)a.b", "a\nb", true},
      {v1::Checker::REGEX, "(a+)+b", std::string(10'000, 'a'), false},
      {v1::Checker::REGEX, "(", "(", false},
      {v1::Checker::PROGRAM, "a", "a", false},
  };
  for (const Pair& pair : kPairs)
    EXPECT_EQ(Equal(Of(pair.kind), pair.expected, pair.actual), pair.equal)
        << v1::Checker::Kind_Name(pair.kind) << " " << testing::PrintToString(pair.expected) << " "
        << testing::PrintToString(pair.actual);
}

struct Words {
  std::string expected, actual;
  bool equal;
};

TEST(CompareTest, WordsThatAreNumbers) {
  const Words kWords[] = {
      {"1", "1.0", true},
      {"1", "+1", true},
      {"1", "1.", true},
      {"0.5", ".5", true},
      {"0", "-0", true},
      {"0.0", "-0", true},
      {"100000", "1e5", true},
      {"100000", "1E+5", true},
      {"007", "7", true},
      {"16", "0x10", false},
      {"0x10", "0x10", true},
      {"nan", "nan", true},
      {"nan", "NaN", false},
      {"inf", "inf", true},
      {"inf", "infinity", false},
      {"1e999", "2e999", false},
      {"1e999", "1e999", true},
      {"1", "1x", false},
      {"1", "+-1", false},
      {"1", "1,0", false},
      {"a 1.0 b", "a 1 b", true},
      {"a 1.0", "b 1.0", false},
      {"9007199254740993", "9007199254740992", false},
      {"123456789012345678901234567890", "+0123456789012345678901234567890", true},
      {"-1", "1", false},
      {"1 2", "1", false},
      {"1", "1 2", false},
  };
  for (const Words& words : kWords)
    EXPECT_EQ(Equal(Of(v1::Checker::FLOAT), words.expected, words.actual), words.equal)
        << words.expected << " and " << words.actual;
}

TEST(CompareTest, TolerancesAreOfTheExpectedNumber) {
  const v1::Checker absolute = Of(v1::Checker::FLOAT, 0.5, 0);
  EXPECT_TRUE(Equal(absolute, "10", "10.5"));
  EXPECT_TRUE(Equal(absolute, "10", "9.5"));
  EXPECT_FALSE(Equal(absolute, "10", "10.6"));
  EXPECT_FALSE(Equal(absolute, "10", "nan"));
  const v1::Checker relative = Of(v1::Checker::FLOAT, 0, 0.5);
  EXPECT_TRUE(Equal(relative, "-10", "-15"));
  EXPECT_FALSE(Equal(relative, "10", "16"));
  EXPECT_FALSE(Equal(relative, "0", "1e-9"));
  const v1::Checker both = Of(v1::Checker::FLOAT, 1e-6, 0.5);
  EXPECT_TRUE(Equal(both, "0", "1e-7"));
  EXPECT_TRUE(Equal(both, "10", "15"));
  EXPECT_FALSE(Equal(Of(v1::Checker::FLOAT, 1e-6, 0), "a", "1"));
}

TEST(CompareTest, TheFirstDifferenceIsNamed) {
  using C = v1::Checker;
  EXPECT_EQ(Message(C::LINES, "a\nb\n12\n", "a\nb\n13\n"), R"(line 3: expected "12", got "13")");
  EXPECT_EQ(Message(C::LINES, "a\nb\nx\n", "a\nb\n"), R"(the output ends after line 2; expected "x")");
  EXPECT_EQ(Message(C::LINES, "a\n", "a\ny\nz"), R"(line 2: expected nothing more, got "y")");
  EXPECT_EQ(Message(C::LINES, "x\n", ""), R"(the output is empty; expected "x")");
  EXPECT_EQ(Message(C::LINES, "", "x\n"), R"(line 1: expected nothing more, got "x")");
  EXPECT_EQ(Message(C::EXACT, "a\nb\n", "a\nb"), R"(line 2: expected "b\n", got "b")");
  EXPECT_EQ(Message(C::EXACT, "a\nb\n", "a\n"), R"(the output ends after line 1; expected "b\n")");
  EXPECT_EQ(Message(C::TOKENS, "1 2 3 4 5", "1 2\n3 4 6"), R"(token 5 (line 2): expected "5", got "6")");
  EXPECT_EQ(Message(C::TOKENS, "1 2 3", "1\n2\n\n"),
            R"(the output ends after token 2 (line 2); expected "3")");
  EXPECT_EQ(Message(C::TOKENS, "1", "1\n\n2"), R"(token 2 (line 3): expected nothing more, got "2")");
  EXPECT_EQ(Message(C::REGEX, "a+", "b"), R"(the output does not match the pattern "a+", got "b")");
  EXPECT_EQ(Message(C::LINES, "a", "a\n"), "");
}

TEST(CompareTest, MessagesAreShortAndPrintable) {
  const std::string hostile = "\x1b[2J\xff\xe2\x80\xae</script>";
  for (const auto kind : {v1::Checker::EXACT, v1::Checker::LINES, v1::Checker::TOKENS, v1::Checker::FLOAT,
                          v1::Checker::REGEX}) {
    const std::string message = Message(kind, "a", hostile + std::string(100'000, 'x'));
    EXPECT_LT(message.size(), 500u);
    for (const char c : message) EXPECT_TRUE(c >= 0x20 && c < 0x7f) << message;
  }
}

TEST(CompareTest, ALateDifferenceInALongLineIsShown) {
  const std::string same(500, 'x');
  EXPECT_EQ(Message(v1::Checker::LINES, same + "1", same + "2"),
            R"(line 1, from byte 481: expected "xxxxxxxxxxxxxxxxxxxx1", got "xxxxxxxxxxxxxxxxxxxx2")");
}

TEST(CompareTest, WhatIsTruncatedNeverEquals) {
  const v1::Comparison same = Compare(Of(v1::Checker::LINES), "a", "a", /*actual_truncated=*/true);
  EXPECT_FALSE(same.equal());
  EXPECT_EQ(same.message(), "the output is truncated, which never equals");
  const v1::Comparison other = Compare(Of(v1::Checker::LINES), "a", "b", /*actual_truncated=*/true);
  EXPECT_EQ(other.message(), R"(the output is truncated, which never equals; line 1: expected "a", got "b")");
}

TEST(CompareTest, BothTextsAreToldOnlyWhenTheyDiffer) {
  const v1::Comparison same = Compare(Of(v1::Checker::LINES), "a", "a", false);
  EXPECT_TRUE(same.wanted());
  EXPECT_EQ(same.expected() + same.actual(), "");
  const v1::Comparison other = Compare(Of(v1::Checker::LINES), "a", "b\xff", false);
  EXPECT_EQ(other.expected(), "a");
  EXPECT_EQ(other.actual(), "b\xef\xbf\xbd");
}

TEST(CompareTest, OfLargeTextsThePlaceOfTheDifferenceIsTold) {
  std::string expected;
  for (int i = 0; i < 100'000; ++i) absl::StrAppend(&expected, "line é ", i, "\n");
  std::string actual = expected;
  const size_t at = actual.find("line é 77777\n");
  actual.replace(at, 4, "LINE");
  const v1::Comparison comparison = Compare(Of(v1::Checker::LINES), expected, actual, false);
  EXPECT_THAT(comparison.message(), HasSubstr("line 77778: "));
  EXPECT_THAT(comparison.expected(), HasSubstr("bytes before)\nline é 77777\n"));
  EXPECT_THAT(comparison.actual(), HasSubstr("bytes before)\nLINE é 77777\n"));
  EXPECT_THAT(comparison.actual(), HasSubstr("bytes more)"));
  EXPECT_LT(comparison.actual().size(), size_t{70} << 10);
  EXPECT_TRUE(IsUtf8(comparison.actual()));
}

TEST(CompareTest, LargeOutputsTakeLinearTime) {
  const std::string blanks(8'000'000, '\n');
  EXPECT_TRUE(Equal(Of(v1::Checker::LINES), "", blanks));
  EXPECT_TRUE(Equal(Of(v1::Checker::LINES), blanks + "x", blanks + "x \n"));
  EXPECT_TRUE(Equal(Of(v1::Checker::TOKENS), "x", blanks + "x"));
  EXPECT_FALSE(Equal(Of(v1::Checker::REGEX), "(a|b)*c", std::string(5'000'000, 'a')));
}

TEST(CompareJsonTest, WhatIsTheSame) {
  const Words kTexts[] = {
      {R"({"a":1,"b":[2,3]})", R"( {"b":[2,3.0],"a":1e0} )", true},
      {"[1,2]", "[2,1]", false},
      {"[1,2]", "[1,2,3]", false},
      {"1", "1.0", true},
      {"-0", "0", true},
      {"-0.0", "0", true},
      {"1", "\"1\"", false},
      {"true", "1", false},
      {"null", "false", false},
      {"null", "null", true},
      {"9007199254740993", "9007199254740992", false},
      {"18446744073709551616", "18446744073709551617", false},
      {"123456789012345678901234567890", "123456789012345678901234567890", true},
      {R"("\u00e9")", "\"é\"", true},
      {R"({"a":null})", "{}", false},
      {"{}", "[]", false},
      {R"({"a":1,"a":1})", R"({"a":1,"a":1})", false},
      {"NaN", "NaN", false},
      {"", "", false},
  };
  for (const Words& texts : kTexts) {
    EXPECT_EQ(SameJson(texts.expected, texts.actual), texts.equal) << texts.expected << " " << texts.actual;
    EXPECT_EQ(SameJson(texts.actual, texts.expected), texts.equal) << texts.actual << " " << texts.expected;
  }
}

TEST(CompareJsonTest, ThePathOfTheFirstDifferenceIsNamed) {
  struct {
    const char *expected, *actual, *message;
  } const kCases[] = {
      {R"({"items":[1,2,{"price":3}]})", R"({"items":[1,2,{"price":4}]})",
       "$.items[2].price: expected 3, got 4"},
      {"1", "\"x\"", "$: expected 1, got \"x\""},
      {"[1]", "[1,2]", "$: expected an array of 1, got an array of 2"},
      {R"({"a b":1})", R"({"a b":2})", R"($["a b"]: expected 1, got 2)"},
      {R"({"a":{"b":true}})", R"({"a":{}})", "$.a.b: expected true, got nothing"},
      {"{}", R"({"z":null})", "$.z: expected nothing, got null"},
      {"{}", "[]", "$: expected an object with 0 members, got an array of 0"},
      {"{", "1", "what is expected is no JSON at byte 2"},
      {"1", "[1}", "the result is no JSON at byte 3"},
      {"1", R"({"a":1,"a":2})", "the result has the name \"a\" twice in one object"},
  };
  for (const auto& one : kCases)
    EXPECT_EQ(CompareJson(one.expected, one.actual, {}).message(), one.message) << one.actual;
}

TEST(CompareJsonTest, TolerancesAreForNumbers) {
  const v1::Checker near = Of(v1::Checker::FLOAT, 0.01, 0);
  EXPECT_TRUE(CompareJson("[0.3]", "[0.30000000000000004]", near).equal());
  EXPECT_FALSE(CompareJson("[0.3]", "[0.32]", near).equal());
  EXPECT_FALSE(CompareJson("[0.3]", "[\"0.3\"]", near).equal());
  EXPECT_FALSE(CompareJson("[0.3]", "[0.30000000000000004]", Of(v1::Checker::LINES, 0.01)).equal());
}

TEST(CompareJsonTest, HostileResultsAreRefusedOrDescribedShortly) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_THAT(CompareJson("1", deep, {}).message(), HasSubstr("nested more than"));
  const std::string in_bounds = std::string(500, '[') + std::string(500, ']');
  EXPECT_TRUE(SameJson(in_bounds, in_bounds));
  const std::string other = std::string(499, '[') + "1" + std::string(499, ']');
  const v1::Comparison far = CompareJson(in_bounds, other, {});
  EXPECT_THAT(far.message(), HasSubstr("$...[0]"));
  EXPECT_LT(far.message().size(), 600u);
  const std::string name(10'000, 'n');
  EXPECT_LT(CompareJson("{}", absl::StrCat("{\"", name, "\":1}"), {}).message().size(), 300u);
  EXPECT_LT(CompareJson("1", std::string(10'000, '9'), {}).message().size(), 300u);
}

TEST(CheckerProblemTest, IsNamedWithItsField) {
  const double kNan = std::nan("");
  struct {
    v1::Checker checker;
    const char* problem;
  } const kCases[] = {
      {Of(v1::Checker::FLOAT, -1), "checker.absolute: is negative"},
      {Of(v1::Checker::FLOAT, 0, -1), "checker.relative: is negative"},
      {Of(v1::Checker::FLOAT, kNan), "checker.absolute: is no finite number"},
      {Of(v1::Checker::FLOAT, 0, HUGE_VAL), "checker.relative: is no finite number"},
      {Of(v1::Checker::LINES, 1), "checker.absolute: is for kind FLOAT only"},
      {Of(v1::Checker::KIND_UNSPECIFIED, 0, 1), "checker.relative: is for kind FLOAT only"},
      {Of(static_cast<v1::Checker::Kind>(99)), "checker.kind: there is no kind 99"},
      {Of(v1::Checker::PROGRAM), "checker.program: is missing; kind PROGRAM runs it"},
  };
  for (const auto& one : kCases) EXPECT_EQ(CheckerProblem(one.checker).message(), one.problem);
  v1::Checker with_program = Of(v1::Checker::LINES);
  with_program.mutable_program();
  EXPECT_EQ(CheckerProblem(with_program).message(), "checker.program: is for kind PROGRAM only");
  with_program.set_kind(v1::Checker::PROGRAM);
  EXPECT_TRUE(CheckerProblem(with_program).ok());
  for (const auto kind : {v1::Checker::KIND_UNSPECIFIED, v1::Checker::EXACT, v1::Checker::FLOAT})
    EXPECT_TRUE(CheckerProblem(Of(kind)).ok());
  EXPECT_TRUE(CheckerProblem(Of(v1::Checker::FLOAT, 1e-9, 1e-9)).ok());
}

TEST(PatternProblemTest, BadAndLargePatternsAreRefused) {
  EXPECT_TRUE(PatternProblem("a+(?s:.)\\d").ok());
  EXPECT_TRUE(PatternProblem("").ok());
  for (const std::string& pattern :
       {std::string("("), std::string("a{2,1}"), std::string("\\1"), std::string("(?=a)"),
        std::string("\xff"), std::string("((a{100}){100}){100}"), std::string(70'000, 'a')}) {
    const absl::Status status = PatternProblem(pattern);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << pattern.substr(0, 40);
    EXPECT_LT(status.message().size(), 300u);
  }
  EXPECT_THAT(std::string(PatternProblem("(").message()),
              HasSubstr("is no regular expression (RE2): \"missing ): (\""));
}

}  // namespace
}  // namespace jail::exam
