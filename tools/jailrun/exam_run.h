// `jailrun exam`: a spec from a file, cases in jails, and the results for people and programs.
#ifndef TOOLS_JAILRUN_EXAM_RUN_H_
#define TOOLS_JAILRUN_EXAM_RUN_H_

#include "jail/jail.h"
#include "tools/jailrun/command_line.h"
#include "tools/jailrun/process.h"

namespace jail::cli {

// Returns jailrun's exit status: 0 passed, 1 not passed.
int ExamCommand(const Jail& jail, const CommandLine& line, const StandardStreams& streams);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_EXAM_RUN_H_
