#include "jail/exam/check.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "jail/base/units.h"
#include "jail/base/utf8.h"
#include "jail/exam/compare/compare.h"
#include "jail/exam/spec.h"

namespace jail::exam {
namespace {

constexpr int kCheckerWrong = 1;
constexpr int kCheckerMalformed = 2;
constexpr size_t kMostWordsBytes = 1000;

std::string Words(const v1::ResultRecord& judge) {
  const v1::PhaseResult* phase = RunPhase(judge);
  if (phase == nullptr) return judge.summary();
  return HeadAsText(absl::StrCat(phase->stderr().content(), phase->stdout().content()), kMostWordsBytes);
}

void CheckByProgram(const Hall& hall, const v1::ExamCase& one, const v1::ExamProgram& program,
                    Attempt* attempt) {
  const v1::Output& output = RunPhase(attempt->record)->stdout();
  if (output.truncated()) {  // Half of an output deserves no judgement.
    attempt->comparison.set_wanted(true);
    attempt->not_judged = "the output is longer than output_bytes allows";
    return;
  }
  v1::JobSpec job = hall.programs.JobOf(program);
  AddInput("input.txt", one.stdin(), &job);
  AddInput("output.txt", output.content(), &job);
  AddInput("answer.txt", one.expected_stdout(), &job);
  for (const char* argument : {"input.txt", "output.txt", "answer.txt"}) job.add_args(argument);
  AllowSources(&job);
  Io io;
  io.cancel_fd = hall.cancel_fd;
  TakeJudgement(hall.jail.Run(job, io), "checker", attempt);
}

}  // namespace

void Check(const Hall& hall, const v1::ExamCase& one, Attempt* attempt) {
  if (attempt->interactive) return;
  const v1::Checker& checker = CheckerOf(hall.spec, one);
  if (attempt->is_call && one.has_expected_json()) {
    if (attempt->call.success()) {
      attempt->comparison = CompareJson(one.expected_json(), attempt->call.result_json(), checker);
    } else {
      attempt->comparison.set_message("it returned nothing");
    }
    attempt->comparison.set_wanted(true);
  } else if (checker.kind() == v1::Checker::PROGRAM && !attempt->is_call) {
    CheckByProgram(hall, one, checker.program(), attempt);
  } else if (one.has_expected_stdout()) {
    const v1::Output& output = RunPhase(attempt->record)->stdout();
    attempt->comparison = Compare(checker, one.expected_stdout(), output.content(), output.truncated());
    attempt->comparison.set_wanted(true);
  }
}

void AddInput(const std::string& path, const std::string& content, v1::JobSpec* job) {
  v1::SourceFile* file = job->add_files();
  file->set_path(path);
  file->set_content(content);
}

void AllowSources(v1::JobSpec* job) {
  int64_t bytes = kMiB;
  for (const v1::SourceFile& file : job->files()) bytes += static_cast<int64_t>(file.content().size());
  if (job->limits().source_bytes() < bytes) job->mutable_limits()->set_source_bytes(bytes);
}

void TakeJudgement(v1::ResultRecord judge, absl::string_view who, Attempt* attempt) {
  const v1::PhaseResult* phase = RunPhase(judge);
  const int code = phase == nullptr || !EndedByItself(judge) ? -1 : ExitCode(*phase);
  attempt->comparison.set_wanted(true);
  attempt->comparison.set_equal(code == 0);
  if (code != 0) attempt->comparison.set_message(Words(judge));
  if (code != 0 && code != kCheckerWrong && code != kCheckerMalformed)
    attempt->not_judged = absl::StrCat("the ", who, " failed: ", judge.summary());
  attempt->judge = std::move(judge);
}

}  // namespace jail::exam
