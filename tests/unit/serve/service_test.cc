#include "jail/serve/service.h"

#include <poll.h>

#include <future>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/serve/service_fixture.h"

namespace jail::serve {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST_F(ServiceTest, ExecuteAnswersWhatTheRunSaid) {
  const Response response = Execute();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"stdout":"out","stderr":"","executionTime":0.0,"exitCode":7})");
}

TEST_F(ServiceTest, TheRecordComesWhenItIsAskedFor) {
  EXPECT_THAT(Execute(R"({"language":"python","code":"1","record":true})").body,
              HasSubstr(R"("record":{"verdict":"VERDICT_OK"})"));
}

TEST_F(ServiceTest, ProtobufGoesInAndComesOut) {
  v1::JobSpec job;
  job.set_language("python");
  job.add_files()->set_content("1");
  std::string seen;
  run_ = [&seen](const v1::JobSpec& asked, const Io&) {
    seen = asked.files(0).content();
    return Ok();
  };
  const Response response = Ask(Request("POST", "/api/execute", {{"Content-Type", "application/x-protobuf"}}),
                                job.SerializeAsString());
  EXPECT_EQ(response.content_type, "application/x-protobuf");
  v1::ResultRecord record;
  ASSERT_TRUE(record.ParseFromString(response.body));
  EXPECT_EQ(record.phases(0).stdout().content(), "out");
  EXPECT_EQ(seen, "1");
  const Response from_json =
      Ask(Post("/api/execute", {{"Accept", "text/html, application/x-protobuf;q=0.9"}}),
          R"({"language":"python","code":"1"})");
  EXPECT_EQ(from_json.content_type, "application/x-protobuf");
}

TEST_F(ServiceTest, WhatIsWrongIsSaidBeforeAnythingRuns) {
  run_ = [](const v1::JobSpec&, const Io&) {
    ADD_FAILURE() << "it ran";
    return Ok();
  };
  EXPECT_EQ(Execute("{").status, 400);
  EXPECT_THAT(Execute(R"({"code":"1"})").body, HasSubstr(R"("field":"language")"));
  const Response unknown = Execute(R"({"language":"klingon","code":"1"})");
  EXPECT_EQ(unknown.status, 422);
  EXPECT_THAT(unknown.body, HasSubstr(R"("code":"unknown_language")"));
}

TEST_F(ServiceTest, PathsMethodsAndTypesAreChecked) {
  EXPECT_EQ(Ask(Request("GET", "/nothing")).status, 404);
  EXPECT_EQ(Ask(Request("GET", "http://localhost/")).status, 400);
  EXPECT_EQ(Ask(Request("GET", "*")).status, 400);
  const Response method = Ask(Request("DELETE", "/api/execute"));
  EXPECT_EQ(method.status, 405);
  EXPECT_EQ(HeaderOf(method, "Allow"), "POST");
  EXPECT_EQ(Ask(Request("POST", "/api/execute", {{"Content-Type", "text/plain"}})).status, 415);
  EXPECT_EQ(Ask(Request("POST", "/api/execute")).status, 415);
  EXPECT_EQ(Ask(Post("/api/execute", {{"Content-Encoding", "gzip"}})).status, 415);
  EXPECT_EQ(Ask(Request("POST", "/api/execute", {{"Content-Type", "Application/JSON; charset=utf-8"}}),
                R"({"language":"python","code":"1"})")
                .status,
            200);
}

TEST_F(ServiceTest, ABodyThatIsTooLargeIsRefusedByItsHeader) {
  Start("body_bytes: 1024");
  EXPECT_EQ(Ask(Post("/api/execute", {{"Content-Length", "1025"}})).status, 413);
}

TEST_F(ServiceTest, ErrorsAreJson) {
  for (const Response& response : {Execute("{"), Ask(Request("GET", "/nothing")), Ask(Request("PUT", "/"))}) {
    EXPECT_EQ(response.content_type, "application/json");
    const Json json = Json::parse(response.body);
    EXPECT_TRUE(json["error"].is_string());
    EXPECT_TRUE(json["code"].is_string());
  }
}

TEST_F(ServiceTest, RequestIdsAreTheClientsOrOurs) {
  const auto id_of = [this](const std::string& given) {
    Ask(Request("GET", "/api/languages", {{"X-Request-Id", given}}));
    return exchange_->id;
  };
  EXPECT_EQ(id_of("abc-1.2_3"), "abc-1.2_3");
  EXPECT_EQ(id_of("a b").size(), 16);
  EXPECT_EQ(id_of(std::string(65, 'a')).size(), 16);
  EXPECT_NE(id_of(""), id_of(""));
  EXPECT_THAT(service_->CommonHeaders(*exchange_),
              testing::Contains(testing::Pair("X-Request-Id", exchange_->id)));
}

TEST_F(ServiceTest, LanguagesAreThoseThatAreInstalled) {
  EXPECT_EQ(Ask(Request("GET", "/api/languages")).body, R"({"languages":["python"]})");
  EXPECT_THAT(Ask(Request("GET", "/api/languages?details=1")).body, HasSubstr(R"("version":"3.11")"));
}

