// JobSpec.compile_only and JobSpec.compiled: one phase each, and a compiled program is believed no more than
// a source.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jail/resolve/job_check.h"
#include "jail/resolve/resolve.h"
#include "tests/unit/resolve/full_host.h"

namespace jail::resolve {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

v1::JobSpec CompiledJob() {
  v1::JobSpec job;
  v1::CompiledProgram& compiled = *job.mutable_compiled();
  compiled.set_format(std::string(kCompiledFormat));
  compiled.set_language("cpp");
  compiled.set_entry_path("src/main.cpp");
  compiled.add_products()->set_path("a.out");
  return job;
}

v1::JobSpec SourceJob(const std::string& language) {
  v1::JobSpec job;
  job.set_language(language);
  job.add_files()->set_content("x");
  job.set_compile_only(true);
  return job;
}

TEST(CompiledTest, OnlyTheCompilerIsPlanned) {
  const absl::StatusOr<v1::RunPlan> plan = ResolveWithAll(SourceJob("cpp"));
  ASSERT_TRUE(plan.ok()) << plan.status();
  ASSERT_EQ(plan->phases_size(), 1);
  EXPECT_EQ(plan->phases(0).kind(), v1::PhasePlan::KIND_COMPILE);
  EXPECT_EQ(plan->entry_path(), "main.cpp");
}

TEST(CompiledTest, WhatARunWouldRefuseIsNotCompiled) {
  v1::JobSpec job = SourceJob("cpp");
  job.mutable_files(0)->set_content(std::string(60000, ' '));
  EXPECT_THAT(std::string(ResolveWithAll(job).status().message()),
              StartsWith("files: are 60000 bytes together"));
}

TEST(CompiledTest, OnlyTheProgramIsPlannedAsItsLanguageRunsIt) {
  v1::JobSpec job = CompiledJob();
  job.add_args("one");
  job.mutable_compiled()->set_variant("asan");
  const absl::StatusOr<v1::RunPlan> plan = ResolveWithAll(job);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->variant(), "asan");
  ASSERT_EQ(plan->phases_size(), 1);
  EXPECT_EQ(plan->phases(0).kind(), v1::PhasePlan::KIND_RUN);
  EXPECT_THAT(plan->phases(0).argv(), ElementsAre("/app/a.out", "one"));
  EXPECT_THAT(plan->phases(0).files(), IsEmpty());
  EXPECT_EQ(plan->phases(0).report_signs_size(), 2) << "its sanitizers are understood";
}

TEST(CompiledTest, TheEntrysNameIsWhatItWas) {
  v1::JobSpec job = CompiledJob();
  job.mutable_compiled()->set_language("typescript");
  job.mutable_compiled()->set_entry_path("src/main.ts");
  const absl::StatusOr<v1::RunPlan> plan = ResolveWithAll(job);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(plan->phases(0).argv(), testing::Contains(testing::EndsWith("src/main.js")));
}

struct BadProgram {
  const char* message;
  void (*spoil)(v1::JobSpec*);
};

TEST(CompiledTest, IsCheckedLikeAStrangersInput) {
  const BadProgram cases[] = {
      {"compiled.format: \"\" is not \"jailrun compiled program 1\": this is no compiled program of this "
       "version",
       [](v1::JobSpec* job) { job->mutable_compiled()->clear_format(); }},
      {"compiled.language: no language \"\"",
       [](v1::JobSpec* job) { job->mutable_compiled()->clear_language(); }},
      {"compiled.language: python is not compiled: it runs from its source",
       [](v1::JobSpec* job) { job->mutable_compiled()->set_language("python"); }},
      {"compiled.variant: cpp has no \"x\"",
       [](v1::JobSpec* job) { job->mutable_compiled()->set_variant("x"); }},
      {"compiled.standard: cpp has no \"x\"",
       [](v1::JobSpec* job) { job->mutable_compiled()->set_standard("x"); }},
      {"compiled.entry_path: is empty",
       [](v1::JobSpec* job) { job->mutable_compiled()->clear_entry_path(); }},
      {"compiled.entry_path: \"../x\" has a part \"..\"",
       [](v1::JobSpec* job) { job->mutable_compiled()->set_entry_path("../x"); }},
      {"compiled.products: is empty: there is nothing to run",
       [](v1::JobSpec* job) { job->mutable_compiled()->clear_products(); }},
      {"compiled.products[1].path: \"../x\" has a part \"..\"",
       [](v1::JobSpec* job) { job->mutable_compiled()->add_products()->set_path("../x"); }},
      {"compiled.products[1].path: \"/etc/x\" is absolute",
       [](v1::JobSpec* job) { job->mutable_compiled()->add_products()->set_path("/etc/x"); }},
      {"compiled.products[1].path: \"a.out\" stands twice",
       [](v1::JobSpec* job) { job->mutable_compiled()->add_products()->set_path("a.out"); }},
      {"compiled.products[1].path: \"a.out/x\" needs a directory",
       [](v1::JobSpec* job) { job->mutable_compiled()->add_products()->set_path("a.out/x"); }},
      {"compiled.products: 1025 are more than 1024",
       [](v1::JobSpec* job) {
         for (int i = 0; i < 1024; ++i) job->mutable_compiled()->add_products()->set_path(std::to_string(i));
       }},
      {"files[0].path: is empty", [](v1::JobSpec* job) { job->add_files(); }},
      {"command: cannot stand beside compiled", [](v1::JobSpec* job) { job->add_command("/bin/true"); }},
      {"language: cannot stand beside compiled", [](v1::JobSpec* job) { job->set_language("cpp"); }},
      {"variant: cannot stand beside compiled", [](v1::JobSpec* job) { job->set_variant("asan"); }},
      {"standard: cannot stand beside compiled", [](v1::JobSpec* job) { job->set_standard("c++17"); }},
      {"entry_path: cannot stand beside compiled", [](v1::JobSpec* job) { job->set_entry_path("x"); }},
      {"compile_only: cannot stand beside compiled", [](v1::JobSpec* job) { job->set_compile_only(true); }},
  };
  for (const BadProgram& c : cases) {
    v1::JobSpec job = CompiledJob();
    c.spoil(&job);
    EXPECT_THAT(std::string(ResolveWithAll(job).status().message()), StartsWith(c.message));
  }
}

TEST(CompiledTest, WhatIsNotCompiledSaysSo) {
  EXPECT_EQ(ResolveWithAll(SourceJob("python")).status().message(),
            "compile_only: python is not compiled: it runs from its source");
  v1::JobSpec command;
  command.add_command("/bin/true");
  command.set_compile_only(true);
  EXPECT_EQ(ResolveWithAll(command).status().message(),
            "compile_only: is for languages; a command is not compiled");
}

}  // namespace
}  // namespace jail::resolve
