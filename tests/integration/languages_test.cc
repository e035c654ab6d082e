// What a program says and how it ends reaches the caller unchanged, in every language.
#include "tests/integration/languages.h"

#include "gmock/gmock.h"
#include "tests/testlib/jailtest/jailrun.h"

namespace jailtest {
namespace {

using jail::v1::PhaseResult;
using testing::HasSubstr;
using testing::IsEmpty;

class LanguageTest : public JailTest, public testing::WithParamInterface<Language> {
 protected:
  JailRun RunTheme(const std::string& theme, std::vector<std::string> options = {},
                   const std::string& input = "") {
    return Jailrun(Args(GetParam(), theme, std::move(options)), input);
  }
};

// `status`: of an exit, or 128 and the signal.
void ExpectEnd(const JailRun& run, int status) {
  EXPECT_EQ(run.outcome.exit_code, status);
  const bool signaled = status > 128;
  EXPECT_EQ(run.record.verdict(), signaled ? jail::v1::VERDICT_SIGNALED : jail::v1::VERDICT_NONZERO_EXIT);
  if (signaled) {
    EXPECT_EQ(run.phase().term_signal(), status - 128);
  } else {
    EXPECT_EQ(run.phase().exit_code(), status);
  }
}

INSTANTIATE_TEST_SUITE_P(All, LanguageTest, testing::ValuesIn(kLanguages), LanguageName);

TEST_P(LanguageTest, HelloIsOk) {
  const JailRun run = RunTheme("hello");
  SCOPED_TRACE(run.Describe());
  ASSERT_TRUE(run.has_record);
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK);
  EXPECT_EQ(run.outcome.exit_code, 0);
  EXPECT_EQ(run.outcome.out, "hello\n");
  EXPECT_THAT(run.outcome.err, IsEmpty());
  EXPECT_EQ(run.phase().stdout().content(), "hello\n");
  EXPECT_EQ(run.phase().stdout().total_bytes(), 6);
  EXPECT_TRUE(run.phase().has_exit_code());
  EXPECT_EQ(run.phase().exit_code(), 0);
  EXPECT_THAT(run.phase().limit_hits(), IsEmpty());
  EXPECT_EQ(run.phase().denied_calls(), 0) << "an honest program is told nothing of violations";
  EXPECT_FALSE(run.record.has_failure());
  EXPECT_EQ(run.compile_phase() != nullptr, GetParam().compiled);
}

TEST_P(LanguageTest, HelloUsesWhatTheRecordSays) {
  const JailRun run = RunTheme("hello");
  SCOPED_TRACE(run.Describe());
  const auto& usage = run.phase().usage();
  EXPECT_GT(usage.wall_time_us(), 100);
  EXPECT_LT(usage.wall_time_us(), 5'000'000);
  EXPECT_GT(usage.cpu_time_us(), 50);
  EXPECT_LE(usage.cpu_time_us(), usage.wall_time_us() * 4);
  EXPECT_GT(usage.memory_peak_bytes(), 64 << 10);
  EXPECT_LT(usage.memory_peak_bytes(), 200 << 20);
  EXPECT_GE(usage.processes_peak(), 1);
  const auto& provenance = run.record.provenance();
  EXPECT_EQ(provenance.language(), GetParam().name);
  EXPECT_EQ(provenance.source_sha256().size(), 32);
  EXPECT_EQ(provenance.policy_sha256().size(), 32);
  EXPECT_EQ(provenance.rootfs_sha256().size(), 32);
  EXPECT_EQ(provenance.plan_sha256().size(), 32);
  EXPECT_THAT(provenance.kernel_release(), testing::Not(IsEmpty()));
  EXPECT_THAT(run.record.timeline().steps(), testing::Not(IsEmpty()));
  EXPECT_GT(run.record.timeline().total_us(), 0);
  EXPECT_THAT(run.record.summary(), testing::Not(IsEmpty()));
}

TEST_P(LanguageTest, StandardInputIsPassedByteForByte) {
  std::string input("zero\0bytes\r\n\xff\xfe", 14);
  for (int i = 0; i < 3000; ++i) input += "line " + std::to_string(i) + "\n";
  const JailRun run = RunTheme("echo", {}, input);
  SCOPED_TRACE(run.record.ShortDebugString().substr(0, 500));
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK);
  EXPECT_EQ(run.outcome.out, input);
  EXPECT_EQ(run.phase().stdout().content(), input);
}

