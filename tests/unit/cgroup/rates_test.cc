// Disks are found by the real /usr and a made-up /sys; the groups are plain files.
#include "jail/cgroup/rates.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

namespace jail::cgroup {
namespace {

namespace fs = std::filesystem;

constexpr plan::ViewEntry kUsr[] = {{plan::EntryKind::kBind, "/usr", nullptr, 0},
                                    {plan::EntryKind::kDir, "/nowhere", nullptr, 0},
                                    {plan::EntryKind::kBind, "/usr/bin", nullptr, 0}};
constexpr plan::ViewEntry kProc[] = {{plan::EntryKind::kBind, "/proc", nullptr, 0}};
constexpr plan::RootView kUsrView = {"usr", {}, 3, kUsr};
constexpr plan::RootView kProcView = {"proc", {}, 1, kProc};

class RatesTest : public testing::Test {
 protected:
  RatesTest() : report_(new plan::RawReport()) {
    std::string name = (fs::temp_directory_path() / "rates_test.XXXXXX").string();
    root_ = mkdtemp(name.data());
    report_->effective_io_read_bytes_per_second = report_->effective_io_write_bytes_per_second = -1;
    report_->effective_cpu_millicores = -1;
  }
  void TearDown() override {
    CloseGroups(&groups_);
    fs::remove_all(root_);
  }

