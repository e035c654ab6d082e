// From a record to what an exam says of it: flags, timing, passed. Pure; the formulas and thresholds are
// those that callers of proctored execution know, on measured figures.
#ifndef JAIL_EXAM_JUDGE_H_
#define JAIL_EXAM_JUDGE_H_

#include <string>

#include "jail/v1/call.pb.h"
#include "jail/v1/exam.pb.h"
#include "jail/v1/result.pb.h"

namespace jail::exam {

// What one attempt at a case has left.
struct Attempt {
  v1::ResultRecord record;
  bool is_call = false;
  v1::CallResult call;  // Of a call.
  v1::Comparison comparison;
  bool interactive = false;  // It waited for another program, as it should.
  bool deadlock = false;
  std::string not_judged;  // Why it could not be judged; the checker's fault, or the interactor's.
  v1::ResultRecord judge;  // Theirs, if there was one.
};

// Null: the program never ran.
const v1::PhaseResult* RunPhase(const v1::ResultRecord& record);
// Not by us, nor by a limit.
bool EndedByItself(const v1::ResultRecord& record);
// 128 + n for signal n; -1: none is known.
int ExitCode(const v1::PhaseResult& phase);

// Everything of `result` but id, name, difficulty, times of day, reruns and earlier records.
void Judge(Attempt attempt, double expected_duration_ms, v1::CaseResult* result);

// Whether it failed by its time alone, measured while the time could not be trusted.
bool WantsRerun(const v1::CaseResult& result);

}  // namespace jail::exam

#endif  // JAIL_EXAM_JUDGE_H_
