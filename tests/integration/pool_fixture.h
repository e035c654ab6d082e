// A jail with a pool of its own beside one without, for tests that compare the two.
#ifndef JAIL_TESTS_INTEGRATION_POOL_FIXTURE_H_
#define JAIL_TESTS_INTEGRATION_POOL_FIXTURE_H_

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "jail/jail.h"
#include "jail/pool/pool.h"
#include "tests/integration/await.h"
#include "tests/testlib/jailtest/jailrun.h"
#include "tests/testlib/jailtest/process_tree.h"

namespace jailtest {

class PoolTest : public JailTest {
 protected:
  void SetUp() override {
    JailTest::SetUp();
    if (!IsSkipped() && !HasFatalFailure()) OpenPool({});
  }
  void TearDown() override {
    jail_.reset();
    pool_.reset();
    JailTest::TearDown();
  }

  void OpenPool(jail::pool::Options options) {
    jail_.reset();
    pool_.reset();
    options.launcher_path = JAILTEST_LAUNCHER;
    auto pool = jail::pool::Pool::Open(std::move(options));
    ASSERT_TRUE(pool.ok()) << pool.status();
    pool_ = *std::move(pool);
    jail_ = OpenJail(pool_);
    cold_ = OpenJail(nullptr);
  }

  static std::unique_ptr<jail::Jail> OpenJail(std::shared_ptr<jail::Parking> parking) {
    jail::Site site;
    site.launcher_path = JAILTEST_LAUNCHER;
    site.parking = std::move(parking);
    auto jail = jail::Jail::Open(std::move(site));
    EXPECT_TRUE(jail.ok()) << jail.status();
    return jail.ok() ? *std::move(jail) : nullptr;
  }

  bool AwaitReady(int ready, int shapes = 1) {
    return Await([&] {
      const jail::pool::Stats stats = pool_->stats();
      return stats.ready >= ready && stats.shapes == shapes && stats.building == 0;
    });
  }

  // The helper that lives on: our own child, once a jail was asked for.
  static std::vector<pid_t> Servers() { return ChildrenOf({getpid()}, "jail-launch"); }
  // All that it has started and that are still there.
  static std::vector<pid_t> Helpers() { return ChildrenOf(Servers(), "jail-launch"); }
  static std::vector<pid_t> Zygotes() { return ChildrenOf(Servers(), "python3"); }

  static std::vector<pid_t> ChildrenOf(const std::vector<pid_t>& parents, const std::string& name) {
    std::vector<pid_t> pids;
    for (const ProcessInfo& info : Descendants(getpid())) {
      const bool theirs = std::find(parents.begin(), parents.end(), info.parent) != parents.end();
      if (theirs && info.name == name) pids.push_back(info.pid);
    }
    return pids;
  }

  std::shared_ptr<jail::pool::Pool> pool_;
  std::unique_ptr<jail::Jail> jail_, cold_;
};

inline jail::v1::JobSpec Job(const std::string& language, const std::string& source) {
  jail::v1::JobSpec job;
  job.set_language(language);
  auto* file = job.add_files();
  file->set_path(language == "c" ? "main.c" : "main.py");
  file->set_content(source);
  return job;
}

inline jail::v1::JobSpec Command1(const std::string& program) {
  jail::v1::JobSpec job;
  job.add_command(program);
  return job;
}

}  // namespace jailtest

#endif  // JAIL_TESTS_INTEGRATION_POOL_FIXTURE_H_
