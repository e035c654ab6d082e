// What hostile and broken clients, and broken services, do: nothing hangs, nothing is left, bad input is
// never a 500.
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "jail/base/fd.h"
#include "tests/integration/serve_fixture.h"

namespace jailtest {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

class ServeFaultTest : public ServeTest {
 protected:
  // It still does its work.
  void ExpectAlive() { EXPECT_EQ(Run("python", "print(1)")["stdout"], "1\n"); }
};

// What one proxy reads as one request, and another as two.
TEST_F(ServeFaultTest, AmbiguousRequestsAreRefused) {
  const std::string start =
      "POST /api/execute HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
  const std::string smuggled = "GET /api/languages HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const std::vector<std::string> requests = {
      start + "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd" + smuggled,
      start + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled,
      start + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" + smuggled,
      start + "Transfer-Encoding: identity\r\n\r\n" + smuggled,
      start + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + smuggled,
      start + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + smuggled,
      start + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + smuggled,
      start + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled,
      start + "Content-Length: +4\r\n\r\nabcd" + smuggled,
      start + "Content-Length: -1\r\n\r\n" + smuggled,
      start + "Content-Length: 0x4\r\n\r\nabcd" + smuggled,
      start + "Content-Length: 4, 4\r\n\r\nabcd" + smuggled,
      start + "Content-Length: 99999999999999999999\r\n\r\n" + smuggled,
      start + "Content-Length : 4\r\n\r\nabcd" + smuggled,
      start + "Host: other\r\nContent-Length: 4\r\n\r\nabcd" + smuggled,
      start + "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n" + smuggled,
      start + "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n" + smuggled,
      start + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n\r\n" + smuggled,
      "POST /api/execute HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: "
      "chunked\r\n\r\n0\r\n\r\n" +
          smuggled,
      "GET /api/languages HTTP/1.1\r\n\r\n",
      "GET /api/languages HTTP/2.0\r\nHost: localhost\r\n\r\n",
      "GET  /api/languages HTTP/1.1\r\nHost: localhost\r\n\r\n",
      "GET /api/languages\r\n\r\n",
      "GET /api/lan\x01guages HTTP/1.1\r\nHost: localhost\r\n\r\n",
      std::string("GET /api/languages HTTP/1.1\r\nHost: localhost\r\nBad\0Name: x\r\n\r\n", 61),
      "GET /api/languages HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\n\r\n",
      "GET http://localhost/api/languages HTTP/1.1\r\nHost: localhost\r\n\r\n",
      std::string("\x16\x03\x01\x02\x00\x01\x00", 7) + "\r\n\r\n",
  };
  for (const std::string& request : requests) {
    HttpClient client = Connect();
    client.Send(request);
    const Answer answer = client.Read();
    EXPECT_EQ(answer.status, 400) << request << "\n" << answer.body;
    EXPECT_THAT(answer.body, HasSubstr("\"code\":\"malformed\"")) << request;
    // And nobody answers what was behind it.
    EXPECT_EQ(client.Read(absl::Seconds(5)).status, 0) << request;
  }
  ExpectAlive();
}

TEST_F(ServeFaultTest, WhatIsTooLargeIsRefused) {
  const std::string huge(2 << 20, 'x');
  EXPECT_EQ(Ask(Get("/api/languages", "X-Long: " + huge + "\r\n")).status, 431);
  EXPECT_EQ(Ask(Get("/" + huge)).status, 431);
  std::string many;
  for (int i = 0; i < 5000; ++i) absl::StrAppend(&many, "X-", i, ": y\r\n");
  EXPECT_EQ(Ask(Get("/api/languages", many)).status, 431);
  EXPECT_EQ(Execute(Program("python", huge)).status, 413);
  const std::string chunk = absl::StrCat(absl::Hex(huge.size()), "\r\n", huge, "\r\n0\r\n\r\n");
  EXPECT_EQ(
      Ask(absl::StrCat("POST /api/execute HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                       "Transfer-Encoding: chunked\r\n\r\n",
                       chunk))
          .status,
      413);
  ExpectAlive();
}

