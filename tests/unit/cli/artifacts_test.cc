#include "tools/jailrun/artifacts.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/cli/scratch.h"

namespace jail::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

v1::ResultRecord Returned(const std::vector<std::pair<std::string, std::string>>& files) {
  v1::ResultRecord record;
  for (const auto& [path, content] : files) {
    v1::Artifact* artifact = record.add_artifacts();
    artifact->set_path(path);
    artifact->set_content(content);
    artifact->set_total_bytes(static_cast<int64_t>(content.size()));
  }
  return record;
}

v1::JobSpec Asking(const std::vector<std::string>& globs) {
  v1::JobSpec job;
  job.mutable_artifact_globs()->Assign(globs.begin(), globs.end());
  return job;
}

std::vector<std::string> Write(const v1::ResultRecord& record, const std::vector<std::string>& globs,
                               const std::string& directory) {
  return WriteArtifacts(Asking(globs), record, directory);
}

std::vector<std::string> Names(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    names.push_back(entry.path().filename());
  return names;
}

TEST(MatchGlobTest, ExactNamesAndWildcards) {
  EXPECT_EQ(MatchGlob("a.txt", "a.txt"), GlobMatch::kExact);
  EXPECT_EQ(MatchGlob("*.txt", "a.txt"), GlobMatch::kWildcard);
  EXPECT_EQ(MatchGlob("?.txt", "a.txt"), GlobMatch::kWildcard);
  EXPECT_EQ(MatchGlob("out/*", "out/a"), GlobMatch::kWildcard);
  EXPECT_EQ(MatchGlob("*a*b*", "xaaxbx"), GlobMatch::kWildcard);
  EXPECT_EQ(MatchGlob("*", "a/b"), GlobMatch::kNone);
  EXPECT_EQ(MatchGlob("?", ""), GlobMatch::kNone);
  EXPECT_EQ(MatchGlob("*.txt", "a.txt.exe"), GlobMatch::kNone);
  EXPECT_EQ(MatchGlob("[ab]", "a"), GlobMatch::kNone);
}

TEST(MatchGlobTest, AWildcardDoesNotMatchHiddenNamesOrOptions) {
  EXPECT_EQ(MatchGlob("*", ".bashrc"), GlobMatch::kNone);
  EXPECT_EQ(MatchGlob("?git/*", ".git/config"), GlobMatch::kNone);
  EXPECT_EQ(MatchGlob("*", "-rf"), GlobMatch::kNone);
  EXPECT_EQ(MatchGlob(".*", ".bashrc"), GlobMatch::kWildcard);
  EXPECT_EQ(MatchGlob(".bashrc", ".bashrc"), GlobMatch::kExact);
}

TEST(MatchGlobTest, AHostileNameDoesNotTakeLong) {
  EXPECT_EQ(MatchGlob("*a*a*a*a*a*a*a*a*a*a*a*b", std::string(255, 'a')), GlobMatch::kNone);
}

TEST(WriteArtifactsTest, WritesFilesAndTheirDirectories) {
  const Scratch scratch;
  EXPECT_THAT(Write(Returned({{"a", "1"}, {"d/e/b", "2"}}), {"*", "d/e/*"}, scratch.Path("new")), IsEmpty());
  EXPECT_EQ(scratch.Read("new/a"), "1");
  EXPECT_EQ(scratch.Read("new/d/e/b"), "2");
}

