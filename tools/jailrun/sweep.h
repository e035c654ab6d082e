// `jailrun sweep`: what killed runs had left, told to a person.
#ifndef TOOLS_JAILRUN_SWEEP_H_
#define TOOLS_JAILRUN_SWEEP_H_

#include <string>

#include "jail/v1/result.pb.h"

namespace jail::cli {

std::string RenderSweep(const v1::SweepReport& report);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_SWEEP_H_
