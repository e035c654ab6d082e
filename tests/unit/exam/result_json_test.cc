#include "jail/exam/result_json.h"

#include <cmath>
#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "jail/base/utf8.h"
#include "jail/call/json.h"

namespace jail::exam {
namespace {

using testing::HasSubstr;
using testing::Not;

v1::ExamResult Exam(const std::string& text) {
  v1::ExamResult result;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &result));
  return result;
}

TEST(ResultJsonTest, IsWhatCallersRead) {
  const v1::ExamResult result = Exam(R"pb(
    exam_id: "e1"
    cases_failed: 1
    start_time: "2026-01-02T03:04:05.678Z"
    end_time: "2026-01-02T03:04:06.000Z"
    log_head: "\001\377"
    cases {
      id: "a"
      name: "adds"
      difficulty: EASY
      summary: "Line 1 differs."
      reruns: 1
      logs {
        stdout: "13\n"
        exit_code: 0
        start_time: "s"
        end_time: "t"
        resource_usage { cpu_used_ms: 12.3456 memory_peak_mb: 8.5 disk_read_bytes: 9007199254740993 }
      }
      verification {
        consistent: true
        flags { type: TIMING_ANOMALY message: "fast" severity: WARNING }
        timing_analysis {
          actual_duration_ms: 20
          expected_duration_ms: 300
          ratio: 0.0666666666
          anomaly_score: 0.3333333
          suspicious: true
        }
      }
      comparison { wanted: true message: "m" expected: "12" actual: "13" }
      record { verdict: VERDICT_OK }
    }
  )pb");
  EXPECT_EQ(
      ResultJson(result),
      R"({"examId":"e1","passed":false,"casesPassed":0,"casesFailed":1,"casesSkipped":0,)"
      R"("startTime":"2026-01-02T03:04:05.678Z","endTime":"2026-01-02T03:04:06.000Z","logHead":"01ff","cases":[)"
      R"({"id":"a","name":"adds","difficulty":"EASY","passed":false,"skipped":false,"verdict":"OK",)"
      R"("summary":"Line 1 differs.","reruns":1,)"
      R"("logs":{"stdout":"13\n","stderr":"","exitCode":0,"startTime":"s","endTime":"t",)"
      R"("resourceUsage":{"cpuUsed":12.346,"memoryPeakMb":8.5,"diskReadBytes":9007199254740993,"diskWriteBytes":null}},)"
      R"("verification":{"consistent":true,"flags":[{"type":"timing_anomaly","message":"fast","severity":"warning"}],)"
      R"("timingAnalysis":{"actualDuration":20,"expectedDuration":300,"ratio":0.0666667,"anomalyScore":0.333333,)"
      R"("suspicious":true}},"comparison":{"equal":false,"message":"m","expected":"12","actual":"13"}}]})");
}

TEST(ResultJsonTest, AnEmptyResultIsWhole) {
  EXPECT_EQ(ResultJson({}), R"({"examId":"","passed":false,"casesPassed":0,"casesFailed":0,"casesSkipped":0,)"
                            R"("startTime":"","endTime":"","cases":[]})");
  v1::ExamResult result;
  result.add_cases()->set_skipped(true);
  const std::string json = ResultJson(result);
  EXPECT_THAT(json, HasSubstr(R"("difficulty":null,"passed":false,"skipped":true,"verdict":"UNSPECIFIED")"));
  EXPECT_THAT(json, HasSubstr(R"("exitCode":null)"));
  EXPECT_THAT(json, Not(HasSubstr("comparison")));
}

