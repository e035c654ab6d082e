// In which order a jail must be made tight, and why. Checked when the helper is compiled (promise P35): a
// table of steps in another order, or without one of these, is no program. No option changes a table.
//
// To add a rule: a row here. tests/unit/plan/step_order.py breaks every one of them.
#ifndef JAIL_PLAN_STEP_ORDER_H_
#define JAIL_PLAN_STEP_ORDER_H_

#include "jail/plan/steps.h"

namespace jail::plan {

struct StepOrder {
  StepId first;
  StepId then;
};

inline constexpr StepOrder kChildOrder[] = {
    // No orphan, whatever fails later.
    {StepId::kDieWithParent, StepId::kAwaitIdMaps},
    {StepId::kAwaitIdMaps, StepId::kBecomeInsideRoot},
    // Init, too, can get nothing back.
    {StepId::kDropBoundingSet, StepId::kForkProgram},
    // No mount of ours is ever seen outside.
    {StepId::kMakeMountsPrivate, StepId::kMountNewRoot},
    {StepId::kMountNewRoot, StepId::kPivotRoot},
    {StepId::kPivotRoot, StepId::kDetachOldRoot},
    {StepId::kDetachOldRoot, StepId::kSealRootReadOnly},
    // The host's files are out of reach, and the limits in force, before a job is known.
    {StepId::kSealRootReadOnly, StepId::kVerifyNamespaces},
    {StepId::kJoinCgroup, StepId::kVerifyNamespaces},
    {StepId::kJoinNetwork, StepId::kVerifyNamespaces},
    {StepId::kVerifyNamespaces, StepId::kAwaitJob},
    // What needs rights comes before they go,
    {StepId::kDropGroups, StepId::kSetIds},
    {StepId::kMountApp, StepId::kSetIds},
    {StepId::kForbidNestedNamespaces, StepId::kSetIds},
    {StepId::kSetRlimits, StepId::kSetIds},
    // and each of them goes while the rights to do so are there.
    {StepId::kSetIds, StepId::kLockSecurebits},
    {StepId::kLockSecurebits, StepId::kDropCapabilities},
    {StepId::kDropCapabilities, StepId::kNoNewPrivs},
    // A stranger's paths are walked without any right.
    {StepId::kNoNewPrivs, StepId::kWriteFiles},
    {StepId::kWriteFiles, StepId::kRestrictFiles},
    {StepId::kNoNewPrivs, StepId::kInstallSeccomp},
    // Init is confined before the program begins; nothing of ours is open in it; all of it was read back.
    {StepId::kAwaitInit, StepId::kCloseOtherFds},
    {StepId::kCloseOtherFds, StepId::kVerifyConfinement},
    {StepId::kRestrictFiles, StepId::kVerifyConfinement},
    {StepId::kVerifyConfinement, StepId::kInstallSeccomp},
    {StepId::kInstallSeccomp, StepId::kExec},
};

// The step's place in a table; -1: it is not there, or twice.
template <typename Row, int kCount>
constexpr int PlaceOf(StepId id, const Row (&steps)[kCount]) {
  int place = -1;
  for (int i = 0; i < kCount; ++i) {
    if (steps[i].id != id) continue;
    if (place >= 0) return -1;
    place = i;
  }
  return place;
}

template <typename Row, int kCount>
constexpr bool KeepsChildOrder(const Row (&steps)[kCount]) {
  for (const StepOrder& rule : kChildOrder) {
    const int first = PlaceOf(rule.first, steps);
    if (first < 0 || PlaceOf(rule.then, steps) <= first) return false;
  }
  return steps[kCount - 1].id == StepId::kExec;
}

}  // namespace jail::plan

#endif  // JAIL_PLAN_STEP_ORDER_H_
