// What Jail says without running anything: refusals are records too.
#include "jail/jail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jail {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

std::unique_ptr<Jail> OpenJail(const std::string& launcher = "/bin/true") {
  Site site;
  site.launcher_path = launcher;
  return *Jail::Open(std::move(site));
}

v1::JobSpec PythonJob() {
  v1::JobSpec job;
  job.set_language("python");
  job.add_files()->set_path("main.py");
  job.mutable_files(0)->set_content("print(1)");
  return job;
}

TEST(JailTest, LauncherMustExistAndBeExecutable) {
  Site site;
  site.launcher_path = "/nonexistent/jail-launch";
  EXPECT_TRUE(absl::IsNotFound(Jail::Open(site).status()));
  EXPECT_THAT(Jail::Open(site).status().message(), HasSubstr("/nonexistent/jail-launch"));
  site.launcher_path = "/etc/passwd";
  EXPECT_TRUE(absl::IsPermissionDenied(Jail::Open(site).status()));
}

TEST(JailTest, SiteHasAnAbsoluteLauncher) {
  const absl::StatusOr<Site> site = LoadSite();
  ASSERT_TRUE(site.ok()) << site.status();
  EXPECT_EQ(site->launcher_path.front(), '/');
}

TEST(JailTest, BadJobIsRejectedWithItsField) {
  v1::JobSpec job = PythonJob();
  job.set_language("pyton");
  const v1::ResultRecord record = OpenJail()->Run(job);
  EXPECT_EQ(record.verdict(), v1::VERDICT_REJECTED);
  EXPECT_EQ(record.failure().origin(), v1::Failure::ORIGIN_CALLER);
  EXPECT_EQ(record.failure().field(), "language");
  EXPECT_EQ(record.failure().step(), "resolve");
  EXPECT_EQ(record.phases_size(), 0);
  EXPECT_THAT(record.summary(), HasSubstr("python"));
}

TEST(JailTest, LimitOverTheCeilingNamesTheLimit) {
  v1::JobSpec job = PythonJob();
  job.mutable_limits()->set_memory_bytes(int64_t{1} << 50);
  EXPECT_EQ(OpenJail()->Run(job).failure().field(), "limits.memory_bytes");
}

TEST(JailTest, DescriptorThatIsNotOpenIsRejected) {
  Io io;
  io.cancel_fd = 987;
  const v1::ResultRecord record = OpenJail()->Run(PythonJob(), io);
  EXPECT_EQ(record.verdict(), v1::VERDICT_REJECTED);
  EXPECT_EQ(record.failure().field(), "io.cancel_fd");
}

TEST(JailTest, JobIdIsReturnedOrInvented) {
  v1::JobSpec job;
  job.set_job_id("my-job.1");
  EXPECT_EQ(OpenJail()->Run(job).job_id(), "my-job.1");
  job.clear_job_id();
  const std::string first = OpenJail()->Run(job).job_id();
  EXPECT_THAT(first, MatchesRegex("job-[0-9a-f]{16}"));
  EXPECT_NE(OpenJail()->Run(job).job_id(), first);
  job.set_job_id("../\xff");
  EXPECT_THAT(OpenJail()->Run(job).job_id(), MatchesRegex("job-[0-9a-f]{16}"));
}

TEST(JailTest, HelperThatSaysNothingIsAJailErrorThatNamesIt) {
  const v1::ResultRecord record = OpenJail("/bin/true")->Run(PythonJob());
  EXPECT_EQ(record.verdict(), v1::VERDICT_JAIL_ERROR);
  EXPECT_EQ(record.failure().step(), "start_helper");
  EXPECT_THAT(record.failure().message(), HasSubstr("ended with status 0"));
  EXPECT_EQ(record.provenance().source_sha256().size(), 32u);
  EXPECT_EQ(record.provenance().plan_sha256().size(), 32u);
  EXPECT_GT(record.timeline().total_us(), 0);
}

TEST(JailTest, SourceDigestDependsOnEveryByteOfPathAndContent) {
  v1::JobSpec job = PythonJob();
  const std::string digest = OpenJail()->Run(job).provenance().source_sha256();
  EXPECT_EQ(OpenJail()->Run(job).provenance().source_sha256(), digest);
  job.mutable_files(0)->set_path("main.pyp");
  job.mutable_files(0)->set_content("rint(1)");
  EXPECT_NE(OpenJail()->Run(job).provenance().source_sha256(), digest);
}

TEST(JailTest, ResolveIsWhatRunWouldDo) {
  const absl::StatusOr<v1::RunPlan> plan = OpenJail()->Resolve(PythonJob());
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->phases_size(), 1);
  EXPECT_GE(OpenJail()->Runtimes().runtimes_size(), 4);
}

}  // namespace
}  // namespace jail
