#include "tools/jailrun/exam/html.h"

#include <cmath>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tools/jailrun/exam/diff.h"

namespace jail::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

// "-b", "+x", " c": one word a line.
std::string Diff(absl::string_view expected, absl::string_view actual) {
  std::string text;
  for (const DiffLine& line : DiffLines(expected, actual)) {
    const char* marks[] = {" ", "-", "+"};
    absl::StrAppend(&text, marks[static_cast<size_t>(line.kind)], line.text, "\n");
  }
  return text;
}

TEST(DiffTest, LinesAreMatched) {
  EXPECT_EQ(Diff("a\nb\nc\n", "a\nx\nc\n"), " a\n-b\n+x\n c\n");
  EXPECT_EQ(Diff("a\nb\nc\nd\n", "a\nc\nd\ne\n"), " a\n-b\n c\n d\n+e\n");
  EXPECT_EQ(Diff("", "a\n"), "+a\n");
  EXPECT_EQ(Diff("a\n\nb", ""), "-a\n-\n-b\n");
  EXPECT_EQ(Diff("1\n2\n3\n4\n5\n6", "1\n2\n3\n4\n5\n7"), " 3\n 4\n 5\n-6\n+7\n");
  EXPECT_EQ(Diff("a\na\n", "a\n"), " a\n-a\n");
  EXPECT_EQ(Diff("a\n", "a"), "");
  EXPECT_EQ(Diff("", ""), "");
}

TEST(DiffTest, BeyondTheWindowEveryLineDiffers) {
  std::string expected, actual;
  for (int i = 0; i < 5000; ++i) {
    absl::StrAppend(&expected, i, "\n");
    absl::StrAppend(&actual, i + 10'000, "\n");
  }
  EXPECT_EQ(DiffLines(expected, actual).size(), 10'000u);
}

v1::ExamResult SmallExam() {
  v1::ExamResult result;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(
        exam_id: "e1"
        cases_passed: 1
        cases_failed: 1
        cases_skipped: 1
        start_time: "2026-01-02T03:04:05.678Z"
        log_head: "\001\377"
        compile {
          verdict: VERDICT_OK
          phases {
            kind: KIND_COMPILE
            stderr { content: "unused variable" }
          }
        }
        cases {
          id: "a"
          name: "adds"
          passed: true
          verification {
            consistent: true
            timing_analysis { actual_duration_ms: 50 expected_duration_ms: 200 ratio: 0.25 }
          }
          logs { resource_usage { cpu_used_ms: 40 memory_peak_mb: 8.5 } }
          record {
            timeline {
              samples { at_us: 0 }
              samples { at_us: 50000 cpu_time_us: 40000 }
            }
          }
        }
        cases {
          id: "b"
          summary: "It printed something else."
          verification {
            flags { type: TIMING_ANOMALY message: "too fast" severity: CRITICAL }
            flags { type: LOW_TIMING_TRUST message: "steal" severity: WARNING }
            timing_analysis { actual_duration_ms: 100 }
          }
          comparison {
            wanted: true
            message: "line 2: expected \"2\", got \"3\""
            expected: "1\n2\n"
            actual: "1\n3\n"
          }
          logs { stdout: "1\n3\n" stderr: "oops" exit_code: 0 }
        }
        cases { id: "c" skipped: true }
      )pb",
      &result));
  return result;
}

TEST(ExamHtmlTest, ShowsEveryCaseAndItsParts) {
  const std::string page = RenderExamHtml(SmallExam());
  for (const char* part :
       {"FAILED</span> Exam e1: 1 of 3 cases passed, 1 failed, 1 skipped", "the log's head is 01ff",
        "not for the author", "unused variable", "a adds", "too fast", "It printed something else.",
        "8.5 MiB", "40.0 ms", "<span class=\"flag critical\">timing_anomaly (critical)</span>",
        "<span class=\"flag warning\">low_timing_trust (warning)</span>", "skipped</span>",
        "line 2: expected &quot;2&quot;, got &quot;3&quot;", "<span class=\"del\">\u2212 2\n</span>",
        "<span class=\"ins\">+ 3\n</span>", "oops", "<polyline", "prefers-color-scheme:dark"}) {
    EXPECT_THAT(page, HasSubstr(part));
  }
}

