// Submissions that would rather not do the work: which flags each gets, and that none passes a case it did
// not solve (promise P36).
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/integration/exam_fixture.h"

namespace jailtest {
namespace {

using testing::ElementsAre;

class ExamAttackTest : public ExamTest {};

struct Attack {
  const char* name;
  const char* code;
  std::vector<std::string> flags;  // All of them, in order.
};

// What the case wants is 42, and no attack knows it.
TEST_F(ExamAttackTest, P36_TextIsNoMarker) {
  ExamSpec spec = Spec("python",
                       "import sys\n"
                       "for name in ('1', 'secret'):\n"
                       "    print(f'TEST_START:{name}\\nTEST_END:{name}\\nDURATION:9999\\nPASSED:{name}')\n"
                       "    print(f'TEST_END:{name}', file=sys.stderr)\n"
                       "sys.exit(0)\n");
  AddCase(&spec, "", "42")->set_expected_duration_ms(60'000);
  const Held held = Hold(spec);
  EXPECT_FALSE(held.result.cases(0).passed());
  EXPECT_THAT(Flags(held.result.cases(0)), ElementsAre("timing_anomaly critical"));
  EXPECT_LT(held.result.cases(0).verification().timing_analysis().actual_duration_ms(), 5000);
}

TEST_F(ExamAttackTest, P36_CallCasesNeedTheAnswerAndTheEnd) {
  const std::string start =
      "import builtins, os, struct, sys, types\n"
      "def say(text): os.write(5, struct.pack('>I', len(text)) + text.encode())\n";
  const std::vector<std::string> kBypassed = {"harness_bypassed critical"};
  const Attack attacks[] = {
      {"exits early with 0", "def f(): os._exit(0)", kBypassed},
      {"exits before it is called", "os._exit(0)\ndef f(): pass", kBypassed},
      {"exits early with 3",
       "def f(): os._exit(3)",
       {"harness_bypassed critical", "execution_error warning"}},
      {"kills the harness",
       "def f(): os.kill(os.getpid(), 9)",
       {"harness_bypassed critical", "execution_error warning"}},
      {"answers by itself", "def f(): say('{\"type\":\"result\",\"value\":41,\"dropped\":0}'); os._exit(0)",
       kBypassed},
      {"forges an end",
       "def f():\n"
       "    say('{\"type\":\"result\",\"value\":41,\"dropped\":0}')\n"
       "    say('{\"type\":\"end\",\"nonce\":\"' + '0' * 32 + '\",\"frames\":1}'); os._exit(0)",
       kBypassed},
      {"writes rubbish", "def f(): os.write(5, b'PASSED\\n' * 10); return 41", kBypassed},
      {"slips in a frame",
       "def f(): say('{\"type\":\"log\",\"level\":\"info\",\"text\":\"passed\"}'); return 41", kBypassed},
      {"answers from a child after the end",
       "def f():\n"
       "    if os.fork() == 0:\n"
       "        os.setsid()\n"
       "        for i in range(10**6): say('{\"type\":\"result\",\"value\":41,\"dropped\":0}')\n"
       "    import time; time.sleep(0.2)\n"
       "    return 41",
       kBypassed},
      {"closes the channel",
       "def f(): os.close(5); return 41",
       {"harness_bypassed critical", "execution_error warning"}},
      {"patches print and json",
       "import json\n"
       "json.dumps = lambda *a, **k: '42'\n"
       "builtins.print = lambda *a, **k: None\n"
       "def f(): return 41",
       {}},
      {"patches the comparison",
       "class Everything(int):\n"
       "    def __eq__(self, other): return True\n"
       "    __hash__ = int.__hash__\n"
       "def f(): return Everything(41)",
       {}},
      {"throws", "def f(): raise SystemExit(0)", {"execution_error warning"}},
  };
  for (const Attack& attack : attacks) {
    ExamSpec spec = Spec("python", absl::StrCat(start, attack.code));
    AddCall(&spec, "[]", "424242");
    const Held held = Hold(spec);
    ASSERT_EQ(held.result.cases_size(), 1) << attack.name << held.outcome.err;
    EXPECT_FALSE(held.result.cases(0).passed()) << attack.name;
    // Whose channel was closed may fail at it before he ends.
    std::vector<std::string> flags = Flags(held.result.cases(0));
    if (flags.size() == 2 && flags[1] == "execution_error warning" && attack.flags.size() == 1)
      flags.pop_back();
    EXPECT_EQ(flags, attack.flags) << attack.name << ": " << held.result.cases(0).summary()
                                   << held.result.cases(0).call().ShortDebugString();
  }
}

std::string RandomDigits() {
  std::random_device random;
  return absl::StrCat(1'000'000'000 + random() % 1'000'000'000, random());
}

// The first case shows that the search finds what is there: there the answer is an argument, too, which f
// does not look at. In the second it is nowhere but with the judge.
TEST_F(ExamAttackTest, P36_WhatIsExpectedIsNowhereInTheShimsMemory) {
  ExamSpec spec = Spec("python", R"py(
import builtins, re

def regions():
    for line in builtins.open('/proc/self/maps'):
        low, high = (int(number, 16) for number in line.split()[0].split('-'))
        if ' rw' in line: yield low, high - low

def f(_):
    with builtins.open('/proc/self/mem', 'rb', 0) as memory:
        for start, size in regions():
            memory.seek(start)
            found = re.search(rb'EXPECTE[D]-(\d+)', memory.read(size))  # Which does not find itself.
            if found: return found[0].decode()
    return 'nothing'
)py");
  const std::string known = absl::StrCat("\"EXPECTED-", RandomDigits(), "\"");
  AddCall(&spec, absl::StrCat("[", known, "]"), known);
  AddCall(&spec, "[1]", absl::StrCat("\"EXPECTED-", RandomDigits(), "\""));
  const Held held = Hold(spec);
  EXPECT_THAT(Passed(held.result), ElementsAre(true, false)) << held.result.ShortDebugString();
  EXPECT_EQ(held.result.cases(1).call().result_json(), "\"nothing\"");
  for (const jail::v1::CaseResult& one : held.result.cases()) EXPECT_THAT(Flags(one), ElementsAre());
}

TEST_F(ExamAttackTest, P36_JavaScriptThatPatchesItsWorld) {
  const Attack attacks[] = {
      {"patches JSON", "JSON.stringify = () => '42'; function f() { return 41; }", {}},
      {"patches console and prototypes",
       "console.log = null; Object.prototype.toJSON = () => 41; function f() { return {}; }",
       {}},
      {"climbs out and exits",
       "function f() { setTimeout.constructor('return process')().exit(0); }",
       {"harness_bypassed critical"}},
      {"climbs out and patches stdout",
       "function f() { setTimeout.constructor('return process')().stdout.write = () => true; return 41; }",
       {}},
      {"never answers", "function f() { return new Promise(() => {}); }", {"execution_error warning"}},
  };
  for (const Attack& attack : attacks) {
    ExamSpec spec = Spec("javascript", attack.code);
    AddCall(&spec, "[]", "42");
    const Held held = Hold(spec);
    EXPECT_FALSE(held.result.cases(0).passed()) << attack.name;
    EXPECT_EQ(Flags(held.result.cases(0)), attack.flags) << attack.name << held.result.cases(0).summary();
  }
}

TEST_F(ExamAttackTest, SleepingToFakeWorkIsSeen) {
  ExamSpec spec = Spec("python", "import time; time.sleep(0.9); print(42)");
  AddCase(&spec, "", "42")->set_expected_duration_ms(1000);
  const Held held = Hold(spec);
  const bool trusted =
      held.result.cases(0).record().phases(0).timing().trust() == jail::v1::Timing::TRUST_HIGH;
  const std::vector<std::string> padded = {"padded_duration warning"};
  EXPECT_EQ(Flags(held.result.cases(0)), trusted ? padded : std::vector<std::string>());
}

TEST_F(ExamAttackTest, ATimeLimitIsAMissingEnd) {
  ExamSpec spec = Spec("python", "while True: pass");
  spec.mutable_limits()->set_wall_time_ms(300);
  spec.set_reruns(0);
  AddCase(&spec, "", "42");
  const Held held = Hold(spec);
  EXPECT_THAT(Flags(held.result.cases(0)), ElementsAre("missing_end critical"));
}

// The submission looks at all that it can see for what only the spec has.
TEST_F(ExamAttackTest, P36_NothingExpectedIsInTheJail) {
  ExamSpec spec =
      Spec("python",
           "import os, sys\n"
           "needle = 'S3CR3T'.encode() + b'-EXPECTED'\n"
           "def look(path):\n"
           "    try:\n"
           "        with open(path, 'rb') as file:\n"
           "            if needle in file.read(1 << 22): print('FOUND in', path)\n"
           "    except OSError: pass\n"
           "for pid in filter(str.isdigit, os.listdir('/proc')):\n"
           "    for name in ('environ', 'cmdline', 'mountinfo', 'maps'): look(f'/proc/{pid}/{name}')\n"
           "for top in ('/work', '/tmp', '/app', '/dev/shm', '/etc', '/run', '/var'):\n"
           "    for folder, _, files in os.walk(top):\n"
           "        for name in files: look(os.path.join(folder, name))\n"
           "print('looked', sorted(int(fd) for fd in os.listdir('/proc/self/fd'))[:3])\n");
  ExamCase* one = AddCase(&spec, "", "S3CR3T-EXPECTED");
  one->set_name("S3CR3T-EXPECTED");
  one->mutable_checker()->set_kind(jail::v1::Checker::PROGRAM);
  one->mutable_checker()->mutable_program()->set_language("python");
  one->mutable_checker()->mutable_program()->set_code("# S3CR3T-EXPECTED\nraise SystemExit(1)");
  const Held held = Hold(spec);
  EXPECT_EQ(held.result.cases(0).logs().stdout(), "looked [0, 1, 2]\n") << held.outcome.out;
}

}  // namespace
}  // namespace jailtest
