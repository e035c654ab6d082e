// The phases of a record for a person.
#ifndef TOOLS_JAILRUN_RENDER_PHASE_H_
#define TOOLS_JAILRUN_RENDER_PHASE_H_

#include <string>

#include "jail/v1/result.pb.h"
#include "tools/jailrun/render.h"

namespace jail::cli {

// "exit status 7", "signal 11 (SIGSEGV)".
std::string Ending(const v1::PhaseResult& phase);

// Heading, limits, what was reached, what was denied; in full also the output.
std::string RenderPhase(const v1::PhaseResult& phase, Detail detail);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_RENDER_PHASE_H_
