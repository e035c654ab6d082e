#include "jail/watch/language_limit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "jail/watch/verdict.h"
#include "tests/unit/watch/facts_for_tests.h"

namespace jail::watch {
namespace {

// A program of a language with two signs, that said `said` on stderr.
struct Said : TestPhase {
  explicit Said(const std::string& said) {
    v1::MemorySign* heap = phase.add_memory_signs();
    heap->set_limit("the heap's limit");
    heap->set_term_signal(SIGABRT);
    heap->set_line_start("FATAL: ");
    heap->set_line_part("out of memory");
    v1::MemorySign* error = phase.add_memory_signs();
    error->set_limit("MemoryError");
    error->set_exit_code(1);
    error->set_line_start("MemoryError");
    facts.stderr_stream.content = said;
  }
  std::string Found() const {
    const v1::MemorySign* sign = FindMemorySign(facts);
    return sign != nullptr ? sign->limit() : "";
  }
};

TEST(LanguageLimitTest, NeedsBothTheExitAndTheLine) {
  Said said("FATAL: heap out of memory\n 1: 0xb0\n");
  EXPECT_EQ(said.Found(), "");  // It exited 0.
  said.Die(SIGSEGV);
  EXPECT_EQ(said.Found(), "");
  said.Die(SIGABRT);
  EXPECT_EQ(said.Found(), "the heap's limit");
  said.Exit(1);
  EXPECT_EQ(said.Found(), "");  // That exit is of the other sign, and its line is not there.
  said.facts.stderr_stream.content = "Traceback:\n  x\nMemoryError";
  EXPECT_EQ(said.Found(), "MemoryError");
}

std::string Report(const std::string& said, const std::string& before, const std::string& after = "") {
  Said program(said);
  v1::ReportSign* sign = program.phase.add_report_signs();
  sign->set_tool("Checker");
  sign->set_before(before);
  sign->set_after(after);
  program.Exit(1);
  return FindReport(program.facts);
}

TEST(ReportTest, IsTheRestOfTheLineThatTheSignBegins) {
  EXPECT_EQ(Report("x\nSUMMARY: Checker: overflow at a.c:3\n==ABORTING\n", "SUMMARY: Checker: "),
            "Checker: overflow at a.c:3");
  EXPECT_EQ(Report("a.c:3: error: overflow on 0x7f\n", "error: ", " on "), "Checker: overflow");
  EXPECT_EQ(Report("fine\n", "SUMMARY: Checker: "), "");
  EXPECT_EQ(Report("SUMMARY: Checker: \nx\n", "SUMMARY: Checker: "), "");
}

TEST(ReportTest, AProgramsWordsAreShortAndPlain) {
  EXPECT_EQ(Report("error: a\x1b[31mb\tc\xff\n", "error: "), "Checker: a?[31mb?c?");
  EXPECT_EQ(Report("error: " + std::string(5000, 'x'), "error: "), "Checker: " + std::string(100, 'x'));
}

TEST(ReportTest, StandsInTheSentenceOfAProgramThatFailed) {
  Said program("error: overflow\n");
  v1::ReportSign* sign = program.phase.add_report_signs();
  sign->set_tool("Checker");
  sign->set_before("error: ");
  EXPECT_THAT(Judge(program.facts).summary, testing::Not(testing::HasSubstr("Checker"))) << "it exited 0";
  program.Exit(1);
  EXPECT_EQ(Judge(program.facts).summary, "Exited with status 1; Checker: overflow.");
  program.Die(SIGABRT);
  EXPECT_THAT(Judge(program.facts).summary, testing::HasSubstr("aborted); Checker: overflow."));
}

TEST(LanguageLimitTest, StartAndPartAreOfOneLine) {
  for (const char* text : {"FATAL: x\nout of memory\n", " FATAL: out of memory\n", "FATAL: fine\n", ""}) {
    Said said(text);
    said.Die(SIGABRT);
    EXPECT_EQ(said.Found(), "") << text;
  }
}

TEST(LanguageLimitTest, TheEndOfALongStreamIsSearched) {
  Said said("start");
  said.Exit(1);
  said.facts.stderr_stream.truncated = true;
  said.facts.stderr_stream.tail = "rest of a line\nMemoryError\n";
  EXPECT_EQ(said.Found(), "MemoryError");
  said.facts.stderr_stream.tail = "Error\n";
  said.facts.stderr_stream.content = "Memory";  // Not the two halves of one line.
  EXPECT_EQ(said.Found(), "");
  said.facts.stderr_stream = {};
  said.facts.stderr_stream.content = "MemoryError\n" + std::string(20'000, 'x');
  EXPECT_EQ(said.Found(), "");  // Long ago.
}

TEST(LanguageLimitTest, NothingIsFoundForAKilledProgram) {
  Said said("MemoryError\n");
  said.Exit(1);
  said.Kill(plan::KillReason::kWallTime);
  EXPECT_EQ(said.Found(), "");
}

}  // namespace
}  // namespace jail::watch
