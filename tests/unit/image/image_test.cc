// What is read of an image beside it, and what is not believed.
#include "jail/image/image.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jail::image {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kFolder[] = "small-0123456789abcdef";

void Write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

class ImageTest : public testing::Test {
 protected:
  void SetUp() override {
    place_ = fs::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(place_);
    fs::create_directories(folder());
    fs::create_directory_symlink(kFolder, place_ / "small");
    Write(folder() / "root.erofs", "12345");
    Write(folder() / "files",
          "/usr\t-\n/usr/bin\t-\n/usr/bin/perl\tx\n/usr/bin/perl5\tx\n/usr/lib\t-\n/usr/lib/x.so\t-\n");
    WriteManifest("name: \"small\" sha256: \"0123456789abcdef" + std::string(48, '0') + "\" size_bytes: 5");
  }
  void TearDown() override { fs::remove_all(place_); }

  fs::path folder() const { return place_ / kFolder; }
  void WriteManifest(const std::string& text) { Write(folder() / "manifest.textproto", text); }
  absl::StatusOr<Image> Find(const std::string& name = "small") { return FindImage(name, place_.string()); }

  fs::path place_;
};

TEST_F(ImageTest, IsFoundByName) {
  const absl::StatusOr<Image> image = Find();
  ASSERT_TRUE(image.ok()) << image.status();
  EXPECT_EQ(image->name, "small");
  EXPECT_EQ(image->folder, kFolder);
  EXPECT_EQ(image->sha256.substr(0, 8), "\x01\x23\x45\x67\x89\xab\xcd\xef");
  EXPECT_EQ(image->sha256.size(), 32U);
  EXPECT_THAT(ImageNames(place_.string()), ElementsAre("small"));
  EXPECT_THAT(ImageNames("/nonexistent"), IsEmpty());
}

TEST_F(ImageTest, KnowsItsFiles) {
  const Image image = *Find();
  for (const char* path : {"/usr/bin/perl", "/usr/bin/perl5"}) EXPECT_TRUE(image.CanExecute(path)) << path;
  EXPECT_TRUE(image.Has("/usr/lib/x.so"));
  EXPECT_FALSE(image.CanExecute("/usr/lib/x.so"));
  for (const char* path :
       {"", "/", "/usr/bin/per", "/usr/bin/perl55", "/usr/lib/x.so\t", "/zzz", "/a", "x", "\n"})
    EXPECT_FALSE(image.Has(path)) << path;
}

TEST(ImageListingTest, LinksAreFollowedAsInAJail) {
  Image image;
  image.listing =
      "/bin\tlusr/bin\n/etc\t-\n/etc/alternatives\t-\n/etc/alternatives/cc\tl/usr/bin/gcc\n/loop\tlloop\n"
      "/node\tlnode-1\n/node-1\t-\n/node-1/bin\t-\n/node-1/bin/node\tx\n/usr\t-\n/usr/bin\t-\n"
      "/usr/bin/away\tl/opt/x\n/usr/bin/cc\tl/etc/alternatives/cc\n/usr/bin/gcc\tx\n/usr/bin/up\tl../../usr/"
      "bin/gcc\n";
  for (const char* path : {"/bin/gcc", "/usr/bin/cc", "/bin/cc", "/node/bin/node", "/usr/bin/up",
                           "/usr/./bin//gcc", "/../bin/../bin/gcc"})
    EXPECT_TRUE(image.CanExecute(path)) << path;
  for (const char* path : {"/usr/bin/away", "/loop", "/loop/x", "/node/bin/no", "bin/gcc"})
    EXPECT_FALSE(image.Has(path)) << path;
  EXPECT_TRUE(image.Has("/bin"));
  EXPECT_FALSE(image.CanExecute("/bin"));
}

TEST(ImageListingTest, EveryLineOfALongOneIsFound) {
  Image image;
  image.listing = "/d\t-\n";
  for (int i = 1000; i < 3000; ++i)
    image.listing += "/d/" + std::to_string(i) + (i % 2 == 0 ? "\tx\n" : "\t-\n");
  for (int i = 1000; i < 3000; ++i) {
    const std::string path = "/d/" + std::to_string(i);
    EXPECT_TRUE(image.Has(path)) << path;
    EXPECT_EQ(image.CanExecute(path), i % 2 == 0) << path;
    EXPECT_FALSE(image.Has(path + "0")) << path;
  }
  EXPECT_FALSE(Image().Has("/d/1000"));
}

TEST_F(ImageTest, OnlyNamesAreNames) {
  for (const char* name :
       {"", ".", "..", "a/b", "../small", "Small", "small.erofs", "-small", "small ", "smal\t"})
    EXPECT_FALSE(IsImageName(name)) << name;
  EXPECT_FALSE(IsImageName(std::string(31, 'a')));
  EXPECT_FALSE(IsImageName(std::string("small\0", 6)));
  EXPECT_TRUE(IsImageName(std::string(30, 'a')));
  EXPECT_TRUE(IsImageName("small_2-b"));
  EXPECT_TRUE(absl::IsNotFound(Find("../small").status()));
  EXPECT_TRUE(absl::IsNotFound(Find("large").status()));
}

TEST_F(ImageTest, SaysWhatIsDamaged) {
  const std::string good =
      "name: \"small\" sha256: \"0123456789abcdef" + std::string(48, '0') + "\" size_bytes: ";
  const std::pair<std::string, const char*> kManifests[] = {
      {"name: ", "Expected"},
      {"", "its manifest is another's"},
      {"name: \"small\" sha256: \"0123456789abcdef\" size_bytes: 5", "its manifest is another's"},
      {"name: \"large\" sha256: \"0123456789abcdef" + std::string(48, '0') + "\" size_bytes: 5", "another's"},
      {"name: \"small\" sha256: \"1123456789abcdef" + std::string(48, '0') + "\" size_bytes: 5", "another's"},
      {good + "6", "root.erofs has 5 bytes of 6"},
  };
  for (const auto& [manifest, what] : kManifests) {
    WriteManifest(manifest);
    EXPECT_TRUE(absl::IsFailedPrecondition(Find().status())) << Find().status();
    EXPECT_THAT(Find().status().message(), HasSubstr(what));
  }
  WriteManifest(good + "5");
  for (const char* file : {"files", "manifest.textproto", "root.erofs"}) {
    fs::rename(folder() / file, folder() / "away");
    EXPECT_THAT(Find().status().message(), HasSubstr("ENOENT")) << file;
    fs::rename(folder() / "away", folder() / file);
  }
  EXPECT_TRUE(Find().ok());
}

TEST_F(ImageTest, LinksThatLeadElsewhereAreNotFollowed) {
  for (const char* target : {"../small-0123456789abcdef", "large-0123456789abcdef", "small-0123456789abcde",
                             "/tmp", "small-0123456789abcdeX", "small-0123456789abcdef/"}) {
    fs::remove(place_ / "small");
    fs::create_directory_symlink(target, place_ / "small");
    EXPECT_THAT(Find().status().message(), HasSubstr("leads to")) << target;
  }
}

}  // namespace
}  // namespace jail::image
