// What to do about a limit or layer that a host cannot give in full.
#ifndef TOOLS_JAILRUN_DOCTOR_ADVICE_H_
#define TOOLS_JAILRUN_DOCTOR_ADVICE_H_

#include "jail/v1/job.pb.h"
#include "jail/v1/result.pb.h"
#include "tools/jailrun/doctor/facts.h"

namespace jail::cli {

// Null where there is nothing to advise.
const char* AdviceFor(const Host& host, v1::Protection protection);
const char* AdviceFor(const Host& host, v1::Resource resource);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_DOCTOR_ADVICE_H_
