// Which names may stand where: environment variables of a job or a runtime. Used by the resolver, which
// answers callers, and by runtimec, which answers whoever writes a runtime file.
#ifndef JAIL_BASE_NAMES_H_
#define JAIL_BASE_NAMES_H_

#include "absl/strings/string_view.h"

namespace jail {

// [A-Za-z_][A-Za-z0-9_]*
bool IsEnvName(absl::string_view name);

// Variables that steer the dynamic loader or libc itself: LD_*, GLIBC_TUNABLES, GCONV_PATH and the
// like. Refused in every jail: they change what runs before the program does.
bool IsLoaderVariable(absl::string_view name);

}  // namespace jail

#endif  // JAIL_BASE_NAMES_H_
