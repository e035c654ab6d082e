// An exam's outcome as lines for a person at a terminal.
#ifndef TOOLS_JAILRUN_EXAM_SUMMARY_H_
#define TOOLS_JAILRUN_EXAM_SUMMARY_H_

#include <string>

#include "jail/v1/exam.pb.h"

namespace jail::cli {

// One line a case, its flags below it, and the count. Shows nothing that a case expects.
std::string RenderExam(const v1::ExamResult& result);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_EXAM_SUMMARY_H_
