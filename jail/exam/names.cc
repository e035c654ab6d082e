#include "jail/exam/names.h"

#include "absl/strings/ascii.h"

namespace jail::exam {

std::string NameOf(v1::ExamFlag::Type type) { return absl::AsciiStrToLower(v1::ExamFlag::Type_Name(type)); }
std::string NameOf(v1::ExamFlag::Severity severity) {
  return absl::AsciiStrToLower(v1::ExamFlag::Severity_Name(severity));
}
std::string NameOf(v1::ExamEvent::Kind kind) { return absl::AsciiStrToLower(v1::ExamEvent::Kind_Name(kind)); }
std::string NameOf(v1::ExamEvent::Stream stream) {
  return absl::AsciiStrToLower(v1::ExamEvent::Stream_Name(stream));
}

}  // namespace jail::exam
