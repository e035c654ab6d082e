// `jailrun compile`, and `jailrun run --artifact` on what it made: the caller keeps the program.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/integration/languages.h"
#include "tests/testlib/jailtest/jailrun.h"

namespace jailtest {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr char kEchoes[] =
    "#include <stdio.h>\nint main(int n, char** a) { puts(a[1]); int c; while ((c = getchar()) > 0) "
    "putchar(c); }\n";

class CompiledTest : public JailTest {
 protected:
  void TearDown() override {
    std::error_code error;
    fs::remove(file_, error);
    JailTest::TearDown();
  }

  JailRun Compile(const std::string& language, const std::string& source,
                  std::vector<std::string> options = {}) {
    options.insert(options.begin(), {"compile", "--lang", language, "-o", file_});
    options.push_back("-");
    Command command = JailrunCommand(options);
    command.stdin_bytes = source;
    return Jailrun(std::move(command));
  }

  JailRun RunIt(const std::vector<std::string>& words, const std::string& stdin_bytes = "") const {
    std::vector<std::string> args = {"run", "--artifact", file_, "--"};
    args.insert(args.end(), words.begin(), words.end());
    return Jailrun(args, stdin_bytes);
  }

  jail::v1::CompiledProgram Kept() const {
    std::ifstream file(file_, std::ios::binary);
    jail::v1::CompiledProgram compiled;
    EXPECT_TRUE(compiled.ParseFromIstream(&file));
    return compiled;
  }

  void Keep(const jail::v1::CompiledProgram& compiled) const {
    std::ofstream file(file_, std::ios::binary);
    EXPECT_TRUE(compiled.SerializeToOstream(&file));
  }

  const std::string file_ = absl::StrCat("/tmp/jailtest-compiled-", getpid());
};

TEST_F(CompiledTest, IsCompiledOnceAndRunOften) {
  const JailRun compiled = Compile("c", kEchoes);
  SCOPED_TRACE(compiled.Describe());
  EXPECT_EQ(compiled.outcome.exit_code, 0);
  EXPECT_EQ(compiled.outcome.out, "") << "nothing was run";
  ASSERT_EQ(compiled.record.phases_size(), 1);
  EXPECT_EQ(compiled.record.phases(0).kind(), jail::v1::PhaseResult::KIND_COMPILE);
  EXPECT_FALSE(compiled.record.has_compiled()) << "it is in its file";
  for (const char* word : {"one", "two"}) {
    const JailRun run = RunIt({word}, "in\n");
    SCOPED_TRACE(run.Describe());
    EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK);
    EXPECT_EQ(run.outcome.out, absl::StrCat(word, "\nin\n"));
    ASSERT_EQ(run.record.phases_size(), 1);
    EXPECT_EQ(run.phase().kind(), jail::v1::PhaseResult::KIND_RUN);
    EXPECT_EQ(run.record.provenance().language(), "c");
    EXPECT_EQ(run.record.provenance().compiled_sha256().size(), 32u);
  }
}

// Whole folders, and words that the language's own start needs.
TEST_F(CompiledTest, EveryCompiledLanguageRunsFromIt) {
  for (const Language& language : kLanguages) {
    if (!language.compiled) continue;
    SCOPED_TRACE(language.name);
    std::ifstream source(Program(language, "hello"));
    ASSERT_TRUE(source.good());
    const std::string text{std::istreambuf_iterator<char>(source), {}};
    const JailRun compiled = Compile(language.name, text);
    ASSERT_EQ(compiled.outcome.exit_code, 0) << compiled.Describe();
    const JailRun run = RunIt({});
    EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK) << run.Describe();
    EXPECT_THAT(run.outcome.out, HasSubstr("ello"));
  }
}

TEST_F(CompiledTest, WhatDoesNotCompileLeavesNoFile) {
  const JailRun run = Compile("c", "int main() { return undeclared; }");
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_COMPILE_ERROR);
  EXPECT_NE(run.outcome.exit_code, 0);
  EXPECT_THAT(run.outcome.err, HasSubstr("undeclared"));
  EXPECT_FALSE(fs::exists(file_));
}

TEST_F(CompiledTest, TheCacheServesItToo) {
  const std::string cache = absl::StrCat("/tmp/jailtest-compiled-cache-", getpid());
  const JailRun first = Compile("c", kEchoes, {absl::StrCat("--cache=", cache)});
  const std::string key = Kept().input_sha256();
  const JailRun second = Compile("c", kEchoes, {absl::StrCat("--cache=", cache)});
  SCOPED_TRACE(second.Describe());
  EXPECT_EQ(second.record.verdict(), jail::v1::VERDICT_OK);
  EXPECT_TRUE(second.compile_phase()->cached());
  EXPECT_EQ(second.outcome.exit_code, 0);
  EXPECT_EQ(Kept().input_sha256(), key);
  EXPECT_EQ(RunIt({"one"}).outcome.out, "one\n");
  fs::remove_all(cache);
}

// P1: what a stranger has put together himself lands nowhere but in the jail.
TEST_F(CompiledTest, P1_AForgedOneStaysInTheJail) {
  ASSERT_EQ(Compile("c", kEchoes).outcome.exit_code, 0);
  jail::v1::CompiledProgram forged = Kept();
  const std::string outside = absl::StrCat("tmp/jailtest-outside-", getpid());
  forged.add_products()->set_path(absl::StrCat("../", outside));
  Keep(forged);
  const JailRun refused = RunIt({"one"});
  SCOPED_TRACE(refused.Describe());
  EXPECT_EQ(refused.record.verdict(), jail::v1::VERDICT_REJECTED);
  EXPECT_EQ(refused.record.failure().field(), "compiled.products[1].path");
  EXPECT_FALSE(fs::exists(absl::StrCat("/", outside)));

  // Its own idea of a program is as confined as any.
  forged.mutable_products()->RemoveLast();
  forged.mutable_products(0)->set_content("#!/bin/sh\nid -u; cat /etc/shadow\n");
  Keep(forged);
  const JailRun run = RunIt({});
  SCOPED_TRACE(run.Describe());
  EXPECT_NE(run.outcome.out, "0\n");
  EXPECT_NE(run.record.verdict(), jail::v1::VERDICT_OK);
}

TEST_F(CompiledTest, AnythingElseIsRefusedByName) {
  std::ofstream(file_) << "no compiled program";
  const JailRun run = RunIt({});
  EXPECT_NE(run.outcome.exit_code, 0);
  EXPECT_THAT(run.outcome.err, HasSubstr(file_));
  std::ofstream(file_, std::ios::trunc).flush();
  EXPECT_EQ(RunIt({}).record.failure().field(), "compiled.format");
}

}  // namespace
}  // namespace jailtest
