// Files back from the work directory: regular ones beneath it, no links, capped, after death (P26, P27).
#include <sys/stat.h>

#include <filesystem>
#include <set>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/integration/languages.h"
#include "tests/testlib/jailtest/folder_test.h"
#include "tests/testlib/jailtest/process_tree.h"

namespace jailtest {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

class ArtifactTest : public FolderTest {
 protected:
  JailRun Get(const std::vector<std::string>& globs, std::vector<std::string> options = {}) {
    std::vector<std::string> args = {"--get-dir", dir_, "--fsize", "16M"};
    for (const std::string& glob : globs) args.insert(args.end(), {"--get", glob});
    args.insert(args.end(), options.begin(), options.end());
    args.push_back(Program("artifacts.py"));
    return Jailrun(args);
  }

  static std::vector<std::string> Paths(const JailRun& run) {
    std::vector<std::string> paths;
    for (const auto& artifact : run.record.artifacts()) paths.push_back(artifact.path());
    return paths;
  }

  std::set<std::string> Written() const {
    std::set<std::string> written;
    for (const auto& entry : fs::recursive_directory_iterator(dir_)) {
      if (!entry.is_directory()) written.insert(fs::relative(entry.path(), dir_).string());
    }
    return written;
  }
};

TEST_F(ArtifactTest, RegularFilesComeBackByteForByte) {
  const JailRun run = Get({"plain.txt", "bytes.bin", "empty.txt"});
  SCOPED_TRACE(run.record.summary());
  EXPECT_EQ(run.outcome.exit_code, 0);
  EXPECT_THAT(Paths(run), UnorderedElementsAre("plain.txt", "bytes.bin", "empty.txt"));
  EXPECT_THAT(Written(), UnorderedElementsAre("plain.txt", "bytes.bin", "empty.txt"));
  EXPECT_EQ(ReadFile(dir_ + "/plain.txt"), "plain");
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(ReadFile(dir_ + "/bytes.bin"), all);
}

TEST_F(ArtifactTest, SubdirectoriesAreNamedNotCrossedByAStar) {
  EXPECT_THAT(Paths(Get({"sub/inner.txt"})), ElementsAre("sub/inner.txt"));
  EXPECT_THAT(Paths(Get({"sub/*/deep.txt"})), ElementsAre("sub/deeper/deep.txt"));
  EXPECT_THAT(Paths(Get({"*.txt"})), Not(Contains("sub/inner.txt")));
}

TEST_F(ArtifactTest, P26_NothingButRegularFilesComesBack) {
  const JailRun run = Get({"link_out.txt", "link_in.txt", "fifo.txt", "directory.txt", "socket.txt"});
  SCOPED_TRACE(run.record.summary());
  EXPECT_THAT(run.record.artifacts(), IsEmpty());
  EXPECT_THAT(Written(), IsEmpty());
  EXPECT_LT(run.outcome.wall, absl::Seconds(4)) << "a FIFO must not be waited for";
}

TEST_F(ArtifactTest, P26_LinkedDirectoriesAreNotFollowed) {
  EXPECT_THAT(Paths(Get({"rootdir/etc/passwd", "rootdir/*/passwd", "subdir/inner.txt", "subdir/*"})),
              IsEmpty());
}

TEST_F(ArtifactTest, AMissingFileIsNoError) {
  const JailRun run = Get({"no_such_file.txt", "plain.txt"});
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK);
  EXPECT_THAT(Paths(run), ElementsAre("plain.txt"));
}

TEST_F(ArtifactTest, P26_GlobsThatLeaveTheWorkDirectoryAreRefused) {
  for (const char* glob : {"../etc/passwd", "/etc/passwd", "sub/../../etc/passwd"}) {
    const JailRun run = Get({glob});
    SCOPED_TRACE(run.Describe());
    EXPECT_NE(run.outcome.exit_code, 0) << glob;
    EXPECT_THAT(run.record.artifacts(), IsEmpty());
  }
}

TEST_F(ArtifactTest, P26_ABigFileIsCutNotSwallowed) {
  const JailRun run = Get({"big.txt", "sparse.txt"}, {"--output", "1M"});
  SCOPED_TRACE(run.record.summary());
  int64_t total = 0;
  for (const auto& artifact : run.record.artifacts()) {
    EXPECT_EQ(artifact.truncated(), static_cast<int64_t>(artifact.content().size()) < artifact.total_bytes());
    total += static_cast<int64_t>(artifact.content().size());
  }
  EXPECT_LE(total, 64 << 20) << "no more than the disk could hold";
  EXPECT_TRUE(run.has_record);
}

TEST_F(ArtifactTest, FilesTheProgramHidFromItselfComeBack) {
  EXPECT_THAT(Paths(Get({"secret_mode.txt"})), ElementsAre("secret_mode.txt"));
}

TEST_F(ArtifactTest, P27_StrangeNamesDoNotConfuse) {
  const JailRun run = Get({"*"});
  SCOPED_TRACE(run.record.summary());
  EXPECT_TRUE(run.has_record);
  EXPECT_THAT(Paths(run), Contains("-dash.txt"));
  EXPECT_THAT(Paths(run), Contains("*star*.txt"));
  for (const std::string& path : Written()) EXPECT_FALSE(fs::is_symlink(fs::path(dir_) / path)) << path;
}

TEST_F(ArtifactTest, ALinkInTheCallersDirectoryIsNotWrittenThrough) {
  fs::create_directories("/tmp/elsewhere");
  fs::create_symlink("/tmp/elsewhere/victim", dir_ + "/plain.txt");
  const JailRun run = Get({"plain.txt"});
  EXPECT_FALSE(fs::exists("/tmp/elsewhere/victim"));
  EXPECT_TRUE(run.has_record);
  fs::remove_all("/tmp/elsewhere");
}

// The program renames while it is collected from: collection waits for the last process's end.
TEST_F(ArtifactTest, P26_CollectedOnlyAfterTheLastProcessIsDead) {
  const JailRun run = Jailrun(
      {"--get-dir", dir_, "--get", "out.txt", "--lang", "c", "-"},
      "#define _GNU_SOURCE\n#include <fcntl.h>\n#include <stdio.h>\n#include <unistd.h>\n"
      "int main(void) { int fd = open(\"out.txt\", O_CREAT | O_WRONLY, 0644);\n"
      "  if (write(fd, \"mine\", 4) != 4) return 1;\n"
      "  if (symlink(\"/etc/passwd\", \"link\") != 0) return 1;\n"
      "  if (fork() == 0) for (;;) renameat2(AT_FDCWD, \"out.txt\", AT_FDCWD, \"link\", RENAME_EXCHANGE);\n"
      "  usleep(100000); return 0; }\n");
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK);
  for (const auto& artifact : run.record.artifacts()) EXPECT_EQ(artifact.content(), "mine");
}

}  // namespace
}  // namespace jailtest
