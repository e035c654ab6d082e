// Keeps what an exam returns within what a caller's memory and one message can hold.
#ifndef JAIL_EXAM_SHORTEN_H_
#define JAIL_EXAM_SHORTEN_H_

#include <cstddef>
#include <cstdint>

#include "jail/v1/exam.pb.h"

namespace jail::exam {

// Of all cases' results together, so that thousands of floods do not fill the caller's memory; from there on
// each result is cut.
inline constexpr int64_t kMostKeptBytes = int64_t{256} << 20;
// What is left of each of its texts then.
inline constexpr size_t kShortTextBytes = size_t{4} << 10;

// Cuts every text in the result, whoever wrote it and in whichever attempt, to kShortTextBytes; no character
// is cut through. A stream that was cut says so, and has no tail. Of a call's log the first lines stay, as
// many as fit, and logs_dropped counts the others; a value that is too long is left out: half of one is no
// JSON.
void Shorten(v1::CaseResult* result);

}  // namespace jail::exam

#endif  // JAIL_EXAM_SHORTEN_H_
