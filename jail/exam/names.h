// The words that people and programs read for the enums of exam.proto: "missing_start", "critical",
// "case_ended".
#ifndef JAIL_EXAM_NAMES_H_
#define JAIL_EXAM_NAMES_H_

#include <string>

#include "jail/v1/exam.pb.h"

namespace jail::exam {

std::string NameOf(v1::ExamFlag::Type type);
std::string NameOf(v1::ExamFlag::Severity severity);
std::string NameOf(v1::ExamEvent::Kind kind);
std::string NameOf(v1::ExamEvent::Stream stream);

}  // namespace jail::exam

#endif  // JAIL_EXAM_NAMES_H_
