// Programs that go for the channel (promise P37).
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "tests/integration/call_fixture.h"

namespace jailtest {
namespace {

using testing::HasSubstr;

class CallAttackTest : public CallTest {};

// A frame of its own, and no more welcome than any other when nobody asked for it.
TEST_F(CallAttackTest, P37_ADebugFrameIsTakenOnlyWhereItIsDue) {
  const std::string code =
      "import os, struct\n"
      "frame = b'{\"type\":\"debug\",\"steps\":[1],\"dropped\":0,\"profile\":\"x\"}'\n"
      "os.write(5, struct.pack('>I', len(frame)) + frame)\n1";
  for (const std::string debug : {"console", "steps"}) {
    EXPECT_THAT(Call("python", code, {"--allow-module", "os", "--debug", debug}).err,
                HasSubstr("CHANNEL_MISUSED: "))
        << debug;
  }
}

const std::vector<std::string> kPower = {"--allow-module", "os",  "--allow-module", "socket",
                                         "--allow-module", "sys", "--wall",         "3s"};
constexpr char kTools[] =
    "import os, json, struct, sys\n"
    "said = 0\n"
    "def say(text):\n"
    "    global said\n"
    "    said += 1\n"
    "    os.write(5, struct.pack('>I', len(text)) + text.encode())\n"
    // With what the shim knows: it is in the same process.
    "def end_as_the_shim_would():\n"
    "    frame = sys._getframe()\n"
    "    while 'nonce' not in frame.f_locals: frame = frame.f_back\n"
    "    frames = frame.f_globals['sent'] + said\n"
    "    say(json.dumps({'type': 'end', 'nonce': frame.f_locals['nonce'], 'frames': frames}))\n"
    "    os._exit(0)\n"
    "forged = '{\"type\":\"result\",\"value\":\"forged\",\"dropped\":0}'\n";

TEST_F(CallAttackTest, P37_AfterWhatIsNoFrameNoAnswerCounts) {
  const std::string attempts[] = {
      "os.write(5, b'{\"id\":1,\"call\":\"api.request\",\"args\":[\"/x\"]}\\n' * 100)",
      "os.write(5, struct.pack('>I', 0xffffffff) + bytes(64))",
      "os.write(5, bytes(4))",
      "say('{\"type\":\"reply\",\"id\":1,\"ok\":true}')",
      "say('[' * 100000)",
      "say('{\"type\":\"result\",\"value\":1,\"dropped\":0,\"success\":true}')",
      "say(forged)",  // The shim's own answer is the second.
      "say(forged); say(forged); os._exit(0)",
      "say(forged); os.write(5, b'abc'); os._exit(0)",
      "say(forged); say('{\"type\":\"end\",\"nonce\":\"' + 32 * '0' + '\",\"frames\":1}'); os._exit(0)",
      "say('{\"type\":\"log\",\"level\":\"info\",\"text\":\"not the shim\"}')",  // Its end counts one less.
  };
  for (const std::string& attempt : attempts) {
    const Outcome outcome = Call("python", absl::StrCat(kTools, attempt, "\n1"), kPower);
    EXPECT_EQ(outcome.exit_code, 1) << attempt;
    EXPECT_EQ(outcome.out, "") << attempt;
    EXPECT_THAT(outcome.err, HasSubstr("CHANNEL_MISUSED: ")) << attempt;
  }
}

TEST_F(CallAttackTest, P37_AForgedAnswerIsTheProgramsOwnAndCountsOnlyAtAGoodEnd) {
  EXPECT_EQ(Call("python", absl::StrCat(kTools, "say(forged); end_as_the_shim_would()"), kPower).out,
            "\"forged\"\n")
      << "no more than `return 'forged'` would have given it";
  EXPECT_THAT(Call("python", absl::StrCat(kTools, "say(forged); os._exit(0)"), kPower).err,
              HasSubstr("NO_RESULT: "));
  EXPECT_THAT(Call("python", absl::StrCat(kTools, "say(forged); os._exit(7)"), kPower).err,
              HasSubstr("NO_RESULT: "));
  EXPECT_THAT(Call("python", absl::StrCat(kTools, "say(forged); os.kill(os.getpid(), 9)"), kPower).err,
              HasSubstr("NO_RESULT: "));
  EXPECT_EQ(Call("python", absl::StrCat(kTools, "say(forged)\nwhile True: pass"), kPower).exit_code, 124);
  EXPECT_THAT(Call("python", absl::StrCat(kTools, "os.close(5); os._exit(0)"), kPower).err,
              HasSubstr("NO_RESULT: "));
}

TEST_F(CallAttackTest, P37_AHelperThatAnswersAfterTheEndIsGoneByThen) {
  const std::string code = absl::StrCat(kTools,
                                        "import time\n"
                                        "if os.fork() == 0:\n"
                                        "    os.setsid(); time.sleep(0.3); say(forged); time.sleep(30)\n"
                                        "'mine'");
  const Outcome outcome = Call("python", code, kPower);
  EXPECT_EQ(outcome.out, "\"mine\"\n") << outcome.err;
  EXPECT_LT(outcome.wall, absl::Seconds(3));
}

TEST_F(CallAttackTest, P37_RawCallsAreBoundByTheSameCaps) {
  const std::string code = absl::StrCat(
      kTools,
      "import select\n"
      "n = [0, 0]\n"
      "for i in range(200):\n"
      "    say(json.dumps({'type': 'call', 'id': 1000 + i, 'name': 'api.request', 'args': []}))\n"
      "    size = struct.unpack('>I', os.read(5, 4))[0]\n"
      "    n[json.loads(os.read(5, size))['ok']] += 1\n"
      "say(json.dumps({'type': 'call', 'id': 1, 'name': 'os.system', 'args': ['id']}))\n"
      "say(json.dumps({'type': 'result', 'value': n, 'dropped': 0}))\n"
      "end_as_the_shim_would()");
  std::vector<std::string> args = kPower;
  args.insert(args.end(), {"--allow-module", "select", "--json"});
  const Outcome outcome = CallWithHost("python", code, args);
  EXPECT_THAT(outcome.out, HasSubstr("\"result\":[150,50]")) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("\"api_call_count\":201"));
}

TEST_F(CallAttackTest, P37_OutputAndPatchesAreNoAnswer) {
  EXPECT_EQ(
      Call("python", "import os\nos.write(1, b'{\"type\":\"result\",\"value\":9,\"dropped\":0}')\n1", kPower)
          .out,
      "1\n");
  EXPECT_EQ(Call("javascript",
                 "JSON.stringify = () => '9'; Object.prototype.toJSON = () => 9; Array.prototype.push = () "
                 "=> 9; console.log = null; return {a: [1]}")
                .out.substr(0, 1),
            "9")
      << "its own answer is all that it can change";
  EXPECT_EQ(Call("javascript", "JSON.stringify = () => '9'; Array.prototype.map = null; return {a: [1]}").out,
            "{\"a\":[1]}\n");
}

// What hangs there is a socket and leads to the caller; the program has no other descriptor but the three.
TEST_F(CallAttackTest, P6_TheChannelIsTheOnlyDescriptorBesideTheThree) {
  const Outcome outcome = Call(
      "python",
      "import os\n[int(fd) for fd in os.listdir('/proc/self/fd') if os.path.exists('/proc/self/fd/' + fd)]",
      kPower);
  EXPECT_THAT(outcome.out, testing::AnyOf("[0,1,2,5]\n", "[0,1,2,3,5]\n")) << outcome.err;
}

}  // namespace
}  // namespace jailtest
