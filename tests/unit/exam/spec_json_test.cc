#include "jail/exam/spec_json.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"

namespace jail::exam {
namespace {

using testing::HasSubstr;

// Of one case with this member.
v1::ExamCase CaseWith(absl::string_view member) {
  const auto spec = ParseSpec(absl::StrCat("{\"cases\":[{", member, "}]}"));
  EXPECT_TRUE(spec.ok()) << spec.status();
  return spec.ok() && spec->cases_size() == 1 ? spec->cases(0) : v1::ExamCase();
}

std::string Error(absl::string_view text) {
  const auto spec = ParseSpec(text);
  if (spec.ok()) return "";
  EXPECT_TRUE(absl::IsInvalidArgument(spec.status())) << spec.status();
  return std::string(spec.status().message());
}

TEST(ParseSpecTest, ReadsTheFriendlierForm) {
  const auto spec = ParseSpec(R"( {
    "examId": "e1", "language": "python", "checker": "Tokens", "stopOnFirstFailure": true,
    "files": {"main.py": "print(1)\n", "d/x.txt": "é"},
    "limits": {"memory_bytes": 1000, "cpuTimeMs": "2000"},
    "cases": [
      {"id": "a", "difficulty": "easy", "stdin": "1", "expected_stdout": "", "checker": {"kind": "float", "absolute": 1e-6}},
      {"entry": "add", "argsJson": [1, 2.50], "expectedJson": {"b": 1, "a": null}, "difficulty": "HARD"},
      {"interactor": {"language": "cpp", "files": {"i.cc": "int main(){}"}}}
    ]})");
  ASSERT_TRUE(spec.ok()) << spec.status();
  v1::ExamSpec wanted;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(
        exam_id: "e1"
        language: "python"
        checker { kind: TOKENS }
        stop_on_first_failure: true
        files { path: "main.py" text: "print(1)\n" }
        files { path: "d/x.txt" text: "\303\251" }
        limits { memory_bytes: 1000 cpu_time_ms: 2000 }
        cases {
          id: "a"
          difficulty: EASY
          stdin: "1"
          expected_stdout: ""
          checker { kind: FLOAT absolute: 1e-6 }
        }
        cases { entry: "add" args_json: "[1,2.50]" expected_json: "{\"b\":1,\"a\":null}" difficulty: HARD }
        cases {
          interactor {
            language: "cpp"
            files { path: "i.cc" text: "int main(){}" }
          }
        }
      )pb",
      &wanted));
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*spec, wanted)) << spec->DebugString();
}

TEST(ParseSpecTest, JsonValuesKeepTheirText) {
  for (const char* text :
       {"1", "1.0", "-0.0", "1e2", "9007199254740993", "123456789012345678901234567890", "0.1000", "null",
        "true", R"(["a,]\"}\\",{"b":[]},{}])", R"({"a":{"a":"\u0001"}})"}) {
    EXPECT_EQ(CaseWith(absl::StrCat("\"expected_json\": ", text)).expected_json(), text);
    EXPECT_EQ(CaseWith(absl::StrCat("\"argsJson\":[ ", text, " ]")).args_json(),
              absl::StrCat("[", text, "]"));
  }
}

