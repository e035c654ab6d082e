// The calls that the filter refused and recorded, as the record tells of them: which, with what, who decided
// and what would have to change.
#ifndef JAIL_WATCH_DENIED_H_
#define JAIL_WATCH_DENIED_H_

#include <string>

#include "jail/plan/raw_report.h"
#include "jail/v1/result.pb.h"

namespace jail::watch {

void SetDeniedCalls(const plan::RawReport& report, const std::string& policy, v1::PhaseResult* phase);

}  // namespace jail::watch

#endif  // JAIL_WATCH_DENIED_H_
