#include "jail/launch/context.h"

namespace jail::launch {

int GoWithout(Context& context, plan::Layer layer, StepId step, int error) {
  plan::RawReport& report = *context.report;
  const bool extra =
      layer == plan::kMemfdNoexec || layer == plan::kNoNestedNamespaces || layer == plan::kLandlock;
  const bool by_mode = !context.privileged && layer != plan::kCpuCgroup && layer != plan::kNoLayer;
  const bool stand_in = layer == plan::kMemoryCgroup || layer == plan::kPidsCgroup;
  const bool allowed =
      extra || by_mode || stand_in || step == StepId::kMakeCgroup || context.plan.Has(plan::kBestEffort);
  if (context.Requires(layer) || !allowed) return error;
  // Helper and child may both be here at the same time.
  const int32_t slot = __atomic_fetch_add(&report.missing_count, 1, __ATOMIC_RELAXED);
  if (slot < plan::kMaxMissing) report.missing[slot] = {step, 0, error, static_cast<int32_t>(layer)};
  return 0;
}

}  // namespace jail::launch
