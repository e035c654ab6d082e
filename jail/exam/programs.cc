#include "jail/exam/programs.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/base/utf8.h"
#include "jail/exam/judge.h"
#include "jail/exam/spec.h"

namespace jail::exam {
namespace {

constexpr size_t kShownBytes = 2000;

std::string WhyNot(const v1::ResultRecord& record) {
  if (record.verdict() != v1::VERDICT_COMPILE_ERROR) return record.summary();
  return absl::StrCat("does not compile: ", HeadAsText(record.phases(0).stderr().content(), kShownBytes));
}

// Its files stay beside it, as when it is compiled and run in one job.
v1::JobSpec FromCompiled(const v1::JobSpec& source, v1::CompiledProgram compiled) {
  v1::JobSpec job = source;
  job.clear_language();
  job.clear_variant();
  job.clear_standard();
  job.clear_entry_path();
  *job.mutable_compiled() = std::move(compiled);
  return job;
}

}  // namespace

v1::ResultRecord CompileOnly(const Jail& jail, v1::JobSpec job, int cancel_fd) {
  job.set_compile_only(true);
  Io io;
  io.cancel_fd = cancel_fd;
  return jail.Run(job, io);
}

absl::Status Programs::Prepare(const Jail& jail, const v1::ExamSpec& spec, const JobMaker& maker,
                               int cancel_fd) {
  if (spec.checker().has_program())
    JAIL_RETURN_IF_ERROR(Add(jail, "checker.program", spec.checker().program(), maker, cancel_fd));
  for (int i = 0; i < spec.cases_size(); ++i) {
    const v1::ExamCase& one = spec.cases(i);
    if (one.checker().has_program())
      JAIL_RETURN_IF_ERROR(Add(jail, absl::StrCat(CaseField(i), ".checker.program"), one.checker().program(),
                               maker, cancel_fd));
    if (one.has_interactor())
      JAIL_RETURN_IF_ERROR(
          Add(jail, absl::StrCat(CaseField(i), ".interactor"), one.interactor(), maker, cancel_fd));
  }
  return absl::OkStatus();
}

absl::Status Programs::Add(const Jail& jail, absl::string_view field, const v1::ExamProgram& program,
                           const JobMaker& maker, int cancel_fd) {
  std::string key = program.SerializeAsString();
  if (jobs_.count(key) > 0) return absl::OkStatus();
  const absl::StatusOr<const v1::Runtime*> runtime = jail.FindLanguage(program.language());
  if (!runtime.ok()) return Bad(absl::StrCat(field, ".language"), runtime.status().message());
  v1::JobSpec job = maker.ForProgram(program, **runtime);
  if ((*runtime)->has_compile()) {
    v1::ResultRecord record = CompileOnly(jail, job, cancel_fd);
    if (!record.has_compiled()) return Bad(field, WhyNot(record));
    job = FromCompiled(job, std::move(*record.mutable_compiled()));
  } else {
    const absl::StatusOr<v1::RunPlan> plan = jail.Resolve(job);
    if (!plan.ok()) return Bad(field, plan.status().message());
  }
  jobs_.emplace(std::move(key), std::move(job));
  return absl::OkStatus();
}

v1::JobSpec Programs::JobOf(const v1::ExamProgram& program) const {
  return jobs_.at(program.SerializeAsString());
}

}  // namespace jail::exam
