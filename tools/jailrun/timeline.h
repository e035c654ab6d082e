// A run in the order of time, for a person: every step with its microseconds, and what was in use at some
// twenty moments. `explain --html` draws the same as a picture.
#ifndef TOOLS_JAILRUN_TIMELINE_H_
#define TOOLS_JAILRUN_TIMELINE_H_

#include <string>

#include "jail/v1/result.pb.h"

namespace jail::cli {

// Empty for a record of a run that never began.
std::string RenderTimeline(const v1::ResultRecord& record);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_TIMELINE_H_
