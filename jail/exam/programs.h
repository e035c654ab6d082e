// The exam's own programs, checkers and interactors, compiled before the first case begins.
#ifndef JAIL_EXAM_PROGRAMS_H_
#define JAIL_EXAM_PROGRAMS_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "jail/exam/job_maker.h"
#include "jail/jail.h"

namespace jail::exam {

class Programs {
 public:
  // InvalidArgumentError names the program: "cases[3].checker.program: does not compile: ...".
  absl::Status Prepare(const Jail& jail, const v1::ExamSpec& spec, const JobMaker& maker, int cancel_fd);

  // A job that runs it, once it has its input. Only of what Prepare has seen.
  v1::JobSpec JobOf(const v1::ExamProgram& program) const;

 private:
  absl::Status Add(const Jail& jail, absl::string_view field, const v1::ExamProgram& program,
                   const JobMaker& maker, int cancel_fd);
  std::map<std::string, v1::JobSpec> jobs_;  // By the program, serialized.
};

// The record of the job's compiler alone; without `compiled` there is nothing to run.
v1::ResultRecord CompileOnly(const Jail& jail, v1::JobSpec job, int cancel_fd);

}  // namespace jail::exam

#endif  // JAIL_EXAM_PROGRAMS_H_