TEST(ResultJsonTest, AProblemAndTheCompilersWords) {
  const std::string json = ResultJson(Exam(R"pb(
    problem { field: "cases[3].args_json" message: "is no array" }
    compile {
      verdict: VERDICT_COMPILE_ERROR
      summary: "No."
      phases {
        kind: KIND_COMPILE
        stdout { content: "o" }
        stderr { content: "a" tail: "b" }
      }
    }
  )pb"));
  EXPECT_THAT(json, HasSubstr(R"("problem":{"field":"cases[3].args_json","message":"is no array"})"));
  EXPECT_THAT(
      json, HasSubstr(R"("compile":{"verdict":"COMPILE_ERROR","summary":"No.","stdout":"o","stderr":"ab"})"));
}

TEST(ResultJsonTest, CallCasesHaveTheirValueOrTheirError) {
  v1::ExamResult result;
  v1::CallResult& good = *result.add_cases()->mutable_call();
  good.set_success(true);
  good.set_result_json("[9007199254740993, 1.50]");
  EXPECT_THAT(ResultJson(result), HasSubstr(R"("result":[9007199254740993,1.50])"));
  good.set_result_json("}],\"passed\":true");
  EXPECT_THAT(ResultJson(result), Not(HasSubstr("\"result\"")));
  v1::CallResult& bad = *result.add_cases()->mutable_call();
  bad.mutable_error()->set_kind(v1::CallError::KIND_THROWN);
  bad.mutable_error()->set_name("TypeError");
  bad.mutable_error()->set_line(3);
  EXPECT_THAT(ResultJson(result),
              HasSubstr(R"("error":{"kind":"THROWN","name":"TypeError","message":"","line":3})"));
}

std::string JobId(const v1::ResultRecord& record) { return call::Quote(record.job_id()); }

TEST(ResultJsonTest, RecordsAreThereWhenAskedFor) {
  const v1::ExamResult result =
      Exam("cases { record { job_id: 'j' verdict: VERDICT_OK phases { exit_code: 0 } } }");
  EXPECT_THAT(ResultJson(result, JobId), HasSubstr(R"("record":"j"})"));
  EXPECT_THAT(ResultJson(result), Not(HasSubstr("\"record\"")));
}

TEST(ResultJsonTest, NumbersAreAlwaysNumbers) {
  for (const double value :
       {std::nan(""), HUGE_VAL, -HUGE_VAL, 1e300, -0.0, 5e-324, -0.0001, 1e6, 1234567.0}) {
    v1::ExamResult result;
    v1::CaseResult& one = *result.add_cases();
    one.mutable_logs()->mutable_resource_usage()->set_cpu_used_ms(value);
    one.mutable_logs()->mutable_resource_usage()->set_memory_peak_mb(value);
    v1::TimingAnalysis& timing = *one.mutable_verification()->mutable_timing_analysis();
    timing.set_actual_duration_ms(value);
    timing.set_expected_duration_ms(value);
    timing.set_ratio(value);
    timing.set_anomaly_score(value);
    EXPECT_TRUE(call::Compact(ResultJson(result, JobId)).ok()) << ResultJson(result, JobId);
  }
}

TEST(ResultJsonTest, HostileTextStaysInItsString) {
  for (const std::string& text :
       {std::string("\",\"passed\":true,\"x\":\""), std::string("\\"), std::string("\xff\xc0\x80"),
        std::string("\0\x1b\n</script>", 12), std::string("\xe2\x80\xae")}) {
    v1::ExamResult result;
    result.set_exam_id(text);
    result.mutable_problem()->set_message(text);
    v1::CaseResult& one = *result.add_cases();
    one.set_name(text);
    one.mutable_logs()->set_stdout(text);
    one.mutable_verification()->add_flags()->set_message(text);
    one.mutable_comparison()->set_wanted(true);
    one.mutable_comparison()->set_actual(text);
    if (IsUtf8(text)) one.mutable_record()->set_summary(text);
    const std::string json = ResultJson(result, JobId);
    EXPECT_TRUE(IsUtf8(json));
    const auto members = call::MembersOf(json);
    ASSERT_TRUE(members.ok()) << members.status() << json;
    EXPECT_EQ(*call::Find(*members, "passed"), "false");
    EXPECT_EQ(call::Find(*members, "x"), nullptr);
  }
}

}  // namespace
}  // namespace jail::exam
