// An exam: one submission against its cases, each in a jail of its own.
//
//   jail::v1::ExamSpec spec;
//   spec.set_language("python");
//   spec.set_code("print(int(input()) * 2)");
//   jail::v1::ExamCase* one = spec.add_cases();
//   one->set_stdin("21");
//   one->set_expected_stdout("42");
//   const jail::v1::ExamResult result = jail::exam::Run(*jail, spec);  // result.passed()
#ifndef JAIL_EXAM_RUN_H_
#define JAIL_EXAM_RUN_H_

#include "jail/exam/emitter.h"
#include "jail/jail.h"
#include "jail/v1/exam.pb.h"

namespace jail::exam {

// Every outcome is a result; ExamResult.problem says what kept the exam from being held. `observe` hears of
// everything as it happens. `cancel_fd` as in Io: cases that run are cancelled, the others skipped.
v1::ExamResult Run(const Jail& jail, const v1::ExamSpec& given, const Observer& observe = nullptr,
                   int cancel_fd = -1);

}  // namespace jail::exam

#endif  // JAIL_EXAM_RUN_H_
