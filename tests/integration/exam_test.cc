// Exam runs end to end: `jailrun exam`, its results, its log.
#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/integration/exam_fixture.h"

namespace jailtest {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST_F(ExamTest, CasesAreRunEachInItsOwnJailAndJudged) {
  ExamSpec spec = Spec("python",
                       "import os, sys\n"
                       "assert not os.path.exists('/tmp/seen')\n"
                       "open('/tmp/seen', 'w').close()\n"
                       "print(int(input()) * 2)\n"
                       "print('to stderr', file=sys.stderr)\n");
  AddCase(&spec, "21", "42")->set_name("double");
  AddCase(&spec, "4", "8\n")->set_difficulty(ExamCase::HARD);
  AddCase(&spec, "5", "11");
  AddCase(&spec, "x", "8");
  const Held held = Hold(spec);
  EXPECT_EQ(held.outcome.exit_code, 1) << held.outcome.err;
  EXPECT_THAT(Passed(held.result), ElementsAre(true, true, false, false));
  EXPECT_EQ(held.result.cases_passed(), 2);
  EXPECT_EQ(held.result.cases_failed(), 2);
  const jail::v1::CaseResult& first = held.result.cases(0);
  EXPECT_EQ(first.name(), "double");
  EXPECT_EQ(first.logs().stdout(), "42\n");
  EXPECT_EQ(first.logs().stderr(), "to stderr\n");
  EXPECT_EQ(first.logs().exit_code(), 0);
  EXPECT_GT(first.logs().resource_usage().cpu_used_ms(), 0);
  EXPECT_GT(first.logs().resource_usage().memory_peak_mb(), 1);
  EXPECT_LE(first.logs().start_time(), first.logs().end_time());
  EXPECT_EQ(held.result.cases(1).difficulty(), ExamCase::HARD);
  EXPECT_TRUE(held.result.cases(2).verification().consistent()) << "wrong, and honest";
  EXPECT_THAT(Flags(held.result.cases(3)), ElementsAre("execution_error warning"));
}

TEST_F(ExamTest, ExamsHaveTheirOwnDefaults) {
  ExamSpec spec = Spec("python", "print(1)");
  spec.clear_limits();
  AddCase(&spec, "", "1");
  const Held held = Hold(spec);
  const jail::v1::Limits& limits = held.result.cases(0).record().provenance().limits();
  EXPECT_EQ(limits.memory_bytes(), 512 << 20);
  EXPECT_EQ(limits.cpu_millicores(), 500);
  EXPECT_EQ(limits.wall_time_ms(), 300'000);
}

TEST_F(ExamTest, IsCompiledOnceForAllCases) {
  ExamSpec spec = Spec("c", "#include <stdio.h>\nint main(){int n;scanf(\"%d\",&n);printf(\"%d\\n\",n+1);}");
  for (int i = 0; i < 6; ++i) AddCase(&spec, absl::StrCat(i), absl::StrCat(i + 1));
  const Held held = Hold(spec);
  EXPECT_EQ(held.outcome.exit_code, 0) << held.outcome.out;
  EXPECT_EQ(held.result.compile().verdict(), jail::v1::VERDICT_OK);
  for (const jail::v1::CaseResult& one : held.result.cases()) {
    ASSERT_EQ(one.record().phases_size(), 1);
    EXPECT_EQ(one.record().phases(0).kind(), jail::v1::PhaseResult::KIND_RUN);
  }
}

// The third is 4 KiB and a stack: it did nothing, and used next to nothing.
TEST_F(ExamTest, SmallHonestProgramsAreNoAnomalyAndThoseWithoutMemoryAre) {
  const std::vector<std::string> anomaly = {"resource_anomaly warning"};
  const struct {
    const char *language, *code;
    std::vector<std::string> flags;
  } rows[] = {
      {"c", "#include <stdio.h>\nint main(void) { puts(\"42\"); }", {}},
      {"cpp", "#include <iostream>\nint main() { std::cout << 42 << '\\n'; }", {}},
      {"assembly", "global _start\n_start: mov eax, 60\nxor edi, edi\nsyscall\n", anomaly},
  };
  for (const auto& row : rows) {
    ExamSpec spec = Spec(row.language, row.code);
    AddCase(&spec, "", row.flags.empty() ? "42\n" : "");
    const Held held = Hold(spec);
    EXPECT_THAT(Passed(held.result), ElementsAre(true)) << row.language << held.outcome.out;
    EXPECT_EQ(Flags(held.result.cases(0)), row.flags) << row.language;
  }
}

TEST_F(ExamTest, WhatDoesNotCompileNeverStarts) {
  ExamSpec spec = Spec("c", "int main() { return x; }");
  AddCase(&spec, "", "");
  AddCase(&spec, "", "");
  const Held held = Hold(spec);
  EXPECT_EQ(held.outcome.exit_code, 1);
  EXPECT_EQ(held.result.compile().verdict(), jail::v1::VERDICT_COMPILE_ERROR);
  for (const jail::v1::CaseResult& one : held.result.cases()) {
    EXPECT_FALSE(one.passed());
    EXPECT_THAT(Flags(one), ElementsAre("missing_start critical"));
  }
}

TEST_F(ExamTest, ACaseCanHaveAProgramOfItsOwn) {
  ExamSpec spec;
  spec.set_language("python");
  jail::v1::ExamFile* file = spec.add_files();
  file->set_path("solution.py");
  file->set_text("def twice(n): return 2 * n\n");
  ExamCase* one = spec.add_cases();
  one->set_code("from solution import twice\nassert twice(2) == 4\nprint(open('data.txt').read())\n");
  one->add_files()->set_path("data.txt");
  one->mutable_files(0)->set_text("from the case");
  spec.add_cases()->set_code("from solution import twice\nassert twice(2) == 5\n");
  const Held held = Hold(spec);
  EXPECT_THAT(Passed(held.result), ElementsAre(true, false)) << held.outcome.out;
  EXPECT_EQ(held.result.cases(0).logs().stdout(), "from the case\n");

  ExamSpec compiled;
  compiled.set_language("c");
  compiled.add_cases()->set_code("int main() { return 0; }");
  compiled.add_cases()->set_code("int main() { return }");
  const Held other = Hold(compiled);
  EXPECT_THAT(Passed(other.result), ElementsAre(true, false)) << other.outcome.out;
  EXPECT_THAT(Flags(other.result.cases(1)), ElementsAre("missing_start critical"));
}

TEST_F(ExamTest, EveryCheckerJudges) {
  struct Row {
    jail::v1::Checker::Kind kind;
    const char *printed, *expected;
    bool passes;
  };
  using C = jail::v1::Checker;
  const Row rows[] = {
      {C::EXACT, "a\n", "a\n", true},         {C::EXACT, "a \n", "a\n", false},
      {C::LINES, "a \n\n", "a", true},        {C::LINES, "a\nb", "a b", false},
      {C::TOKENS, "a\nb", "a  b", true},      {C::TOKENS, "a", "a b", false},
      {C::FLOAT, "0.30000001", "0.3", true},  {C::FLOAT, "0.31", "0.3", false},
      {C::REGEX, "id 17\n", "id \\d+", true}, {C::REGEX, "id x\n", "id \\d+", false},
  };
  ExamSpec spec = Spec("python", "import sys; sys.stdout.write(sys.stdin.read())");
  for (const Row& row : rows) {
    ExamCase* one = AddCase(&spec, row.printed, row.expected);
    one->mutable_checker()->set_kind(row.kind);
    if (row.kind == C::FLOAT) one->mutable_checker()->set_absolute(1e-6);
  }
  const Held held = Hold(spec);
  for (int i = 0; i < held.result.cases_size(); ++i)
    EXPECT_EQ(held.result.cases(i).passed(), rows[i].passes) << rows[i].printed << held.outcome.err;
}

TEST_F(ExamTest, ACheckerProgramIsInAJailToo) {
  ExamSpec spec = Spec("python", "print(input()[::-1])");
  jail::v1::ExamProgram* program = spec.mutable_checker()->mutable_program();
  spec.mutable_checker()->set_kind(jail::v1::Checker::PROGRAM);
  program->set_language("python");
  program->set_code(
      "import sys, os\n"
      "given, out, answer = (open(name).read().strip() for name in sys.argv[1:])\n"
      "if given == 'break': os._exit(9)\n"
      "if os.path.exists('/root/.bashrc') or os.getuid() == 0: os._exit(9)\n"
      "print('wanted', answer)\n"
      "sys.exit(0 if out == answer else 1)\n");
  AddCase(&spec, "abc", "cba");
  AddCase(&spec, "abc", "abc");
  AddCase(&spec, "break", "kaerb");
  const Held held = Hold(spec);
  EXPECT_THAT(Passed(held.result), ElementsAre(true, false, false)) << held.outcome.out;
  EXPECT_THAT(Flags(held.result.cases(1)), IsEmpty());
  EXPECT_THAT(held.result.cases(1).comparison().message(), HasSubstr("wanted abc"));
  EXPECT_THAT(Flags(held.result.cases(2)), ElementsAre("not_judged critical"));
  EXPECT_EQ(held.result.cases(0).judge().verdict(), jail::v1::VERDICT_OK);
}

// He may repeat what the submission wrote; a string of a message must be UTF-8.
TEST_F(ExamTest, ACheckerMaySayBytesThatAreNoText) {
  ExamSpec spec = Spec("python", "import sys; sys.stdout.buffer.write(b'\\xff' * 2000)");
  jail::v1::ExamProgram* program = spec.mutable_checker()->mutable_program();
  spec.mutable_checker()->set_kind(jail::v1::Checker::PROGRAM);
  program->set_language("python");
  program->set_code("import sys; sys.stdout.buffer.write(open('output.txt', 'rb').read()); sys.exit(1)");
  AddCase(&spec, "", "");
  const Held held = Hold(spec);
  ASSERT_EQ(held.result.cases_size(), 1) << held.outcome.err;
  EXPECT_EQ(held.outcome.err, "");
  EXPECT_THAT(held.result.cases(0).comparison().message(), testing::StartsWith("\ufffd"));
}

TEST_F(ExamTest, ACheckerIsNotAskedAboutHalfAnOutput) {
  ExamSpec spec = Spec("python", "print('x' * 100_000)");
  spec.mutable_limits()->set_output_bytes(10'000);
  jail::v1::ExamProgram* program = spec.mutable_checker()->mutable_program();
  spec.mutable_checker()->set_kind(jail::v1::Checker::PROGRAM);
  program->set_language("python");
  program->set_code("pass  # Whatever it is, it is right.");
  AddCase(&spec, "", "");
  const Held held = Hold(spec);
  EXPECT_THAT(Passed(held.result), ElementsAre(false));
  EXPECT_THAT(Flags(held.result.cases(0)), ElementsAre("not_judged critical"));
  EXPECT_THAT(held.result.cases(0).summary(), HasSubstr("output_bytes"));
  EXPECT_FALSE(held.result.cases(0).has_judge());
}

constexpr char kGuess[] =
    "import sys\n"
    "secret = int(open('input.txt').read())\n"
    "for tries in range(12):\n"
    "    guess = int(input())\n"
    "    if guess == secret: print('=', flush=True); sys.exit(0)\n"
    "    print('<' if secret < guess else '>', flush=True)\n"
    "sys.stderr.write('too many guesses'); sys.exit(1)\n";

ExamCase* AddGuess(ExamSpec* spec, const std::string& secret) {
  ExamCase* one = spec->add_cases();
  one->set_stdin(secret);
  one->mutable_interactor()->set_language("python");
  one->mutable_interactor()->set_code(kGuess);
  return one;
}

TEST_F(ExamTest, AnInteractorTalksWithTheSubmission) {
  ExamSpec spec = Spec("python",
                       "low, high = 0, 1000\n"
                       "while True:\n"
                       "    middle = (low + high) // 2\n"
                       "    print(middle, flush=True)\n"
                       "    answer = input()\n"
                       "    if answer == '=': break\n"
                       "    if answer == '<': high = middle\n"
                       "    else: low = middle\n");
  AddGuess(&spec, "617");
  AddGuess(&spec, "1");
  const Held held = Hold(spec);
  EXPECT_THAT(Passed(held.result), ElementsAre(true, true)) << held.outcome.out;
  EXPECT_THAT(held.result.cases(0).logs().stdout(), testing::StartsWith("500\n750\n"));

  spec.set_code("for n in range(20): print(n, flush=True); input()");
  const Held slow = Hold(spec);
  EXPECT_FALSE(slow.result.cases(0).passed());
  EXPECT_THAT(slow.result.cases(0).comparison().message(), HasSubstr("too many guesses"));
}

TEST_F(ExamTest, TwoThatWaitForEachOtherAreADeadlock) {
  ExamSpec spec = Spec("python", "input()  # And asks nothing.\n");
  spec.mutable_limits()->set_idle_time_ms(500);
  AddGuess(&spec, "1");
  const Held held = Hold(spec);
  EXPECT_THAT(Flags(held.result.cases(0)), Contains("deadlock warning")) << held.outcome.out;
  EXPECT_FALSE(held.result.cases(0).passed());
  EXPECT_LT(held.outcome.wall, absl::Seconds(4));
}

TEST_F(ExamTest, CallCasesInThreeLanguages) {
  const std::pair<const char*, const char*> languages[] = {
      {"python", "def f(a, b=1):\n    print('called')\n    return {'sum': a + b}\n"},
      {"javascript", "function f(a, b = 1) { console.log('called'); return {sum: a + b}; }"},
      {"typescript", "function f(a: number, b: number = 1) { console.log('called'); return {sum: a + b}; }"},
  };
  for (const auto& [language, code] : languages) {
    ExamSpec spec = Spec(language, code);
    AddCall(&spec, "[1, 2]", R"({"sum": 3.0})");
    AddCall(&spec, "[5]", R"({"sum": 6})");
    AddCall(&spec, "[1, 1]", R"({"sum": 3})");
    AddCall(&spec, "[]", R"({"sum": 3})");
    const Held held = Hold(spec);
    EXPECT_THAT(Passed(held.result), ElementsAre(true, true, false, false)) << language << held.outcome.out;
    EXPECT_EQ(held.result.cases(0).logs().stdout(), "called\n");
    EXPECT_THAT(held.result.cases(2).comparison().message(), HasSubstr("$.sum"));
  }
}

TEST_F(ExamTest, StopsOnTheFirstFailureWhenAsked) {
  ExamSpec spec = Spec("python", "print(1)");
  AddCase(&spec, "", "1");
  AddCase(&spec, "", "2");
  AddCase(&spec, "", "1");
  const Held held = Hold(spec, {"--jobs", "1", "--stop-on-first-failure"});
  EXPECT_TRUE(held.result.cases(2).skipped());
  EXPECT_EQ(held.result.cases_skipped(), 1);
}

TEST_F(ExamTest, ACancelledExamSaysSoAndLeavesNothing) {
  ExamSpec spec = Spec("python", "import time; print('up', flush=True); time.sleep(60)");
  spec.mutable_limits()->set_wall_time_ms(60'000);
  for (int i = 0; i < 4; ++i) AddCase(&spec, "", "x");
  Process process(Command{.argv = {JailrunPath(), "exam", "-", "--jobs", "2", "--events", "/dev/stdout",
                                   "--record", absl::StrCat("fd:", kRecordFd)},
                          .stdin_bytes = Bytes(spec),
                          .capture = {kRecordFd}});
  ASSERT_TRUE(process.AwaitOutput("\"content\":\"up\\n\"", absl::Seconds(20)));
  process.Signal(SIGTERM);
  Outcome outcome = process.Finish();
  ExamResult result;
  ASSERT_TRUE(result.ParseFromString(outcome.captured[kRecordFd]));
  EXPECT_FALSE(result.passed());
  EXPECT_THAT(Flags(result.cases(0)), ElementsAre("missing_end critical"));
  EXPECT_TRUE(result.cases(3).skipped());
  EXPECT_LT(outcome.wall, absl::Seconds(10));
}

TEST_F(ExamTest, ABadSpecIsRefusedByFieldAndNothingIsRun) {
  ExamSpec spec = Spec("python", "print(1)");
  AddCase(&spec, "", "1")->set_args_json("[]");
  const Held held = Hold(spec);
  EXPECT_EQ(held.outcome.exit_code, 2);
  EXPECT_EQ(held.result.problem().field(), "cases[0].entry");
  EXPECT_EQ(held.result.cases_size(), 0);
  spec.mutable_cases(0)->clear_args_json();
  spec.mutable_cases(0)->mutable_limits()->set_memory_bytes(int64_t{1} << 50);
  EXPECT_EQ(Hold(spec).result.problem().field(), "cases[0].limits.memory_bytes");
  spec = Spec("cpp", "int f();");
  AddCall(&spec, "[]", "1");
  EXPECT_EQ(Hold(spec).result.problem().field(), "cases[0].language");
  spec.set_language("pyton");
  const ExamResult unknown = Hold(spec).result;
  EXPECT_EQ(unknown.problem().field(), "language");
  EXPECT_THAT(unknown.problem().message(), testing::HasSubstr("did you mean \"python\"?"));
}

// At a tenth of a core the rate holds it up: the time that ended it says little.
TEST_F(ExamTest, ACaseIsRunAgainWhenItsTimeWasNotToBeTrusted) {
  ExamSpec spec = Spec("python", "while True: pass");
  spec.mutable_limits()->set_wall_time_ms(500);
  spec.mutable_limits()->set_cpu_millicores(100);
  AddCase(&spec, "", "42");
  const Held held = Hold(spec);
  EXPECT_EQ(held.result.cases(0).reruns(), 1);
  EXPECT_EQ(held.result.cases(0).earlier_size(), 1);
  spec.set_reruns(0);
  EXPECT_EQ(Hold(spec).result.cases(0).reruns(), 0);
}

// --- The log -------------------------------------------------------------------------------------

TEST_F(ExamTest, TheLogIsSignedAndVerified) {
  const std::string key = dir_ + "/key", log = dir_ + "/log", record = dir_ + "/record";
  Process keygen(Command{.argv = {JailrunPath(), "keygen", key}});
  ASSERT_EQ(keygen.Finish().exit_code, 0);
  ExamSpec spec =
      Spec("python", "import sys\nprint('x' * 200_000)\nprint('e', file=sys.stderr)\nprint(input())");
  spec.mutable_limits()->set_output_bytes(100'000);
  AddCase(&spec, "1", "42")->set_expected_duration_ms(60'000);
  ExamCase* small = AddCase(&spec, "2", "2");
  small->set_code("print(input())");
  Process exam(Command{.argv = {JailrunPath(), "exam", "-", "--log", log, "--key", key, "--record", record},
                       .stdin_bytes = Bytes(spec)});
  const Outcome held = exam.Finish();
  ASSERT_EQ(held.exit_code, 1) << held.err;

  const Outcome good = Verify({log, "--key", key + ".pub", "--result", record});
  EXPECT_EQ(good.exit_code, 0) << good.out << good.err;

  std::string text;
  std::getline(std::ifstream(log), text, '\0');
  const size_t at = text.find("\"passed\":false");
  ASSERT_NE(at, std::string::npos);
  std::string changed = text;
  changed.replace(at, 14, "\"passed\":true ");
  std::ofstream(log) << changed;
  const Outcome bad = Verify({log, "--key", key + ".pub"});
  EXPECT_EQ(bad.exit_code, 1) << bad.out;

  std::ofstream(log) << text;
  ExamResult result;
  std::ifstream stored(record, std::ios::binary);
  ASSERT_TRUE(result.ParseFromIstream(&stored));
  result.mutable_cases(1)->mutable_record()->mutable_phases(0)->mutable_stdout()->set_content("3\n");
  std::ofstream(record, std::ios::binary) << result.SerializeAsString();
  EXPECT_EQ(Verify({log, "--result", record}).exit_code, 1);
}

TEST_F(ExamTest, EveryKindOfExamVerifies) {
  const std::string log = dir_ + "/log", record = dir_ + "/record";
  std::vector<ExamSpec> specs = {
      Spec("c", "int main() { return x; }"),
      Spec("c", "int main() { return 0; }"),
      Spec("python", "while True: pass"),
      Spec("python", "def f(): print('called'); return 1"),
      Spec("python", "import os\ndef f(): os._exit(0)"),
  };
  for (ExamSpec& spec : specs) {
    spec.mutable_limits()->set_wall_time_ms(300);
    spec.mutable_limits()->set_cpu_millicores(200);  // Low trust: attempts.
    const bool call = spec.code().find("def f") != std::string::npos;
    for (int i = 0; i < 3; ++i) call ? AddCall(&spec, "[]", "1") : AddCase(&spec, "", "");
    for (const bool stop : {false, true}) {
      spec.set_stop_on_first_failure(stop);
      Process exam(Command{.argv = {JailrunPath(), "exam", "-", "--log", log, "--record", record},
                           .stdin_bytes = Bytes(spec)});
      exam.Finish();
      const Outcome verdict = Verify({log, "--result", record});
      EXPECT_EQ(verdict.exit_code, 0) << spec.code() << verdict.out;
    }
  }
}

TEST_F(ExamTest, AnExamThatIsKilledLeavesALogThatSaysSo) {
  settle_ = absl::Seconds(5);
  const std::string log = dir_ + "/log";
  ExamSpec spec = Spec("python", "import time; print('up', flush=True); time.sleep(30)");
  AddCase(&spec, "", "x");
  Process process(Command{.argv = {JailrunPath(), "exam", "-", "--log", log, "--events", "/dev/stdout"},
                          .stdin_bytes = Bytes(spec)});
  ASSERT_TRUE(process.AwaitOutput("\"content\":\"up\\n\"", absl::Seconds(20)));
  process.Signal(SIGKILL);
  process.Finish();
  const Outcome verdict = Verify({log});
  EXPECT_EQ(verdict.exit_code, 1);
  EXPECT_THAT(verdict.out, HasSubstr("no end"));
}

// --- For people ----------------------------------------------------------------------------------

TEST_F(ExamTest, JsonHasTheNamesThatCallersRead) {
  const std::string spec = R"j({"language": "python", "code": "print(6*7)", "checker": "tokens",)j"
                           R"j( "cases": [{"id": "a", "expected_stdout": "42", "difficulty": "easy"}]})j";
  Process process(Command{.argv = {JailrunPath(), "exam", "-", "--json"}, .stdin_bytes = spec});
  const Outcome outcome = process.Finish();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  for (const char* name : {"\"examId\"", "\"passed\"", "\"exitCode\"", "\"startTime\"", "\"cpuUsed\"",
                           "\"memoryPeakMb\"", "\"timingAnalysis\"", "\"anomalyScore\"", "\"consistent\""})
    EXPECT_THAT(outcome.out, HasSubstr(name));
}

TEST_F(ExamTest, WhatIsShownToPeopleHidesWhatWasExpected) {
  ExamSpec spec = Spec("python", "print('\\x1b[2J')");
  AddCase(&spec, "", "S3CR3T");
  const Held held = Hold(spec, {"--html", dir_ + "/page.html"});
  EXPECT_THAT(held.outcome.out, Not(HasSubstr("S3CR3T")));
  EXPECT_THAT(held.outcome.out, Not(HasSubstr("\x1b")));
  std::string page;
  std::getline(std::ifstream(dir_ + "/page.html"), page, '\0');
  EXPECT_THAT(page, HasSubstr("S3CR3T")) << "the page is for those who set the exam";
  EXPECT_THAT(page, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace jailtest
