// Writes a policy as classic BPF: a search over ranges of numbers, so that a call meets about ten
// comparisons, and behind it the tests of arguments, each value looked up once for all rules that ask for it.
// Small, because every run loads it: the kernel's work for that grows with the instructions. Not libseccomp's
// generator, which has no "allow under these conditions, else that error" and no ranges; the unit tests
// compare both.
#ifndef TOOLS_BUILD_POLICY_EMITTER_H_
#define TOOLS_BUILD_POLICY_EMITTER_H_

#include "absl/status/statusor.h"
#include "tools/build/bpf_writer.h"
#include "tools/build/policy_checker.h"

namespace jail::build {

// Errors: a rule that cannot be said in BPF, a program that is longer than BPF can hold.
absl::StatusOr<BpfProgram> EmitBpf(const CheckedPolicy& policy);

}  // namespace jail::build

#endif  // TOOLS_BUILD_POLICY_EMITTER_H_
