// One case, run: by itself, as a call, or against an interactor; again when its time could not be trusted.
#ifndef JAIL_EXAM_ATTEMPT_H_
#define JAIL_EXAM_ATTEMPT_H_

#include <string>

#include "google/protobuf/message_lite.h"
#include "jail/exam/hall.h"
#include "jail/v1/exam.pb.h"
#include "jail/v1/result.pb.h"

namespace jail::exam {

// Thread-safe.
v1::CaseResult RunCase(const Hall& hall, int index);

// Of what it was asked: the same for the same message.
std::string Fingerprint(const google::protobuf::MessageLite& message);
// For CASE_ENDED and COMPILED: what was measured in the record's last phase.
void Measure(const v1::ResultRecord& record, v1::ExamEvent* event);

}  // namespace jail::exam

#endif  // JAIL_EXAM_ATTEMPT_H_
