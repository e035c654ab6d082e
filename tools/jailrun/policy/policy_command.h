// The four verbs of `jailrun policy`, from operands to an exit status; what they do is in policy.h.
#ifndef TOOLS_JAILRUN_POLICY_POLICY_COMMAND_H_
#define TOOLS_JAILRUN_POLICY_POLICY_COMMAND_H_

#include "tools/jailrun/command_line.h"

namespace jail::cli {

// 0; 1: check met a call that is not allowed, lint found something; 2: an operand is wrong.
int PolicyCommand(const CommandLine& line);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_POLICY_POLICY_COMMAND_H_
