// One case, run: by itself, as a call, or against an interactor; again when its time could not be trusted.
#ifndef JAIL_EXAM_ATTEMPT_H_
#define JAIL_EXAM_ATTEMPT_H_

#include <string>

#include "jail/exam/emitter.h"
#include "jail/exam/job_maker.h"
#include "jail/exam/judge.h"
#include "jail/exam/programs.h"
#include "jail/jail.h"
#include "jail/v1/exam.pb.h"

namespace jail::exam {

// What every case of an exam shares. All of it outlives the cases.
struct Hall {
  const Jail& jail;
  const v1::ExamSpec& spec;
  const JobMaker& maker;
  const Programs& programs;
  Emitter& emitter;
  const v1::CompiledProgram* compiled;  // The submission; null: nothing is compiled.
  bool own_compile;                     // A case with a program of its own has it compiled.
  int cancel_fd;
};

// Thread-safe.
v1::CaseResult RunCase(const Hall& hall, int index);

// Of what it was asked: the same for the same message.
std::string Fingerprint(const google::protobuf::MessageLite& message);
// For CASE_ENDED and COMPILED: what was measured in the record's last phase.
void Measure(const v1::ResultRecord& record, v1::ExamEvent* event);

}  // namespace jail::exam

#endif  // JAIL_EXAM_ATTEMPT_H_
