#include "jail/plan/missing.h"

namespace jail::plan {

bool GoesWithout(const Header& header, const MissingLayer& missing, RawReport& report) {
  const Layer layer = missing.layer;
  const bool extra = layer == kMemfdNoexec || layer == kNoNestedNamespaces || layer == kLandlock;
  const bool by_mode = report.privileged == 0 && layer != kCpuCgroup && layer != kNoLayer;
  const bool stand_in = layer == kMemoryCgroup || layer == kPidsCgroup;
  const bool allowed = extra || by_mode || stand_in || missing.step == StepId::kMakeCgroup ||
                       (header.flags & kBestEffort) != 0;
  if ((header.required >> layer & 1) != 0 || !allowed) return false;
  const int32_t slot = __atomic_fetch_add(&report.missing_count, 1, __ATOMIC_RELAXED);
  if (slot < kMaxMissing)
    report.missing[slot] = {missing.step, 0, missing.error, static_cast<int32_t>(layer)};
  return true;
}

}  // namespace jail::plan
