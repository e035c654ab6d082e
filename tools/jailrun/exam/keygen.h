// `jailrun keygen FILE`: a key that signs exam logs in FILE, for its owner alone, and the public one for
// everybody in FILE.pub.
#ifndef TOOLS_JAILRUN_EXAM_KEYGEN_H_
#define TOOLS_JAILRUN_EXAM_KEYGEN_H_

#include "tools/jailrun/command_line.h"

namespace jail::cli {

// Prints the public key. Neither file is ever overwritten; when one cannot be written, there is none.
// 0; 2: it cannot be done, stderr says why.
int KeygenCommand(const CommandLine& line);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_EXAM_KEYGEN_H_
