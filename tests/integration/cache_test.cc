// --cache: the same input is compiled once, and the record says so. Keeps promise P23 (the honest report) for
// runs in which nothing was compiled; what the folder is safe against: tests/unit/cache.
#include <unistd.h>

#include <filesystem>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/integration/languages.h"
#include "tests/testlib/jailtest/jailrun.h"

namespace jailtest {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr char kWarns[] =
    "#include <stdio.h>\nint main(int n, char** a) { n == 1; printf(\"%s\\n\", a[1]); }\n";

class CacheTest : public JailTest {
 protected:
  void TearDown() override {
    std::error_code error;
    fs::remove_all(fs::path(folder_).parent_path(), error);
    JailTest::TearDown();
  }

  JailRun Run(const std::string& source, std::vector<std::string> options = {},
              const std::string& word = "one") {
    options.insert(options.begin(), {absl::StrCat("--cache=", folder_), "--lang", "c"});
    options.insert(options.end(), {"-", "--", word});
    Command command = JailrunCommand(options);
    command.stdin_bytes = source;
    return Jailrun(std::move(command));
  }

  int Kept() const {
    std::error_code error;
    return static_cast<int>(std::distance(fs::directory_iterator(folder_, error), fs::directory_iterator()));
  }

  static bool Compiled(const JailRun& run) {
    for (const auto& step : run.record.timeline().steps()) {
      if (step.phase() == "compile") return true;
    }
    return false;
  }

  const std::string folder_ = absl::StrCat("/tmp/jailtest-cache-", getpid(), "/c");
};

TEST_F(CacheTest, P23_TheSecondRunCompilesNothingAndSaysSo) {
  const JailRun first = Run(kWarns, {"--compile-time", "5s"});
  SCOPED_TRACE(first.Describe());
  EXPECT_EQ(first.outcome.out, "one\n");
  ASSERT_NE(first.compile_phase(), nullptr);
  EXPECT_FALSE(first.compile_phase()->cached());
  EXPECT_EQ(first.compile_phase()->not_kept_because(), "");
  EXPECT_EQ(Kept(), 1);

  // Other arguments and limits are no other input for a compiler.
  const JailRun second = Run(kWarns, {"--memory", "32M"}, "two");
  SCOPED_TRACE(second.Describe());
  EXPECT_EQ(second.record.verdict(), jail::v1::VERDICT_OK);
  EXPECT_EQ(second.outcome.out, "two\n");
  ASSERT_EQ(second.record.phases_size(), 2);
  EXPECT_TRUE(second.compile_phase()->cached());
  EXPECT_FALSE(second.phase().cached());
  EXPECT_FALSE(Compiled(second));
  EXPECT_EQ(second.compile_phase()->usage().wall_time_us(), first.compile_phase()->usage().wall_time_us())
      << "what it took then";
  EXPECT_EQ(second.outcome.err, first.outcome.err) << "the compiler's words come again";
  EXPECT_EQ(Kept(), 1);
}

TEST_F(CacheTest, AnotherSourceFlagOrTenantIsAnotherArtifact) {
  Run(kWarns);
  EXPECT_FALSE(Run(absl::StrCat(kWarns, "\n")).compile_phase()->cached());
  EXPECT_FALSE(Run(kWarns, {"--tenant", "a"}).compile_phase()->cached());
  EXPECT_FALSE(Run(kWarns, {"--tenant", "b"}).compile_phase()->cached());
  EXPECT_TRUE(Run(kWarns, {"--tenant", "a"}).compile_phase()->cached());
  EXPECT_EQ(Kept(), 4);
}

TEST_F(CacheTest, WhatDidNotCompileIsNotKept) {
  for (int i = 0; i < 2; ++i) {
    const JailRun run = Run("int main() { return undeclared; }");
    EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_COMPILE_ERROR) << run.Describe();
    EXPECT_FALSE(run.compile_phase()->cached());
    EXPECT_EQ(Kept(), 0);
  }
}

TEST_F(CacheTest, AFullCacheCostsOnlyTime) {
  const JailRun run = Run(kWarns, {"--cache-size", "1K"});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.outcome.out, "one\n");
  EXPECT_THAT(run.compile_phase()->not_kept_because(), HasSubstr("larger than the whole cache"));
  EXPECT_EQ(Kept(), 0);
}

TEST_F(CacheTest, AFolderThatOthersCanFillIsRefusedByName) {
  fs::create_directories(folder_);
  fs::permissions(folder_, fs::perms::all);
  const JailRun run = Run(kWarns);
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_JAIL_ERROR);
  EXPECT_THAT(run.record.failure().message(), HasSubstr(folder_));
  EXPECT_EQ(run.outcome.out, "");
}

}  // namespace
}  // namespace jailtest
