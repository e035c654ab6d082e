// Piston v2, SandboxFusion and dify-sandbox: their requests, answers and errors, as their own clients know
// them.
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jail/serve/dialects/piston.h"
#include "jail/serve/dialects/versions.h"
#include "tests/unit/serve/service_fixture.h"

namespace jail::serve {
namespace {

using testing::HasSubstr;

TEST(VersionsTest, AreFoundInWhatProgramsSay) {
  EXPECT_EQ(VersionIn("Python 3.11.2"), "3.11.2");
  EXPECT_EQ(VersionIn("go version go1.19 linux/amd64"), "1.19.0");
  EXPECT_EQ(VersionIn("v24.1.0"), "24.1.0");
  EXPECT_EQ(VersionIn("gcc 12."), "12.0.0");
  EXPECT_EQ(VersionIn("1.2.3.4"), "1.2.3");
  EXPECT_EQ(VersionIn("99999999999999999999.1"), "0.1.0");
  EXPECT_EQ(VersionIn("none"), "0.0.0");
}

TEST(VersionsTest, SelectorsFit) {
  for (const char* good : {"*", "3", "3.x", "3.11", "3.11.2", "=3.11.2", "v3.11.2", "^3.1.0", "~3.11.0",
                           ">=3.9", ">=3.11.2", "x", "3.11.*"})
    EXPECT_TRUE(VersionFits(good, "3.11.2")) << good;
  for (const char* bad :
       {"2", "3.10", "3.11.3", "^3.12.0", "^2.0.0", "~3.10.0", ">=4", "", "latest", "3.11.2.1", "3..2", "-3"})
    EXPECT_FALSE(VersionFits(bad, "3.11.2")) << bad;
}

class PistonTest : public ServiceTest {
 protected:
  PistonTest() { Start("dialects: DIALECT_PISTON"); }
  Response Send(const std::string& body) { return Ask(Post("/api/v2/execute"), body); }
  std::string MessageOf(const std::string& body) {
    const Response response = Send(body);
    EXPECT_EQ(response.status, 400) << response.body;
    return Json::parse(response.body)["message"];
  }
};

constexpr char kHello[] =
    R"json({"language":"python","version":"3.x","files":[{"content":"print(1)"}],"stdin":"in","args":["a"],
            "run_timeout":1000,"run_memory_limit":-1})json";

TEST_F(PistonTest, IsThereOnlyWhenItIsAskedFor) {
  EXPECT_EQ(Send(kHello).status, 200);
  Start();
  EXPECT_EQ(Send(kHello).status, 404);
}

TEST_F(PistonTest, ARequestBecomesAJob) {
  v1::JobSpec seen;
  run_ = [&seen](const v1::JobSpec& job, const Io&) {
    seen = job;
    return Ok();
  };
  EXPECT_EQ(Send(kHello).status, 200);
  EXPECT_EQ(seen.language(), "python");
  EXPECT_EQ(seen.files(0).path(), "file0.code");
  EXPECT_EQ(seen.files(0).content(), "print(1)");
  EXPECT_EQ(seen.stdin(), "in\n");
  EXPECT_EQ(seen.args(0), "a");
  EXPECT_EQ(seen.limits().wall_time_ms(), 1000);
  EXPECT_FALSE(seen.limits().has_memory_bytes());
}

TEST_F(PistonTest, FilesMayBeEncoded) {
  v1::JobSpec seen;
  run_ = [&seen](const v1::JobSpec& job, const Io&) {
    seen = job;
    return Ok();
  };
  Send(R"({"language":"python","version":"*","files":[{"name":"d","content":"AAE=","encoding":"base64"},
      {"name":"e","content":"00ff","encoding":"hex"},{"name":"main.py","content":"1","encoding":"utf8"}]})");
  EXPECT_EQ(seen.files(0).content(), std::string("\0\1", 2));
  EXPECT_EQ(seen.files(1).content(), std::string("\0\xff", 2));
  EXPECT_EQ(seen.entry_path(), "main.py");
}

