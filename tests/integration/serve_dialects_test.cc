// Other services' clients against the real jaild.
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/integration/serve_fixture.h"
#include "tests/testlib/jailtest/web_socket.h"

namespace jailtest {
namespace {

using testing::HasSubstr;

class ServeDialectsTest : public ServeTest {
 protected:
  void SetUp() override {
    ServeTest::SetUp();
    if (IsSkipped()) return;
    Start("dialects: DIALECT_PISTON dialects: DIALECT_SANDBOX_FUSION dialects: DIALECT_DIFY");
  }
  WebSocketClient Init(const std::string& language, const std::string& code) {
    WebSocketClient socket(port_, "/api/v2/connect");
    const Json file = {{"name", "main.c"}, {"content", code}};
    socket.Say(Json{{"type", "init"}, {"language", language}, {"version", "*"}, {"files", {file}}}.dump());
    return socket;
  }
  Json AskJson(const std::string& request) {
    const Answer answer = Ask(request);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return Json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
  }
};

TEST_F(ServeDialectsTest, Piston) {
  const Json runtimes = AskJson(Get("/api/v2/runtimes"));
  EXPECT_GT(runtimes.size(), 5);
  const Json answer = AskJson(Post(
      "/api/v2/execute",
      R"json({"language":"py","version":"3.x","files":[{"name":"my.py","content":"print(input())"}],"stdin":"hi"})json"));
  EXPECT_EQ(answer["run"]["stdout"], "hi\n");
  EXPECT_EQ(answer["run"]["code"], 0);
  EXPECT_GT(answer["run"]["memory"], 0);
  const Json broken = AskJson(Post(
      "/api/v2/execute",
      R"({"language":"c","version":"*","files":[{"name":"my.c","content":"int main(void) { return x; }"}]})"));
  EXPECT_EQ(broken["run"], broken["compile"]);
  EXPECT_EQ(broken["run"]["code"], 1);
}

TEST_F(ServeDialectsTest, PistonsWebSocket) {
  WebSocketClient socket = Init("python", "print(input())");
  EXPECT_THAT(socket.Hear().value_or(""), HasSubstr(R"("type":"runtime","language":"python")"));
  socket.Say(R"({"type":"data","stream":"stdin","data":"hi\n"})");
  EXPECT_EQ(socket.Hear(), R"({"type":"stage","stage":"run"})");
  EXPECT_EQ(socket.Hear(), R"({"type":"data","stream":"stdout","data":"hi\n"})");
  EXPECT_EQ(socket.Hear(), R"({"type":"exit","stage":"run","code":0,"signal":null})");
  EXPECT_EQ(socket.Hear(), std::nullopt);
  EXPECT_EQ(socket.close_code(), 4999);
}

TEST_F(ServeDialectsTest, PistonsStagesAreInTheirOrder) {
  WebSocketClient socket =
      Init("c", "#warning careful\n#include <stdio.h>\nint main(void) { puts(\"hi\"); return 3; }");
  EXPECT_THAT(socket.Hear().value_or(""), HasSubstr("runtime"));
  EXPECT_EQ(socket.Hear(), R"({"type":"stage","stage":"compile"})");
  std::string words;
  std::optional<std::string> next = socket.Hear();
  for (; next && next->find("\"data\"") != next->npos; next = socket.Hear()) words += *next;
  EXPECT_THAT(words, HasSubstr("careful"));
  EXPECT_EQ(next, R"({"type":"exit","stage":"compile","code":0,"signal":null})");
  EXPECT_EQ(socket.Hear(), R"({"type":"stage","stage":"run"})");
  EXPECT_EQ(socket.Hear(), R"({"type":"data","stream":"stdout","data":"hi\n"})");
  EXPECT_EQ(socket.Hear(), R"({"type":"exit","stage":"run","code":3,"signal":null})");
  EXPECT_EQ(socket.Hear(), std::nullopt);
  EXPECT_EQ(socket.close_code(), 4999);
}

TEST_F(ServeDialectsTest, PistonsCompileErrorIsTheEnd) {
  WebSocketClient socket = Init("c", "int main(void) { return x; }");
  const std::string all = socket.HearAll();
  EXPECT_THAT(all, HasSubstr(R"({"type":"exit","stage":"compile","code":1,"signal":null})"));
  EXPECT_THAT(all, testing::Not(HasSubstr(R"("stage":"run")")));
  EXPECT_EQ(socket.close_code(), 4999);
}

TEST_F(ServeDialectsTest, PistonsSignals) {
  for (const char* name : {"SIGTERM", "SIGKILL"}) {
    WebSocketClient socket = Init("python", "print('begun', flush=True)\nimport time\ntime.sleep(60)");
    while (socket.Hear().value_or("begun").find("begun") == std::string::npos) {
    }
    socket.Say(Json{{"type", "signal"}, {"signal", name}}.dump());
    EXPECT_EQ(socket.Hear(),
              absl::StrCat(R"({"type":"exit","stage":"run","code":null,"signal":")", name, "\"}"));
    EXPECT_EQ(socket.Hear(), std::nullopt);
    EXPECT_EQ(socket.close_code(), 4999);
  }
}

struct Misused {
  const char* message;
  int code;
};

TEST_F(ServeDialectsTest, PistonsCloseCodes) {
  constexpr Misused kFirst[] = {{R"({"type":"data","stream":"stdin","data":"x"})", 4003},
                                {R"({"type":"signal","signal":"SIGINT"})", 4003},
                                {R"({"type":"init","language":"cobol","version":"*","files":[]})", 4002},
                                {"{", 4002}};
  for (const Misused& row : kFirst) {
    WebSocketClient socket(port_, "/api/v2/connect");
    socket.Say(row.message);
    EXPECT_EQ(socket.HearAll().empty(), row.code != 4002) << row.message;
    EXPECT_EQ(socket.close_code(), row.code) << row.message;
  }
  constexpr Misused kLater[] = {{R"({"type":"init"})", 4000},
                                {R"({"type":"data","stream":"stdout","data":"x"})", 4004},
                                {R"({"type":"signal","signal":"SIGSEGV"})", 4005}};
  for (const Misused& row : kLater) {
    WebSocketClient socket = Init("python", "import time\ntime.sleep(60)");
    socket.Say(row.message);
    EXPECT_THAT(socket.HearAll(), testing::Not(HasSubstr("\"error\""))) << row.message;
    EXPECT_EQ(socket.close_code(), row.code) << row.message;
  }
}

TEST_F(ServeDialectsTest, PistonDoesNotWaitForLong) {
  WebSocketClient socket(port_, "/api/v2/connect");
  EXPECT_EQ(socket.HearAll(), "");
  EXPECT_EQ(socket.close_code(), 4001);
}

TEST_F(ServeDialectsTest, SandboxFusion) {
  const Json answer = AskJson(
      Post("/run_code", R"json({"language":"python","code":"open('o','w').write(open('i').read())\nprint(1)",
                                                 "files":{"i":"Yg=="},"fetch_files":["o"]})json"));
  EXPECT_EQ(answer["status"], "Success");
  EXPECT_EQ(answer["run_result"]["stdout"], "1\n");
  EXPECT_EQ(answer["files"]["o"], "Yg==");
  const Json late = AskJson(
      Post("/run_code", R"json({"language":"python","code":"while True: pass","run_timeout":0.3})json"));
  EXPECT_EQ(late["status"], "Failed");
  EXPECT_EQ(late["run_result"]["status"], "TimeLimitExceeded");
}

TEST_F(ServeDialectsTest, Dify) {
  const Json answer = AskJson(
      Post("/v1/sandbox/run",
           R"json({"language":"nodejs","code":"console.log(1)","preload":"","enable_network":true})json"));
  EXPECT_EQ(answer["data"]["stdout"], "1\n");
  EXPECT_EQ(answer["data"]["error"], "");
  const Json failed =
      AskJson(Post("/v1/sandbox/run", R"json({"language":"python3","code":"raise ValueError('no')"})json"));
  EXPECT_THAT(failed["data"]["error"].get<std::string>(), HasSubstr("ValueError: no"));
}

}  // namespace
}  // namespace jailtest
