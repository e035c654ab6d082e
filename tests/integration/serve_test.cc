// jaild as its clients see it: the routes, errors, streams, disconnects and its end.
#include <signal.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "jail/v1/job.pb.h"
#include "jail/v1/result.pb.h"
#include "tests/integration/serve_fixture.h"

namespace jailtest {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST_F(ServeTest, ExecuteHasTheFieldsThatClientsRead) {
  const Json answer = Run("python", "import sys\nprint(input())\nprint('e', file=sys.stderr)\nsys.exit(3)",
                          {{"input", "hi\n"}});
  EXPECT_EQ(answer["stdout"], "hi\n");
  EXPECT_EQ(answer["stderr"], "e\n");
  EXPECT_EQ(answer["exitCode"], 3);
  EXPECT_GT(answer["executionTime"], 0);
  EXPECT_EQ(answer.size(), 4);
}

TEST_F(ServeTest, ACompileErrorIsAnAnswer) {
  const Json answer = Run("c", "int main(void) { return x; }");
  EXPECT_THAT(answer["stderr"].get<std::string>(), StartsWith("Compilation Error:\n"));
  EXPECT_NE(answer["exitCode"], 0);
}

TEST_F(ServeTest, HtmlComesBackWithItsFindings) {
  const Json answer = Run("html", "<!doctype html><title>t</title><p>x</p>");
  EXPECT_THAT(answer["stdout"].get<std::string>(), HasSubstr("<p>x</p>"));
  EXPECT_EQ(answer["exitCode"], 0) << answer;
}

TEST_F(ServeTest, LimitsAreSaidInWords) {
  EXPECT_THAT(
      Run("python", "while True: pass", {{"limits", {{"wallTimeMs", 300}}}})["error"].get<std::string>(),
      HasSubstr("300 ms"));
  EXPECT_THAT(Run("python", "x = bytearray(10**9)", {{"limits", {{"memoryBytes", 50'000'000}}}})["error"]
                  .get<std::string>(),
              HasSubstr("emory"));
}

TEST_F(ServeTest, DefaultsAreThoseOfTheService) {
  const Json answer = Run("python", "print(1)", {{"record", true}});
  const Json& limits = answer["record"]["provenance"]["limits"];
  EXPECT_EQ(limits["wall_time_ms"], "5000");
  EXPECT_EQ(limits["memory_bytes"], "268435456");
  EXPECT_EQ(limits["processes"], 50);
  EXPECT_EQ(limits["output_bytes"], "1048576");
  EXPECT_EQ(limits["disk_bytes"], "67108864");
  EXPECT_EQ(limits["source_bytes"], "50000");
}

TEST_F(ServeTest, ProtobufGoesInAndComesOut) {
  jail::v1::JobSpec job;
  job.set_language("python");
  job.add_files()->set_content("import sys; sys.stdout.buffer.write(bytes(range(256)))");
  const Answer answer = Execute(job.SerializeAsString(), "Content-Type: application/x-protobuf\r\n");
  jail::v1::ResultRecord record;
  ASSERT_TRUE(record.ParseFromString(answer.body)) << answer.body;
  EXPECT_EQ(record.phases(0).stdout().content().size(), 256);
}

struct Refused {
  const char* body;
  int status;
  const char* says;
};

TEST_F(ServeTest, WhatIsWrongIsNamed) {
  const std::string large = Program("python", std::string(50'001, '#'));
  const Refused refused[] = {
      {"{", 400, "is no JSON"},
      {R"({"language":"python"})", 400, R"("field":"code")"},
      {R"({"language":"python","code":"1","limits":{"memoryBytes":1}})", 400,
       R"("field":"limits.memory_bytes")"},
      {R"({"language":"python","code":"1","files":{"../x":"y"}})", 400, R"("field":"files[1].path")"},
      {R"({"language":"python","code":"1","rootfs":"nowhere"})", 400, R"("field":"rootfs")"},
      {R"({"language":"klingon","code":"1"})", 422, R"("field":"language")"},
      {large.c_str(), 413, "limits.source_bytes"},
  };
  for (const Refused& row : refused) {
    const Answer answer = Execute(row.body);
    EXPECT_EQ(answer.status, row.status) << answer.body;
    EXPECT_THAT(answer.body, HasSubstr(row.says));
    EXPECT_EQ(answer.headers.at("content-type"), "application/json");
  }
}

TEST_F(ServeTest, ARequestsIdComesBack) {
  EXPECT_EQ(Ask(Get("/api/languages", "X-Request-Id: mine-1\r\n")).headers["x-request-id"], "mine-1");
  EXPECT_NE(Ask(Get("/api/languages")).headers["x-request-id"], "");
}

TEST_F(ServeTest, SeveralRequestsOnOneConnection) {
  HttpClient client = Connect();
  client.Send(Get("/api/languages") + Post("/api/execute", Program("python", "print(7)")) +
              Get("/api/languages"));
  EXPECT_THAT(client.Read().body, HasSubstr("\"python\""));
  EXPECT_THAT(client.Read().body, HasSubstr("7\\n"));
  EXPECT_THAT(client.Read().body, HasSubstr("\"python\""));
}

TEST_F(ServeTest, HeadHasNoBody) {
  HttpClient client = Connect();
  client.Send("HEAD /api/languages HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  ASSERT_TRUE(client.Await("\r\n\r\n"));
  EXPECT_TRUE(client.AwaitEnd());
}

TEST_F(ServeTest, ARootsRequestOverTheUnixSocketNeedsNoToken) {
  Start(absl::StrCat("tokens { sha256: \"", std::string(64, 'a'), "\" tenant: \"a\" }"));
  EXPECT_EQ(Ask(Post("/api/execute", Program("python", "print(1)"))).status, 401);
  HttpClient client(socket_);
  EXPECT_EQ(client.Ask(Post("/api/execute", Program("python", "print(1)"))).status, 200);
}

TEST_F(ServeTest, HealthIsOkWhenJailsWork) {
  const Answer answer = Ask(Get("/api/health"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(Json::parse(answer.body)["status"], "ok");
}

TEST_F(ServeTest, OutputComesAsEventsWhileItIsWritten) {
  HttpClient client = Connect();
  client.Send(
      Post("/api/execute",
           Program("python",
                   "import sys\nprint('on\\u00e9', flush=True)\nsys.stderr.write('two')\nsys.stderr.flush()\n"
                   "sys.stdin.read()"),
           "Accept: text/event-stream\r\n"));
  const Answer answer = client.Read();
  EXPECT_EQ(answer.headers.at("content-type"), "text/event-stream");
  EXPECT_TRUE(answer.whole);
  EXPECT_THAT(answer.body, HasSubstr("event: stdout\ndata: \"on\xc3\xa9\\n\"\n\n"));
  EXPECT_THAT(answer.body, HasSubstr("event: stderr\ndata: \"two\"\n\n"));
  EXPECT_THAT(answer.body, HasSubstr("event: result\ndata: {\"stdout\":\"on\xc3\xa9\\n\""));
  EXPECT_EQ(client.Ask(Get("/api/languages")).status, 200);  // The connection goes on.
}

// P19: the jail is gone, too: the fixture looks.
TEST_F(ServeTest, P19_AClientThatGoesAwayEndsItsRun) {
  HttpClient watching = ConnectSleeper();
  HttpClient waiting = Connect();
  waiting.Send(Post("/api/execute", Sleeper()));
  ASSERT_TRUE(Await([&] { return Json::parse(Ask(Get("/api/health")).body)["checks"]["running"] == 2; }));
  watching.Close();
  waiting.Close();
  EXPECT_TRUE(Await([&] { return Json::parse(Ask(Get("/api/health")).body)["checks"]["running"] == 0; }));
}

TEST_F(ServeTest, SigtermLetsRunsFinishAndAnswersThem) {
  HttpClient client = Connect();
  client.Send(
      Post("/api/execute",
           Program("python", "import time\nprint('begun', flush=True)\ntime.sleep(0.5)\nprint('end')"),
           "Accept: text/event-stream\r\n"));
  ASSERT_TRUE(client.Await("begun"));
  HttpClient idle = Connect();
  ASSERT_EQ(idle.Ask(Get("/api/languages")).status, 200);
  daemon_->Signal(SIGTERM);
  EXPECT_TRUE(idle.AwaitEnd());
  EXPECT_THAT(client.Read().body, HasSubstr("end\\n"));
  EXPECT_FALSE(HttpClient(port_).connected());
  EXPECT_EQ(daemon_->Finish().exit_code, 0);
  daemon_.reset();
}

TEST_F(ServeTest, P19_SigtermCancelsWhatTakesTooLongAndSaysSo) {
  Start("drain_ms: 100");
  HttpClient watching = ConnectSleeper();
  HttpClient waiting = Connect();
  waiting.Send(Post("/api/execute", Sleeper()));
  ASSERT_TRUE(Await([&] { return Json::parse(Ask(Get("/api/health")).body)["checks"]["running"] == 2; }));
  daemon_->Signal(SIGTERM);
  const Answer answer = waiting.Read();
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.body, HasSubstr("draining"));
  EXPECT_THAT(watching.Read().body,
              HasSubstr("event: error\ndata: {\"error\":\"the service is shutting down\""));
  EXPECT_EQ(daemon_->Finish().exit_code, 0);
  daemon_.reset();
}

// Their answers are for a server that is no more by the time that the runs have ended.
TEST_F(ServeTest, P19_SigtermEndsWhatWasAskedForByThoseWhoHaveGone) {
  HttpClient asker = Connect();
  asker.Send(Get("/api/languages?details=1"));
  std::vector<HttpClient> runs;
  for (int i = 0; i < 3; ++i) runs.push_back(ConnectSleeper());
  asker.Close();
  runs.clear();
  EXPECT_EQ(Stop().exit_code, 0);
}

// The end of the connection is seen behind its request: the languages are being asked then, or were.
TEST_F(ServeTest, SigtermDoesNotWaitForLanguagesThatNobodyAsksForAnyMore) {
  for (int i = 0; i < 5; ++i) {
    Start();
    HttpClient asker = Connect();
    asker.Send(Get("/api/languages?details=1"));
    asker.Close();
    EXPECT_TRUE(Await([&] { return Metric("jaild_connections") == 1; }));
    EXPECT_EQ(Stop().exit_code, 0);
  }
}

TEST_F(ServeTest, WhoeverAsksForDetailsGetsThemAll) {
  HttpClient first = Connect(), second = Connect();
  for (HttpClient* client : {&first, &second}) client->Send(Get("/api/languages?details=1"));
  const std::string details = first.Read().body;
  EXPECT_EQ(second.Read().body, details);
  for (const Json& language : Json::parse(details)["languages"])
    EXPECT_NE(language["version"], "") << language;
  EXPECT_THAT(details, HasSubstr("\"Python 3"));
}

TEST_F(ServeTest, TheSocketOfAKilledServiceIsTakenOver) {
  Start();
  daemon_->Signal(SIGKILL);
  daemon_->Finish();
  settle_ = absl::Seconds(5);
  AwaitNoOrphans(settle_);
  Start();
  EXPECT_EQ(HttpClient(socket_).Ask(Get("/api/languages")).status, 200);
}

TEST_F(ServeTest, WithoutTokensItDoesNotListenToStrangers) {
  Process daemon(Command{.argv = {JAILTEST_JAILD, "--listen", "0.0.0.0:0"}});
  const Outcome outcome = daemon.Finish();
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--listen 0.0.0.0"));
}

TEST_F(ServeTest, AWrongConfigurationIsNamed) {
  std::ofstream(dir_ + "/config") << "queue: 0";
  Process daemon(Command{.argv = {JAILTEST_JAILD, "--listen", "127.0.0.1:0", "--config", dir_ + "/config"}});
  const Outcome outcome = daemon.Finish();
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("queue"));
}

}  // namespace
}  // namespace jailtest
