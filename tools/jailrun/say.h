// What jailrun itself says to a person.
#ifndef TOOLS_JAILRUN_SAY_H_
#define TOOLS_JAILRUN_SAY_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace jail::cli {

// To stdout. Returns an exit status.
int Show(absl::string_view text);

// To stderr, which has nowhere to report its own failure.
void Complain(absl::string_view message);

// Complains of each that has.
bool NoneFailed(absl::Span<const absl::Status> statuses);

// Complains and returns `exit_status`.
int Fail(const absl::Status& status, int exit_status);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_SAY_H_
