// `jailrun doctor`: what one real jail on this host showed, and what to do about what it lacks.
#ifndef TOOLS_JAILRUN_DOCTOR_H_
#define TOOLS_JAILRUN_DOCTOR_H_

#include <string>

#include "jail/v1/result.pb.h"
#include "jail/v1/runtime.pb.h"

namespace jail::cli {

// The probe ran and everything that was asked for held.
bool HostIsReady(const v1::ResultRecord& probe);

std::string RenderDoctor(const v1::ResultRecord& probe, const v1::RuntimeCatalog& catalog);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_DOCTOR_H_
