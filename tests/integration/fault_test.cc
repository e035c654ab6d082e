// The fault loop (promise P34, architecture.md §5): each step of a run is replaced by EIO, then by
// SIGKILL, then by what a host that has run out of something answers (ENOSPC, EMFILE, ENOMEM). The
// record must name that step, nothing may run that should not, and nothing may be left.
// Needs jail-launch-faulty, the helper compiled with JAIL_FAULT_INJECTION.
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "jail/jail.h"
#include "jail/plan/cpu_set.h"
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

// A jail that is given its job while it is still being built: of all that a pool may do the hardest.
class ParkNow : public jail::Parking {
 public:
  explicit ParkNow(std::string launcher_path) : launcher_path_(std::move(launcher_path)) {}
  std::optional<jail::Helper> Take(const jail::Shape& shape) override {
    absl::StatusOr<jail::Helper> helper = jail::Park(launcher_path_, shape);
    if (!helper.ok()) return std::nullopt;
    helper->parked_ns = 1;
    return *std::move(helper);
  }

 private:
  const std::string launcher_path_;
};

// Steps that only a jail built ahead has.
bool OnlyParked(const std::string& fault) {
  for (const StepId id : {StepId::kAwaitJob, StepId::kMatchShape, StepId::kHandOverJob}) {
    if (absl::StartsWith(fault, absl::StrCat(jail::plan::StepName(id), ":"))) return true;
  }
  return false;
}

// The wrapper, the faulty helper and the fault, in one folder of our private /tmp.
class FaultyHost : public JailTest {
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

  jail::v1::ResultRecord RunJob(const std::string& fault, const jail::v1::JobSpec& job) {
    std::ofstream(dir_ + "/fault") << fault << "\n";
    jail::Site site;
    site.launcher_path = dir_ + "/jail-launch";
    if (OnlyParked(fault)) site.parking = std::make_shared<ParkNow>(site.launcher_path);
    auto jail = jail::Jail::Open(site);
    EXPECT_TRUE(jail.ok()) << jail.status();
    if (!jail.ok()) return {};
    return (*jail)->Run(job);
  }

  jail::v1::ResultRecord RunWith(const std::string& fault) {
    jail::v1::JobSpec job;
    if (absl::StartsWith(fault, "mount_image:")) {  // A step that only jobs in an image have.
      job.set_rootfs("small");
      job.add_command("/usr/bin/true");
      return RunJob(fault, job);
    }
    job.set_language("c");  // Two phases: products cross from one jail to the next.
    auto* file = job.add_files();
    file->set_path("main.c");
    file->set_content("#include <stdio.h>\nint main(void) { puts(\"ran\"); return 0; }\n");
    job.add_artifact_globs("*.txt");
    // For the step that only such a job has.
    const std::string cpus = jail::plan::FormatCpuSet(jail::plan::OwnCpus());
    job.mutable_limits()->set_cpu_set(cpus);
    job.mutable_compile_limits()->set_cpu_set(cpus);
    return RunJob(fault, job);
  }

  // The next run, as short as one can be.
  jail::v1::ResultRecord RunNext() {
    jail::v1::JobSpec job;
    job.add_command("/usr/bin/true");
    return RunJob("none", job);
  }

  const std::string dir_ = "/tmp/faulty";
};

class FaultTest : public FaultyHost, public testing::WithParamInterface<Case> {};

INSTANTIATE_TEST_SUITE_P(Each, FaultTest, testing::ValuesIn(AllCases()), [](const auto& fault) {
  return absl::StrCat(jail::plan::kStepNames[fault.param.step],
                      fault.param.fault == Fault::kEio ? "_eio" : "_kill");
});

// Nothing that was not removed goes unsaid: a broken step of the clean-up stands in the record.
void ExpectCleanupNames(const Case& fault, const jail::v1::ResultRecord& record) {
  const StepId id = static_cast<StepId>(fault.step);
  const bool incomplete = AfterTheProgram(fault.step) && id != StepId::kCollectUsage;
  if (fault.fault != Fault::kEio || BeforeTheReport(fault.step)) return;
  EXPECT_EQ(record.cleanup().state(),
            incomplete ? jail::v1::Cleanup::STATE_INCOMPLETE : jail::v1::Cleanup::STATE_CLEAN);
  EXPECT_EQ(record.cleanup().step(), incomplete ? jail::plan::kStepNames[fault.step] : "");
}

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
  ExpectCleanupNames(fault, record);
  // A helper that died half-way, or was forbidden to clean up, leaves that to the next run.
  EXPECT_EQ(RunWith("none").verdict(), jail::v1::VERDICT_OK);
}

struct Lack {
  const char* spec;
  int error;
  const char* error_name;
};

class ExhaustionTest : public FaultyHost, public testing::WithParamInterface<Lack> {};

INSTANTIATE_TEST_SUITE_P(Each, ExhaustionTest,
                         testing::Values(Lack{"enospc", ENOSPC, "ENOSPC"}, Lack{"emfile", EMFILE, "EMFILE"},
                                         Lack{"enomem", ENOMEM, "ENOMEM"}),
                         [](const auto& lack) { return std::string(lack.param.spec); });

// What a machine lacks for a moment is the machine's, and worth another try. Only the files that do not
// fit are the caller's own.
void ExpectLackIsNamed(int step, const Lack& lack, const jail::v1::ResultRecord& record) {
  const jail::v1::Failure& failure = record.failure();
  const bool callers = static_cast<StepId>(step) == StepId::kWriteFiles && lack.error == ENOSPC;
  EXPECT_EQ(record.verdict(), callers ? jail::v1::VERDICT_REJECTED : jail::v1::VERDICT_JAIL_ERROR);
  EXPECT_EQ(failure.step(), jail::plan::kStepNames[step]);
  if (BeforeTheReport(step)) return;  // There the errno is lost.
  EXPECT_EQ(failure.error_number(), lack.error);
  EXPECT_EQ(failure.error_name(), lack.error_name);
  EXPECT_EQ(failure.origin(), callers ? jail::v1::Failure::ORIGIN_CALLER : jail::v1::Failure::ORIGIN_HOST);
  EXPECT_EQ(failure.retryable(), !callers);
  EXPECT_FALSE(failure.hint().empty());
}

TEST_P(ExhaustionTest, P34_EveryStepNamesWhatIsLackingAndLeavesNothing) {
  const Lack& lack = GetParam();
  EXPECT_EQ(RunNext().verdict(), jail::v1::VERDICT_OK);  // Writes the fault's own file.
  const Snapshot before = Snapshot::Take();
  for (int step = 1; step < kStepCount && !HasFailure(); ++step) {
    SCOPED_TRACE(absl::StrCat(jail::plan::kStepNames[step], ":", lack.spec));
    const jail::v1::ResultRecord record = RunWith(absl::StrCat(jail::plan::kStepNames[step], ":", lack.spec));
    SCOPED_TRACE(record.DebugString().substr(0, 3000));
    ExpectLackIsNamed(step, lack, record);
    EXPECT_THAT(AwaitNoOrphans(absl::Seconds(2)), IsEmpty());
    EXPECT_EQ(RunNext().verdict(), jail::v1::VERDICT_OK);
    EXPECT_THAT(LeaksSince(before, absl::Seconds(4)), IsEmpty());
  }
}

// The loop can fail: without a fault the same job is fine.
TEST_F(FaultyHost, WithoutAFaultTheJobIsOk) {
  const jail::v1::ResultRecord record = RunWith("none");
  EXPECT_EQ(record.verdict(), jail::v1::VERDICT_OK) << record.DebugString();
}

}  // namespace
}  // namespace jailtest
