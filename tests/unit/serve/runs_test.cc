// /api/call, /api/exam, /api/batch, and what is said over /api/stream.
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jail/serve/socket.h"
#include "tests/unit/serve/service_fixture.h"

namespace jail::serve {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// --- Calls ---

TEST_F(ServiceTest, ACallHasItsInputAsJson) {
  v1::CallSpec seen;
  call_ = [&seen](const v1::CallSpec& spec, const call::Host&, const Io&) {
    seen = spec;
    v1::CallResult result;
    result.set_success(true);
    result.set_result_json("[7]");
    return result;
  };
  const Response response =
      Ask(Post("/api/call"),
          R"({"language":"javascript","code":"input.a","input":{"a":1.50},"globals":{"g":"text"}})");
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(response.body, "[7]");
  EXPECT_EQ(seen.input_json(), R"({"a":1.50})");
  EXPECT_EQ(seen.globals().at("g"), "\"text\"");
  EXPECT_EQ(seen.job_id(), exchange_->id);
}

TEST_F(ServiceTest, CallsThatCannotRunAreRefused) {
  const std::pair<const char*, const char*> wrong[] = {
      {R"({"language":"javascript"})", R"("field":"code")"},
      {R"({"code":"1"})", R"("field":"language")"},
      {R"({"language":"javascript","code":"1","functions":["f"]})", "/api/stream"},
      {R"({"language":"javascript","code":"1","enforcement":"best_effort"})", R"("field":"enforcement")"},
      {R"({"language":"javascript","code":"1","input":{"a":1,"a":2}})", "twice"},
  };
  for (const auto& [body, says] : wrong) {
    const Response response = Ask(Post("/api/call"), body);
    EXPECT_EQ(response.status, 400) << response.body;
    EXPECT_THAT(response.body, HasSubstr(says));
  }
}

TEST_F(ServiceTest, ACallsFailuresAreTheAnswersUnlessTheyAreOurs) {
  v1::CallError::Kind kind = v1::CallError::KIND_THROWN;
  call_ = [&kind](const v1::CallSpec&, const call::Host&, const Io&) {
    v1::CallResult result;
    result.mutable_error()->set_kind(kind);
    result.mutable_error()->set_message("words");
    return result;
  };
  const auto status = [this] { return Ask(Post("/api/call"), R"({"language":"python","code":"1"})").status; };
  EXPECT_EQ(status(), 200);
  kind = v1::CallError::KIND_TIMEOUT;
  EXPECT_EQ(status(), 200);
  kind = v1::CallError::KIND_INVALID_INPUT;
  EXPECT_EQ(status(), 400);
  kind = v1::CallError::KIND_JAIL_ERROR;
  EXPECT_EQ(status(), 500);
}

// --- Exams ---

TEST_F(ServiceTest, AnExamHasOneCaseAtATime) {
  v1::ExamSpec seen;
  exam_ = [&seen](const v1::ExamSpec& spec) {
    seen = spec;
    v1::ExamResult result;
    result.set_passed(true);
    return result;
  };
  const Response response =
      Ask(Post("/api/exam"), R"({"language":"python","code":"1","cases":[{"stdin":"1"}]})");
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(Json::parse(response.body)["passed"]);
  EXPECT_EQ(seen.jobs(), 1);
  EXPECT_EQ(seen.exam_id(), exchange_->id);
  EXPECT_EQ(seen.tenant(), "local");
  EXPECT_THAT(Ask(Post("/api/exam"), R"({"jobs":2})").body, HasSubstr(R"("field":"jobs")"));
}

TEST_F(ServiceTest, AnExamsProblemNamesTheField) {
  exam_ = [](const v1::ExamSpec&) {
    v1::ExamResult result;
    result.mutable_problem()->set_field("cases[0].id");
    result.mutable_problem()->set_message("no id");
    return result;
  };
  const Response response = Ask(Post("/api/exam"), "{}");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr(R"("field":"cases[0].id")"));
}

// --- Batches ---

TEST_F(ServiceTest, ABatchIsAnsweredInItsOrder) {
  run_ = [](const v1::JobSpec& job, const Io&) { return Ok(job.files(0).content()); };
  const Response response = Ask(Post("/api/batch"), R"({"jobs":[{"language":"python","code":"a"},
      {"language":"python","code":"b","record":true},{"language":"python","code":"c"}]})");
  ASSERT_EQ(response.status, 200) << response.body;
  const Json results = Json::parse(response.body)["results"];
  ASSERT_EQ(results.size(), 3);
  EXPECT_EQ(results[0]["stdout"], "a");
  EXPECT_EQ(results[1]["stdout"], "b");
  EXPECT_TRUE(results[1].contains("record"));
  EXPECT_EQ(results[2]["stdout"], "c");
}