TEST(ParseSpecTest, AStringIsJsonTextAsItIs) {
  EXPECT_EQ(CaseWith(R"("expected_json": "{\"a\": 1.0}")").expected_json(), "{\"a\": 1.0}");
  EXPECT_EQ(CaseWith(R"("expected_json": "\"a\"")").expected_json(), "\"a\"");
  EXPECT_EQ(CaseWith(R"("args_json": "[1,")").args_json(), "[1,");
}

TEST(ParseSpecTest, ErrorsSayWhere) {
  struct {
    const char *text, *error;
  } const kCases[] = {
      {R"({"cases":[{},{},{"difficulty":"tricky"}]})",
       R"(cases[2].difficulty: "tricky" is none of EASY, MEDIUM, HARD)"},
      {R"({"cases":[{"difficulty":7}]})", R"(cases[0].difficulty: "7" is none of EASY, MEDIUM, HARD)"},
      {R"({"checker":"line"})", R"(checker: "line" is none of EXACT, LINES, TOKENS, FLOAT, REGEX, PROGRAM)"},
      {R"({"cases":[{"checker":{"kind":true}}]})",
       R"(cases[0].checker.kind: "true" is none of EXACT, LINES, TOKENS, FLOAT, REGEX, PROGRAM)"},
      {R"({"cases":[{"stdinn":"x"}]})", R"(cases[0]: there is no field "stdinn", did you mean "stdin"?)"},
      {R"({"language_":"x"})", R"(the spec: there is no field "language_", did you mean "language"?)"},
      {R"({"cases":[{"stdin":5}]})", "cases[0].stdin: invalid value 5 for type TYPE_STRING"},
      {R"({"cases":[{"stdin":["a"]}]})", "cases[0].stdin: is no single value"},
      {R"({"cases":[{"args":"a"}]})", "cases[0].args: is no list"},
      {R"({"cases":[{"args":{"a":1}}]})", "cases[0].args: is no list"},
      {R"({"cases":[{"files":{"a.py":1}}]})", R"(cases[0].files["a.py"]: is no text)"},
      {R"({"files":{"a.py":"","a.py":""}})", R"(files["a.py"]: is there twice)"},
      {R"({"files":"a.py"})", "files: is no list"},
      {R"({"cases":{}})", "cases: is no list"},
      {R"({"cases":[[]]})", "cases[0]: is no object"},
      {R"({"limits":3})", "limits: is no object"},
      {R"({"code":"a","code":"b"})", "code: is there twice"},
      {R"({"cases":[{"args_json":[],"argsJson":[]}]})", "cases[0].args_json: is there twice"},
      {R"({"cases":[{"expected_json":[{"a":1,"a":2}]}]})",
       R"(cases[0].expected_json: has the name "a" twice in one object)"},
      {R"({"jobs":1.5})", "jobs: invalid value 1.5 for type TYPE_INT32"},
      {"{", "the spec: is no JSON at byte 2"},
      {"{}x", "the spec: is no JSON at byte 3"},
      {"{/**/}", "the spec: is no JSON at byte 2"},
      {"{'code':1}", "the spec: is no JSON at byte 2"},
      {"[]", "the spec: is neither JSON nor a binary ExamSpec"},
  };
  for (const auto& one : kCases) EXPECT_EQ(Error(one.text), one.error) << one.text;
}

TEST(ParseSpecTest, HostileNamesAreShownPrintably) {
  const std::string name(100'000, 'n');
  for (const std::string& text :
       {absl::StrCat("{\"", name, "\":1}"), std::string("{\"\\u001b[2J\\u202e\":1}"),
        absl::StrCat("{\"files\":{\"", name, "\":1}}"),
        absl::StrCat("{\"jobs\":\"\\u001b\\u202e", name, "\"}"),
        absl::StrCat("{\"checker\":\"\\u001b", name, "\"}")}) {
    const std::string error = Error(text);
    EXPECT_LT(error.size(), 500u);
    for (const char c : error) EXPECT_TRUE(c >= 0x20 && c < 0x7f) << error;
  }
}

TEST(ParseSpecTest, DepthAndSizeHaveAnEnd) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_THAT(Error(absl::StrCat("{\"cases\":", deep, "}")), HasSubstr("nested more than"));
  EXPECT_THAT(Error(std::string(kMaxSpecBytes + 1, ' ')), HasSubstr("is larger than 64 MiB"));
  const std::string fits = std::string(490, '[') + std::string(490, ']');
  EXPECT_EQ(CaseWith("\"args_json\":" + fits).args_json(), fits);
}

TEST(ParseSpecTest, NullLeavesAFieldUnset) {
  const v1::ExamCase one = CaseWith(R"("stdin":null,"checker":null,"difficulty":null,"files":null)");
  EXPECT_EQ(one.ByteSizeLong(), 0u);
}

TEST(ParseSpecTest, WhatProtobufWritesIsRead) {
  v1::ExamSpec spec;
  spec.set_language("c++");
  spec.add_files()->set_bytes("\xff\0", 2);
  v1::ExamCase& one = *spec.add_cases();
  one.set_args_json("[1, 2]");
  one.set_difficulty(v1::ExamCase::MEDIUM);
  one.mutable_checker()->set_kind(v1::Checker::FLOAT);
  one.mutable_checker()->set_relative(1e-9);
  std::string json;
  ASSERT_TRUE(google::protobuf::util::MessageToJsonString(spec, &json).ok());
  for (const std::string& bytes : {json, spec.SerializeAsString()}) {
    const auto parsed = ParseSpec(bytes);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*parsed, spec));
  }
}

}  // namespace
}  // namespace jail::exam
