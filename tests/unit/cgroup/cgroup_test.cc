// The back-ends against trees of plain files: which file gets which number, what is read back, what a
// missing file means. The kernel's side is the integration tests' business.
#include "jail/cgroup/cgroup.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace jail::cgroup {
namespace {

namespace fs = std::filesystem;

using Files = std::map<std::string, std::string>;

constexpr int64_t kSlot = 7;
constexpr int64_t kOwner = 5;
constexpr plan::Limits kLimits = {.wall_time_us = 0,
                                  .cpu_time_us = 0,
                                  .memory_bytes = 64 << 20,
                                  .stack_bytes = 0,
                                  .file_bytes = 0,
                                  .disk_bytes = 0,
                                  .disk_inodes = 0,
                                  .processes = 50,
                                  .open_files = 0,
                                  .cpu_millicores = 500,
                                  .idle_time_ms = 0,
                                  .grace_ms = 0,
                                  .reserved = 0,
                                  .io_read_bytes_per_second = 0,
                                  .io_write_bytes_per_second = 0,
                                  .cpus = {}};

// A hierarchy in a temporary directory, with the jail's group in it.
class FakeTree {
 public:
  FakeTree(const Files& group, const Files& parent) {
    std::string name = (fs::temp_directory_path() / "cgroup_test.XXXXXX").string();
    root_ = mkdtemp(name.data());
    fs::create_directory(Group());
    for (const auto& [file, text] : group) Write(Group() / file, text);
    for (const auto& [file, text] : parent) Write(root_ / file, text);
  }
  ~FakeTree() { fs::remove_all(root_); }

  fs::path Group() const { return root_ / ("jailrun.5." + std::to_string(kSlot)); }
  int OpenRoot() const { return open(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }
  std::string Read(const std::string& file) const { return ReadFile(Group() / file); }
  std::string ReadParent(const std::string& file) const { return ReadFile(root_ / file); }

 private:
  static void Write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }
  static std::string ReadFile(const fs::path& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  fs::path root_;
};

// The kernel replaces a file's value; a plain file keeps what a shorter write leaves, so every value
// starts out empty.
const Files kV2Group = {
    {"cgroup.controllers", "cpu io memory pids\n"},
    {"memory.max", "max"},
    {"memory.swap.max", ""},
    {"memory.oom.group", ""},
    {"pids.max", "0"},
    {"cpu.max", ""},
    {"cpu.stat", "usage_usec 2500\nuser_usec 1500\nsystem_usec 1000\n"},
    {"memory.events", "low 0\nhigh 0\nmax 9\noom 2\noom_kill 1\noom_group_kill 1\n"},
    {"memory.peak", "4096\n"},
    {"pids.events", "max 3\n"},
    {"pids.peak", "12\n"},
    {"io.stat", "8:0 rbytes=100 wbytes=20 rios=1 wios=1\n8:16 rbytes=5 wbytes=7 rios=1 wios=1\n"},
    {"cgroup.procs", ""}};

class V2Test : public testing::Test {
 protected:
  void Use(const FakeTree& tree) {
    groups_.backend = &kCgroupV2;
    groups_.parent[0] = tree.OpenRoot();
    groups_.owner = kOwner;
    groups_.slot = kSlot;
    ASSERT_EQ(MakeGroups(&groups_), 0);
  }
  void TearDown() override { CloseGroups(&groups_); }

