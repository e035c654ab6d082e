// The table behind plan::ZygoteAt, from the catalog that runtimec compiles.
#ifndef JAIL_TOOLS_BUILD_ZYGOTE_CODE_H_
#define JAIL_TOOLS_BUILD_ZYGOTE_CODE_H_

#include <string>

#include "absl/status/statusor.h"
#include "jail/v1/runtime.pb.h"

namespace jail::build {

// InvalidArgumentError: one would not be started in the same way for each job.
absl::StatusOr<std::string> ZygotesCode(const v1::RuntimeCatalog& catalog);

}  // namespace jail::build

#endif  // JAIL_TOOLS_BUILD_ZYGOTE_CODE_H_
