// Writes one phase's facts into the record: exit, output, usage, limits, denied calls, step times.
// Also the parts about the whole run: isolation and provenance.
#ifndef JAIL_WATCH_RECORD_H_
#define JAIL_WATCH_RECORD_H_

#include "jail/v1/job.pb.h"
#include "jail/v1/result.pb.h"
#include "jail/watch/facts.h"
#include "jail/watch/verdict.h"

namespace jail::watch {

// Adds the phase; its isolation, step times and provenance replace those of the phase before. Takes
// the captured output out of `facts`.
void AddPhase(PhaseFacts facts, const Judgement& judgement, v1::ResultRecord* record);

// What ran, as far as the job and the plan know it.
void DescribeJob(const v1::JobSpec& job, const v1::RunPlan& plan, v1::Provenance* provenance);

}  // namespace jail::watch

#endif  // JAIL_WATCH_RECORD_H_
