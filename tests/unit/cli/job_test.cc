#include "tools/jailrun/job.h"

#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tests/unit/cli/scratch.h"

namespace jail::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const v1::RuntimeCatalog& TestCatalog() {
  static const auto* catalog = [] {
    auto* parsed = new v1::RuntimeCatalog;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
        R"pb(
          runtimes { name: "cpp" aliases: "c++" extensions: "cc" extensions: "cpp" default_path: "main.cpp" }
          runtimes { name: "python" aliases: "py" extensions: "py" default_path: "main.py" })pb",
        parsed));
    return parsed;
  }();
  return *catalog;
}

absl::StatusOr<Request> Build(const std::vector<absl::string_view>& words) {
  const absl::StatusOr<CommandLine> line = ParseCommandLine(words);
  EXPECT_TRUE(line.ok()) << line.status();
  if (!line.ok()) return line.status();
  const Catalog catalog = {TestCatalog(), {"default", "compile"}, {"host"}};
  return BuildRequest(*line, catalog);
}

std::string JobError(const std::vector<absl::string_view>& words) {
  const absl::StatusOr<Request> request = Build(words);
  EXPECT_FALSE(request.ok());
  return std::string(request.status().message());
}

TEST(JobTest, TheExtensionPicksTheLanguage) {
  const Scratch scratch;
  scratch.Write("hello.py", "print()");
  const std::string path = scratch.Path("hello.py");
  const absl::StatusOr<Request> request = Build({path, "--", "one", ""});
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->job.language(), "python");
  EXPECT_EQ(request->job.files(0).path(), "hello.py");
  EXPECT_EQ(request->job.files(0).content(), "print()");
  EXPECT_THAT(request->job.args(), ElementsAre("one", ""));
  EXPECT_EQ(request->stdin_fd, STDIN_FILENO);
}

TEST(JobTest, AnAliasBecomesTheName) {
  const Scratch scratch;
  scratch.Write("a.cc", "");
  EXPECT_EQ(Build({"--lang", "c++", scratch.Path("a.cc")})->job.language(), "cpp");
  EXPECT_EQ(Build({"--lang", "Python", scratch.Path("a.cc")})->job.language(), "python");
}

TEST(JobTest, ANameThatWouldNotDoInsideIsReplaced) {
  const Scratch scratch;
  for (const char* name : {"program", "a.txt", "-fplugin=x.py", ".py"}) {
    scratch.Write(name, "");
    const std::string path = scratch.Path(name);
    EXPECT_EQ(Build({"--lang", "python", path})->job.files(0).path(), "main.py") << name;
  }
}

TEST(JobTest, MistypedNamesAreSuggested) {
  EXPECT_THAT(JobError({"--lang", "pyhton", "x"}), HasSubstr("did you mean \"python\"?"));
  EXPECT_THAT(JobError({"--policy", "defualt", "x.py"}), HasSubstr("did you mean \"default\"?"));
  EXPECT_THAT(JobError({"exec", "--rootfs", "hots", "--", "ls"}), HasSubstr("did you mean \"host\"?"));
  EXPECT_THAT(JobError({"explian"}), HasSubstr("did you mean the command \"explain\"?"));
}

TEST(JobTest, AnUnknownExtensionAsksForTheLanguage) {
  const Scratch scratch;
  scratch.Write("a.xyz", "");
  EXPECT_THAT(JobError({scratch.Path("a.xyz")}), HasSubstr("say it with --lang (known: cpp, python)"));
  EXPECT_THAT(JobError({"-"}), HasSubstr("--lang is needed"));
}

TEST(JobTest, FilesComeAfterTheProgramAndAreCountedTogether) {
  const Scratch scratch;
  scratch.Write("a.py", "12345");
  scratch.Write("data", "67890");
  const std::string program = scratch.Path("a.py"), data = scratch.Path("data") + ":in/data";
  const absl::StatusOr<Request> request = Build({program, "--file", data, "--source", "10B"});
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->job.files(1).path(), "in/data");
  EXPECT_EQ(request->job.files(1).content(), "67890");
  EXPECT_THAT(JobError({program, "--file", data, "--source", "9B"}), HasSubstr("--source"));
}

TEST(JobTest, ADeviceIsNoProgram) {
  EXPECT_THAT(JobError({"--lang", "python", "/dev/zero"}), HasSubstr("neither a file nor a pipe"));
}

TEST(JobTest, StdinMayBeAFile) {
  const Scratch scratch;
  scratch.Write("a.py", "");
  scratch.Write("input", "x");
  const std::string program = scratch.Path("a.py"), input = scratch.Path("input");
  const absl::StatusOr<Request> request = Build({program, "--stdin", input});
  ASSERT_TRUE(request.ok());
  EXPECT_TRUE(request->stdin_file.valid());
  EXPECT_EQ(request->stdin_fd, request->stdin_file.get());
  EXPECT_THAT(JobError({program, "--stdin", "/no/such"}), HasSubstr("/no/such"));
}

TEST(JobTest, ABareCommandIsOneOfUsrBin) {
  EXPECT_THAT(Build({"exec", "--", "ls", "-l"})->job.command(), ElementsAre("/usr/bin/ls", "-l"));
  EXPECT_THAT(Build({"exec", "--", "/bin/ls"})->job.command(), ElementsAre("/bin/ls"));
  EXPECT_THAT(Build({"exec", "--", "./ls"})->job.command(), ElementsAre("./ls"));
}

TEST(JobTest, PlainFieldsArrive) {
  const absl::StatusOr<Request> request =
      Build({"exec", "--env", "A=1", "--get", "*.txt", "--best-effort", "--on-overflow", "end", "--job-id",
             "j", "--policy", "default", "--pids", "3", "--require", "seccomp", "--", "true"});
  ASSERT_TRUE(request.ok()) << request.status();
  v1::JobSpec expected;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(R"pb(
                                                              job_id: "j"
                                                              env { key: "A" value: "1" }
                                                              limits { processes: 3 }
                                                              policy: "default"
                                                              artifact_globs: "*.txt"
                                                              command: "/usr/bin/true"
                                                              required_protections: PROTECTION_SECCOMP
                                                              enforcement: ENFORCEMENT_BEST_EFFORT
                                                              output_overflow: OUTPUT_OVERFLOW_END_RUN)pb",
                                                            &expected));
  EXPECT_EQ(request->job.DebugString(), expected.DebugString());
}

TEST(JobTest, ARunIsStrictUnlessAskedOtherwise) {
  EXPECT_EQ(Build({"exec", "--", "true"})->job.enforcement(), v1::ENFORCEMENT_STRICT);
}

}  // namespace
}  // namespace jail::cli
