// The test programs that each runtime brings along: as jobs, and what their records should be.
#ifndef TOOLS_JAILRUN_PROBES_H_
#define TOOLS_JAILRUN_PROBES_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "jail/v1/job.pb.h"
#include "jail/v1/result.pb.h"
#include "jail/v1/runtime.pb.h"

namespace jail::cli {

using RunJob = absl::FunctionRef<v1::ResultRecord(const v1::JobSpec& job)>;

v1::JobSpec ProbeJob(const v1::Runtime& runtime, const v1::Runtime::Probe& probe);

// Empty when the record is what the probe expects; otherwise the first difference.
std::string ProbeDifference(const v1::Runtime::Probe& probe, const v1::ResultRecord& record);

// The record's last phase; null when it has none.
const v1::PhaseResult* LastPhase(const v1::ResultRecord& record);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_PROBES_H_