TEST_F(PistonTest, ErrorsAreWordedAsTheyAreThere) {
  const std::pair<const char*, const char*> wrong[] = {
      {R"({})", "language is required as a string"},
      {R"({"language":1})", "language is required as a string"},
      {R"({"language":"python"})", "version is required as a string"},
      {R"({"language":"python","version":"*"})", "files is required as an array"},
      {R"({"language":"python","version":"*","files":[{}]})", "files[0].content is required as a string"},
      {R"({"language":"python","version":"2.0","files":[]})", "python-2.0 runtime is unknown"},
      {R"({"language":"cobol","version":"*","files":[]})", "cobol-* runtime is unknown"},
      {R"({"language":"python","version":"*","files":[{"content":"AA==","encoding":"base64"}]})",
       "files must include at least one utf8 encoded file"},
      {R"({"language":"python","version":"*","files":[{"content":"1"}],"run_timeout":"1"})",
       "If specified, run_timeout must be a number"},
      {R"({"language":"python","version":"*","files":[{"content":"1"}],"run_timeout":-2})",
       "run_timeout must be non-negative"},
  };
  for (const auto& [body, message] : wrong) EXPECT_EQ(MessageOf(body), message);
  const Response type = Ask(Request("POST", "/api/v2/execute", {{"Content-Type", "text/plain"}}));
  EXPECT_EQ(type.status, 415);
  EXPECT_EQ(type.body, R"({"message":"requests must be of type application/json"})");
}

TEST_F(PistonTest, AnAnswerHasEveryField) {
  const Json json = Json::parse(Send(kHello).body);
  EXPECT_EQ(json["language"], "python");
  EXPECT_EQ(json["version"], "3.11.0");
  EXPECT_EQ(
      json["run"].dump(),
      R"({"stdout":"out","stderr":"","output":"out","code":null,"signal":null,"message":null,"status":null,)"
      R"("cpu_time":0,"wall_time":0,"memory":0})");
  EXPECT_FALSE(json.contains("compile"));
}

TEST_F(PistonTest, EndsAreToldByStatusAndSignal) {
  v1::ResultRecord record;
  v1::PhaseResult* phase = record.add_phases();
  phase->set_kind(v1::PhaseResult::KIND_RUN);
  const auto run = [&](v1::Verdict verdict) {
    phase->set_verdict(verdict);
    return PistonAnswer({"python", "3.11.0"}, record)["run"];
  };
  phase->set_exit_code(3);
  EXPECT_EQ(run(v1::VERDICT_NONZERO_EXIT)["status"], "RE");
  EXPECT_EQ(run(v1::VERDICT_WALL_TIME_LIMIT)["status"], "TO");
  EXPECT_EQ(run(v1::VERDICT_WALL_TIME_LIMIT)["signal"], "SIGKILL");
  EXPECT_EQ(run(v1::VERDICT_MEMORY_LIMIT)["message"], "Memory limit exceeded");
  EXPECT_EQ(run(v1::VERDICT_OUTPUT_LIMIT)["status"], "OL");
  phase->set_term_signal(11);
  EXPECT_EQ(run(v1::VERDICT_SIGNALED)["signal"], "SIGSEGV");
  EXPECT_EQ(run(v1::VERDICT_SIGNALED)["status"], "SG");
}

TEST_F(PistonTest, AfterACompileErrorRunIsCompile) {
  v1::ResultRecord record;
  record.set_verdict(v1::VERDICT_COMPILE_ERROR);
  v1::PhaseResult* phase = record.add_phases();
  phase->set_kind(v1::PhaseResult::KIND_COMPILE);
  phase->set_exit_code(1);
  phase->mutable_stderr()->set_content("words");
  const Json json = PistonAnswer({"c", "12.0.0"}, record);
  EXPECT_EQ(json["run"], json["compile"]);
  EXPECT_EQ(json["run"]["stderr"], "words");
}

TEST_F(PistonTest, RuntimesAndPackagesAreWhatIsInstalled) {
  EXPECT_EQ(Ask(Request("GET", "/api/v2/runtimes")).body,
            R"([{"language":"python","version":"3.11.0","aliases":[]}])");
  EXPECT_EQ(Ask(Request("GET", "/api/v2/packages")).body,
            R"([{"language":"python","language_version":"3.11.0","installed":true}])");
  const Response install = Ask(Post("/api/v2/packages"), "{}");
  EXPECT_EQ(install.status, 501);
  EXPECT_THAT(install.body, HasSubstr(R"({"message":)"));
}

