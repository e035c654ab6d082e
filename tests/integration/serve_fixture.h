// The real jaild, on a port and a socket of its own.
#ifndef JAIL_TESTS_INTEGRATION_SERVE_FIXTURE_H_
#define JAIL_TESTS_INTEGRATION_SERVE_FIXTURE_H_

#include <signal.h>

#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "nlohmann/json.hpp"
#include "tests/integration/await.h"
#include "tests/testlib/jailtest/folder_test.h"
#include "tests/testlib/jailtest/http.h"
#include "tests/testlib/jailtest/process.h"
#include "tests/testlib/jailtest/process_tree.h"

namespace jailtest {

using Json = nlohmann::json;

class ServeTest : public FolderTest {
 protected:
  void TearDown() override {
    if (daemon_ != nullptr) Stop();
    FolderTest::TearDown();
  }

  // Tests that do not call it get the usual configuration.
  void Start(const std::string& config = "") {
    std::ofstream(dir_ + "/config") << config;
    Command command{.argv = {JAILTEST_JAILD, "--listen", "127.0.0.1:0", "--listen", "unix:" + socket_,
                             "--config", dir_ + "/config"}};
    command.timeout = absl::Seconds(120);
    if (prepare_) prepare_(&command);
    daemon_ = std::make_unique<Process>(std::move(command));
    ASSERT_TRUE(daemon_->AwaitOutput("\"event\":\"listening\"", absl::Seconds(20)));
    const std::string& out = daemon_->out();
    const size_t at = out.find("127.0.0.1:") + 10;
    ASSERT_TRUE(absl::SimpleAtoi(out.substr(at, out.find('"', at) - at), &port_)) << out;
  }

  Outcome Stop() {
    daemon_->Signal(SIGTERM);
    Outcome outcome = daemon_->Finish();
    daemon_.reset();
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    return outcome;
  }

  HttpClient Connect() {
    if (daemon_ == nullptr) Start();
    HttpClient client(port_);
    EXPECT_TRUE(client.connected());
    return client;
  }
  Answer Ask(const std::string& request) { return Connect().Ask(request); }

  static std::string Program(const std::string& language, const std::string& code,
                             const Json& more = Json::object()) {
    Json body = {{"language", language}, {"code", code}};
    body.update(more);
    return body.dump();
  }
  Answer Execute(const std::string& body, const std::string& headers = "") {
    return Ask(Post("/api/execute", body, headers));
  }
  Json Run(const std::string& language, const std::string& code, const Json& more = Json::object()) {
    const Answer answer = Execute(Program(language, code, more));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return Json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
  }

  // Says so when it runs, and then waits for what does not come.
  static std::string Sleeper() {
    return Program("python", "import time\nprint('begun', flush=True)\ntime.sleep(60)",
                   {{"limits", {{"wallTimeMs", 60000}}}});
  }
  // A client whose sleeper runs.
  HttpClient ConnectSleeper() {
    HttpClient client = Connect();
    client.Send(Post("/api/execute", Sleeper(), "Accept: text/event-stream\r\n"));
    EXPECT_TRUE(client.Await("begun"));
    return client;
  }
  int Metric(const std::string& line) {
    const std::string text = "\n" + Ask(Get("/metrics")).body;
    const size_t at = text.find("\n" + line + " ");
    int value = 0;
    if (at != std::string::npos) {
      const size_t begin = at + line.size() + 2;
      EXPECT_TRUE(absl::SimpleAtoi(text.substr(begin, text.find('\n', begin) - begin), &value)) << text;
    }
    return value;
  }

  std::function<void(Command* command)> prepare_;  // What Start starts.
  std::unique_ptr<Process> daemon_;
  const std::string socket_ = dir_ + "/socket";
  int port_ = 0;
};

}  // namespace jailtest

#endif  // JAIL_TESTS_INTEGRATION_SERVE_FIXTURE_H_
