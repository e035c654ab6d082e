// Whether what a case left is what was expected: compared by us, or judged by a program in a jail of its own.
#ifndef JAIL_EXAM_CHECK_H_
#define JAIL_EXAM_CHECK_H_

#include <string>

#include "absl/strings/string_view.h"
#include "jail/exam/hall.h"
#include "jail/exam/judge.h"
#include "jail/v1/exam.pb.h"
#include "jail/v1/job.pb.h"
#include "jail/v1/result.pb.h"

namespace jail::exam {

// Of an attempt that ran. An interactive one has been judged by then.
void Check(const Hall& hall, const v1::ExamCase& one, Attempt* attempt);

// --- For those who run a program that judges ---

void AddInput(const std::string& path, const std::string& content, v1::JobSpec* job);
// Room for what was added to its sources.
void AllowSources(v1::JobSpec* job);
// What `who`, a checker or an interactor, says by its exit status.
void TakeJudgement(v1::ResultRecord judge, absl::string_view who, Attempt* attempt);

}  // namespace jail::exam

#endif  // JAIL_EXAM_CHECK_H_