class PistonSocketTest : public PistonTest {
 protected:
  Heard Read(const char* text, bool first = false) { return kPistonProtocol.read(*service_, text, first); }
  // Its code, when it is no message.
  int Code(const char* text, bool first = false) {
    const Heard heard = Read(text, first);
    return heard.message.ok() ? 0 : kPistonProtocol.closing(heard.wrong).code;
  }
};

constexpr char kInit[] = R"({"type":"init","language":"python","version":"*","files":[{"content":"1"}]})";

TEST_F(PistonSocketTest, Messages) {
  EXPECT_EQ(Read(kInit, /*first=*/true).message->execute().language(), "python");
  EXPECT_EQ(Read(R"({"type":"data","stream":"stdin","data":"x"})").message->stdin(), "x");
  EXPECT_EQ(Read(R"({"type":"signal","signal":"SIGINT"})").message->signal(), "SIGINT");
}

TEST_F(PistonSocketTest, WhatIsWrongHasItsCode) {
  EXPECT_EQ(Code(kInit), 4000);
  EXPECT_EQ(Code("{", /*first=*/true), 4002);
  EXPECT_EQ(Code(R"({"type":"else"})"), 4002);
  EXPECT_EQ(Code(R"({"type":"init","language":"cobol"})", /*first=*/true), 4002);
  EXPECT_EQ(Code(R"({"type":"data","stream":"stdin","data":"x"})", /*first=*/true), 4003);
  EXPECT_EQ(Code(R"({"type":"signal","signal":"SIGINT"})", /*first=*/true), 4003);
  EXPECT_EQ(Code(R"({"type":"data","stream":"stdout","data":"x"})"), 4004);
  EXPECT_EQ(Code(R"({"type":"signal","signal":"SIGNONE"})"), 4005);
  EXPECT_EQ(kPistonProtocol.closing(SocketEnd::kSilent).code, 4001);
  EXPECT_EQ(kPistonProtocol.closing(SocketEnd::kAnswered).code, 4999);
}

TEST_F(PistonSocketTest, WhatIsSaid) {
  EXPECT_EQ(kPistonProtocol.piece("stdout", "x"), R"({"type":"data","stream":"stdout","data":"x"})");
  EXPECT_EQ(kPistonProtocol.piece("stage", "compile"), R"({"type":"stage","stage":"compile"})");
  EXPECT_EQ(kPistonProtocol.piece("compiled", ""),
            R"({"type":"exit","stage":"compile","code":0,"signal":null})");
  EXPECT_EQ(kPistonProtocol.last({.status = 400, .body = R"({"error":"why"})"})[0],
            R"({"type":"error","message":"why"})");
  EXPECT_EQ(kPistonProtocol.last({.body = "exit"})[0], "exit");
}

TEST_F(PistonSocketTest, ExitsAreThoseOfTheLastPhase) {
  v1::ResultRecord record;
  record.set_verdict(v1::VERDICT_CANCELLED);
  EXPECT_EQ(PistonExit(record).dump(), R"({"type":"exit","stage":"run","code":null,"signal":"SIGKILL"})");
  v1::PhaseResult* phase = record.add_phases();
  phase->set_kind(v1::PhaseResult::KIND_COMPILE);
  phase->set_verdict(v1::VERDICT_COMPILE_ERROR);
  phase->set_exit_code(1);
  EXPECT_EQ(PistonExit(record).dump(), R"({"type":"exit","stage":"compile","code":1,"signal":null})");
  phase = record.add_phases();
  phase->set_kind(v1::PhaseResult::KIND_RUN);
  phase->set_verdict(v1::VERDICT_SIGNALED);
  phase->set_term_signal(2);
  EXPECT_EQ(PistonExit(record).dump(), R"({"type":"exit","stage":"run","code":null,"signal":"SIGINT"})");
  phase->set_verdict(v1::VERDICT_WALL_TIME_LIMIT);
  EXPECT_EQ(PistonExit(record)["signal"], "SIGKILL");
}

