// The build-time tools' common ground, and the errors a textproto file's author gets to see.
#include "tools/build/data.h"

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jail/base/textproto.h"
#include "jail/v1/rootfs.pb.h"

namespace jail::build {
namespace {

TEST(DataTest, NormalPaths) {
  for (const char* path : {"/usr", "/etc/ld.so.cache", "/a/..b"}) EXPECT_TRUE(IsNormalPath(path)) << path;
  for (const char* path : {"", "/", "usr", "/usr/", "//usr", "/usr//lib", "/usr/./lib", "/usr/../etc"}) {
    EXPECT_FALSE(IsNormalPath(path)) << path;
  }
}

TEST(DataTest, Sha256) {
  EXPECT_EQ(absl::BytesToHexString(Sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(DataTest, AFileThatIsNotThereIsNamed) {
  EXPECT_EQ(ReadFile("/nonexistent/x").status().message(), "/nonexistent/x: cannot be read");
}

TEST(TextprotoTest, ErrorsNameFileLineAndColumn) {
  v1::RootView view;
  EXPECT_EQ(ParseTextproto("name: \"x\"\nentrys {}\n", "host.textproto", &view).message(),
            "host.textproto:2:8: Message type \"jail.v1.RootView\" has no field named \"entrys\".");
  EXPECT_TRUE(ParseTextproto("name: \"x\"\n", "f", &view).ok());
  EXPECT_EQ(view.name(), "x");
}

}  // namespace
}  // namespace jail::build
