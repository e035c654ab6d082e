// What any JobSpec must be, whatever language, site or host it meets: well-formed paths, names, strings
// and enums. After CheckJob the rest of the resolver need not look at them again.
#ifndef JAIL_RESOLVE_JOB_CHECK_H_
#define JAIL_RESOLVE_JOB_CHECK_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "jail/v1/job.pb.h"

namespace jail::resolve {

// CompiledProgram.format of those that this version makes and takes.
inline constexpr absl::string_view kCompiledFormat = "jailrun compiled program 1";

// InvalidArgumentError that begins with the field: "files[1].path: \"../x\" has a part \"..\"".
absl::Status CheckJob(const v1::JobSpec& job);

}  // namespace jail::resolve

#endif  // JAIL_RESOLVE_JOB_CHECK_H_
