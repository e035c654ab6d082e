// The jail as the host sees it while it lives: every task of it, read from /proc. Promises P5 to P9,
// P13; the program cannot lie here.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "tests/integration/languages.h"
#include "tests/testlib/jailtest/jailrun.h"
#include "tests/testlib/jailtest/process_tree.h"

namespace jailtest {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int64_t kUidFirst = 1'900'000'000, kUidCount = 8192;  // The site's default.

class OutsideTest : public JailTest {
 protected:
  void SetUp() override {
    JailTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    process_.emplace(JailrunCommand({Program("crowd.py")}));
    ASSERT_TRUE(process_->AwaitOutput("READY", absl::Seconds(10)));
    helper_ = AwaitDescendant(process_->pid(), "jail-launch", absl::Seconds(2)).value_or(-1);
    ASSERT_GT(helper_, 0);
    for (const ProcessInfo& info : Descendants(helper_)) inside_.push_back(info);
    ASSERT_GE(inside_.size(), 5) << "init, the program and its three children";
  }

  void TearDown() override {
    if (process_) {
      process_->Signal(SIGTERM);
      const JailRun run = Finish(&*process_);
      EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_CANCELLED) << run.Describe();
      process_.reset();
    }
    JailTest::TearDown();
  }

  // init and the programs.
  const std::vector<ProcessInfo>& inside() const { return inside_; }
  pid_t init() const { return inside_.front().pid; }
  // The program and its children: everything beneath init.
  std::vector<ProcessInfo> Programs() const { return {inside_.begin() + 1, inside_.end()}; }

  static std::vector<std::string> Threads(pid_t pid) {
    std::vector<std::string> threads;
    for (const auto& entry : fs::directory_iterator(absl::StrCat("/proc/", pid, "/task"))) {
      threads.push_back(entry.path().string());
    }
    return threads;
  }

  std::optional<Process> process_;
  pid_t helper_ = -1;
  std::vector<ProcessInfo> inside_;
};

TEST_F(OutsideTest, P8_EveryTaskHasAnUnprivilegedUidOfTheSitesRange) {
  std::set<int64_t> program_uids, init_uids;
  for (const ProcessInfo& info : inside()) {
    for (const char* field : {"Uid", "Gid"}) {
      for (absl::string_view id :
           absl::StrSplit(StatusField(info.pid, field), absl::ByAnyChar("\t "), absl::SkipEmpty())) {
        int64_t number = 0;
        ASSERT_TRUE(absl::SimpleAtoi(id, &number));
        EXPECT_GE(number, kUidFirst) << info.name;
        EXPECT_LT(number, kUidFirst + kUidCount) << info.name;
        if (std::string(field) == "Uid") (info.pid == init() ? init_uids : program_uids).insert(number);
      }
    }
    EXPECT_THAT(StatusField(info.pid, "Groups"), IsEmpty());
  }
  EXPECT_EQ(program_uids.size(), 1);
  EXPECT_EQ(init_uids.size(), 1);
  EXPECT_NE(program_uids, init_uids) << "init must not share the program's uid (promise P5)";
}

TEST_F(OutsideTest, P8_EveryTaskIsWithoutCapabilitiesAndFiltered) {
  for (const ProcessInfo& info : inside()) {
    for (const std::string& task : Threads(info.pid)) {
      const std::string status = ReadFile(task + "/status");
      SCOPED_TRACE(absl::StrCat(info.name, info.pid == init() ? " (init)\n" : "\n", status));
      for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"}) {
        EXPECT_THAT(status, HasSubstr(absl::StrCat(set, ":\t0000000000000000")));
      }
      EXPECT_THAT(status, HasSubstr("NoNewPrivs:\t1"));
      EXPECT_THAT(status, HasSubstr("Seccomp:\t2"));
    }
  }
}

TEST_F(OutsideTest, P9_EveryNamespaceIsItsOwn) {
  for (const char* ns : {"user", "pid", "mnt", "net", "ipc", "uts", "cgroup"}) {
    const fs::path ours = fs::read_symlink(absl::StrCat("/proc/self/ns/", ns));
    for (const ProcessInfo& info : inside()) {
      EXPECT_NE(fs::read_symlink(absl::StrCat("/proc/", info.pid, "/ns/", ns)), ours)
          << ns << " of " << info.name;
    }
  }
}

TEST_F(OutsideTest, EveryTaskIsInTheJailsCgroups) {
  for (const ProcessInfo& info : inside()) {
    const std::string groups = ReadProc(info.pid, "cgroup");
    for (const char* controller : {"memory", "pids"}) {
      bool found = false;
      for (absl::string_view line : absl::StrSplit(groups, '\n')) {
        const std::vector<absl::string_view> parts = absl::StrSplit(line, absl::MaxSplits(':', 2));
        if (parts.size() == 3 && absl::StrContains(parts[2], "jailrun") &&
            (absl::StrContains(parts[1], controller) || parts[1].empty())) {
          found = true;
        }
      }
      EXPECT_TRUE(found) << controller << " of " << info.name << ":\n" << groups;
    }
  }
}