  void Write(const std::string& file, const std::string& text) {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text;
  }
  std::string Read(const std::string& file) {
    std::stringstream text;
    text << std::ifstream(root_ / file).rdbuf();
    return text.str();
  }
  int Open(const std::string& folder) {
    fs::create_directories(root_ / folder);
    return open((root_ / folder).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  }

  fs::path root_;
  Cgroups groups_;
  plan::Limits limits_ = {};
  std::unique_ptr<plan::RawReport> report_;
};

// "254:0", or nothing where /usr lies on no disk that has a number.
std::string DiskOfUsr() {
  struct stat status;
  if (stat("/usr", &status) != 0 || major(status.st_dev) == 0) return "";
  return std::to_string(major(status.st_dev)) + ":" + std::to_string(minor(status.st_dev));
}

TEST_F(RatesTest, EachDiskOnceAndNoneTwice) {
  const std::string disk = DiskOfUsr();
  if (disk.empty()) GTEST_SKIP() << "/usr lies on an overlay";
  int sys = Open("sys");
  Disks disks;
  EXPECT_EQ(FindDisks(kUsrView, sys, &disks), 0);
  ASSERT_EQ(disks.count, 1);
  EXPECT_EQ(disks.names[0].c_str(), disk);
  CloseFd(&sys);
}

TEST_F(RatesTest, APartitionsRateIsItsDisks) {
  const std::string disk = DiskOfUsr();
  if (disk.empty()) GTEST_SKIP() << "/usr lies on an overlay";
  Write("devices/whole/dev", "7:64\n");
  Write("devices/whole/part1/partition", "1\n");
  fs::create_directories(root_ / "sys");
  fs::create_symlink(root_ / "devices/whole/part1", root_ / "sys" / disk);
  int sys = Open("sys");
  Disks disks;
  EXPECT_EQ(FindDisks(kUsrView, sys, &disks), 0);
  ASSERT_EQ(disks.count, 1);
  EXPECT_STREQ(disks.names[0].c_str(), "7:64");
  CloseFd(&sys);
}

TEST_F(RatesTest, AFileSystemOnNoDiskOfItsOwnHasNoRate) {
  int sys = Open("sys");
  Disks disks;
  EXPECT_EQ(FindDisks(kProcView, sys, &disks), ENOTSUP);
  CloseFd(&sys);
}

TEST_F(RatesTest, V2WritesWhatIsAskedAndReadsItBack) {
  groups_.backend = &kCgroupV2;
  groups_.group[0] = Open("group");
  Write("group/cgroup.controllers", "io memory\n");
  Write("group/io.max", "");
  limits_.io_read_bytes_per_second = 10 << 20;
  IoRates rates = {INT64_MAX, INT64_MAX};
  EXPECT_EQ(kCgroupV2.limit_io(groups_, "8:0", limits_, &rates), 0);
  EXPECT_EQ(Read("group/io.max"), "8:0 rbps=10485760");
  EXPECT_EQ(rates.read, 10 << 20);
  EXPECT_EQ(rates.write, INT64_MAX) << "not asked for";
}

// A plain file keeps what lies behind a shorter write, so that it can hold other disks' lines.
TEST_F(RatesTest, V2TakesTheDisksOwnLineAndNoOthers) {
  groups_.backend = &kCgroupV2;
  groups_.group[0] = Open("group");
  Write("group/cgroup.controllers", "io\n");
  limits_.io_write_bytes_per_second = 65536;
  const std::string line = "8:0 wbps=65536";
  Write("group/io.max", std::string(line.size(), ' ') + " rbps=max\n8:01 rbps=1 wbps=2\n");
  IoRates rates = {INT64_MAX, INT64_MAX};
  EXPECT_EQ(kCgroupV2.limit_io(groups_, "8:0", limits_, &rates), 0);
  EXPECT_EQ(rates.write, 65536);
  limits_.io_read_bytes_per_second = 4096;
  limits_.io_write_bytes_per_second = 0;
  Write("group/io.max", std::string(14, ' ') + "\n8:01 rbps=1 wbps=2\n");
  EXPECT_EQ(kCgroupV2.limit_io(groups_, "8:0", limits_, &rates), 0);
  EXPECT_EQ(rates.read, 4096);
}

TEST_F(RatesTest, V2WithoutTheControllerSaysSo) {
  groups_.backend = &kCgroupV2;
  groups_.group[0] = Open("group");
  groups_.parent[0] = Open("parent");
  Write("group/cgroup.controllers", "memory\n");
  limits_.io_read_bytes_per_second = 10 << 20;
  IoRates rates = {INT64_MAX, INT64_MAX};
  EXPECT_EQ(kCgroupV2.limit_io(groups_, "8:0", limits_, &rates), ENOTSUP);
}

TEST_F(RatesTest, V1HasAFileForEachDirection) {
  groups_.backend = &kCgroupV1;
  groups_.group[kBlkio] = Open("group");
  Write("group/blkio.throttle.read_bps_device", "");
  Write("group/blkio.throttle.write_bps_device", "");
  limits_.io_read_bytes_per_second = 10 << 20;
  limits_.io_write_bytes_per_second = 1 << 20;
  IoRates rates = {INT64_MAX, INT64_MAX};
  EXPECT_EQ(kCgroupV1.limit_io(groups_, "254:0", limits_, &rates), 0);
  EXPECT_EQ(Read("group/blkio.throttle.read_bps_device"), "254:0 10485760");
  EXPECT_EQ(Read("group/blkio.throttle.write_bps_device"), "254:0 1048576");
  EXPECT_EQ(rates.read, 10 << 20);
  EXPECT_EQ(rates.write, 1 << 20);
}

TEST_F(RatesTest, WhatIsNotAskedForIsNotTouched) {
  groups_.backend = &kCgroupV1;
  EXPECT_EQ(LimitIo(kUsrView, limits_, &groups_, report_.get()), 0);
  EXPECT_EQ(MissingRate(limits_, *report_), nullptr);
  KeepWantedHierarchies(limits_, &groups_);
  EXPECT_TRUE(groups_.unwanted[kCpu]);
  EXPECT_TRUE(groups_.unwanted[kBlkio]);
  EXPECT_FALSE(groups_.unwanted[kMemory]);
}

TEST_F(RatesTest, ARateThatNothingHoldsIsMissingAndNoError) {
  groups_.backend = &kCgroupV1;
  limits_.io_read_bytes_per_second = 10 << 20;
  EXPECT_EQ(LimitIo(kProcView, limits_, &groups_, report_.get()), 0);
  EXPECT_STREQ(MissingRate(limits_, *report_), "io_read_bytes_per_second");
  limits_.cpu_millicores = 500;
  EXPECT_STREQ(MissingRate(limits_, *report_), "cpu_millicores");
}

}  // namespace
}  // namespace jail::cgroup
