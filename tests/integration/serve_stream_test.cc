// Function runs, exams, batches and WebSockets of jaild.
#include <signal.h>

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
  static std::string Execution(const std::string& code, const Json& more = Json::object()) {
    return absl::StrCat("{\"execute\":", Program("python", code, more), "}");
  }
};

TEST_F(ServeStreamTest, ACallIsJsonInJsonOut) {
  const Answer answer =
      Ask(Post("/api/call", R"({"language":"javascript","code":"input.a + input.b","input":{"a":1,"b":2}})"));
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(Json::parse(answer.body)["result"], 3);
}

TEST_F(ServeStreamTest, ACallsLogComesAsEventsWhileItIsWritten) {
  HttpClient client = Connect();
  client.Send(Post(
      "/api/call",
      R"json({"language":"python","code":"print('on')\nwhile True: pass","limits":{"wall_time_ms":60000}})json",
      "Accept: text/event-stream\r\n"));
  EXPECT_TRUE(client.Await("event: log\ndata: {\"level\":\"log\",\"text\":\"on\""));
  client.Close();
  const Answer answer =
      Ask(Post("/api/call", R"json({"language":"javascript","code":"console.warn('w'); 3"})json",
               "Accept: text/event-stream\r\n"));
  EXPECT_EQ(answer.headers.at("content-type"), "text/event-stream");
  EXPECT_THAT(answer.body, HasSubstr("event: log\ndata: {\"level\":\"warn\",\"text\":\"w\""));
  EXPECT_THAT(answer.body, HasSubstr("event: result\ndata: {\"success\":true"));
}

TEST_F(ServeStreamTest, AnExamsEventsComeAsTheyHappen) {
  HttpClient client = Connect();
  client.Send(Post("/api/exam", R"json({"language":"python","code":"print(int(input())*2)",
      "cases":[{"stdin":"21","expected_stdout":"42"},{"stdin":"1","expected_stdout":"3"}]})json",
                   "Accept: text/event-stream\r\n"));
  const std::string body = client.Read().body;
  size_t at = 0;
  for (const char* next : {"\"kind\":\"exam_started\"", "\"kind\":\"case_started\"", "\"kind\":\"output\"",
                           "\"kind\":\"case_judged\"", "\"kind\":\"exam_ended\"", "event: result\ndata: {"}) {
    at = body.find(next, at);
    ASSERT_NE(at, body.npos) << next << "\n" << body;
  }
  EXPECT_EQ(client.Ask(Get("/api/languages")).status, 200);  // The connection goes on.
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

TEST_F(ServeStreamTest, ASignalIsTheProgramsToHandle) {
  WebSocketClient socket = Open();
  socket.Say(
      Execution("import os, signal, time\n"
                "asked = []\n"
                "def ask(number, frame):\n"
                "  asked.append(number)\n"
                "  os.write(1, b'asked\\n')\n"
                "signal.signal(signal.SIGINT, ask)\n"
                "os.write(1, b'begun\\n')\n"
                "while len(asked) < 2: time.sleep(0.01)\n"
                "os.write(1, b'end\\n')",
                {{"record", true}}));
  EXPECT_EQ(socket.Hear(), R"({"stdout":"begun\n"})");
  for (int i = 0; i < 2; ++i) {
    socket.Say(R"({"signal":"SIGINT"})");
    EXPECT_EQ(socket.Hear(), R"({"stdout":"asked\n"})");
  }
  EXPECT_EQ(socket.Hear(), R"({"stdout":"end\n"})");
  const Json last = Json::parse(socket.Hear().value_or("null"))["result"];
  EXPECT_EQ(last["exitCode"], 0);
  const Json& signals = last["record"]["phases"][0]["signals"];
  ASSERT_EQ(signals.size(), 2) << last;
  EXPECT_EQ(signals[0]["name"], "SIGINT");
  EXPECT_EQ(signals[0].value("error_name", ""), "");
}

TEST_F(ServeStreamTest, AProgramWithoutAHandlerDiesOfASignal) {
  WebSocketClient socket = Open();
  socket.Say(Execution("import time\nprint('begun', flush=True)\ntime.sleep(60)"));
  EXPECT_EQ(socket.Hear(), R"({"stdout":"begun\n"})");
  socket.Say(R"({"signal":"SIGTERM"})");
  const Json last = Json::parse(socket.Hear().value_or("null"))["result"];
  EXPECT_EQ(last["exitCode"], 128 + SIGTERM) << last;
  EXPECT_EQ(socket.Hear(), std::nullopt);
  EXPECT_EQ(socket.close_code(), 1000);
}

TEST_F(ServeStreamTest, AStoppedProgramGoesOnWhenItIsTold) {
  WebSocketClient socket = Open();
  socket.Say(Execution("print('begun', flush=True)\nprint(input())"));
  EXPECT_EQ(socket.Hear(), R"({"stdout":"begun\n"})");
  for (const char* message : {R"({"signal":"SIGSTOP"})", R"({"stdin":"on\n"})", R"({"signal":"SIGCONT"})"})
    socket.Say(message);
  EXPECT_EQ(socket.Hear(), R"({"stdout":"on\n"})");
}

// It waits for the program: what there is before is ours, and none of it may end by it.
TEST_F(ServeStreamTest, ASignalBeforeTheProgramBeginsIsKept) {
  for (int i = 0; i < 10; ++i) {
    WebSocketClient socket = Open();
    socket.Say(Execution("import time\ntime.sleep(60)", {{"record", true}}));
    socket.Say(R"({"signal":"SIGTERM"})");
    const Json last = Json::parse(socket.Hear().value_or("null"))["result"];
    EXPECT_EQ(last["exitCode"], 128 + SIGTERM) << last;
    EXPECT_EQ(last["record"]["verdict"], "VERDICT_SIGNALED");
  }
}

TEST_F(ServeStreamTest, ASignalAfterTheAnswerIsForNobody) {
  WebSocketClient socket = Open();
  socket.Say(Execution("print(1)"));
  EXPECT_THAT(socket.Hear().value_or(""), HasSubstr("1\\n"));
  EXPECT_THAT(socket.Hear().value_or(""), HasSubstr("result"));
  socket.Say(R"({"signal":"SIGTERM"})");
  EXPECT_EQ(socket.Hear(), std::nullopt);
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
  for (const char* later : {"{", R"({"signal":"SIGSEGV"})", R"({"execute":{}})"}) {
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
