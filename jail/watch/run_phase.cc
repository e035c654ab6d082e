#include "jail/watch/run_phase.h"

#include <utility>

#include "jail/watch/start.h"

namespace jail::watch {
namespace {

// It is the helper who kills the jail and removes its cgroup. One that died could not, and while the
// kernel kills the processes then, only a helper may remove the rest. Rootless runs have no rest.
bool LeftSomething(const PhaseFacts& facts) {
  if (!facts.report) return facts.helper_end.signaled;
  return facts.report->finished != 1 && facts.report->privileged == 1;
}

void Take(PumpResult pumped, PhaseOutcome* outcome) {
  PhaseFacts& facts = outcome->facts;
  facts.helper_end = pumped.end;
  facts.cancelled = pumped.cancelled;
  facts.ended_ns = pumped.ended_ns;
  facts.stdout_stream = std::move(pumped.stdout_stream);
  facts.stderr_stream = std::move(pumped.stderr_stream);
  if (pumped.report.valid()) facts.report = ReadReport(pumped.report.get());
  outcome->work = std::move(pumped.work);
}

}  // namespace

PhaseOutcome RunPhase(const PhaseRequest& request) {
  PhaseOutcome outcome;
  outcome.facts.plan = request.plan;
  outcome.facts.phase = request.phase;
  Helper helper;
  outcome.facts.our_fault = Start({request.launcher_path, request.plan_fd, {}}, &helper);
  if (outcome.facts.our_fault) return outcome;
  outcome.facts.started_ns = helper.started_ns;
  Take(Pump(std::move(helper), request.pump), &outcome);
  if (LeftSomething(outcome.facts)) {
    outcome.facts.sweep_fault = Sweep(request.launcher_path, &outcome.facts.swept);
  }
  return outcome;
}

}  // namespace jail::watch
