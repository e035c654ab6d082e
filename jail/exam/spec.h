// What an exam's author asks for: whether it makes sense, and what its cases are called.
#ifndef JAIL_EXAM_SPEC_H_
#define JAIL_EXAM_SPEC_H_

#include <string>

#include "absl/status/status.h"
#include "jail/v1/exam.pb.h"

namespace jail::exam {

inline constexpr int kMostCases = 10'000;  // As exam.proto has it.

// What is wrong with the spec as it stands, before anything is asked of a jail. InvalidArgumentError names
// the field: "cases[3].args_json: is no JSON array".
absl::Status CheckSpec(const v1::ExamSpec& spec);

// How the case's output is judged: its own way, or the exam's.
const v1::Checker& CheckerOf(const v1::ExamSpec& spec, const v1::ExamCase& one);

// "cases[3]"
std::string CaseField(int index);
// As given, or its number from 1.
std::string CaseId(const v1::ExamCase& one, int index);
bool IsCall(const v1::ExamCase& one);

}  // namespace jail::exam

#endif  // JAIL_EXAM_SPEC_H_
