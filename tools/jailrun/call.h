// `jailrun call`: one function run. Its result goes to stdout, what it logs and what went wrong to stderr.
#ifndef TOOLS_JAILRUN_CALL_H_
#define TOOLS_JAILRUN_CALL_H_

#include "jail/jail.h"
#include "tools/jailrun/command_line.h"
#include "tools/jailrun/process.h"

namespace jail::cli {

int CallCommand(const Jail& jail, const CommandLine& line, const StandardStreams& streams);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_CALL_H_
