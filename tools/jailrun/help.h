// What --help prints, made from the tables of commands and flags.
#ifndef TOOLS_JAILRUN_HELP_H_
#define TOOLS_JAILRUN_HELP_H_

#include <string>

#include "tools/jailrun/command_line.h"

namespace jail::cli {

// "jailrun help" and "jailrun --help": everything about running, and the other commands by name.
// "jailrun langs --help": that command alone.
std::string HelpText(Command command);

// Two lines for a command line that says nothing at all.
std::string ShortHelp();

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_HELP_H_
