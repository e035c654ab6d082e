// `jailrun pool`: keeps jails ready for the jailruns of the same user, until it is told to end.
#ifndef TOOLS_JAILRUN_POOL_H_
#define TOOLS_JAILRUN_POOL_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "jail/jail.h"
#include "tools/jailrun/command_line.h"

namespace jail::cli {

// Where this run looks for jails that are ready: the pool that --pool names, else one that runs at the usual
// place; null with --cold and where there is none. An error: --pool names one that cannot be reached.
absl::StatusOr<std::shared_ptr<Parking>> ChooseParking(const CommandLine& line);

// Both return the exit status.
int ServePool(const CommandLine& line, const std::string& launcher_path);
int ShowPool(const CommandLine& line);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_POOL_H_
