#include "jail/serve/execute.h"

#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "jail/serve/error.h"

namespace jail::serve {
namespace {

using testing::HasSubstr;

absl::StatusOr<v1::JobSpec> JobOf(absl::string_view json) {
  const auto request = ParseExecute(json);
  if (!request.ok()) return request.status();
  return ToJob(*request);
}

v1::ResultRecord Record(const char* text) {
  v1::ResultRecord record;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &record));
  return record;
}

TEST(ExecuteTest, ABodyBecomesAJob) {
  const auto job = JobOf(
      R"json({"language":"python","code":"print(1)","input":"in","args":["a"],"env":{"A":"b"},"limits":{"memoryBytes":1000},
          "files":{"data.txt":"x"},"artifactGlobs":["*.png"],"outputOverflow":"end_run"})json");
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->language(), "python");
  EXPECT_EQ(job->files(0).path(), "");
  EXPECT_EQ(job->files(0).content(), "print(1)");
  EXPECT_EQ(job->files(1).path(), "data.txt");
  EXPECT_EQ(job->stdin(), "in");
  EXPECT_EQ(job->args(0), "a");
  EXPECT_EQ(job->env().at("A"), "b");
  EXPECT_EQ(job->limits().memory_bytes(), 1000);
  EXPECT_EQ(job->artifact_globs(0), "*.png");
  EXPECT_EQ(job->output_overflow(), v1::OUTPUT_OVERFLOW_END_RUN);
}

TEST(ExecuteTest, WhatIsNoJsonIsRefused) {
  const char* const broken[] = {
      "",
      "null",
      "[]",
      "\"\"",
      "1",
      "{",
      "{}x",
      "{\"language\":\"c\",}",
      "{language:'py'}",
      "{'language':\"c\"}",
      "{\"language\":\"c\",\"language\":\"d\",\"code\":\"x\"}",
      "{\"code\":\"\\ud800\",\"language\":\"c\"}",
      "{\"language\":\"c\",\"code\":\"x\"} {}",
      "// a\n{}",
      "{\"language\":\"c\",\"code\":\"x\xff\"}",
      "{\"env\":{\"A\":\"1\",\"A\":\"2\"},\"language\":\"c\",\"code\":\"x\"}",
      "{\"language\":5,\"code\":{}}",
  };
  for (const char* text : broken) EXPECT_FALSE(JobOf(text).ok()) << text;
}

TEST(ExecuteTest, ErrorsNameTheField) {
  const std::pair<const char*, const char*> wrong[] = {
      {R"({"code":"x"})", "language"},
      {R"({"language":"c"})", "code"},
      {R"({"language":"c","code":"x","limits":{"memoryBytes":"many"}})", "limits.memory_bytes"},
      {R"({"language":"c","code":"x","limits":{"memory":1}})", "limits"},
      {R"({"language":"c","code":"x","args":"a"})", "args"},
      {R"({"language":"c","code":"x","priority":"urgent"})", "priority"},
  };
  for (const auto& [body, field] : wrong) {
    const auto job = JobOf(body);
    ASSERT_FALSE(job.ok()) << body;
    const Response response = ErrorResponse(job.status());
    EXPECT_EQ(response.status, 400);
    EXPECT_THAT(response.body, HasSubstr(std::string("\"field\":\"") + field + "\"")) << body;
  }
}

TEST(ExecuteTest, ProtectionsCannotBeGivenUp) {
  v1::JobSpec job;
  job.set_enforcement(v1::ENFORCEMENT_BEST_EFFORT);
  EXPECT_THAT(std::string(CheckJob(job).message()), HasSubstr("enforcement"));
}

TEST(ExecuteTest, TheServicesLimitsAreUnderTheJobs) {
  v1::ServeConfig config;
  config.mutable_limits()->set_wall_time_ms(1000);
  config.mutable_limits()->set_processes(5);
  v1::JobSpec job;
  job.mutable_limits()->set_processes(7);
  Complete(config, "2001:db8::", "id", &job);
  EXPECT_EQ(job.limits().wall_time_ms(), 1000);
  EXPECT_EQ(job.limits().processes(), 7);
  EXPECT_EQ(job.tenant(), "2001_db8__");
  EXPECT_EQ(job.job_id(), "id");
}

TEST(ExecuteTest, AnOrdinaryEndHasTheFourFieldsAndNoMore) {
  const auto record = Record(R"pb(
    verdict: VERDICT_OK
    phases {
      kind: KIND_RUN
      exit_code: 0
      stdout { content: "2\n" }
      stderr { content: "w" }
      usage { wall_time_us: 12345 }
    })pb");
  EXPECT_EQ(Text(ExecuteJson(record, {.exit_code = 0})),
            R"({"stdout":"2\n","stderr":"w","executionTime":12.345,"exitCode":0})");
}

TEST(ExecuteTest, ACompileErrorIsSaidOnStandardError) {
  const auto record = Record(R"pb(
    verdict: VERDICT_COMPILE_ERROR
    summary: "The compiler exited with status 1."
    phases {
      kind: KIND_COMPILE
      exit_code: 1
      stdout { content: "out " }
      stderr { content: "err" }
    })pb");
  const Json json = ExecuteJson(record, {.exit_code = 1});
  EXPECT_EQ(json["stderr"], "Compilation Error:\nout err");
  EXPECT_EQ(json["stdout"], "");
  EXPECT_EQ(json["error"], "The compiler exited with status 1.");
}

TEST(ExecuteTest, ALimitIsSaidInWords) {
  const auto record = Record(R"pb(verdict: VERDICT_MEMORY_LIMIT
                                  summary: "Out of memory."
                                  phases { kind: KIND_RUN })pb");
  EXPECT_EQ(ExecuteJson(record, {.exit_code = 137})["error"], "Out of memory.");
}

TEST(ExecuteTest, WhatWasLeftOutIsSaid) {
  v1::Output output;
  output.set_content("ab\xc3");
  output.set_tail("\xa9yz");
  output.set_total_bytes(106);
  output.set_truncated(true);
  EXPECT_EQ(TextOf(output), "ab\n... 100 bytes left out ...\nyz");
}

TEST(ExecuteTest, BytesThatAreNoTextAreReplaced) {
  const auto record = Record(R"pb(verdict: VERDICT_OK
                                  phases { stdout { content: "a\377b" } })pb");
  EXPECT_THAT(Text(ExecuteJson(record, {.exit_code = 0})), HasSubstr("a\xef\xbf\xbd"
                                                                     "b"));
}

}  // namespace
}  // namespace jail::serve
