// What an artifact is made from, as 32 bytes: everything that the compiler is given, and which toolchain it
// is.
#ifndef JAIL_CACHE_KEY_H_
#define JAIL_CACHE_KEY_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "jail/v1/plan.pb.h"

namespace jail::cache {

// Files that change with any change of the toolchain: the package manager's list of what is installed, the
// folder of toolchains of our own. A compiler's headers and libraries that somebody edits by hand below /usr
// are not seen.
std::vector<std::string> ToolchainWitnesses();

// Of a compile phase. The limits do not count: what came of it under others is the same.
// `tenant`: whose artifacts are not for others, though they be the same.
std::string KeyOf(const v1::RunPlan& plan, const v1::PhasePlan& phase, absl::string_view tenant,
                  const std::vector<std::string>& witnesses);

}  // namespace jail::cache

#endif  // JAIL_CACHE_KEY_H_
