// An event as one line of JSON: what the log's entries hash, and what `--events` prints. Canonical: an event
// has one text, its members in one order, and only those that its kind has.
//
//   {"kind":"output","sequence":3,"at_us":51207,"time":"2026-01-02T03:04:05.678Z","case_id":"1","attempt":1,...}
#ifndef JAIL_EXAM_LOG_EVENT_JSON_H_
#define JAIL_EXAM_LOG_EVENT_JSON_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jail/v1/exam.pb.h"

namespace jail::exam {

// Without a newline. Hashes are lowercase hexadecimal. `with_content`: of OUTPUT the bytes themselves, as
// text with U+FFFD for what is no UTF-8; the log goes without.
std::string EventJson(const v1::ExamEvent& event, bool with_content);

// Back again, without content. InvalidArgumentError, with the member's name, for all that EventJson would
// have written otherwise: unknown, missing and moved members, blanks, other escapes, numbers below zero.
absl::StatusOr<v1::ExamEvent> ParseEvent(absl::string_view text);

}  // namespace jail::exam

#endif  // JAIL_EXAM_LOG_EVENT_JSON_H_
