#include "jail/exam/spec.h"

#include <functional>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jail/base/units.h"

namespace jail::exam {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

v1::ExamSpec Spec() {
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

std::string Why(const std::function<void(v1::ExamSpec*, v1::ExamCase*)>& change) {
  v1::ExamSpec spec = Spec();
  change(&spec, spec.mutable_cases(0));
  return std::string(CheckSpec(spec).message());
}

TEST(CheckSpecTest, WhatIsWrongIsNamed) {
  struct Row {
    std::function<void(v1::ExamSpec*, v1::ExamCase*)> change;
    const char* why;
  };
  using S = v1::ExamSpec;
  using C = v1::ExamCase;
  const Row rows[] = {
      {[](S* s, C*) { s->set_exam_id("a b"); }, "exam_id: "},
      {[](S* s, C*) { s->clear_language(); }, "language: is unset"},
      {[](S* s, C*) { s->add_files()->set_path("x"); }, "files: cannot stand beside code"},
      {[](S* s, C*) { s->set_entry_path("x"); }, "entry_path: "},
      {[](S* s, C*) { s->clear_cases(); }, "cases: is empty"},
      {[](S* s, C*) { s->clear_code(); }, "cases[0].code: is unset"},
      {[](S* s, C*) { s->set_jobs(0); }, "jobs: 0 is not"},
      {[](S* s, C*) { s->set_reruns(11); }, "reruns: 11 is not"},
      {[](S* s, C*) { s->add_cases()->set_id("a"); }, "cases[1].id: \"a\" stands twice"},
      {[](S*, C* c) { c->set_id("/"); }, "cases[0].id: "},
      {[](S*, C* c) { c->set_expected_duration_ms(std::numeric_limits<double>::infinity()); },
       "cases[0].expected_duration_ms: "},
      {[](S*, C* c) { c->set_expected_json("1"); }, "cases[0].args_json: is unset"},
      {[](S*, C* c) { c->set_entry("f"); }, "cases[0].entry: is for cases with args_json"},
      {[](S*, C* c) { c->set_args_json("[]"); }, "cases[0].entry: is unset"},
      {[](S* s, C* c) {
         s->set_entry("f");
         c->set_args_json("{}");
       },
       "cases[0].args_json: is no JSON array"},
      {[](S* s, C* c) {
         s->set_entry("f");
         c->set_args_json("[1,]");
       },
       "cases[0].args_json: "},
      {[](S* s, C* c) {
         s->set_entry("f");
         c->set_args_json("[1]");
         c->set_expected_json("x");
       },
       "cases[0].expected_json: "},
      {[](S* s, C* c) {
         s->set_entry("f");
         c->set_args_json("[1]");
         c->set_stdin("x");
       },
       "cases[0].stdin: cannot stand beside args_json"},
      {[](S* s, C*) { s->mutable_checker()->set_absolute(-1); }, "checker."},
      {[](S*, C* c) {
         c->mutable_checker()->set_kind(v1::Checker::REGEX);
         c->set_expected_stdout("(");
       },
       "cases[0].expected_stdout: "},
      {[](S*, C* c) {
         c->mutable_checker()->set_kind(v1::Checker::PROGRAM);
         c->mutable_checker()->mutable_program()->set_code("x");
       },
       "cases[0].checker.program.language: is unset"},
      {[](S*, C* c) { c->mutable_interactor()->set_language("python"); },
       "cases[0].interactor: wants its source"},
  };
  for (const Row& row : rows) EXPECT_THAT(Why(row.change), StartsWith(row.why));
  EXPECT_TRUE(CheckSpec(Spec()).ok()) << CheckSpec(Spec());
}

TEST(CheckSpecTest, UnnamedCasesHaveNumbers) {
  v1::ExamSpec spec = Spec();
  spec.add_cases();
  EXPECT_EQ(CaseId(spec.cases(1), 1), "2");
  spec.mutable_cases(0)->set_id("2");
  EXPECT_THAT(std::string(CheckSpec(spec).message()), HasSubstr("stands twice"));
}

TEST(JobMakerTest, DefaultsAreAnExams) {
  const v1::ExamSpec spec = Spec();
  const v1::Runtime runtime = Python();
  const v1::Limits limits = JobMaker(spec, runtime, {}).ForCase(spec.cases(0), nullptr).limits();
  EXPECT_EQ(limits.memory_bytes(), 512 * kMiB);
  EXPECT_EQ(limits.cpu_millicores(), 500);
  EXPECT_EQ(limits.wall_time_ms(), 300'000);
  EXPECT_EQ(limits.cpu_time_ms(), 300'000);
}

TEST(JobMakerTest, TheSiteThenTheExamThenTheCaseDecide) {
  v1::ExamSpec spec = Spec();
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
  v1::ExamSpec spec = Spec();
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

TEST(JobMakerTest, WhatIsCompiledIsRunBesideItsFiles) {
  v1::ExamSpec spec = Spec();
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
  v1::ExamSpec spec = Spec();
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
  v1::ExamSpec spec = Spec();
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
