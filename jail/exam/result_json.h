// An exam's result as the JSON that callers read: camelCase names, numbers as JSON numbers, durations in ms.
//
//   {"examId", "passed", "casesPassed", "casesFailed", "casesSkipped", "startTime", "endTime", "logHead"?:
//   hex,
//    "problem"?: {field, message}, "compile"?: {verdict, summary, stdout, stderr},
//    "cases": [{id, name, difficulty, passed, skipped, verdict, summary, reruns,
//               logs: {stdout, stderr, exitCode, startTime, endTime,
//                      resourceUsage: {cpuUsed, memoryPeakMb, diskReadBytes, diskWriteBytes}},
//               verification: {consistent, flags: [{type, message, severity}],
//                              timingAnalysis: {actualDuration, expectedDuration, ratio, anomalyScore,
//                              suspicious}},
//               comparison?: {equal, message, expected, actual},
//               result?: what a call case's function returned, error?: {kind, name, message, line?, column?},
//               record?}]}
//
// What is unknown is null. Text that is no UTF-8 has U+FFFD.
#ifndef JAIL_EXAM_RESULT_JSON_H_
#define JAIL_EXAM_RESULT_JSON_H_

#include <functional>
#include <string>

#include "jail/v1/exam.pb.h"

namespace jail::exam {

// One object in one line. Holds what cases expect: not for a submission's author. `record_json`: each case's
// record stands there as it says; null: none does.
std::string ResultJson(const v1::ExamResult& result,
                       const std::function<std::string(const v1::ResultRecord&)>& record_json = nullptr);

}  // namespace jail::exam

#endif  // JAIL_EXAM_RESULT_JSON_H_
