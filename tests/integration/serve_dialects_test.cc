// Other services' clients against the real jaild.
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
  WebSocketClient socket(port_, "/api/v2/connect");
  socket.Say(
      R"json({"type":"init","language":"python","version":"*","files":[{"name":"a.py","content":"print(input())"}]})json");
  EXPECT_THAT(socket.Hear().value_or(""), HasSubstr(R"("type":"runtime","language":"python")"));
  socket.Say(R"({"type":"data","stream":"stdin","data":"hi\n"})");
  EXPECT_EQ(socket.Hear(), R"({"type":"data","stream":"stdout","data":"hi\n"})");
  EXPECT_EQ(socket.Hear(), R"({"type":"exit","stage":"run","code":0,"signal":null})");
  EXPECT_EQ(socket.Hear(), std::nullopt);
  EXPECT_EQ(socket.close_code(), 4999);
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