TEST_F(ServiceTest, HealthRunsAProgramUnlessOneJustRan) {
  int runs = 0;
  run_ = [&runs](const v1::JobSpec&, const Io&) {
    ++runs;
    return Ok();
  };
  const Json json = Json::parse(Ask(Request("GET", "/api/health")).body);
  EXPECT_EQ(json["status"], "ok");
  EXPECT_EQ(json["service"], "code-execution");
  EXPECT_EQ(Ask(Request("GET", "/api/health")).status, 200);
  EXPECT_EQ(runs, 1);
}

TEST_F(ServiceTest, HealthSaysWhyItIsIll) {
  run_ = [](const v1::JobSpec&, const Io&) {
    v1::ResultRecord record;
    record.set_verdict(v1::VERDICT_JAIL_ERROR);
    record.set_summary("no namespaces here.");
    return record;
  };
  const Response response = Ask(Request("GET", "/api/health"));
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, HasSubstr("no namespaces here."));
}

TEST_F(ServiceTest, AFailureOfOursIsNotTheClients) {
  run_ = [](const v1::JobSpec&, const Io&) {
    v1::ResultRecord record;
    record.set_verdict(v1::VERDICT_JAIL_ERROR);
    record.set_summary("broken.");
    return record;
  };
  const Response response = Execute();
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body, R"({"error":"broken.","code":"jail_error"})");
}

TEST_F(ServiceTest, AClientThatHasGoneCancelsItsRun) {
  run_ = [](const v1::JobSpec&, const Io& io) {
    pollfd wanted = {io.cancel_fd, POLLIN, 0};
    poll(&wanted, 1, -1);
    v1::ResultRecord record;
    record.set_verdict(v1::VERDICT_CANCELLED);
    return record;
  };
  std::future<Response> answer = Begin(Post("/api/execute"), R"({"language":"python","code":"1"})");
  service_->Abandon(*exchange_);
  EXPECT_EQ(answer.get().status, 499);
}

TEST_F(ServiceTest, DrainingRefusesNewRunsAndCancelsTheRestWithAnAnswer) {
  std::promise<void> begun;
  run_ = [&begun](const v1::JobSpec&, const Io& io) {
    begun.set_value();
    pollfd wanted = {io.cancel_fd, POLLIN, 0};
    poll(&wanted, 1, -1);
    v1::ResultRecord record;
    record.set_verdict(v1::VERDICT_CANCELLED);
    return record;
  };
  Start("runs: 1");
  const std::string body = R"({"language":"python","code":"1"})";
  std::future<Response> running = Begin(Post("/api/execute"), body);
  begun.get_future().wait();
  std::future<Response> waiting = Begin(Post("/api/execute"), body);
  service_->Drain();
  const Response refused = Ask(Post("/api/execute"), body);
  EXPECT_EQ(refused.status, 503);
  EXPECT_THAT(HeaderOf(refused, "Retry-After"), Not(IsEmpty()));
  EXPECT_EQ(Ask(Request("GET", "/api/health")).status, 503);
  service_->CancelAll();
  EXPECT_EQ(running.get().status, 503);
  EXPECT_EQ(waiting.get().status, 503);
}

TEST_F(ServiceTest, TheQueueIsBoundedAndSaysWhenToComeBack) {
  run_ = [](const v1::JobSpec&, const Io& io) {
    pollfd wanted = {io.cancel_fd, POLLIN, 0};
    poll(&wanted, 1, -1);
    return Ok();
  };
  Start("runs: 1 queue: 2 usual { queue: 2 }");
  const std::string body = R"({"language":"python","code":"1"})";
  std::vector<std::future<Response>> kept;
  Response last;
  for (int i = 0; i < 4; ++i) {  // One runs, or will; two wait; one too many in any case.
    std::future<Response> answer = Begin(Post("/api/execute"), body);
    if (answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready) {
      last = answer.get();
    } else {
      kept.push_back(std::move(answer));
    }
  }
  EXPECT_EQ(last.status, 429);
  EXPECT_THAT(last.body, HasSubstr("queue_full"));
  EXPECT_EQ(HeaderOf(last, "Retry-After"), "1");
  service_->CancelAll();
}

TEST_F(ServiceTest, ATenantsRateIsBounded) {
  Start("usual { requests_per_second: 0.01 burst: 2 }");
  EXPECT_EQ(Execute().status, 200);
  EXPECT_EQ(Execute().status, 200);
  const Response third = Execute();
  EXPECT_EQ(third.status, 429);
  EXPECT_THAT(third.body, HasSubstr("rate_limited"));
  EXPECT_EQ(HeaderOf(third, "Retry-After"), "100");
  EXPECT_EQ(Ask(Request("GET", "/api/languages")).status, 200);
}

TEST_F(ServiceTest, WithoutATokenOnlyWhatNeedsNone) {
  Start(absl::StrCat("tokens { sha256: \"", std::string(64, 'a'), "\" tenant: \"a\" }"));
  EXPECT_EQ(Execute().status, 401);
  EXPECT_EQ(Ask(Request("GET", "/api/languages")).status, 200);
  EXPECT_EQ(Ask(Request("GET", "/api/languages", {{"Origin", "http://evil.example"}})).status, 403);
}

TEST_F(ServiceTest, APreflightIsAnsweredForAllowedOriginsOnly) {
  Start("allowed_origins: \"http://play.example\"");
  EXPECT_EQ(Ask(Request("OPTIONS", "/api/execute", {{"Origin", "http://play.example"}})).status, 204);
  EXPECT_EQ(Ask(Request("OPTIONS", "/api/execute")).status, 405);
}

}  // namespace
}  // namespace jail::serve
