// What is kept comes back whole or not at all; what is too much goes; the folder is nobody else's.
#include "jail/cache/artifact_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jail::cache {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr int64_t kPlenty = int64_t{1} << 20;

class ArtifactCacheTest : public testing::Test {
 protected:
  ArtifactCacheTest() {
    char name[] = "/tmp/artifact_cache_test.XXXXXX";
    top_ = mkdtemp(name);
  }
  ~ArtifactCacheTest() override { fs::remove_all(top_); }

  std::string Folder() const { return top_ + "/a/b"; }
  ArtifactCache Open(int64_t most_bytes = kPlenty) const {
    return ArtifactCache::Open(Folder(), most_bytes).value();
  }

  static std::string Key(int number) { return std::string(32, static_cast<char>(number)); }
  static v1::CompiledArtifact Made(const std::string& content) {
    v1::CompiledArtifact artifact;
    artifact.add_products()->set_path("a.out");
    artifact.mutable_products(0)->set_content(content);
    artifact.mutable_compile()->mutable_stderr()->set_content("warning");
    return artifact;
  }
  // "" for nothing.
  static std::string Found(const ArtifactCache& cache, int number) {
    const auto artifact = cache.Find(Key(number));
    return artifact ? artifact->products(0).content() : "";
  }
  std::vector<fs::path> Files() const { return {fs::directory_iterator(Folder()), fs::directory_iterator()}; }

  std::string top_;
};

TEST_F(ArtifactCacheTest, WhatIsKeptIsFoundByAnotherProcessToo) {
  ASSERT_TRUE(Open().Keep(Key(1), Made("binary")).ok());
  const ArtifactCache cache = Open();
  EXPECT_EQ(cache.Find(Key(1))->SerializeAsString(), Made("binary").SerializeAsString());
  EXPECT_FALSE(cache.Find(Key(2)).has_value());
}

TEST_F(ArtifactCacheTest, TheFirstOfTwoStays) {
  const ArtifactCache cache = Open();
  ASSERT_TRUE(cache.Keep(Key(1), Made("first")).ok());
  EXPECT_TRUE(cache.Keep(Key(1), Made("second")).ok()) << "another process was quicker: no error";
  EXPECT_EQ(Found(cache, 1), "first");
}

TEST_F(ArtifactCacheTest, IsForItsOwnerAlone) {
  ASSERT_TRUE(Open().Keep(Key(1), Made("binary")).ok());
  struct stat status;
  ASSERT_EQ(stat(Folder().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
  ASSERT_EQ(stat(Files().at(0).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0400U);
}

TEST_F(ArtifactCacheTest, AFolderThatOthersMayFillIsRefused) {
  Open();
  fs::permissions(Folder(), fs::perms::group_write, fs::perm_options::add);
  EXPECT_TRUE(absl::IsPermissionDenied(ArtifactCache::Open(Folder(), kPlenty).status()));
}

TEST_F(ArtifactCacheTest, ALinkOrAFileInItsPlaceIsRefused) {
  fs::create_directories(top_ + "/real");
  fs::create_symlink(top_ + "/real", top_ + "/link");
  std::ofstream(top_ + "/file") << "x";
  for (const char* name : {"/link", "/file", "/file/below"}) {
    EXPECT_FALSE(ArtifactCache::Open(top_ + name, kPlenty).ok()) << name;
  }
  EXPECT_THAT(ArtifactCache::Open("relative", kPlenty).status().message(), HasSubstr("no absolute path"));
}

TEST_F(ArtifactCacheTest, WhatIsDamagedIsRemovedAndMadeAnew) {
  const ArtifactCache cache = Open();
  ASSERT_TRUE(cache.Keep(Key(1), Made("binary")).ok());
  const fs::path file = Files().at(0);
  const auto whole = fs::file_size(file);
  for (const uintmax_t size : {whole - 1, uintmax_t{40}, uintmax_t{32}, uintmax_t{3}, uintmax_t{0}}) {
    fs::permissions(file, fs::perms::owner_all);
    fs::resize_file(file, size);
    EXPECT_FALSE(cache.Find(Key(1)).has_value()) << size;
    EXPECT_TRUE(Files().empty());
    ASSERT_TRUE(cache.Keep(Key(1), Made("binary")).ok());
  }
  fs::permissions(file, fs::perms::owner_all);
  std::fstream(file, std::ios::in | std::ios::out | std::ios::binary)
          .seekp(static_cast<std::streamoff>(whole) - 3)
      << '?';
  EXPECT_FALSE(cache.Find(Key(1)).has_value()) << "one byte";
}

TEST_F(ArtifactCacheTest, ALinkUnderAnArtifactsNameIsNotFollowed) {
  const ArtifactCache cache = Open();
  ASSERT_TRUE(cache.Keep(Key(1), Made("binary")).ok());
  const fs::path file = Files().at(0);
  fs::rename(file, top_ + "/elsewhere");
  fs::create_symlink(top_ + "/elsewhere", file);
  EXPECT_FALSE(cache.Find(Key(1)).has_value());
}

TEST_F(ArtifactCacheTest, WhatWasUsedLeastRecentlyGoes) {
  const std::string content(1000, 'x');
  const ArtifactCache cache = Open(4 * 1100);
  for (int i = 1; i <= 4; ++i) ASSERT_TRUE(cache.Keep(Key(i), Made(content)).ok());
  // The clock of a file system has steps of some milliseconds: order them by hand.
  const ArtifactCache& used = cache;
  for (const fs::path& file : Files()) {
    fs::last_write_time(
        file, fs::file_time_type::clock::now() - std::chrono::hours(file.filename().string()[1] - '0'));
  }
  EXPECT_EQ(Found(used, 4), content) << "the oldest by now, but used";
  ASSERT_TRUE(cache.Keep(Key(5), Made(content)).ok());
  EXPECT_EQ(Found(cache, 3), "");
  EXPECT_EQ(Found(cache, 4), content);
  EXPECT_EQ(Found(cache, 5), content);
  EXPECT_LE(Files().size(), 4U);
}

TEST_F(ArtifactCacheTest, WhatIsLargerThanAllIsNotKeptAndPushesNothingOut) {
  const ArtifactCache cache = Open(2000);
  ASSERT_TRUE(cache.Keep(Key(1), Made("small")).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(cache.Keep(Key(2), Made(std::string(3000, 'x')))));
  EXPECT_EQ(Found(cache, 1), "small");
}

TEST_F(ArtifactCacheTest, StrangersFilesStay) {
  const ArtifactCache cache = Open(1500);
  std::ofstream(Folder() + "/README") << std::string(5000, 'x');
  for (int i = 1; i <= 4; ++i) ASSERT_TRUE(cache.Keep(Key(i), Made(std::string(1000, 'x'))).ok());
  EXPECT_TRUE(fs::exists(Folder() + "/README"));
}

TEST_F(ArtifactCacheTest, ManyAtOnceFindOnlyWholeOnes) {
  const ArtifactCache cache = Open(20 * 1100);
  const auto work = [&cache](int seed) {
    for (int i = 0; i < 200; ++i) {
      const int number = (seed * 7 + i) % 40;
      const std::string content(1000, static_cast<char>('a' + number % 26));
      if (const std::string found = Found(cache, number); !found.empty()) {
        EXPECT_EQ(found, content);
      } else {
        EXPECT_TRUE(cache.Keep(Key(number), Made(content)).ok());
      }
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(work, i);
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(Files().size(), 24U) << "each of four may be one ahead";
}

}  // namespace
}  // namespace jail::cache
