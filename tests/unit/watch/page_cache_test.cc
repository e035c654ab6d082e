#include "jail/watch/page_cache.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "jail/base/fd.h"

namespace jail::watch {
namespace {

class PageCacheTest : public testing::Test {
 protected:
  // In the build's own folder: what is in /tmp may be nowhere but in memory.
  PageCacheTest() : path_(absl::StrCat("page_cache_test.", getpid())) {
    std::ofstream(path_) << std::string(4 << 20, 'x');
  }
  ~PageCacheTest() override { unlink(path_.c_str()); }

  // Whether the file's pages could be given up.
  bool Forget() const {
    const Fd fd(open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    fsync(fd.get());
    posix_fadvise(fd.get(), 0, 0, POSIX_FADV_DONTNEED);
    char byte;
    const iovec into = {&byte, 1};
    return preadv2(fd.get(), &into, 1, 2 << 20, RWF_NOWAIT) < 0;
  }

  std::string path_;
};

TEST_F(PageCacheTest, WhatIsNotInMemoryIsReadOnce) {
  if (!Forget()) GTEST_SKIP() << "the file system of the build keeps its pages";
  EXPECT_TRUE(BringIn(path_));
  std::ostringstream all;
  all << std::ifstream(path_).rdbuf();  // Waits for what is on its way.
  EXPECT_FALSE(BringIn(path_));
}

TEST_F(PageCacheTest, OnlyFilesAreReadAndNothingIsWaitedFor) {
  const std::string fifo = path_ + ".fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  for (const std::string& path :
       {fifo, std::string("."), std::string("/dev/zero"), path_ + ".missing", std::string()}) {
    EXPECT_FALSE(BringIn(path)) << path;
  }
  unlink(fifo.c_str());
}

TEST_F(PageCacheTest, InAnImageTheFilesAreOthers) {
  if (!Forget()) GTEST_SKIP() << "the file system of the build keeps its pages";
  v1::RunPlan plan;
  v1::PhasePlan phase;
  phase.add_resident_files(path_);
  plan.mutable_image()->set_folder("small-0123456789abcdef");
  BringIn(plan, phase);
  EXPECT_TRUE(BringIn(path_)) << "it was not read";
}

}  // namespace
}  // namespace jail::watch
