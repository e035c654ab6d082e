// /api/call, /api/exam, /api/batch, and what is said over /api/stream.
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jail/exam/emitter.h"
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

// --- Events of calls and exams ---

class NotesTest : public ServiceTest {
 protected:
  static Head WithEvents(const std::string& target) {
    return Post(target, {{"Accept", "text/event-stream"}});
  }
  // Up to the end.
  std::string Told() {
    std::string text;
    char buffer[4096];
    for (ssize_t got; (got = read(exchange_->live->notes.get(), buffer, sizeof buffer)) > 0;)
      text.append(buffer, static_cast<size_t>(got));
    return text;
  }
};

TEST_F(NotesTest, ACallsLogIsToldAsItComes) {
  call_ = [this](const v1::CallSpec&, const call::Host&, const Io&) {
    v1::LogEntry entry;
    entry.set_text("one");
    observe_log_(entry);
    entry.set_text(std::string(100'000, 'x'));  // More than a pipe holds.
    observe_log_(entry);
    return v1::CallResult();
  };
  std::future<Response> response = Begin(WithEvents("/api/call"), R"({"language":"python","code":"1"})");
  ASSERT_TRUE(exchange_->live.has_value());
  EXPECT_STREQ(exchange_->live->notes_name, "log");
  EXPECT_EQ(Told(), absl::StrCat("{\"text\":\"one\"}\n{\"text\":\"", std::string(100'000, 'x'), "\"}\n"));
  EXPECT_EQ(response.get().status, 200);
}

TEST_F(NotesTest, AnExamsEventsAreTold) {
  exam_ = [this](const v1::ExamSpec&) {
    observe_exam_(exam::CaseEvent(v1::ExamEvent::CASE_STARTED, "1", 1));
    return v1::ExamResult();
  };
  std::future<Response> response =
      Begin(WithEvents("/api/exam"), R"({"language":"python","code":"1","cases":[{"stdin":"1"}]})");
  EXPECT_THAT(Told(), HasSubstr(R"("case_id":"1")"));
  EXPECT_EQ(response.get().status, 200);
}

TEST_F(NotesTest, WhoHasGoneIsNotWaitedFor) {
  std::atomic<int> begun = 0;
  call_ = [&](const v1::CallSpec&, const call::Host&, const Io&) {
    begun.fetch_add(1);
    begun.notify_all();
    v1::LogEntry entry;
    entry.set_text(std::string(1'000'000, 'x'));
    for (int i = 0; i < 3; ++i) observe_log_(entry);
    return v1::CallResult();
  };
  std::future<Response> deaf = Begin(WithEvents("/api/call"), R"({"language":"python","code":"1"})");
  exchange_->live.reset();  // As the connection does at its end.
  EXPECT_EQ(deaf.get().status, 200);
  std::future<Response> cancelled = Begin(WithEvents("/api/call"), R"({"language":"python","code":"1"})");
  begun.wait(1);  // Before that it would never be.
  service_->Abandon(*exchange_);
  EXPECT_EQ(cancelled.get().status, 200);
}

TEST_F(NotesTest, WhoDoesNotWantThemHasNone) {
  call_ = [this](const v1::CallSpec&, const call::Host&, const Io&) {
    EXPECT_FALSE(observe_log_);
    return v1::CallResult();
  };
  EXPECT_EQ(Ask(Post("/api/call"), R"({"language":"python","code":"1"})").status, 200);
  EXPECT_FALSE(exchange_->live.has_value());
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
    const auto message = Read(text);
    return message.ok() ? "" : std::string(message.status().message());
  }
  absl::StatusOr<v1::ClientMessage> Read(absl::string_view text, bool first = false) {
    return kOurProtocol.read(*service_, text, first).message;
  }
};

TEST_F(SocketTest, MessagesAreReadStrictly) {
  EXPECT_EQ(Read(R"({"execute":{"language":"c","code":"x"}})", /*first=*/true)->execute().code(), "x");
  EXPECT_EQ(Read(R"({"stdin":"a\nb"})")->stdin(), "a\nb");
  EXPECT_FALSE(Read(R"({"answer":{"id":1,"ok":true,"value":[1.0]}})").ok());
  EXPECT_EQ(Read(R"({"answer_json":{"id":1,"ok":true,"value":[1.0]}})")->answer_json(),
            R"({"id":1,"ok":true,"value":[1.0]})");
  EXPECT_THAT(ErrorOf("{}"), HasSubstr("says nothing"));
  EXPECT_THAT(ErrorOf(R"({"sudo":1})"), HasSubstr("sudo"));
  EXPECT_THAT(ErrorOf("{"), HasSubstr("no JSON"));
  EXPECT_THAT(ErrorOf(R"({"execute":{"language":"c","code":"x"}})"), HasSubstr("already"));
  EXPECT_FALSE(Read(R"({"signal":"SIGINT"})", /*first=*/true).ok());
}

TEST_F(SocketTest, AnswersAreObjects) {
  EXPECT_EQ(kOurProtocol.piece("stdout", "a\"b"), R"({"stdout":"a\"b"})");
  EXPECT_EQ(kOurProtocol.piece("call", R"({"id":1})"), R"({"call":{"id":1}})");
  EXPECT_THAT(kOurProtocol.last({.body = "{}"}), ElementsAre(R"({"result":{}})"));
  EXPECT_THAT(kOurProtocol.last({.status = 400, .body = "{}"}), ElementsAre(R"({"error":{}})"));
}

TEST_F(SocketTest, StagesAreNotTold) { EXPECT_EQ(kOurProtocol.piece("stage", "run"), ""); }

TEST_F(SocketTest, AFewSignalsCanBeSent) {
  EXPECT_EQ(*SignalNumber("SIGKILL"), SIGKILL);
  EXPECT_EQ(*SignalNumber("SIGINT"), SIGINT);
  EXPECT_EQ(Read(R"({"signal":"SIGINT"})")->signal(), "SIGINT");
  for (const char* wrong : {"", "INT", "sigint", "SIGSEGV", "2", "SIGCHLD"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(SignalNumber(wrong).status())) << wrong;
    EXPECT_THAT(ErrorOf(Text(Json{{"signal", wrong}})), HasSubstr("signal: ")) << wrong;
  }
}

}  // namespace
}  // namespace jail::serve