  Cgroups groups_;
  plan::RawReport report_ = {};
};

TEST_F(V2Test, WritesEveryLimitAndReadsItBack) {
  FakeTree tree(kV2Group, {});
  Use(tree);
  ASSERT_EQ(kCgroupV2.set_limits(groups_, kLimits, &report_), 0);
  EXPECT_EQ(tree.Read("memory.max"), "67108864");
  EXPECT_EQ(tree.Read("memory.swap.max"), "0");
  EXPECT_EQ(tree.Read("memory.oom.group"), "1");
  EXPECT_EQ(tree.Read("pids.max"), "51");  // and init
  EXPECT_EQ(tree.Read("cpu.max"), "50000 100000");
  EXPECT_EQ(report_.effective_memory_bytes, 64 << 20);
  EXPECT_EQ(report_.effective_processes, 50);
  EXPECT_EQ(report_.effective_cpu_millicores, 500);
  EXPECT_EQ(report_.memory_cgroup, plan::CgroupKind::kV2);
}

TEST_F(V2Test, AControllerThatIsNotGivenIsLeftToItsStandIn) {
  Files group = kV2Group;
  group["cgroup.controllers"] = "pids\n";
  group.erase("memory.max");
  group.erase("memory.events");
  FakeTree tree(group, {});
  Use(tree);
  ASSERT_EQ(kCgroupV2.set_limits(groups_, kLimits, &report_), 0);
  EXPECT_EQ(report_.memory_cgroup, plan::CgroupKind::kNone);
  EXPECT_EQ(report_.pids_cgroup, plan::CgroupKind::kV2);
  plan::Usage usage = {};
  EXPECT_EQ(kCgroupV2.collect(groups_, &usage), 0);
  EXPECT_EQ(usage.pids_denied, 3);
}

TEST_F(V2Test, AControllerThatWentAwayMeanwhileIsAnError) {
  FakeTree tree(kV2Group, {});
  Use(tree);
  ASSERT_EQ(kCgroupV2.set_limits(groups_, kLimits, &report_), 0);
  fs::remove(tree.Group() / "memory.events");
  plan::Usage usage = {};
  EXPECT_EQ(kCgroupV2.collect(groups_, &usage), ENOENT);
}

TEST_F(V2Test, ARateAsksTheParentForItsController) {
  Files group = kV2Group;
  group["cgroup.controllers"] = "memory pids\n";
  FakeTree tree(group, {{"cgroup.subtree_control", ""}});
  Use(tree);
  ASSERT_EQ(kCgroupV2.set_limits(groups_, kLimits, &report_), 0);
  EXPECT_EQ(tree.ReadParent("cgroup.subtree_control"), "+cpu");
  EXPECT_EQ(report_.effective_cpu_millicores, 500);
}

TEST_F(V2Test, ARateThatTheParentRefusesIsNotInForce) {
  Files group = kV2Group;
  group["cgroup.controllers"] = "memory pids\n";
  FakeTree tree(group, {});
  Use(tree);
  report_.effective_cpu_millicores = -1;
  ASSERT_EQ(kCgroupV2.set_limits(groups_, kLimits, &report_), 0);
  EXPECT_EQ(report_.effective_cpu_millicores, -1);
}

TEST_F(V2Test, KernelWithoutSwapIsFine) {
  Files group = kV2Group;
  group.erase("memory.swap.max");
  FakeTree tree(group, {});
  Use(tree);
  EXPECT_EQ(kCgroupV2.set_limits(groups_, kLimits, &report_), 0);
}

TEST_F(V2Test, CollectsEveryFigure) {
  FakeTree tree(kV2Group, {});
  Use(tree);
  plan::Usage usage = {};
  ASSERT_EQ(kCgroupV2.set_limits(groups_, kLimits, &report_), 0);
  ASSERT_EQ(kCgroupV2.collect(groups_, &usage), 0);
  EXPECT_EQ(usage.oom_kills, 1);
  EXPECT_EQ(usage.memory_peak_bytes, 4096);
  EXPECT_EQ(usage.pids_denied, 3);
  EXPECT_EQ(usage.pids_peak, 11);  // without init
  EXPECT_EQ(usage.io_read_bytes, 105);
  EXPECT_EQ(usage.io_write_bytes, 27);
}

TEST_F(V2Test, OldKernelWithoutPeaksLeavesThemUnknown) {
  Files group = kV2Group;
  group.erase("pids.peak");
  group.erase("memory.peak");
  FakeTree tree(group, {});
  Use(tree);
  plan::Usage usage = {};
  usage.pids_peak = -1;
  ASSERT_EQ(kCgroupV2.set_limits(groups_, kLimits, &report_), 0);
  ASSERT_EQ(kCgroupV2.collect(groups_, &usage), 0);
  EXPECT_EQ(usage.pids_peak, -1);
  EXPECT_EQ(usage.memory_peak_bytes, -1);
}

TEST_F(V2Test, ReadsCpuTimesInNanoseconds) {
  FakeTree tree(kV2Group, {});
  Use(tree);
  int64_t total = 0, user = 0, system = 0;
  ASSERT_EQ(kCgroupV2.read_cpu(groups_, &total, &user, &system), 0);
  EXPECT_EQ(total, 2'500'000);
  EXPECT_EQ(user, 1'500'000);
  EXPECT_EQ(system, 1'000'000);
}

const Files kV1Group = {{"memory.limit_in_bytes", ""},
                        {"memory.memsw.limit_in_bytes", ""},
                        {"memory.max_usage_in_bytes", "8192\n"},
                        {"memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n"},
                        {"memory.swappiness", ""},
                        {"pids.max", ""},
                        {"pids.events", "max 0\n"},
                        {"cpuacct.usage", "2500000\n"},
                        {"cpuacct.usage_user", "1500000\n"},
                        {"cpuacct.usage_sys", "1000000\n"},
                        {"cpu.cfs_period_us", ""},
                        {"cpu.cfs_quota_us", ""},
                        {"tasks", ""},
                        {"cgroup.procs", ""}};

class V1Test : public testing::Test {
 protected:
  void Use(const FakeTree& tree, const std::vector<Hierarchy>& hierarchies) {
    groups_.backend = &kCgroupV1;
    for (const Hierarchy hierarchy : hierarchies) groups_.parent[hierarchy] = tree.OpenRoot();
    groups_.owner = kOwner;
    groups_.slot = kSlot;
    ASSERT_EQ(MakeGroups(&groups_), 0);
  }
  void TearDown() override { CloseGroups(&groups_); }