TEST_F(ServiceTest, FusionRunsCode) {
  v1::JobSpec seen;
  run_ = [&seen](const v1::JobSpec& job, const Io&) {
    seen = job;
    v1::ResultRecord record = Ok();
    record.mutable_phases(0)->set_exit_code(0);
    v1::Artifact* artifact = record.add_artifacts();
    artifact->set_path("out.txt");
    artifact->set_content("made");
    return record;
  };
  Start("dialects: DIALECT_SANDBOX_FUSION");
  const Response response =
      Ask(Post("/run_code"), R"({"code":"1","language":"nodejs","run_timeout":1.5,"memory_limit_MB":64,
      "stdin":"in","files":{"a.txt":"Yg=="},"fetch_files":["out.txt"]})");
  EXPECT_EQ(seen.language(), "javascript");
  EXPECT_EQ(seen.limits().wall_time_ms(), 1500);
  EXPECT_EQ(seen.compile_limits().wall_time_ms(), 10'000);
  EXPECT_EQ(seen.limits().memory_bytes(), 64 << 20);
  EXPECT_EQ(seen.files(1).content(), "b");
  const Json json = Json::parse(response.body);
  EXPECT_EQ(json["status"], "Success");
  EXPECT_EQ(json["run_result"]["status"], "Finished");
  EXPECT_EQ(json["run_result"]["return_code"], 0);
  EXPECT_EQ(json["run_result"]["stdout"], "out");
  EXPECT_TRUE(json["compile_result"].is_null());
  EXPECT_EQ(json["files"]["out.txt"], absl::Base64Escape("made"));
}

TEST_F(ServiceTest, FusionTellsTimeFromFailureFromUs) {
  v1::Verdict verdict = v1::VERDICT_WALL_TIME_LIMIT;
  run_ = [&verdict](const v1::JobSpec&, const Io&) {
    v1::ResultRecord record = Ok();
    record.set_verdict(verdict);
    record.mutable_phases(0)->set_verdict(verdict);
    return record;
  };
  Start("dialects: DIALECT_SANDBOX_FUSION");
  const auto ask = [this] {
    return Json::parse(Ask(Post("/run_code"), R"({"code":"1","language":"python"})").body);
  };
  EXPECT_EQ(ask()["run_result"]["status"], "TimeLimitExceeded");
  verdict = v1::VERDICT_NONZERO_EXIT;
  EXPECT_EQ(ask()["status"], "Failed");
  verdict = v1::VERDICT_JAIL_ERROR;
  EXPECT_EQ(ask()["status"], "SandboxError");
  const Response wrong = Ask(Post("/run_code"), R"({"code":"1","language":"python","run_timeout":"x"})");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_THAT(wrong.body, HasSubstr(R"("detail":"run_timeout)"));
}

TEST_F(ServiceTest, DifyRuns) {
  Start("dialects: DIALECT_DIFY");
  const Response response = Ask(Post("/v1/sandbox/run"),
                                R"({"language":"python3","code":"1","preload":"0","enable_network":true})");
  EXPECT_EQ(response.body,
            R"({"code":0,"message":"success","data":{"stdout":"out","stderr":"","error":"","exit_code":7}})");
  const Response wrong = Ask(Post("/v1/sandbox/run"), R"({"language":"ruby","code":"1"})");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(wrong.body, R"({"code":-400,"message":"unsupported language","data":null})");
  EXPECT_EQ(Ask(Request("GET", "/health")).body, "\"ok\"");
  EXPECT_THAT(Ask(Request("GET", "/v1/sandbox/dependencies")).body, HasSubstr("\"dependencies\":[]"));
}

TEST_F(ServiceTest, DifysKeyIsAToken) {
  Start(
      absl::StrCat("dialects: DIALECT_DIFY tokens { tenant: \"d\" sha256: "
                   "\"2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b\" }"));  // "secret"
  const std::string body = R"({"language":"python3","code":"1"})";
  EXPECT_EQ(Ask(Post("/v1/sandbox/run", {{"X-Api-Key", "secret"}}), body).status, 200);
  const Response refused = Ask(Post("/v1/sandbox/run", {{"X-Api-Key", "guess"}}), body);
  EXPECT_EQ(refused.status, 401);
  EXPECT_THAT(refused.body, HasSubstr("\"code\":-401"));
}

}  // namespace
}  // namespace jail::serve
