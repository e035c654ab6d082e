// `jailrun run` and `jailrun exec`: one job from the command line to the exit status.
#ifndef TOOLS_JAILRUN_RUN_H_
#define TOOLS_JAILRUN_RUN_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "jail/jail.h"
#include "tools/jailrun/command_line.h"
#include "tools/jailrun/files.h"
#include "tools/jailrun/job.h"
#include "tools/jailrun/process.h"

namespace jail::cli {

// Where a command's outcome goes: opened before the run, so that a bad one costs nothing.
struct Targets {
  Target record;
  Target json;
  Target more;  // The command's own: a compiled program, a ledger.
};
absl::StatusOr<Targets> OpenTargets(const CommandLine& line, const Destination& more,
                                    const StandardStreams& streams);

// Returns jailrun's exit status. `catalog` is the jail's own.
int RunOrExec(const Jail& jail, const CommandLine& line, const Catalog& catalog,
              const StandardStreams& streams);

// What remains when the jail cannot even be opened: the record asked for says so.
int ReportUnusable(const absl::Status& why, const CommandLine& line, const StandardStreams& streams);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_RUN_H_
