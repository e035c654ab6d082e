#include "jail/watch/collect.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "jail/base/clock.h"
#include "jail/base/fd.h"

namespace jail::watch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A directory as a hostile program may have left it, beside a secret it must not reach.
class CollectTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "/collect_XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    root_ = name;
    work_ = root_ / "work";
    std::filesystem::create_directory(work_);
    Write(root_ / "secret", "SECRET");
    fd_ = Fd(open(work_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  static void Write(const std::filesystem::path& path, const std::string& text) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  void Put(const std::string& path, const std::string& text = "x") { Write(work_ / path, text); }
  void Link(const std::string& target, const std::string& path) {
    ASSERT_EQ(symlink(target.c_str(), (work_ / path).c_str()), 0);
  }

  std::vector<CollectedFile> Collect(const std::vector<std::string>& globs) {
    return CollectGlobs(fd_.get(), globs, bounds_);
  }
  std::vector<std::string> Paths(const std::vector<std::string>& globs) {
    std::vector<std::string> paths;
    for (const CollectedFile& file : Collect(globs)) paths.push_back(file.path);
    return paths;
  }
  Fault Exactly(const std::string& path, std::vector<CollectedFile>* files) {
    return CollectExactly(fd_.get(), {path}, bounds_, files);
  }

  std::filesystem::path root_, work_;
  Fd fd_;
  CollectBounds bounds_ = {1 << 20, 1000, 100'000, 64};
};

TEST_F(CollectTest, GlobsMatchPartByPart) {
  for (const char* path : {"a.txt", "b.txt", "c.bin", "d/e.txt", "d/f/g.txt", ".hidden.txt"}) Put(path);
  EXPECT_THAT(Paths({"*.txt"}), ElementsAre("a.txt", "b.txt"));
  EXPECT_THAT(Paths({"*/*.txt"}), ElementsAre("d/e.txt"));
  EXPECT_THAT(Paths({"d/f/?.txt"}), ElementsAre("d/f/g.txt"));
  EXPECT_THAT(Paths({"[ab].txt", "a.*"}), ElementsAre("a.txt", "b.txt"));
  EXPECT_THAT(Paths({".*"}), ElementsAre(".hidden.txt"));
  EXPECT_THAT(Paths({"d", "nothing*", ""}), IsEmpty());
}

TEST_F(CollectTest, ContentIsByteForByte) {
  const std::string bytes("\0\r\n\xff", 4);
  Put("out", bytes);
  const std::vector<CollectedFile> files = Collect({"out"});
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files[0].content, bytes);
  EXPECT_EQ(files[0].total_bytes, 4);
  EXPECT_FALSE(files[0].truncated);
}

TEST_F(CollectTest, LinksAreNeverFollowed) {
  Link("../secret", "relative");
  Link((root_ / "secret").string(), "absolute");
  Link("/etc", "etc");
  Link("..", "up");
  Link("/proc/self/fd/0", "magic");
  Link("self", "self");
  Put("real", "fine");
  Link("real", "inner");
  EXPECT_THAT(Paths({"*", "etc/passwd", "up/secret", "*/secret", "*/passwd"}), ElementsAre("real"));
}

TEST_F(CollectTest, GlobsDoNotLeadUpwards) {
  Put("d/x");
  EXPECT_THAT(Paths({"../secret", "d/../../secret", "/etc/passwd", "./d/x", "d/../d/x"}), IsEmpty());
}

TEST_F(CollectTest, HardLinkIsAFileLikeAnyOther) {
  Put("one", "same");
  ASSERT_EQ(link((work_ / "one").c_str(), (work_ / "two").c_str()), 0);
  EXPECT_THAT(Paths({"*"}), ElementsAre("one", "two"));
}

TEST_F(CollectTest, WhatIsNoRegularFileNeitherBlocksNorCounts) {
  ASSERT_EQ(mkfifo((work_ / "fifo").c_str(), 0600), 0);
  const Fd sock(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  const std::string path = (work_ / "socket").string();
  ASSERT_LT(path.size(), sizeof(address.sun_path));
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  ASSERT_EQ(bind(sock.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  std::filesystem::create_directory(work_ / "dir");
  EXPECT_THAT(Paths({"*", "fifo/x"}), IsEmpty());
}

TEST_F(CollectTest, SparseGiantCostsNoMoreThanTheBound) {
  Put("giant");
  ASSERT_EQ(truncate((work_ / "giant").c_str(), int64_t{8} << 40), 0) << strerror(errno);
  const int64_t start_ns = MonotonicNs();
  const std::vector<CollectedFile> files = Collect({"*"});
  EXPECT_LT(MonotonicNs() - start_ns, 2'000'000'000);
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files[0].content.size(), 1u << 20);
  EXPECT_EQ(files[0].total_bytes, int64_t{8} << 40);
  EXPECT_TRUE(files[0].truncated);
}

TEST_F(CollectTest, TotalIsBoundedOverAllFiles) {
  bounds_.total_bytes = 10;
  Put("a", "12345678");
  Put("b", "12345678");
  Put("c", "1");
  const std::vector<CollectedFile> files = Collect({"*"});
  ASSERT_EQ(files.size(), 3u);
  EXPECT_EQ(files[0].content, "12345678");
  EXPECT_EQ(files[1].content, "12");
  EXPECT_TRUE(files[1].truncated);
  EXPECT_TRUE(files[2].truncated);
}

TEST_F(CollectTest, NumberOfFilesAndEntriesIsBounded) {
  for (int i = 0; i < 50; ++i) Put("f" + std::to_string(i));
  bounds_.files = 7;
  EXPECT_EQ(Paths({"*"}).size(), 7u);
  bounds_.files = 1000;
  bounds_.entries = 10;
  EXPECT_LE(Paths({"*"}).size(), 10u);
  bounds_.entries = 0;
  EXPECT_THAT(Paths({"*"}), IsEmpty());
}

TEST_F(CollectTest, DeepTreeAndLongNamesDoNotConfuse) {
  int dir = dup(fd_.get());
  for (int i = 0; i < 200; ++i) {
    ASSERT_EQ(mkdirat(dir, "d", 0700), 0);
    const int next = openat(dir, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    close(dir);
    ASSERT_GE(next, 0);
    dir = next;
  }
  close(dir);
  Put("d/x");
  const std::string longest(255, 'n');
  Put(longest);
  std::string deep;
  for (int i = 0; i < 200; ++i) deep += "*/";
  EXPECT_THAT(Paths({deep + "x", "*/x", "n*"}), ElementsAre("d/x", longest));
  // By descriptor, as remove_all would run out of path length.
  ASSERT_EQ(system(("rm -rf '" + work_.string() + "'").c_str()), 0);
}

TEST_F(CollectTest, OddNamesComeBackAsTheyAre) {
  Put("new\nline");
  Put("-rf");
  Put("bad\xff");
  Put("[a]*?");
  EXPECT_THAT(Paths({"*"}), ElementsAre("-rf", "[a]*?", "bad\xff", "new\nline"));
}

TEST_F(CollectTest, ExactFileIsReturned) {
  Put("build/prog", "ELF");
  std::vector<CollectedFile> files;
  EXPECT_FALSE(Exactly("build/prog", &files));
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files[0].content, "ELF");
}

TEST_F(CollectTest, ExactFileThatIsNoneIsAFaultThatNamesIt) {
  Link("../secret", "link");
  std::filesystem::create_directory(work_ / "dir");
  ASSERT_EQ(mkfifo((work_ / "fifo").c_str(), 0600), 0);
  Put("large", std::string((1 << 20) + 1, 'x'));
  std::vector<CollectedFile> files;
  EXPECT_EQ(Exactly("missing", &files).error, ENOENT);
  EXPECT_EQ(Exactly("link", &files).error, ELOOP);
  EXPECT_EQ(Exactly("dir", &files).error, EISDIR);
  EXPECT_EQ(Exactly("fifo", &files).error, EINVAL);
  EXPECT_EQ(Exactly("large", &files).error, EFBIG);
  EXPECT_EQ(Exactly("../secret", &files).error, EXDEV);
  EXPECT_EQ(Exactly("missing", &files).subject, "missing");
  EXPECT_THAT(files, IsEmpty());
}

TEST_F(CollectTest, ADirectoryIsTakenWholeByPathsFromThere) {
  for (const char* path : {"out/b.js", "out/lib/a.js", "out/.hidden", "other.js"}) Put(path, path);
  std::filesystem::create_directory(work_ / "out/empty");
  std::vector<CollectedFile> files;
  ASSERT_FALSE(Exactly("out/", &files));
  std::vector<std::string> paths;
  for (const CollectedFile& file : files) paths.push_back(file.path);
  EXPECT_THAT(paths, ElementsAre(".hidden", "b.js", "lib/a.js"));
  EXPECT_EQ(files[2].content, "out/lib/a.js");
}

TEST_F(CollectTest, ADirectoryWithoutFilesOrWithOthersThanFilesIsAFault) {
  std::vector<CollectedFile> files;
  EXPECT_EQ(Exactly("out/", &files).error, ENOENT);
  std::filesystem::create_directory(work_ / "out");
  EXPECT_EQ(Exactly("out/", &files).error, ENOENT);
  Put("out/a");
  Link("../../secret", "out/link");
  const Fault fault = Exactly("out/", &files);
  EXPECT_EQ(fault.error, ELOOP);
  EXPECT_EQ(fault.subject, "out/link");
  std::filesystem::remove(work_ / "out/link");
  ASSERT_EQ(mkfifo((work_ / "out/fifo").c_str(), 0600), 0);
  EXPECT_EQ(Exactly("out/", &files).error, EINVAL);
  Link("..", "up");
  EXPECT_NE(Exactly("up/", &files).error, 0);
}

TEST_F(CollectTest, ADirectoryBeyondTheBoundsIsAFault) {
  std::vector<CollectedFile> files;
  for (int i = 0; i < 5; ++i) Put("many/" + std::to_string(i), "12345");
  bounds_.files = 4;
  EXPECT_EQ(Exactly("many/", &files).error, E2BIG);
  bounds_ = {24, 1000, 100'000, 64};
  EXPECT_EQ(Exactly("many/", &files).error, EFBIG);
  bounds_ = {1 << 20, 1000, 5, 64};
  EXPECT_EQ(Exactly("many/", &files).error, E2BIG);
  Put("deep/1/2/3/file");
  bounds_ = {1 << 20, 1000, 100'000, 2};
  EXPECT_EQ(Exactly("deep/", &files).error, ELOOP);
}

}  // namespace
}  // namespace jail::watch
