// `jailrun doctor`: looks at the host, says which mechanism each limit and layer gets, and proves it:
// for each one or more attacks in real jails. For a person or as a DoctorReport.
#ifndef TOOLS_JAILRUN_DOCTOR_DOCTOR_H_
#define TOOLS_JAILRUN_DOCTOR_DOCTOR_H_

#include <string>

#include "jail/v1/doctor.pb.h"
#include "jail/v1/runtime.pb.h"
#include "tools/jailrun/doctor/facts.h"
#include "tools/jailrun/langs.h"

namespace jail::cli {

// Runs the probe (Jail::Probe's record), then every attack by `run`. `best_effort`: what this host does not
// have is not required.
v1::DoctorReport Examine(const Host& host, const v1::ResultRecord& probe, bool best_effort, RunJob run);

std::string RenderDoctor(const v1::DoctorReport& report, const v1::RuntimeCatalog& catalog);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_DOCTOR_DOCTOR_H_
