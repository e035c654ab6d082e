// Function runs, exams, batches and WebSockets of jaild.
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/integration/serve_fixture.h"
#include "tests/testlib/jailtest/web_socket.h"

namespace jailtest {
namespace {

using testing::HasSubstr;

class ServeStreamTest : public ServeTest {
 protected:
  WebSocketClient Open(const std::string& target = "/api/stream") {
    if (daemon_ == nullptr) Start();
    WebSocketClient socket(port_, target);
    EXPECT_EQ(socket.answer().status, 101) << socket.answer().body;
    return socket;
  }
  static std::string Execution(const std::string& code) {
    return absl::StrCat("{\"execute\":", Program("python", code), "}");
  }
};

TEST_F(ServeStreamTest, ACallIsJsonInJsonOut) {
  const Answer answer =
      Ask(Post("/api/call", R"({"language":"javascript","code":"input.a + input.b","input":{"a":1,"b":2}})"));
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(Json::parse(answer.body)["result"], 3);
}

TEST_F(ServeStreamTest, AnExamIsHeld) {
  const Answer answer = Ask(Post("/api/exam", R"json({"language":"python","code":"print(int(input())*2)",
      "cases":[{"stdin":"21","expected_stdout":"42"},{"stdin":"1","expected_stdout":"3"}]})json"));
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Json result = Json::parse(answer.body);
  EXPECT_EQ(result["casesPassed"], 1);
  EXPECT_EQ(result["casesFailed"], 1);
}

TEST_F(ServeStreamTest, ABatchRunsAllOfIt) {
  Json jobs = Json::array();
  for (int i = 0; i < 8; ++i) jobs.push_back(Json::parse(Program("python", absl::StrCat("print(", i, ")"))));
  const Answer answer = Ask(Post("/api/batch", Json{{"jobs", jobs}}.dump()));
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Json results = Json::parse(answer.body)["results"];
  ASSERT_EQ(results.size(), 8);
  for (int i = 0; i < 8; ++i) EXPECT_EQ(results[static_cast<size_t>(i)]["stdout"], absl::StrCat(i, "\n"));
}

TEST_F(ServeStreamTest, AConversation) {
  WebSocketClient socket = Open();
  socket.Say(
      Execution("while True:\n  line = input()\n  if line == 'end': break\n  print('>', line, flush=True)"));
  socket.Say(R"({"stdin":"one\n"})");
  EXPECT_EQ(socket.Hear(), R"({"stdout":"> one\n"})");
  socket.SayBinary("two\n");
  EXPECT_EQ(socket.Hear(), R"({"stdout":"> two\n"})");
  socket.Say(R"({"stdin":"end\n"})");
  EXPECT_THAT(socket.Hear().value_or(""), HasSubstr(R"({"result":{"stdout":"> one\n> two\n")"));
  EXPECT_EQ(socket.Hear(), std::nullopt);
  EXPECT_EQ(socket.close_code(), 1000);
}

TEST_F(ServeStreamTest, TheEndOfStandardInputCanBeSaid) {
  WebSocketClient socket = Open();
  socket.Say(Execution("import sys\nprint(len(sys.stdin.read()))"));
  socket.Say(Json{{"stdin", std::string(300'000, 'x')}}.dump());
  socket.Say(R"({"stdin_end":true})");
  EXPECT_EQ(socket.Hear(), R"({"stdout":"300000\n"})");
}

TEST_F(ServeStreamTest, AKillIsAnswered) {
  WebSocketClient socket = Open();
  socket.Say(Execution("import time\nprint('begun', flush=True)\ntime.sleep(60)"));
  EXPECT_EQ(socket.Hear(), R"({"stdout":"begun\n"})");
  socket.Say(R"({"signal":"SIGKILL"})");
  const std::string last = socket.HearAll();
  EXPECT_THAT(last, HasSubstr(R"({"result":{"stdout":"begun\n")"));
  EXPECT_THAT(last, HasSubstr("error"));
  EXPECT_EQ(socket.close_code(), 1000);
}

TEST_F(ServeStreamTest, HostFunctionsAreTheClients) {
  WebSocketClient socket = Open();
  socket.Say(R"({"call":{"language":"python","code":"price('tea') + 1","functions":["price"]}})");
  EXPECT_EQ(socket.Hear(), R"({"call":{"id":1,"name":"price","args":["tea"]}})");
  socket.Say(R"({"answer_json":{"id":1,"ok":true,"value":250}})");
  const Json last = Json::parse(socket.Hear().value_or("null"));
  EXPECT_EQ(last["result"]["result"], 251) << last;
}

TEST_F(ServeStreamTest, WhatIsWrongIsSaidAndTheSocketClosed) {
  for (const char* first :
       {"{", "{}", R"({"stdin":"x"})", R"({"execute":{"language":"klingon","code":"x"}})"}) {
    WebSocketClient socket = Open();
    socket.Say(first);
    EXPECT_THAT(socket.HearAll(), HasSubstr("{\"error\":{\"error\":")) << first;
    EXPECT_EQ(socket.close_code(), 1008) << first;
  }
}

TEST_F(ServeStreamTest, AWrongMessageEndsTheRun) {
  for (const char* later : {"{", R"({"signal":"SIGINT"})", R"({"execute":{}})"}) {
    WebSocketClient socket = Open();
    socket.Say(Execution("import time\nprint('begun', flush=True)\ntime.sleep(60)"));
    EXPECT_EQ(socket.Hear(), R"({"stdout":"begun\n"})");
    socket.Say(later);
    EXPECT_THAT(socket.HearAll(), HasSubstr("{\"error\":{\"error\":")) << later;
    EXPECT_EQ(socket.close_code(), 1008);
  }
}

TEST_F(ServeStreamTest, P19_AClientThatVanishesEndsItsRun) {
  WebSocketClient socket = Open();
  socket.Say(Execution("import time\nprint('begun', flush=True)\ntime.sleep(60)"));
  EXPECT_EQ(socket.Hear(), R"({"stdout":"begun\n"})");
  EXPECT_EQ(Metric("jaild_running"), 1);
  socket.Vanish();
  EXPECT_TRUE(Await([&] { return Metric("jaild_running") == 0; }));
}

TEST_F(ServeStreamTest, APlainRequestAndAForeignPageAreRefused) {
  EXPECT_EQ(Ask(Get("/api/stream")).status, 426);
  EXPECT_EQ(WebSocketClient(port_, "/api/stream", "Origin: http://evil.example\r\n").answer().status, 403);
}

TEST_F(ServeStreamTest, MetricsAndLogTellOfRuns) {
  Run("python", "print('SECRET')");
  Run("python", "while True: pass", {{"limits", {{"wallTimeMs", 200}}}});
  EXPECT_EQ(Metric(R"(jaild_runs_total{kind="execute",language="python",verdict="ok"})"), 1);
  EXPECT_EQ(Metric(R"(jaild_runs_total{kind="execute",language="python",verdict="wall_time_limit"})"), 1);
  const Json summary = Json::parse(Ask(Get("/api/metrics/summary")).body);
  EXPECT_EQ(summary["total"], 2);
  EXPECT_EQ(summary["errors"]["wall_time_limit"], 1);
  const Outcome outcome = Stop();
  EXPECT_THAT(outcome.out, HasSubstr(R"("event":"run")"));
  EXPECT_THAT(outcome.out, HasSubstr(R"("verdict":"wall_time_limit")"));
  EXPECT_THAT(outcome.out, testing::Not(HasSubstr("SECRET")));
}

}  // namespace
}  // namespace jailtest
