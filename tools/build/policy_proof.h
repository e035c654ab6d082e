// Holds a compiled policy to the rules it was made from. Both sides only compare numbers and words of
// arguments with constants, so they agree on all calls when they agree on each constant of either side and
// its neighbours, in every combination.
#ifndef TOOLS_BUILD_POLICY_PROOF_H_
#define TOOLS_BUILD_POLICY_PROOF_H_

#include <linux/filter.h>
#include <linux/seccomp.h>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "tools/build/policy_checker.h"

namespace jail::build {

// What the checked rules answer, read literally.
Verdict RuledVerdict(const CheckedPolicy& policy, const seccomp_data& call);

// InternalError: the first call found that the program answers differently. ResourceExhaustedError: a call
// has too many combinations to look at.
absl::Status ProveProgram(const CheckedPolicy& policy, absl::Span<const sock_filter> program);

}  // namespace jail::build

#endif  // TOOLS_BUILD_POLICY_PROOF_H_
