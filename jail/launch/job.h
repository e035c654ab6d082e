// Host steps that depend on the job and not only on its shape.
#ifndef JAIL_LAUNCH_JOB_H_
#define JAIL_LAUNCH_JOB_H_

#include <cstdint>

#include "jail/launch/context.h"

namespace jail::launch {

inline constexpr int64_t kSetupTimeoutNs = int64_t{20} * 1'000'000'000;  // A slow, loaded machine, with room.

bool HasCgroups(const Context& context);
// A child that is already dead has left its reason in its own trace: not our failure.
int UnlessChildDied(const Context& context, int error);

int MakeCgroup(Context& context);
int SetCgroupLimits(Context& context);
int ChooseStandIns(Context& context);

// A jail that was built ahead waits, with no clock running.
int NoteParked(Context& context);
// A runtime that was started ahead is to get ready, and to wait.
int LetRuntimeStart(Context& context);
// Its job has come.
int TakeJob(Context& context, int plan_fd);

}  // namespace jail::launch

#endif  // JAIL_LAUNCH_JOB_H_
