// From a record and an answer to a result. The record comes first: an answer counts only from a program that
// ended well.
#ifndef JAIL_CALL_JUDGE_H_
#define JAIL_CALL_JUDGE_H_

#include "absl/strings/string_view.h"
#include "jail/call/service.h"
#include "jail/v1/call.pb.h"
#include "jail/v1/result.pb.h"

namespace jail::call {

void Judge(const Service& service, const Caps& caps, v1::ResultRecord record, v1::CallResult* result);

// With the kind's own name: "OUT_OF_MEMORY".
void SetError(v1::CallError::Kind kind, absl::string_view message, v1::CallError* error);

}  // namespace jail::call

#endif  // JAIL_CALL_JUDGE_H_