TEST_F(ServiceTest, ABatchRunsAsAWholeOrNotAtAll) {
  run_ = [](const v1::JobSpec&, const Io&) {
    ADD_FAILURE() << "it ran";
    return Ok();
  };
  Start("batch: 2 usual { queue: 1 }");
  const std::string good = R"({"language":"python","code":"a"})";
  EXPECT_THAT(Ask(Post("/api/batch"), absl::StrCat("{\"jobs\":[", good, ",{\"code\":\"b\"}]}")).body,
              HasSubstr(R"("field":"jobs[1].language")"));
  EXPECT_THAT(Ask(Post("/api/batch"), absl::StrCat("{\"jobs\":[", good, ",", good, ",", good, "]}")).body,
              HasSubstr("3 are more than 2"));
  EXPECT_EQ(Ask(Post("/api/batch"), absl::StrCat("{\"jobs\":[", good, ",", good, "]}")).status, 429);
  EXPECT_EQ(Ask(Post("/api/batch"), "{}").status, 400);
}

TEST_F(ServiceTest, EachJobOfABatchCountsAgainstTheRate) {
  Start("usual { requests_per_second: 0.01 burst: 2 }");
  const std::string good = R"({"language":"python","code":"a"})";
  EXPECT_EQ(Ask(Post("/api/batch"), absl::StrCat("{\"jobs\":[", good, ",", good, "]}")).status, 200);
  EXPECT_EQ(Execute().status, 429);
}

TEST_F(ServiceTest, AFailureOfOneJobIsItsOwn) {
  run_ = [](const v1::JobSpec& job, const Io&) {
    if (job.files(0).content() == "a") return Ok();
    v1::ResultRecord record;
    record.set_verdict(v1::VERDICT_JAIL_ERROR);
    record.set_summary("broken.");
    return record;
  };
  const Json results =
      Json::parse(Ask(Post("/api/batch"),
                      R"({"jobs":[{"language":"python","code":"a"},{"language":"python","code":"b"}]})")
                      .body)["results"];
  EXPECT_EQ(results[0]["stdout"], "out");
  EXPECT_EQ(results[1]["error"], "broken.");
  EXPECT_EQ(results[1]["status"], 500);
}

// --- What is said over a WebSocket ---

class SocketTest : public ServiceTest {
 protected:
  SocketTest() { Start(); }
  std::string ErrorOf(absl::string_view text) {
    const auto message = kOurProtocol.read(*service_, text);
    return message.ok() ? "" : std::string(message.status().message());
  }
};

TEST_F(SocketTest, MessagesAreReadStrictly) {
  EXPECT_EQ(kOurProtocol.read(*service_, R"({"execute":{"language":"c","code":"x"}})")->execute().code(),
            "x");
  EXPECT_EQ(kOurProtocol.read(*service_, R"({"stdin":"a\nb"})")->stdin(), "a\nb");
  EXPECT_EQ(kOurProtocol.read(*service_, R"({"answer":{"id":1,"ok":true,"value":[1.0]}})").ok(), false);
  EXPECT_EQ(
      kOurProtocol.read(*service_, R"({"answer_json":{"id":1,"ok":true,"value":[1.0]}})")->answer_json(),
      R"({"id":1,"ok":true,"value":[1.0]})");
  EXPECT_THAT(ErrorOf("{}"), HasSubstr("says nothing"));
  EXPECT_THAT(ErrorOf(R"({"sudo":1})"), HasSubstr("sudo"));
  EXPECT_THAT(ErrorOf("{"), HasSubstr("no JSON"));
}

TEST_F(SocketTest, AnswersAreObjects) {
  EXPECT_EQ(kOurProtocol.piece("stdout", "a\"b"), R"({"stdout":"a\"b"})");
  EXPECT_EQ(kOurProtocol.piece("call", R"({"id":1})"), R"({"call":{"id":1}})");
  EXPECT_THAT(kOurProtocol.last({.body = "{}"}), ElementsAre(R"({"result":{}})"));
  EXPECT_THAT(kOurProtocol.last({.status = 400, .body = "{}"}), ElementsAre(R"({"error":{}})"));
}

TEST_F(SocketTest, OnlyOneSignalCanBeSent) {
  EXPECT_TRUE(CheckSignal("SIGKILL").ok());
  EXPECT_TRUE(absl::IsInvalidArgument(CheckSignal("SIGINT")));
}

}  // namespace
}  // namespace jail::serve
