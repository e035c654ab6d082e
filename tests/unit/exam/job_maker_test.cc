#include "jail/exam/job_maker.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jail/base/units.h"
#include "jail/exam/spec.h"

namespace jail::exam {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

v1::ExamSpec PythonSpec() {
  v1::ExamSpec spec;
  spec.set_language("python");
  spec.set_code("print(1)");
  spec.add_cases()->set_id("a");
  return spec;
}

v1::Runtime Python() {
  v1::Runtime runtime;
  runtime.set_name("python");
  runtime.set_default_path("main.py");
  return runtime;
}

TEST(JobMakerTest, DefaultsAreAnExams) {
  const v1::ExamSpec spec = PythonSpec();
  const v1::Runtime runtime = Python();
  const v1::Limits limits = JobMaker(spec, runtime, {}).ForCase(spec.cases(0), nullptr).limits();
  EXPECT_EQ(limits.memory_bytes(), 512 * kMiB);
  EXPECT_EQ(limits.cpu_millicores(), 500);
  EXPECT_EQ(limits.wall_time_ms(), 300'000);
  EXPECT_EQ(limits.cpu_time_ms(), 300'000);
}

TEST(JobMakerTest, TheSiteThenTheExamThenTheCaseDecide) {
  v1::ExamSpec spec = PythonSpec();
  const v1::Runtime runtime = Python();
  v1::Site site;
  site.set_exam_wall_time_ms(60'000);
  site.set_exam_cpu_millicores(1000);
  site.set_max_memory_bytes(256 * kMiB);
  v1::Limits limits = JobMaker(spec, runtime, site).LimitsOf(spec.cases(0));
  EXPECT_EQ(limits.wall_time_ms(), 60'000);
  EXPECT_EQ(limits.cpu_millicores(), 1000);
  EXPECT_EQ(limits.memory_bytes(), 256 * kMiB) << "a default above the ceiling is lowered to it";
  spec.mutable_limits()->set_wall_time_ms(2000);
  spec.mutable_limits()->set_memory_bytes(64 * kMiB);
  spec.mutable_cases(0)->mutable_limits()->set_wall_time_ms(3000);
  limits = JobMaker(spec, runtime, site).LimitsOf(spec.cases(0));
  EXPECT_EQ(limits.wall_time_ms(), 3000);
  EXPECT_EQ(limits.memory_bytes(), 64 * kMiB);
}

TEST(JobMakerTest, ACasesOwnProgramStandsBesideTheSubmission) {
  v1::ExamSpec spec = PythonSpec();
  const v1::Runtime runtime = Python();
  spec.mutable_cases(0)->set_code("import main");
  v1::JobSpec job = JobMaker(spec, runtime, {}).ForCase(spec.cases(0), nullptr);
  ASSERT_EQ(job.files_size(), 2);
  EXPECT_EQ(job.files(0).path(), "case.py");
  EXPECT_EQ(job.files(0).content(), "import main");
  EXPECT_EQ(job.files(1).path(), "main.py");

  spec.clear_code();
  v1::ExamFile* file = spec.add_files();
  file->set_path("solution.py");
  file->set_text("x = 1");
  job = JobMaker(spec, runtime, {}).ForCase(spec.cases(0), nullptr);
  EXPECT_EQ(job.files(0).path(), "main.py");
  EXPECT_EQ(job.files(1).path(), "solution.py");
}

TEST(JobMakerTest, ALanguageWhoseFilesHaveNoExtensionHasNoneForACaseEither) {
  v1::ExamSpec spec = PythonSpec();
  v1::Runtime runtime;
  runtime.set_default_path("v1.0/main");
  spec.mutable_cases(0)->set_code("1");
  EXPECT_EQ(JobMaker(spec, runtime, {}).ForCase(spec.cases(0), nullptr).files(0).path(), "case");
}

TEST(JobMakerTest, WhatIsCompiledIsRunBesideItsFiles) {
  v1::ExamSpec spec = PythonSpec();
  const v1::Runtime runtime = Python();
  v1::ExamFile* data = spec.mutable_cases(0)->add_files();
  data->set_path("data.txt");
  data->set_bytes("d");
  v1::CompiledProgram compiled;
  compiled.set_entry_path("main.py");
  const v1::JobSpec job = JobMaker(spec, runtime, {}).ForCase(spec.cases(0), &compiled);
  EXPECT_EQ(job.compiled().entry_path(), "main.py");
  EXPECT_EQ(job.language(), "");
  ASSERT_EQ(job.files_size(), 2);
  EXPECT_EQ(job.files(0).path(), "main.py");
  EXPECT_EQ(job.files(1).content(), "d");
}

TEST(JobMakerTest, ACallHasTheOneFileHoweverItWasGiven) {
  v1::ExamSpec spec = PythonSpec();
  const v1::Runtime runtime = Python();
  spec.clear_code();
  spec.add_files()->set_bytes("def f(): pass");
  spec.mutable_cases(0)->set_args_json("[]");
  spec.set_entry("f");
  EXPECT_TRUE(CheckSpec(spec).ok()) << CheckSpec(spec);
  EXPECT_EQ(JobMaker(spec, runtime, {}).ForCall(spec.cases(0)).code(), "def f(): pass");
  spec.add_files()->set_path("other.py");
  EXPECT_THAT(std::string(CheckSpec(spec).message()),
              StartsWith("cases[0].args_json: a call is of one file"));
}

// Promise P36: what a case expects is in no job of the submission's, in no field.
TEST(JobMakerTest, P36_WhatIsExpectedEntersNoJob) {
  constexpr char kSecret[] = "S3CR3T-EXPECTATION";
  v1::ExamSpec spec = PythonSpec();
  const v1::Runtime runtime = Python();
  v1::ExamCase* one = spec.mutable_cases(0);
  one->set_name(kSecret);
  one->set_expected_stdout(kSecret);
  one->mutable_checker()->mutable_program()->set_code(kSecret);
  one->mutable_interactor()->set_code(kSecret);
  one->set_expected_json(std::string("\"") + kSecret + "\"");
  spec.mutable_checker()->mutable_program()->set_code(kSecret);
  const JobMaker maker(spec, runtime, {});
  v1::CompiledProgram compiled;
  EXPECT_THAT(maker.ToCompile().SerializeAsString(), Not(HasSubstr(kSecret)));
  EXPECT_THAT(maker.ForCase(*one, nullptr).SerializeAsString(), Not(HasSubstr(kSecret)));
  EXPECT_THAT(maker.ForCase(*one, &compiled).SerializeAsString(), Not(HasSubstr(kSecret)));
  one->set_args_json("[]");
  one->set_entry("f");
  EXPECT_THAT(maker.ForCall(*one).SerializeAsString(), Not(HasSubstr(kSecret)));
}

}  // namespace
}  // namespace jail::exam
