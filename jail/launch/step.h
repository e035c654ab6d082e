// How a table of steps is walked. A step returns 0 or an errno and does not allocate, lock, log,
// throw or format; the walker notes where it is in the shared report before it starts, so that a
// failure, even death by SIGKILL in the middle, names its step.
#ifndef JAIL_LAUNCH_STEP_H_
#define JAIL_LAUNCH_STEP_H_

#include <cerrno>
#include <cstdint>

#include "jail/base/sys.h"
#include "jail/plan/raw_report.h"

namespace jail::launch {

using plan::At;
using plan::StepId;

template <typename Context>
struct Step {
  StepId id;
  bool (*wanted)(const Context&);
  int (*run)(Context&);
};

// The tests' own build of the helper replaces one step by EIO or by death (tests/testlib/fault); in
// the installed one there is nothing to find.
#ifdef JAIL_FAULT_INJECTION
void ReadFault(int argc, char** argv);
int InjectFault(StepId id);
bool FilesCannotBeMounted();  // As before Linux 6.12.
#else
inline void ReadFault(int, char**) {}
inline int InjectFault(StepId) { return 0; }
inline bool FilesCannotBeMounted() { return false; }
#endif

template <typename Context>
int RunStep(const Step<Context>& step, Context& context, plan::Trace& trace) {
  plan::StepTime& time = context.report->times[static_cast<int>(step.id)];
  trace.step = step.id;
  At(trace, -1, "");
  time.start_ns = NowNs();
  int error = InjectFault(step.id);
  if (error == 0) error = step.run(context);
  time.end_ns = NowNs();
  return error;
}

// Stops at the first failure and leaves its step, item and errno in the trace.
template <typename Context, int kCount>
int WalkSteps(const Step<Context> (&steps)[kCount], Context& context, plan::Trace& trace) {
  for (const Step<Context>& step : steps) {
    if (!step.wanted(context)) continue;
    if (const int error = RunStep(step, context, trace)) return trace.error = error;
  }
  return 0;
}

}  // namespace jail::launch

#endif  // JAIL_LAUNCH_STEP_H_
