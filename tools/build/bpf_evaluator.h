// Runs a seccomp program on one call as the kernel would, instruction by instruction.
// Knows what seccomp allows of classic BPF and we use; everything else is an error, not a guess.
#ifndef TOOLS_BUILD_BPF_EVALUATOR_H_
#define TOOLS_BUILD_BPF_EVALUATOR_H_

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace jail::build {

struct BpfResult {
  uint32_t verdict = 0;  // SECCOMP_RET_* with its data.
  int steps = 0;         // Instructions executed.
};

// InvalidArgumentError when the program runs off its end or holds an instruction that is not known.
absl::StatusOr<BpfResult> EvaluateBpf(absl::Span<const sock_filter> program, const seccomp_data& call);

}  // namespace jail::build

#endif  // TOOLS_BUILD_BPF_EVALUATOR_H_
