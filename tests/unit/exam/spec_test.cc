#include "jail/exam/spec.h"

#include <functional>
#include <limits>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jail::exam {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

v1::ExamSpec Spec() {
  v1::ExamSpec spec;
  spec.set_language("python");
  spec.set_code("print(1)");
  spec.add_cases()->set_id("a");
  return spec;
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

}  // namespace
}  // namespace jail::exam