  Cgroups groups_;
  plan::RawReport report_ = {};
};

TEST_F(V1Test, WritesEveryLimitAndReadsItBack) {
  FakeTree tree(kV1Group, {});
  Use(tree, {kMemory, kPids, kCpuacct, kCpu});
  ASSERT_EQ(kCgroupV1.set_limits(groups_, kLimits, &report_), 0);
  EXPECT_EQ(tree.Read("memory.limit_in_bytes"), "67108864");
  EXPECT_EQ(tree.Read("memory.memsw.limit_in_bytes"), "67108864");
  EXPECT_EQ(tree.Read("pids.max"), "51");
  EXPECT_EQ(tree.Read("cpu.cfs_period_us"), "100000");
  EXPECT_EQ(tree.Read("cpu.cfs_quota_us"), "50000");
  EXPECT_EQ(report_.effective_cpu_millicores, 500);
}

TEST_F(V1Test, WithoutSwapAccountingTheGroupMayNotSwap) {
  Files group = kV1Group;
  group.erase("memory.memsw.limit_in_bytes");
  FakeTree tree(group, {});
  Use(tree, {kMemory});
  ASSERT_EQ(kCgroupV1.set_limits(groups_, kLimits, &report_), 0);
  EXPECT_EQ(tree.Read("memory.swappiness"), "0");
}

TEST_F(V1Test, MissingHierarchyIsLeftToItsStandIn) {
  FakeTree tree(kV1Group, {});
  Use(tree, {kMemory});
  ASSERT_EQ(kCgroupV1.set_limits(groups_, kLimits, &report_), 0);
  EXPECT_EQ(report_.memory_cgroup, plan::CgroupKind::kV1);
  EXPECT_EQ(report_.pids_cgroup, plan::CgroupKind::kNone);
  EXPECT_EQ(report_.cpu_cgroup, plan::CgroupKind::kNone);
}

TEST_F(V1Test, CollectsFromTheKernelsCounters) {
  FakeTree tree(kV1Group, {});
  Use(tree, {kMemory, kPids});
  plan::Usage usage = {};
  usage.pids_peak = -1;
  ASSERT_EQ(kCgroupV1.collect(groups_, &usage), 0);
  EXPECT_EQ(usage.oom_kills, 2);
  EXPECT_EQ(usage.memory_peak_bytes, 8192);
  EXPECT_EQ(usage.pids_denied, 0);
  EXPECT_EQ(usage.pids_peak, -1);
}

TEST_F(V1Test, OpensAJoinFilePerHierarchy) {
  FakeTree tree(kV1Group, {});
  Use(tree, {kMemory, kPids});
  EXPECT_GE(groups_.join[kMemory], 0);
  EXPECT_GE(groups_.join[kPids], 0);
  EXPECT_EQ(groups_.join[kCpu], -1);
}

TEST(ClearSlotTest, RemovesAnEmptyGroupAndForgivesAMissingOne) {
  FakeTree tree({}, {});
  Cgroups groups;
  groups.owner = kOwner;
  groups.backend = &kCgroupV2;
  groups.parent[0] = tree.OpenRoot();
  plan::Removed removed = {};
  EXPECT_EQ(ClearSlot(groups, kSlot, &removed), 0);
  EXPECT_FALSE(fs::exists(tree.Group()));
  EXPECT_EQ(removed.groups, 1);
  EXPECT_EQ(ClearSlot(groups, kSlot, &removed), 0);
  EXPECT_EQ(removed.groups, 1);
  CloseGroups(&groups);
}

TEST(ForEachGroupTest, SeesOnlyGroupsOfOurs) {
  FakeTree tree({}, {});
  for (const char* name : {"jailrun.5.12", "jailrun.5.x", "jailrun.5.1x", "other.3", "jailrun.5.99999999999",
                           "jailrun.6.3", "jailrun.3"}) {
    fs::create_directory(tree.Group().parent_path() / name);
  }
  Cgroups groups;
  groups.owner = kOwner;
  groups.backend = &kCgroupV2;
  groups.parent[0] = tree.OpenRoot();
  std::vector<int64_t> slots;
  const auto note = [](void* context, int hierarchy, int64_t slot) {
    EXPECT_EQ(hierarchy, 0);
    static_cast<std::vector<int64_t>*>(context)->push_back(slot);
    return 0;
  };
  EXPECT_EQ(ForEachGroup(groups, note, &slots), 0);
  EXPECT_THAT(slots, testing::UnorderedElementsAre(kSlot, 12));
  CloseGroups(&groups);
}

}  // namespace
}  // namespace jail::cgroup
