// /metrics, /api/metrics/summary and the log: what is counted and what is never said.
#include "jail/serve/metrics.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "jail/serve/patterns.h"
#include "jail/serve/summary.h"
#include "tests/unit/serve/service_fixture.h"

namespace jail::serve {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

v1::ResultRecord RunOf(v1::Verdict verdict, int64_t us, int64_t memory_bytes) {
  v1::ResultRecord record;
  record.set_verdict(verdict);
  record.mutable_provenance()->set_language("python");
  v1::PhaseResult* phase = record.add_phases();
  phase->set_start(v1::PhaseResult::START_PARKED);
  phase->mutable_usage()->set_wall_time_us(us);
  phase->mutable_usage()->set_memory_peak_bytes(memory_bytes);
  return record;
}

TEST(MetricsTest, RunsAreCountedByKindLanguageAndVerdict) {
  Metrics metrics;
  v1::ResultRecord record = RunOf(v1::VERDICT_MEMORY_LIMIT, 20'000, 50 << 20);
  v1::SyscallViolation* denied = record.mutable_phases(0)->add_violations();
  denied->set_syscall("ptrace");
  denied->set_count(3);
  record.mutable_cleanup()->set_state(v1::Cleanup::STATE_INCOMPLETE);
  metrics.NoteRun(record, {.kind = "execute",
                           .waited = absl::Milliseconds(3),
                           .total = absl::Milliseconds(30),
                           .patterns = {"miner"}});
  metrics.NoteAnswer("/api/execute", 200);
  metrics.SetLoad(5, 2, 9);
  const std::string text = metrics.Text();
  for (const char* line : {
           R"(jaild_runs_total{kind="execute",language="python",verdict="memory_limit"} 1)",
           R"(jaild_http_requests_total{route="/api/execute",status="200"} 1)",
           R"(jaild_starts_total{start="parked"} 1)",
           R"(jaild_denied_calls_total{syscall="ptrace"} 3)",
           "jaild_cleanup_failures_total 1",
           R"(jaild_suspicious_total{pattern="miner"} 1)",
           "jaild_queue_depth 5",
           "jaild_running 2",
           "jaild_connections 9",
           R"(jaild_queue_wait_seconds_bucket{le="0.0025"} 0)",
           R"(jaild_queue_wait_seconds_bucket{le="0.005"} 1)",
           R"(jaild_run_seconds_bucket{le="0.025"} 1)",
           R"(jaild_memory_peak_bytes_bucket{le="67108864"} 1)",
       }) {
    EXPECT_THAT(text, HasSubstr(absl::StrCat(line, "\n")));
  }
}

// The query of a dashboard: histogram_quantile(0.95, jaild_total_seconds), done by hand over the buckets.
TEST(MetricsTest, P95CanBeReadFromTheHistogram) {
  Metrics metrics;
  for (int i = 1; i <= 100; ++i) {
    metrics.NoteRun(RunOf(v1::VERDICT_OK, 1, 1),
                    {.kind = "execute",
                     .waited = {},
                     .total = i <= 95 ? absl::Milliseconds(4) : absl::Milliseconds(400)});
  }
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("jaild_total_seconds_bucket{le=\"0.005\"} 95\n"));
  EXPECT_THAT(text, HasSubstr("jaild_total_seconds_bucket{le=\"0.25\"} 95\n"));
  EXPECT_THAT(text, HasSubstr("jaild_total_seconds_bucket{le=\"0.5\"} 100\n"));
}

TEST(SummaryTest, HasFiguresOfTheRuns) {
  Summary summary;
  for (int i = 1; i <= 20; ++i) summary.Note(RunOf(v1::VERDICT_OK, i * 1000, i * 1000));
  summary.Note(RunOf(v1::VERDICT_CPU_TIME_LIMIT, 100'000, 500));
  const Json json = summary.ToJson();
  EXPECT_EQ(json["total"], 21);
  EXPECT_EQ(json["successful"], 20);
  EXPECT_EQ(json["failed"], 1);
  EXPECT_EQ(json["averageTime"], 14.762);
  EXPECT_EQ(json["p95Time"], 20.0);
  EXPECT_EQ(json["errors"], (Json{{"cpu_time_limit", 1}}));
  ASSERT_EQ(json["memory"].size(), 10);
  EXPECT_EQ(json["memory"][0], (Json{{"upToBytes", 2000}, {"runs", 3}}));
  EXPECT_EQ(json["memory"][9], (Json{{"upToBytes", 20000}, {"runs", 2}}));
}

TEST(SummaryTest, WithoutRunsThereIsNoAverage) {
  const Json json = Summary().ToJson();
  EXPECT_EQ(json["total"], 0);
  EXPECT_TRUE(json["averageTime"].is_null());
  EXPECT_TRUE(json["p95Time"].is_null());
  EXPECT_TRUE(json["memory"].empty());
}

TEST(PatternsTest, AreFoundOnceEach) {
  v1::JobSpec job;
  job.add_files()->set_content("open('/etc/passwd'); open('/etc/shadow')");
  job.add_files()->set_content(":(){ :|:& };:");
  EXPECT_THAT(SuspiciousPatterns(job), ElementsAre("fork_bomb", "host_files"));
  v1::JobSpec program;
  program.add_files()->set_content("/etc/passwd");
  program.mutable_files(0)->set_executable(true);
  EXPECT_THAT(SuspiciousPatterns(program), testing::IsEmpty());
}

TEST_F(ServiceTest, MetricsNeedTheAdminScope) {
  Start("anonymous: true");
  EXPECT_EQ(Ask(Request("GET", "/metrics")).status, 403);
  EXPECT_EQ(Ask(Request("GET", "/api/metrics/summary")).status, 403);
}

TEST_F(ServiceTest, MetricsAndSummaryTellOfRuns) {
  Execute();
  EXPECT_THAT(Ask(Request("GET", "/metrics")).body, HasSubstr("jaild_runs_total{kind=\"execute\""));
  EXPECT_EQ(Json::parse(Ask(Request("GET", "/api/metrics/summary")).body)["total"], 1);
}

TEST_F(ServiceTest, ARunIsALineOfTheLogWithoutItsSourceAndOutput) {
  run_ = [](const v1::JobSpec&, const Io&) { return Ok("OUTPUT"); };
  Execute(
      R"({"language":"python","code":"SOURCE /etc/passwd","input":"INPUT","env":{"A":"ENV"},"args":["ARG"]})");
  const std::vector<Json> lines = Lines();
  ASSERT_EQ(lines.size(), 1);
  const Json& line = lines[0];
  EXPECT_EQ(line["event"], "run");
  EXPECT_EQ(line["request"], exchange_->id);
  EXPECT_EQ(line["tenant"], "local");
  EXPECT_EQ(line["route"], "/api/execute");
  EXPECT_EQ(line["verdict"], "ok");
  EXPECT_EQ(line["flags"], (Json{"pattern:host_files"}));
  for (const char* secret : {"SOURCE", "OUTPUT", "INPUT", "ENV", "ARG"})
    EXPECT_THAT(Text(line), Not(HasSubstr(secret)));
}

}  // namespace
}  // namespace jail::serve
