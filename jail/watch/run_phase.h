// One phase from its sealed plan to its facts: start, pump, read the report, and clean up behind a
// helper that died. What the phase left under /work is still there to be collected.
#ifndef JAIL_WATCH_RUN_PHASE_H_
#define JAIL_WATCH_RUN_PHASE_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "jail/base/fd.h"
#include "jail/v1/plan.pb.h"
#include "jail/watch/facts.h"
#include "jail/watch/pump.h"

namespace jail::watch {

struct PhaseRequest {
  std::string launcher_path;
  int plan_fd = -1;  // Sealed.
  const v1::RunPlan* plan = nullptr;
  const v1::PhasePlan* phase = nullptr;
  PumpRequest pump;
  std::optional<Helper> parked = std::nullopt;  // One of the plan's shape; else a helper is started for it.
  absl::Span<const v1::SourceFile> products = {};  // As they are in the plan; must outlive the call.
  int channels = 0;                                // To make for the program, from plan::kFirstChannelFd on;
  std::function<void(std::vector<Fd>)> on_channels = {};  // gets our ends as soon as there are any.
};

struct PhaseOutcome {
  PhaseFacts facts;
  Fd work;                // Not valid: none was asked for, or the jail did not get that far.
  UnreapedHelper helper;  // On its way out, while its report is read.
};

PhaseOutcome RunPhase(PhaseRequest request);

}  // namespace jail::watch

#endif  // JAIL_WATCH_RUN_PHASE_H_
