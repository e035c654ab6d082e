// Where an exam is held.
#ifndef JAIL_EXAM_HALL_H_
#define JAIL_EXAM_HALL_H_

#include "jail/exam/emitter.h"
#include "jail/exam/job_maker.h"
#include "jail/exam/programs.h"
#include "jail/jail.h"
#include "jail/v1/exam.pb.h"
#include "jail/v1/job.pb.h"

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

}  // namespace jail::exam

#endif  // JAIL_EXAM_HALL_H_
