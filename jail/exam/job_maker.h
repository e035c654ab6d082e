// From what an exam's author asks for to jobs. Whatever a case expects stays out of every one of them
// (promise P36): the tests look for it there.
#ifndef JAIL_EXAM_JOB_MAKER_H_
#define JAIL_EXAM_JOB_MAKER_H_

#include <string>

#include "jail/v1/call.pb.h"
#include "jail/v1/exam.pb.h"
#include "jail/v1/job.pb.h"
#include "jail/v1/runtime.pb.h"
#include "jail/v1/site.pb.h"

namespace jail::exam {

// What a case has when nobody says anything: 512 MiB, half a core, 300 s, or what the site says instead;
// never more than its ceilings.
v1::Limits DefaultLimits(const v1::Site& site);

// How the cases are run. The runtime is the submission's.
class JobMaker {
 public:
  JobMaker(const v1::ExamSpec& spec, const v1::Runtime& runtime, const v1::Site& site);

  // The submission compiled, once for all cases.
  v1::JobSpec ToCompile() const;
  // Of a case without a call. `compiled`: what came of ToCompile, or of the case's own program (the job
  // without it, compile_only); null: nothing is compiled.
  v1::JobSpec ForCase(const v1::ExamCase& one, const v1::CompiledProgram* compiled) const;
  v1::CallSpec ForCall(const v1::ExamCase& one) const;
  // A checker or an interactor: trusted, in a jail all the same.
  v1::JobSpec ForProgram(const v1::ExamProgram& program, const v1::Runtime& runtime) const;

  v1::Limits LimitsOf(const v1::ExamCase& one) const;
  std::string EntryFunctionOf(const v1::ExamCase& one) const;

 private:
  void AddSources(const v1::ExamCase& one, v1::JobSpec* job) const;
  void AddSubmission(v1::JobSpec* job) const;
  void SetLanguage(v1::JobSpec* job) const;
  void SetRoot(v1::JobSpec* job) const;

  const v1::ExamSpec& spec_;
  const v1::Runtime& runtime_;
  const v1::Limits defaults_;  // Of cases,
  const v1::Limits programs_;  // and of checkers and interactors: none of the submission's.
};

}  // namespace jail::exam

#endif  // JAIL_EXAM_JOB_MAKER_H_