TEST_F(OutsideTest, NoStrangerIsInTheJailsCgroups) {
  std::set<pid_t> known;
  for (const ProcessInfo& info : inside()) known.insert(info.pid);
  for (absl::string_view line : absl::StrSplit(ReadProc(inside().back().pid, "cgroup"), '\n')) {
    const std::vector<std::string> parts = absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (parts.size() != 3 || !absl::StrContains(parts[2], "jailrun")) continue;
    const std::string dir =
        absl::StrCat("/sys/fs/cgroup/", parts[1].empty() ? "unified" : parts[1], parts[2]);
    for (absl::string_view pid : absl::StrSplit(ReadFile(dir + "/cgroup.procs"), '\n', absl::SkipEmpty())) {
      int number = 0;
      ASSERT_TRUE(absl::SimpleAtoi(pid, &number));
      EXPECT_EQ(known.count(number), 1) << ReadProc(number, "comm") << " in " << dir;
    }
  }
}

TEST_F(OutsideTest, P13_TheOnlyInterfaceIsLoopbackAndThereIsNoRoute) {
  const pid_t program = Programs().front().pid;
  for (absl::string_view line : absl::StrSplit(ReadProc(program, "net/dev"), '\n', absl::SkipEmpty())) {
    if (absl::StrContains(line, "|")) continue;  // Two lines of headings.
    EXPECT_THAT(std::string(line), HasSubstr("lo:"));
  }
  const std::vector<std::string> routes =
      absl::StrSplit(ReadProc(program, "net/route"), '\n', absl::SkipEmpty());
  EXPECT_LE(routes.size(), 1) << "the heading only";
}

TEST_F(OutsideTest, P7_EnvironmentsHoldNothingOfTheCallers) {
  EXPECT_THAT(ReadProc(helper_, "environ"), IsEmpty());
  EXPECT_THAT(ReadProc(init(), "environ"), IsEmpty());
}

TEST_F(OutsideTest, P25_PipesAreNotTheCallers) {
  for (const ProcessInfo& info : Programs()) {
    for (int fd : {0, 1, 2}) {
      const std::string theirs = fs::read_symlink(absl::StrCat("/proc/", info.pid, "/fd/", fd)).string();
      const std::string callers =
          fs::read_symlink(absl::StrCat("/proc/", process_->pid(), "/fd/", fd)).string();
      EXPECT_THAT(theirs, testing::StartsWith("pipe:"));
      EXPECT_NE(theirs, callers) << info.name << " fd " << fd;
    }
  }
}

TEST_F(OutsideTest, P6_OnlyThreeDescriptorsAreOpenInEveryProgram) {
  for (const ProcessInfo& info : Programs()) {
    int count = 0;
    for (const auto& entry : fs::directory_iterator(absl::StrCat("/proc/", info.pid, "/fd"))) {
      EXPECT_THAT(entry.path().filename().string(), testing::AnyOf("0", "1", "2"));
      ++count;
    }
    EXPECT_EQ(count, 3) << info.name;
  }
}

TEST_F(OutsideTest, P3_TheHostsRootIsNotTheJails) {
  const fs::path root = absl::StrCat("/proc/", Programs().front().pid, "/root");
  EXPECT_FALSE(fs::exists(root / "etc/shadow"));
  EXPECT_FALSE(fs::exists(root / "var/lib"));
  EXPECT_FALSE(fs::exists(root / "root/.bashrc"));
  struct stat ours, theirs;
  ASSERT_EQ(stat("/", &ours), 0);
  ASSERT_EQ(stat(root.c_str(), &theirs), 0);
  EXPECT_FALSE(ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino);
}

TEST_F(OutsideTest, TheHelperIsNotDumpable) {
  // Files of a non-dumpable process's /proc belong to root; so they do for root. Its memory map is
  // the test that also holds then: its coredump filter cannot be read by its own uid otherwise.
  struct stat info;
  ASSERT_EQ(stat(absl::StrCat("/proc/", init(), "/environ").c_str(), &info), 0);
  EXPECT_EQ(info.st_uid, 0) << "init is dumpable: its uid, not root, owns its files";
}

TEST_F(OutsideTest, P8_RecordTellsTheProgramsHostUid) {
  const std::string uid = StatusField(Programs().front().pid, "Uid").substr(0, 10);
  process_->Signal(SIGTERM);
  const JailRun run = Finish(&*process_);
  process_.reset();
  EXPECT_EQ(absl::StrCat(run.record.isolation().host_uid()), uid);
}

}  // namespace
}  // namespace jailtest
