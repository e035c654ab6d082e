// Turns one phase of a RunPlan into a sealed memfd in the layout of jail/plan/layout.h. Called by the
// watcher, without privilege; jail/plan/view reads it on the other side and trusts none of it.
//
// What must stay true: everything in the memfd is decided here, from the plan alone, and once sealed
// not a byte of it can change, whoever still holds the descriptor.
#ifndef JAIL_PLAN_SEAL_H_
#define JAIL_PLAN_SEAL_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "jail/base/fd.h"
#include "jail/v1/plan.pb.h"

namespace jail::plan {

struct SealOptions {
  // Flags of layout.h beyond those that the plan itself asks for (best effort, sending /work back).
  uint32_t flags = 0;
  // Descriptors for the program, handed to the helper from kFirstChannelFd on.
  int channels = 0;
};

struct SealedPlan {
  Fd fd;  // Close-on-exec, sealed against writing, growing, shrinking and further sealing.
  std::array<uint8_t, 32> sha256;  // Of its bytes.
};

// `products` come from the phase before and go read-only under /app; `phase.files` under /work.
// InvalidArgumentError when the plan breaks a bound of layout.h, ResourceExhaustedError when it is
// too large or no memfd is to be had.
absl::StatusOr<SealedPlan> Seal(const v1::RunPlan& plan, const v1::PhasePlan& phase,
                                absl::Span<const v1::SourceFile> products, const SealOptions& options = {});

// The plan of a jail that waits for a job like this one (kPark): all of it that a jail is built from. Equal
// bytes are equal shapes.
absl::StatusOr<std::string> ComposeShape(const v1::RunPlan& plan, const v1::PhasePlan& phase,
                                         const SealOptions& options = {});
// The plan of a jail with the phase's runtime in it (kParkRuntime): its loader as the program. The phase must
// have `parked`; `app` are the files that it names.
absl::StatusOr<std::string> ComposeRuntimeShape(const v1::RunPlan& plan, const v1::PhasePlan& phase,
                                                absl::Span<const v1::SourceFile* const> app,
                                                const SealOptions& options = {});
absl::StatusOr<Fd> SealBytes(absl::string_view bytes);

// What a jail of that shape is started with, beside its plan; nothing when the bytes are no plan's.
struct ShapeNeeds {
  int channels;  // The loader's too.
  bool runtime;
};
absl::optional<ShapeNeeds> NeedsOf(absl::string_view shape);

}  // namespace jail::plan

#endif  // JAIL_PLAN_SEAL_H_