TEST(WriteArtifactsTest, NothingIsExecutable) {
  const Scratch scratch;
  Write(Returned({{"a", "#!/bin/sh\n"}}), {"a"}, scratch.Path());
  struct stat info = {};
  ASSERT_EQ(stat(scratch.Path("a").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0111U, 0U);
}

TEST(WriteArtifactsTest, AWildcardDoesNotReplaceAFile) {
  const Scratch scratch;
  scratch.Write("Makefile", "mine");
  EXPECT_THAT(Write(Returned({{"Makefile", "theirs"}}), {"*"}, scratch.Path()),
              ElementsAre(HasSubstr("exists already")));
  EXPECT_EQ(scratch.Read("Makefile"), "mine");
}

TEST(WriteArtifactsTest, AFileNamedInFullIsReplaced) {
  const Scratch scratch;
  scratch.Write("report", "old");
  EXPECT_THAT(Write(Returned({{"report", "new"}}), {"report"}, scratch.Path()), IsEmpty());
  EXPECT_EQ(scratch.Read("report"), "new");
  EXPECT_THAT(Names(scratch.Path()), ElementsAre("report"));
}

TEST(WriteArtifactsTest, ALinkIsNeitherFollowedNorReplaced) {
  const Scratch scratch;
  scratch.Write("secret", "keep");
  ASSERT_EQ(symlink("secret", scratch.Path("report").c_str()), 0);
  EXPECT_THAT(Write(Returned({{"report", "x"}}), {"report"}, scratch.Path()),
              ElementsAre(HasSubstr("not a plain file")));
  EXPECT_EQ(scratch.Read("secret"), "keep");
}

TEST(WriteArtifactsTest, ADanglingLinkIsNotFollowed) {
  const Scratch scratch;
  ASSERT_EQ(symlink(scratch.Path("elsewhere").c_str(), scratch.Path("report").c_str()), 0);
  Write(Returned({{"report", "x"}}), {"report"}, scratch.Path());
  EXPECT_FALSE(std::filesystem::exists(scratch.Path("elsewhere")));
}

TEST(WriteArtifactsTest, ALinkedDirectoryIsNotEntered) {
  const Scratch scratch;
  std::filesystem::create_directory(scratch.Path("target"));
  std::filesystem::create_directory(scratch.Path("out"));
  ASSERT_EQ(symlink("../target", scratch.Path("out/d").c_str()), 0);
  EXPECT_THAT(Write(Returned({{"d/a", "x"}}), {"d/a"}, scratch.Path("out")),
              ElementsAre(HasSubstr("cannot open its directory")));
  EXPECT_THAT(Names(scratch.Path("target")), IsEmpty());
}

TEST(WriteArtifactsTest, NamesThatLeaveTheDirectoryAreRefused) {
  const Scratch scratch;
  std::filesystem::create_directory(scratch.Path("out"));
  const std::vector<std::string> names = {"../a", "/a", "d/../../a", "a//b", "./a", "..", "", "a/"};
  for (const std::string& name : names) {
    EXPECT_THAT(Write(Returned({{name, "x"}}), {name}, scratch.Path("out")),
                ElementsAre(HasSubstr("not a plain relative path")))
        << name;
  }
  EXPECT_THAT(Names(scratch.Path()), ElementsAre("out"));
  EXPECT_THAT(Names(scratch.Path("out")), IsEmpty());
}

TEST(WriteArtifactsTest, ControlCharactersAreRefused) {
  const Scratch scratch;
  EXPECT_THAT(Write(Returned({{"a\nb", "x"}, {"\x1b[2J", "x"}}), {"*"}, scratch.Path()),
              ElementsAre(HasSubstr("control characters"), HasSubstr("control characters")));
  EXPECT_THAT(Names(scratch.Path()), IsEmpty());
}

TEST(WriteArtifactsTest, ANameThatIsNotUtf8IsRefused) {
  const Scratch scratch;
  v1::ResultRecord record = Returned({{"a\\xff", "x"}});
  record.mutable_artifacts(0)->set_path_bytes("a\xff");
  EXPECT_THAT(Write(record, {"*"}, scratch.Path()), ElementsAre(HasSubstr("not UTF-8")));
  EXPECT_THAT(Names(scratch.Path()), IsEmpty());
}

TEST(WriteArtifactsTest, WhatNoPatternNamesIsNotWritten) {
  const Scratch scratch;
  EXPECT_THAT(
      Write(Returned({{"b", "x"}, {".profile", "x"}, {"-rf", "x"}}), {"a", "*.txt", "*file"}, scratch.Path()),
      IsEmpty());
  EXPECT_THAT(Names(scratch.Path()), IsEmpty());
}

TEST(WriteArtifactsTest, AnInputThatComesBackUnchangedIsNotWritten) {
  const Scratch scratch;
  scratch.Write("a.py", "mine");
  v1::JobSpec job = Asking({"*"});
  v1::SourceFile* file = job.add_files();
  file->set_path("a.py");
  file->set_content("source");
  EXPECT_THAT(WriteArtifacts(job, Returned({{"a.py", "source"}}), scratch.Path()), IsEmpty());
  EXPECT_THAT(WriteArtifacts(job, Returned({{"a.py", "changed"}}), scratch.Path()),
              ElementsAre(HasSubstr("exists already")));
  EXPECT_EQ(scratch.Read("a.py"), "mine");
}

TEST(WriteArtifactsTest, ACutFileIsWrittenAndReported) {
  const Scratch scratch;
  v1::ResultRecord record = Returned({{"a", "12345"}});
  record.mutable_artifacts(0)->set_truncated(true);
  record.mutable_artifacts(0)->set_total_bytes(99);
  EXPECT_THAT(Write(record, {"a"}, scratch.Path()), ElementsAre(HasSubstr("first 5 of 99 bytes")));
  EXPECT_EQ(scratch.Read("a"), "12345");
}

TEST(WriteArtifactsTest, OneRefusalDoesNotStopTheOthers) {
  const Scratch scratch;
  EXPECT_EQ(Write(Returned({{"../x", "1"}, {"b", "2"}}), {"../x", "b"}, scratch.Path()).size(), 1U);
  EXPECT_EQ(scratch.Read("b"), "2");
}

TEST(WriteArtifactsTest, AMissingParentIsReported) {
  EXPECT_THAT(Write(Returned({{"a", "1"}}), {"a"}, "/no/such/directory"),
              ElementsAre(HasSubstr("cannot make")));
}

TEST(MissingArtifactsTest, OnlyNamesInFullAreMissed) {
  EXPECT_THAT(MissingArtifacts(Asking({"a", "b", "*.txt", "c?"}), Returned({{"a", "1"}})),
              UnorderedElementsAre("b"));
}

}  // namespace
}  // namespace jail::cli
