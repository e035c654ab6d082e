// Writes a policy as classic BPF: a binary tree over ranges of numbers, so that any call meets about
// eight comparisons, with the argument tests of a call at its leaf. Not libseccomp's generator, which
// has no "allow under these conditions, else that error" and no ranges; the unit tests compare both.
#ifndef TOOLS_BUILD_POLICY_EMITTER_H_
#define TOOLS_BUILD_POLICY_EMITTER_H_

#include <linux/filter.h>

#include <vector>

#include "absl/status/statusor.h"
#include "tools/build/policy_checker.h"

namespace jail::build {

using BpfProgram = std::vector<sock_filter>;

// Errors: a clause or a program that is longer than BPF can hold.
absl::StatusOr<BpfProgram> EmitBpf(const CheckedPolicy& policy);

}  // namespace jail::build

#endif  // TOOLS_BUILD_POLICY_EMITTER_H_