TEST(ExamHtmlTest, TimesShareOneScale) {
  const std::string page = RenderExamHtml(SmallExam());
  EXPECT_THAT(page, HasSubstr("<div class=\"want\"><span class=\"bar\"><span class=\"part\" "
                              "style=\"width:100.00%\"></span></span>200 ms expected"));
  EXPECT_THAT(page, HasSubstr("width:25.00%\"></span></span>50.0 ms taken"));
  EXPECT_THAT(page, HasSubstr("width:50.00%\"></span></span>100 ms taken"));
}

TEST(ExamHtmlTest, LongDiffsAndManyCasesAreCut) {
  v1::ExamResult result;
  v1::Comparison& comparison = *result.add_cases()->mutable_comparison();
  comparison.set_wanted(true);
  for (int i = 0; i < 300; ++i) comparison.mutable_expected()->append("x\n");
  EXPECT_THAT(RenderExamHtml(result), HasSubstr("<p>100 more lines differ.</p>"));
  for (int i = 0; i < 1001; ++i) result.add_cases();
  EXPECT_THAT(RenderExamHtml(result), HasSubstr("<p>2 more cases are in the table only.</p>"));
}

// Hostile text in every string and bytes field there is, by reflection.
void PoisonExam(google::protobuf::Message* message, const std::string& text) {
  using google::protobuf::FieldDescriptor;
  const google::protobuf::Reflection& reflection = *message->GetReflection();
  for (int i = 0; i < message->GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message->GetDescriptor()->field(i);
    const bool is_message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (is_message && field->is_repeated()) {
      if (reflection.FieldSize(*message, field) == 0) reflection.AddMessage(message, field);
      for (int k = 0; k < reflection.FieldSize(*message, field); ++k)
        PoisonExam(reflection.MutableRepeatedMessage(message, field, k), text);
    } else if (is_message) {
      PoisonExam(reflection.MutableMessage(message, field), text);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING && !field->is_repeated()) {
      reflection.SetString(message, field, text);
    }
  }
}

TEST(ExamHtmlTest, HostileTextAnywhereIsNoMarkup) {
  for (const char* attack :
       {"</pre></details></script><script>alert(1)</script>", "\"onload=\"x()", "'><img src=x>", "<!--",
        "&lt;", "</style><svg/onload=x>", "\x1b[2J\x80", "</td>\n<h1>passed", "\u202edessap"}) {
    v1::ExamResult result = SmallExam();
    PoisonExam(&result, attack);
    result.mutable_cases(1)->mutable_comparison()->set_expected(
        "x");  // The same text twice is no difference.
    const std::string page = RenderExamHtml(result);
    EXPECT_THAT(page, Not(HasSubstr(attack))) << attack;
    for (const char* tag : {"<script", "<img", "<!--", "<svg/", "</td>", "onload=\"", "\x1b", "\xe2\x80\xae"})
      EXPECT_FALSE(absl::StrContains(page, tag)) << tag;
  }
}

TEST(ExamHtmlTest, NothingIsLoadedOrRun) {
  const std::string page = RenderExamHtml(SmallExam());
  for (const char* part : {"<script", "src=", "href=", "url(", "@import", "http:", "https:"})
    EXPECT_FALSE(absl::StrContains(page, part)) << part;
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
}

TEST(ExamHtmlTest, AnEmptyExamAProblemAndAbsurdNumbersAreShown) {
  EXPECT_THAT(RenderExamHtml({}), HasSubstr("0 of 0 cases"));
  v1::ExamResult result = SmallExam();
  result.mutable_problem()->set_message("no such language");
  EXPECT_THAT(RenderExamHtml(result), HasSubstr("The exam was not held: no such language"));
  for (const double value : {std::nan(""), HUGE_VAL, -HUGE_VAL, -5.0, 1e300}) {
    v1::TimingAnalysis& timing = *result.mutable_cases(0)->mutable_verification()->mutable_timing_analysis();
    timing.set_actual_duration_ms(value);
    timing.set_expected_duration_ms(value);
    result.mutable_cases(0)->mutable_logs()->mutable_resource_usage()->set_cpu_used_ms(value);
    result.mutable_cases(0)->mutable_logs()->mutable_resource_usage()->set_memory_peak_mb(value);
    const std::string page = RenderExamHtml(result);
    for (const char* part : {"nan", "inf", "width:-"}) EXPECT_FALSE(absl::StrContains(page, part)) << part;
  }
}

}  // namespace
}  // namespace jail::cli
