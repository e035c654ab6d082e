// The attack program (attack/) as it was linked: bytes in jailrun's own read-only data, which no run but
// doctor's ever touches.
#ifndef TOOLS_JAILRUN_DOCTOR_ATTACK_PROGRAM_H_
#define TOOLS_JAILRUN_DOCTOR_ATTACK_PROGRAM_H_

#include "absl/strings/string_view.h"

namespace jail::cli {

absl::string_view AttackProgram();

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_DOCTOR_ATTACK_PROGRAM_H_