TEST_P(LanguageTest, ArgumentsArriveUnchanged) {
  std::vector<std::string> args = Args(GetParam(), "args");
  args.insert(args.end(), {"--", "one", "two words", "", "--lang", "$HOME;*`id`", "\xc3\xa9"});
  const JailRun run = Jailrun(args);
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.outcome.out, "[one]\n[two words]\n[]\n[--lang]\n[$HOME;*`id`]\n[\xc3\xa9]\n");
}

TEST_P(LanguageTest, ExitCodeIsTheProgramsOwn) {
  const JailRun run = RunTheme("exit7");
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_NONZERO_EXIT);
  EXPECT_EQ(run.outcome.exit_code, 7);
  EXPECT_EQ(run.phase().exit_code(), 7);
}

TEST_P(LanguageTest, P23_ExitCode124IsNoTimeLimit) {
  const JailRun run = RunTheme("exit124");
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_NONZERO_EXIT);
  EXPECT_EQ(run.outcome.exit_code, 124);
  EXPECT_THAT(run.phase().limit_hits(), IsEmpty());
}

TEST_P(LanguageTest, UncaughtExceptionIsTheProgramsFailure) {
  const JailRun run = RunTheme("uncaught");
  SCOPED_TRACE(run.Describe());
  EXPECT_THAT(run.outcome.err, HasSubstr("nobody catches this"));
  EXPECT_THAT(run.phase().stderr().content(), HasSubstr("nobody catches this"));
  ExpectEnd(run, GetParam().uncaught_status);
}

TEST_P(LanguageTest, P31_SegfaultIsNamedAndLeavesNoCore) {
  const JailRun run = RunTheme("segfault");
  SCOPED_TRACE(run.Describe());
  ExpectEnd(run, GetParam().segfault_status);
  EXPECT_THAT(run.phase().limit_hits(), IsEmpty());
}

TEST_P(LanguageTest, BrokenSourceIsReportedInTheLanguagesWords) {
  const JailRun run = RunTheme("broken");
  SCOPED_TRACE(run.Describe());
  EXPECT_THAT(run.outcome.out, IsEmpty());
  if (GetParam().compiled) {
    EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_COMPILE_ERROR);
    ASSERT_NE(run.compile_phase(), nullptr);
    EXPECT_EQ(run.compile_phase()->kind(), PhaseResult::KIND_COMPILE);
    const std::string said =
        run.compile_phase()->stderr().content() + run.compile_phase()->stdout().content();
    EXPECT_THAT(said, HasSubstr("undeclared_name"));
    EXPECT_THAT(run.outcome.err, HasSubstr("undeclared_name"));
    EXPECT_EQ(run.record.phases_size(), 1) << "nothing ran";
    EXPECT_EQ(run.outcome.exit_code, 1);
  } else {
    EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_NONZERO_EXIT);
    EXPECT_THAT(run.outcome.err, testing::AnyOf(HasSubstr("SyntaxError"), HasSubstr("error: ")));
    EXPECT_EQ(run.outcome.exit_code, 1);
  }
}

// Programs are compiled with --skipLibCheck: what it skips is checked here.
TEST_F(JailTest, TheDeclarationsOfTypeScriptContradictNothing) {
  const std::string folder = "/usr/local/lib/jailrun/typescript/";
  const JailRun run = Jailrun({"exec", "--", folder + "node_modules/@typescript/typescript-linux-x64/lib/tsc",
                               "--ignoreConfig", "--strict", "--noEmit", "--noLib", "--target", "es2024",
                               "--module", "nodenext", "--types", "", folder + "globals.d.ts"});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.outcome.out, "");
  EXPECT_EQ(run.outcome.exit_code, 0);
}

}  // namespace
}  // namespace jailtest