TEST_F(ServeFaultTest, ChunkedBodiesAreTaken) {
  const std::string body = Program("python", "print(1)");
  const Answer answer =
      Ask(absl::StrCat("POST /api/execute HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                       "Transfer-Encoding: chunked\r\n\r\n",
                       absl::Hex(body.size()), "\r\n", body, "\r\n0\r\n\r\n"));
  EXPECT_EQ(answer.status, 200) << answer.body;
}

TEST_F(ServeFaultTest, ABodyIsAskedForWhenTheClientWaitsForThat) {
  HttpClient client = Connect();
  const std::string body = Program("python", "print(1)");
  const std::string request = Post("/api/execute", body, "Expect: 100-continue\r\n");
  client.Send(request.substr(0, request.size() - body.size()));
  ASSERT_TRUE(client.Await("HTTP/1.1 100"));
  client.Send(body);
  EXPECT_EQ(client.Read().status, 200);
  // But not when it is refused anyway.
  HttpClient refused = Connect();
  refused.Send(
      "POST /api/execute HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: "
      "5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(refused.Read().status, 415);
}

TEST_F(ServeFaultTest, BrokenBodiesAreTheClientsFault) {
  const std::string good = Program("python", "print(1)");
  std::vector<std::string> bodies = {
      "",
      "\xff\xfe",
      std::string(1000, '['),
      std::string(500'000, '['),
      "{\"language\":" + std::string(100'000, '9') + "}",
      "{\"language\":1e999,\"code\":\"x\"}",
      std::string("{\"language\":\"py\0thon\"}", 22),
      R"({"language":"python","code":"x","limits":{"memoryBytes":9223372036854775808}})",
      R"({"language":"python","code":"x","limits":{"cpuMillicores":-1}})",
      R"({"language":"python","code":"x","env":{"LD_PRELOAD":"x"}})",
      R"({"language":"python","code":"x","files":[{"path":"/etc/passwd","text":""}]})"};
  for (size_t i = 0; i < good.size(); ++i) {
    std::string broken = good;
    broken[i] = '\x01';
    bodies.push_back(broken);
    bodies.push_back(good.substr(0, i));
  }
  HttpClient client = Connect();
  for (const std::string& body : bodies) {
    const Answer answer = client.Ask(Post("/api/execute", body));
    EXPECT_THAT(answer.status, AnyOf(400, 413, 422)) << body.substr(0, 200) << "\n" << answer.body;
  }
  ExpectAlive();
}

TEST_F(ServeFaultTest, SlowClientsAreShownTheDoor) {
  Start("header_time_ms: 300 body_time_ms: 300 idle_time_ms: 300");
  HttpClient silent = Connect();
  HttpClient loris = Connect();
  loris.Send("GET /api/languages HTTP/1.1\r\nHost: local");
  HttpClient half = Connect();
  half.Send(Post("/api/execute", Program("python", "print(1)")).substr(0, 120));
  EXPECT_TRUE(silent.AwaitEnd());
  EXPECT_TRUE(loris.AwaitEnd());
  EXPECT_TRUE(half.AwaitEnd());
  ExpectAlive();
}

TEST_F(ServeFaultTest, WhoDoesNotReadItsAnswerHoldsNothingUp) {
  Start("write_time_ms: 300");
  HttpClient deaf = Connect();
  // More than the socket's buffers hold.
  for (int i = 0; i < 250; ++i) deaf.Send(Post("/api/execute", Program("python", "print('x' * 60000)")));
  EXPECT_TRUE(Await([&] { return Metric("jaild_connections") <= 1; }));
  ExpectAlive();
}

TEST_F(ServeFaultTest, ConnectionsAreBounded) {
  Start("connections: 5");
  std::vector<HttpClient> idle;
  for (int i = 0; i < 5; ++i) {
    idle.push_back(Connect());
    EXPECT_EQ(idle.back().Ask(Get("/api/languages")).status, 200);
  }
  EXPECT_EQ(Connect().Read().status, 503);
  idle.pop_back();
  EXPECT_TRUE(Await([&] { return Ask(Get("/api/languages")).status == 200; }));
}

TEST_F(ServeFaultTest, AThousandIdleConnectionsCostNothing) {
  Start("connections: 2000");
  std::vector<HttpClient> idle;
  for (int i = 0; i < 1000; ++i) idle.push_back(Connect());
  ExpectAlive();
  EXPECT_TRUE(Await([&] { return Metric("jaild_connections") == 1001; }));
}

TEST_F(ServeFaultTest, P19_AKilledServiceTakesItsRunsWithIt) {
  settle_ = absl::Seconds(10);
  Start("runs: 12 usual { queue: 100 }");
  std::vector<HttpClient> clients;
  for (int i = 0; i < 10; ++i) clients.push_back(ConnectSleeper());
  daemon_->Signal(SIGKILL);
  EXPECT_EQ(daemon_->Finish().term_signal, SIGKILL);
  EXPECT_THAT(AwaitNoOrphans(absl::Seconds(10)), testing::IsEmpty());
  Start();
  ExpectAlive();  // Which sweeps what was left of control groups: the fixture looks.
}

TEST_F(ServeFaultTest, P19_EveryoneGoesAwayAtOnce) {
  Start("runs: 8 usual { queue: 200 }");
  {
    std::vector<HttpClient> clients;
    for (int i = 0; i < 60; ++i) {
      clients.push_back(Connect());
      clients.back().Send(Post("/api/execute", Sleeper()));
    }
    ASSERT_TRUE(Await([&] { return Metric("jaild_running") == 8 && Metric("jaild_queue_depth") == 52; }));
  }
  EXPECT_TRUE(Await([&] { return Metric("jaild_running") + Metric("jaild_queue_depth") == 0; }));
  ExpectAlive();
}

// How soon, `make load` measures.
TEST_F(ServeFaultTest, P19_ADisconnectIsTheEndOfTheProgram) {
  Start("pool_ready: 0");  // Else other programs of that name are there.
  HttpClient client = ConnectSleeper();
  const auto program = AwaitDescendant(daemon_->pid(), "python3", absl::Seconds(5));
  ASSERT_TRUE(program.has_value());
  const jail::Fd pidfd(static_cast<int>(syscall(SYS_pidfd_open, *program, 0)));
  ASSERT_TRUE(pidfd.valid());
  client.Close();
  pollfd ended = {pidfd.get(), POLLIN, 0};
  EXPECT_EQ(poll(&ended, 1, 5000), 1) << "it lives on";
}

TEST_F(ServeFaultTest, AFullDiskForTheCacheIsNobodysMisfortune) {
  const std::string cache = dir_ + "/cache";
  ASSERT_EQ(mkdir(cache.c_str(), 0700), 0);
  prepare_ = [&cache](Command* command) {
    command->argv.insert(command->argv.end(), {"--cache", cache});
    command->before_exec = [&cache] {  // In a mount namespace of its own.
      const bool mounted = unshare(CLONE_NEWNS) == 0 &&
                           mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                           mount("small", cache.c_str(), "tmpfs", 0, "size=4k,mode=700") == 0;
      if (!mounted) _exit(97);
    };
  };
  const std::string hello = "#include <stdio.h>\nint main(void) { puts(\"hi\"); }";
  for (int i = 0; i < 2; ++i) {
    const Json answer = Run("c", hello, {{"record", true}});
    EXPECT_EQ(answer["stdout"], "hi\n");
    EXPECT_THAT(answer["record"]["phases"][0]["not_kept_because"].get<std::string>(), HasSubstr("ENOSPC"))
        << answer;
  }
}

TEST_F(ServeFaultTest, AFullDiskForTheLogStopsNobody) {
  Command command{.argv = {JAILTEST_JAILD, "--listen", "unix:" + socket_}};
  command.before_exec = [] {
    const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    if (full < 0 || dup2(full, STDOUT_FILENO) < 0) _exit(97);
  };
  daemon_ = std::make_unique<Process>(std::move(command));
  ASSERT_TRUE(Await([&] { return HttpClient(socket_).connected(); }));
  for (int i = 0; i < 3; ++i) {
    const Answer answer = HttpClient(socket_).Ask(Post("/api/execute", Program("python", "print(1)")));
    EXPECT_EQ(answer.status, 200) << answer.body;
  }
}

TEST_F(ServeFaultTest, AHelperThatIsKilledIsOneRunsMisfortune) {
  const HttpClient sleeper = ConnectSleeper();
  const auto helper = AwaitDescendant(daemon_->pid(), "jail-launch", absl::Seconds(5));
  ASSERT_TRUE(helper.has_value());
  kill(*helper, SIGKILL);
  ExpectAlive();
}

}  // namespace
}  // namespace jailtest
