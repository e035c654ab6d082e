// The fault loop (promise P34, architecture.md §5): each step of a run is replaced by EIO, then by
// SIGKILL. The record must name that step, nothing may run that should not, and nothing may be left.
// Needs jail-launch-faulty, the helper compiled with JAIL_FAULT_INJECTION.
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "jail/jail.h"
#include "jail/plan/steps.h"
#include "tests/testlib/jailtest/jailrun.h"
#include "tests/testlib/jailtest/must_run.h"
#include "tests/testlib/jailtest/process_tree.h"

namespace jailtest {
namespace {

namespace fs = std::filesystem;
using jail::plan::kStepCount;
using jail::plan::StepId;
using testing::IsEmpty;

enum class Fault { kEio, kKill };

struct Case {
  int step;
  Fault fault;
  std::string Spec() const {
    return absl::StrCat(jail::plan::kStepNames[step], ":", fault == Fault::kEio ? "eio" : "kill");
  }
};

std::vector<Case> AllCases() {
  std::vector<Case> cases;
  for (int step = 1; step < kStepCount; ++step) {
    for (Fault fault : {Fault::kEio, Fault::kKill}) cases.push_back({step, fault});
  }
  return cases;
}

// Before there is a report, the helper's exit status is all it can say: the step, but no errno; and
// when it is killed, nothing.
bool BeforeTheReport(int step) {
  const StepId id = static_cast<StepId>(step);
  return id == StepId::kSanitize || id == StepId::kMakeReport;
}

std::string ExpectedStep(const Case& fault) {
  if (BeforeTheReport(fault.step) && fault.fault == Fault::kKill) return "start_helper";
  return jail::plan::kStepNames[fault.step];
}

// Steps that come when the program has already run.
bool AfterTheProgram(int step) {
  const StepId id = static_cast<StepId>(step);
  return id == StepId::kKillAll || id == StepId::kCollectUsage || id == StepId::kRemoveCgroup ||
         id == StepId::kGiveBackUid;
}

// The wrapper, the faulty helper and the fault, in one folder of our private /tmp.
class FaultTest : public JailTest, public testing::WithParamInterface<Case> {
 protected:
  void SetUp() override {
    JailTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
#ifndef JAILTEST_FAULTY
    JAIL_SKIP("this build has no jail-launch-faulty");
#else
    fs::create_directories(dir_);
    fs::copy_file(JAILTEST_WRAPPER, dir_ + "/jail-launch");
    fs::copy_file(JAILTEST_FAULTY, dir_ + "/jail-launch-faulty");
#endif
  }
  void TearDown() override {
    std::error_code error;
    fs::remove_all(dir_, error);
    JailTest::TearDown();
  }

  jail::v1::ResultRecord RunWith(const std::string& fault) {
    std::ofstream(dir_ + "/fault") << fault << "\n";
    jail::Site site;
    site.launcher_path = dir_ + "/jail-launch";
    auto jail = jail::Jail::Open(site);
    EXPECT_TRUE(jail.ok()) << jail.status();
    if (!jail.ok()) return {};
    jail::v1::JobSpec job;
    job.set_language("c");  // Two phases: products cross from one jail to the next.
    auto* file = job.add_files();
    file->set_path("main.c");
    file->set_content("#include <stdio.h>\nint main(void) { puts(\"ran\"); return 0; }\n");
    job.add_artifact_globs("*.txt");
    return (*jail)->Run(job);
  }

  const std::string dir_ = "/tmp/faulty";
};

INSTANTIATE_TEST_SUITE_P(Each, FaultTest, testing::ValuesIn(AllCases()), [](const auto& fault) {
  return absl::StrCat(jail::plan::kStepNames[fault.param.step],
                      fault.param.fault == Fault::kEio ? "_eio" : "_kill");
});

TEST_P(FaultTest, P34_RecordNamesTheStepAndNothingIsLeft) {
  const Case fault = GetParam();
  const jail::v1::ResultRecord record = RunWith(fault.Spec());
  SCOPED_TRACE(record.DebugString().substr(0, 3000));
  EXPECT_EQ(record.verdict(), jail::v1::VERDICT_JAIL_ERROR);
  EXPECT_EQ(record.failure().step(), ExpectedStep(fault));
  if (fault.fault == Fault::kEio && !BeforeTheReport(fault.step)) {
    EXPECT_EQ(record.failure().error_number(), EIO);
    EXPECT_EQ(record.failure().error_name(), "EIO");
  }
  EXPECT_FALSE(record.summary().empty());
  if (!AfterTheProgram(fault.step)) {
    for (const auto& phase : record.phases())
      EXPECT_THAT(phase.stdout().content(), IsEmpty()) << "a program ran";
  }
  EXPECT_THAT(AwaitNoOrphans(absl::Seconds(2)), IsEmpty());
  // A helper that died half-way, or was forbidden to clean up, leaves that to the next run.
  EXPECT_EQ(RunWith("none").verdict(), jail::v1::VERDICT_OK);
}

// The loop can fail: without a fault the same job is fine.
TEST_F(FaultTest, WithoutAFaultTheJobIsOk) {
  const jail::v1::ResultRecord record = RunWith("none");
  EXPECT_EQ(record.verdict(), jail::v1::VERDICT_OK) << record.DebugString();
}

}  // namespace
}  // namespace jailtest
