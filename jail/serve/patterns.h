// Sources that an operator may want to know of. They run all the same: the jail is the boundary.
#ifndef JAIL_SERVE_PATTERNS_H_
#define JAIL_SERVE_PATTERNS_H_

#include <string>
#include <vector>

#include "jail/v1/job.pb.h"

namespace jail::serve {

// Names of the patterns that a source of the job has in it (a program in machine code is none): "fork_bomb",
// "proc_files", ...; each once.
std::vector<std::string> SuspiciousPatterns(const v1::JobSpec& job);

}  // namespace jail::serve

#endif  // JAIL_SERVE_PATTERNS_H_
