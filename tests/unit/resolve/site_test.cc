#include "jail/resolve/site.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jail/plan/ceilings.h"

namespace jail::resolve {
namespace {

TEST(SiteTest, ReadsNumbersAndComments) {
  const auto site = ParseSite("# ours\n\nmax_processes: 64  # few\n  max_memory_bytes:1073741824\n", "f");
  ASSERT_TRUE(site.ok()) << site.status();
  EXPECT_EQ(site->max_processes(), 64);
  EXPECT_EQ(site->max_memory_bytes(), 1 << 30);
  EXPECT_FALSE(site->has_max_wall_time_ms());
}

TEST(SiteTest, HasARootfs) {
  const auto site = ParseSite("rootfs: \"small\"  # pinned\nmax_processes: 64\n", "f");
  ASSERT_TRUE(site.ok()) << site.status();
  EXPECT_EQ(site->rootfs(), "small");
}

struct BadSite {
  const char* text;
  const char* message;
};

TEST(SiteTest, ErrorsNameFileAndLine) {
  constexpr BadSite kCases[] = {
      {"\nmax_proceses: 64\n", "f:2:13: Message type \"jail.v1.Site\" has no field named \"max_proceses\"."},
      {"max_processes: sixty\n", "f:1: \"max_processes: sixty\" is not a line like max_processes: 64"},
      {"max_processes: 0x40\n", "f:1: \"max_processes: 0x40\" is not a line like max_processes: 64"},
      {"max_processes: 010\n", "f:1: \"max_processes: 010\" is not a line like max_processes: 64"},
      {"max_processes: -1\n", "f:1: \"max_processes: -1\" is not a line like max_processes: 64"},
      {"max_processes: 1 max_open_files: 2\n",
       "f:1: \"max_processes: 1 max_open_files: 2\" is not a line like max_processes: 64"},
      {"max_processes:\n64\n", "f:1: \"max_processes:\" is not a line like max_processes: 64"},
      {"rootfs: \"../x\"\n", "f:1: \"rootfs: \\\"../x\\\"\" is not a line like max_processes: 64"},
      {"uid_first: 999\n", "f: uid_first: 999 is below 1000"},
      {"uid_count: 1\n", "f: uid_count: 1 is not 2 to 1048576 uids from 1900000000"},
      {"uid_first: 4294967000\nuid_count: 1000\n",
       "f: uid_count: 1000 is not 2 to 1048576 uids from 4294967000"},
  };
  for (const BadSite& c : kCases) EXPECT_EQ(ParseSite(c.text, "f").status().message(), c.message);
}

// Two parsers of one file: what one takes the other must take, with the same meaning.
TEST(SiteTest, TheHelperReadsTheSame) {
  constexpr const char* kTexts[] = {
      "",
      "# only a comment",
      "rootfs: \"small\"",
      "  rootfs:\"a-b_9\" # pinned\nmax_processes: 7\n",
      "rootfs: small",
      "rootfs: \"\"",
      "rootfs: \"a/b\"",
      "rootfs: \"small\" 7",
      "rootfs : \"small\"",
      "max_processes: 64",
      "max_processes:64 # few\n\n  uid_first: 100000\n",
      "max_proceses: 64\n",
      "max_processes: sixty\n",
      "max_processes: 0x40\n",
      "max_processes: -1\n",
      "max_processes: 1 max_open_files: 2\n",
      "max_processes:\n64\n",
      "uid_first: 999\n",
      "uid_count: 1\n",
      "max_processes: 1234567890123456\n",
      "max_processes 5\n",
      "max_processes: 5;\n",
      ": 5\n",
      "max_processes : 5\n",
      "max_processes: 5\r\n",
      "\v",
  };
  for (const char* text : kTexts) {
    plan::SiteLimits limits;
    int32_t line = 0;
    const bool helper_takes_it = plan::ParseSite(text, &limits, &line) == 0;
    const auto site = ParseSite(text, "f");
    EXPECT_EQ(site.ok(), helper_takes_it) << text << site.status();
    if (!site.ok() || !helper_takes_it) continue;
    EXPECT_EQ(site->has_max_processes() ? site->max_processes() : 4096, limits.max_processes) << text;
    EXPECT_EQ(site->has_uid_first() ? site->uid_first() : 1900000000, limits.uid_first) << text;
  }
}

TEST(SiteTest, AnAbsentFileIsAllDefaults) {
  const auto site = LoadSite("/nonexistent/jailrun/site.textproto");
  ASSERT_TRUE(site.ok()) << site.status();
  EXPECT_EQ(site->ByteSizeLong(), 0u);
}

TEST(SiteTest, AFileThatCannotBeReadIsNoReasonToGoOnWithoutIt) {
  EXPECT_EQ(LoadSite("/proc").status().message(), "/proc: cannot be read: EISDIR");
}

TEST(SiteTest, LoadsAFile) {
  const std::string path = testing::TempDir() + "/site-" + std::to_string(getpid());
  std::ofstream(path) << "max_open_files: 99\n";
  const auto site = LoadSite(path);
  std::filesystem::remove(path);
  ASSERT_TRUE(site.ok()) << site.status();
  EXPECT_EQ(site->max_open_files(), 99);
}

TEST(SiteTest, RefusesAFileTheHelperCouldNotHold) {
  const std::string path = testing::TempDir() + "/site-large-" + std::to_string(getpid());
  std::ofstream(path) << std::string(5000, '#');
  const auto site = LoadSite(path);
  std::filesystem::remove(path);
  EXPECT_EQ(site.status().message(), path + ": is over 4095 bytes");
}

}  // namespace
}  // namespace jail::resolve
