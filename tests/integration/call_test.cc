// Function runs end to end: entries, globals, the answer as JSON, what can be asked for beside it, limits.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/integration/call_fixture.h"
#include "tests/integration/pool_process.h"

namespace jailtest {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST_F(CallTest, EntryAndGlobals) {
  EXPECT_EQ(Call("javascript", "function f(i) { return i + limit }",
                 {"--entry", "f", "--input", "3", "--global", "limit=4"})
                .out,
            "7\n");
  EXPECT_EQ(Call("python", "async def f(i):\n    return i + limit",
                 {"--entry", "f", "--input", "3", "--global", "limit=4"})
                .out,
            "7\n");
  EXPECT_EQ(Call("typescript", "function f(i: number): number { return i + limit }",
                 {"--entry", "f", "--input", "3", "--global", "limit=4"})
                .out,
            "7\n");
  EXPECT_THAT(Call("python", "x = 1", {"--entry", "f"}).err, HasSubstr("the code has no function 'f'"));
  EXPECT_EQ(Call("python", "1", {"--entry", "f-g"}).exit_code, 2);
}

TEST_F(CallTest, TheWholeAnswerIsJson) {
  const Outcome outcome = Call("javascript",
                               "console.log('a', {b: 1}); console.error(null); for (let i = 0; i < 150; ++i) "
                               "console.info('x'.repeat(2000)); return 1",
                               {"--json"});
  EXPECT_THAT(outcome.out, StartsWith("{\"success\":true,\"result\":1,\"logs\":[{\"level\":\"log\",\"text\":"
                                      "\"a {\\\"b\\\":1}\",\"time\":"));
  EXPECT_THAT(outcome.out, HasSubstr("{\"level\":\"error\",\"text\":\"null\""));
  EXPECT_THAT(outcome.out, HasSubstr("\"" + std::string(1000, 'x') + "...\""));
  EXPECT_THAT(outcome.out, HasSubstr("\"logs_dropped\":52,"));
  const Outcome python =
      Call("python", "import logging\nlogging.warning('careful')\nprint('a', {'b': None})\n1/0", {"--json"});
  EXPECT_THAT(python.out, HasSubstr("{\"level\":\"warn\",\"text\":\"careful\""));
  EXPECT_THAT(python.out, HasSubstr("{\"level\":\"log\",\"text\":\"a {\\\"b\\\":null}\""));
  EXPECT_THAT(python.out, HasSubstr("\"kind\":\"THROWN\",\"name\":\"ZeroDivisionError\",\"message\":"
                                    "\"division by zero\",\"line\":4,\"column\":1"));
}

TEST_F(CallTest, LogsOfPythonAreCountedToo) {
  const Outcome outcome = Call("python", "for i in range(150):\n    print('x' * 2000)\n1", {"--json"});
  EXPECT_THAT(outcome.out, HasSubstr("\"" + std::string(1000, 'x') + "...\""));
  EXPECT_THAT(outcome.out, HasSubstr("\"logs_dropped\":50,"));
}

// The code's own frames, and nothing of what runs it.
TEST_F(CallTest, AStackIsOfTheCodeAlone) {
  const auto stack = [](const std::string& language, const std::string& code) {
    return Call(language, code, {"--stack", "--json"}).out;
  };
  const auto only_own = testing::Not(testing::AnyOf(HasSubstr(".call."), HasSubstr("node:")));
  for (const std::string language : {"javascript", "typescript"}) {
    EXPECT_THAT(stack(language, "function g() {\n  throw new Error('no');\n}\ng()"),
                testing::AllOf(HasSubstr("\"stack\":\"Error: no\\n    at g (snippet.js:2:9)\\n"),
                               HasSubstr("snippet.js:4:1"), only_own));
  }
  EXPECT_THAT(stack("python", "def g():\n    raise ValueError('no')\ng()"),
              testing::AllOf(HasSubstr("File \\\"snippet.py\\\", line 3, in <module>\\n"),
                             HasSubstr("File \\\"snippet.py\\\", line 2, in g\\n"),
                             HasSubstr("ValueError: no\\n\""), only_own));
}

TEST_F(CallTest, ModulesAreAllowedByName) {
  const std::string code = "require('node:crypto').createHash('sha256').update('a').digest('hex').length";
  EXPECT_EQ(Call("javascript", code, {"--allow-module", "crypto"}).out, "64\n");
  EXPECT_THAT(Call("javascript", code).err, HasSubstr("require is not defined"));
  EXPECT_THAT(Call("javascript", "require('fs').readdirSync('/')", {"--allow-module", "crypto"}).err,
              HasSubstr("the module \"fs\" is not allowed here"));
}

TEST_F(CallTest, StepsAreTheLinesAsExecuted) {
  const std::string code = "def f(x):\n    return x\nfor i in range(2):\n    f(i)\nf(7)";
  const Outcome outcome = Call("python", code, {"--debug", "console,steps", "--json"});
  EXPECT_THAT(outcome.out, HasSubstr("\"steps\":[1,3,4,2,3,4,2,3,5,2],\"steps_dropped\":0"));
  EXPECT_THAT(outcome.out, HasSubstr("\"result\":7"));
  const Outcome thrown = Call("python", "```py\nx = 1\n1 / 0\n```", {"--debug", "steps", "--json"});
  EXPECT_THAT(thrown.out, HasSubstr("\"steps\":[2,3],\"steps_dropped\":0")) << "the caller's own numbering";
  EXPECT_THAT(Call("python", "for i in range(10000):\n    x = i", {"--debug", "steps", "--json"}).out,
              HasSubstr("\"steps_dropped\":10001"));
  EXPECT_THAT(Call("python", "1", {"--debug", "steps,time"}).err, HasSubstr("\"time\" is none of console"));
}

// The same program as Python's above, a type before it where there are types.
TEST_F(CallTest, StepsOfJavaScriptAreV8sOwn) {
  const std::string code =
      "const f = (x) => {\n  return x;\n};\nfor (const i of [0, 1]) {\n  f(i);\n}\nreturn f(7)";
  const auto steps = [](const std::string& language, const std::string& snippet) {
    return Call(language, snippet, {"--debug", "steps", "--json"}).out;
  };
  EXPECT_THAT(steps("javascript", code),
              testing::AllOf(HasSubstr("\"steps\":[1,4,5,2,4,5,2,4,7,2],\"steps_dropped\":0"),
                             HasSubstr("\"result\":7")));
  EXPECT_THAT(steps("typescript", "interface I {\n  a: number }\n" + code),
              HasSubstr("\"steps\":[3,6,7,4,6,7,4,6,9,4],\"steps_dropped\":0"));
  EXPECT_THAT(steps("typescript", "enum E {\n  A = 1 }\nlet n: number = E.A;\nwhile (n < 3)\n  n++;"),
              HasSubstr("\"steps\":[1,3,4,5,4,5,4],\"steps_dropped\":0"))
      << "what was rewritten";
  EXPECT_THAT(steps("javascript", "x = 1;\ny = 2;\nx + y"), HasSubstr("\"steps\":[1,2,3]")) << "a script";
  EXPECT_THAT(steps("javascript", "```js\nawait null;\nthrow new Error('x')\n```"),
              HasSubstr("\"steps\":[2,3],\"steps_dropped\":0"));
  EXPECT_THAT(steps("javascript", "for (let i = 0; i < 6000; ++i) {\n  input;\n}"),
              HasSubstr("\"steps_dropped\":2001"));
  EXPECT_THAT(steps("javascript",
                    "const f = (a) =>\n  a;\nreturn [Object.getOwnPropertyNames(globalThis)"
                    ".filter((n) => /step/.test(n)), f.toString(), f.length]"),
              HasSubstr("\"result\":[[],\"(a) =>\\n  a\",1]"))
      << "the program sees nothing of it";
  const Outcome both = Call("javascript", "const x = 1;\nreturn x", {"--debug", "steps,profile", "--json"});
  EXPECT_THAT(both.out, testing::AllOf(HasSubstr("\"steps\":[1,2]"), HasSubstr("\"profile\":{\"nodes\":")));
}

// Cold, and in a runtime that was started ahead: the same.
TEST_F(CallTest, StepsAreTheSameFromAPool) {
  const std::string socket = absl::StrCat("/tmp/call-steps-pool-", getpid());
  const auto pool = StartPoolAt(socket, {"--ready", "1"}, absl::Seconds(60));
  int shapes = 0;
  for (const std::string language : {"javascript", "typescript"}) {
    SCOPED_TRACE(language);
    const auto expect_steps = [&](std::vector<std::string> way) {
      way.insert(way.end(), {"--debug", "steps", "--json"});
      EXPECT_THAT(Call(language, "let n = 2;\nwhile (n > 0) {\n  n--;\n}\nreturn n", way).out,
                  HasSubstr("\"steps\":[1,2,3,2,3,2,5],\"steps_dropped\":0"));
    };
    expect_steps({"--cold"});
    expect_steps({"--pool", socket});  // So that the pool knows the shape.
    ASSERT_TRUE(AwaitPoolReady(socket, ++shapes));
    expect_steps({"--pool", socket});
  }
  EXPECT_THAT(PoolStatus(socket), HasSubstr("asked for when none was ready: 2;"));
  StopPool(*pool);
}

TEST_F(CallTest, AProfileSaysWhereTheTimeWent) {
  const std::string path = absl::StrCat("/tmp/call-profile-", getpid());
  const auto read = [&] {
    std::ifstream file(path);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const Outcome python = Call("python",
                              "def busy():\n    return sum(i * i for i in range(200000))\n"
                              "def outer():\n    return busy()\nouter() and 5",
                              {"--profile", path});
  EXPECT_EQ(python.out, "5\n") << python.err;
  EXPECT_THAT(read(),
              testing::ContainsRegex(
                  "snippet.py:module:1;snippet.py:outer:3;snippet.py:busy:1;sum [^ ]+;snippet.py:genexpr:2 "
                  "[0-9]+"));
  const std::string loop =
      "function busy() { let n = 0; for (let i = 0; i < 3e7; ++i) n += i % 7; return n }\n";
  for (const std::string language : {"javascript", "typescript"}) {
    EXPECT_EQ(Call(language, loop + "return busy() > 0", {"--profile", path}).out, "true\n");
    EXPECT_THAT(read(), StartsWith("{\"nodes\":[{\"id\":1,"));
    EXPECT_THAT(read(), HasSubstr("\"functionName\":\"busy\""));
    EXPECT_THAT(read(), HasSubstr("\"timeDeltas\":["));
  }
  // An error has one, too; and with a good run it is in the answer.
  EXPECT_THAT(Call("javascript", "throw new Error('x')", {"--debug", "profile", "--json"}).out,
              testing::AllOf(HasSubstr("\"kind\":\"THROWN\""), HasSubstr("\"profile\":{\"nodes\":")));
  EXPECT_THAT(Call("python", "sum(range(100000))", {"--debug", "profile", "--json"}).out,
              HasSubstr("\"profile\":\"snippet.py"));
  std::filesystem::remove(path);
}

TEST_F(CallTest, LimitsAreNamed) {
  const Outcome slow = Call("javascript", "while (true) {}", {"--quick"});
  EXPECT_EQ(slow.exit_code, 124);
  EXPECT_THAT(slow.err, HasSubstr("TIMEOUT: "));
  for (const std::string language : {"javascript", "typescript"}) {
    const Outcome leak = Call(language, "const a = []; while (true) a.push('x'.repeat(1000) + a.length)");
    EXPECT_EQ(leak.exit_code, 137);
    EXPECT_THAT(leak.err,
                HasSubstr("OUT_OF_MEMORY: Out of memory by the language's own limit (V8's heap limit"));
  }
  EXPECT_EQ(Call("javascript", "eval('1')", {"--patterns", "reject"}).exit_code, 2);
  EXPECT_EQ(Call("javascript", "eval('1')", {"--patterns", "flag"}).out, "1\n");
  EXPECT_THAT(Call("javascript", "1", {"--input", "{a:1}"}).err,
              HasSubstr("input_json: is no JSON at byte 2"));
}

}  // namespace
}  // namespace jailtest
