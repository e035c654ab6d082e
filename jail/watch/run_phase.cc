#include "jail/watch/run_phase.h"

#include <utility>

#include "jail/watch/parked.h"
#include "jail/watch/start.h"
#include "jail/watch/timing.h"

namespace jail::watch {
namespace {

// It is the helper who kills the jail and removes its cgroup. One that died could not, and while the
// kernel kills the processes then, only a helper may remove the rest. Rootless runs have no rest.
bool LeftSomething(const PhaseFacts& facts) {
  if (!facts.report) return facts.helper_end.signaled;
  return facts.report->finished != 1 && facts.report->privileged == 1;
}

std::optional<int64_t> Passed(std::optional<int64_t> before, std::optional<int64_t> after) {
  if (!before || !after) return std::nullopt;
  return *after - *before;
}

HostTimes Since(const HostTimes& before) {
  const HostTimes after = ReadHostTimes();
  return {Passed(before.stolen_us, after.stolen_us), Passed(before.pressure_us, after.pressure_us)};
}

void Take(PumpResult pumped, PhaseOutcome* outcome) {
  PhaseFacts& facts = outcome->facts;
  facts.helper_end = pumped.end;
  facts.cancelled = pumped.cancelled;
  facts.ended_ns = pumped.ended_ns;
  facts.stdout_stream = std::move(pumped.stdout_stream);
  facts.stderr_stream = std::move(pumped.stderr_stream);
  facts.output_curve = std::move(pumped.output_curve);
  if (pumped.report.valid()) facts.report = ReadReport(pumped.report.get());
  outcome->work = std::move(pumped.work);
  outcome->helper = std::move(pumped.helper);
  const bool finished = facts.report && facts.report->finished == 1;
  if (!finished && outcome->helper.valid()) facts.helper_end = outcome->helper.Wait();
}

// A parked jail that has gone meanwhile is no reason not to run.
Fault StartEither(PhaseRequest& request, Helper* helper) {
  if (request.parked.has_value() &&
      !StartParked(request.plan_fd, {*request.phase, request.products}, &*request.parked)) {
    *helper = *std::move(request.parked);
    return {};
  }
  request.parked.reset();  // So that it ends.
  return Start({request.launcher_path, request.plan_fd, request.channels}, helper);
}

}  // namespace

PhaseOutcome RunPhase(PhaseRequest request) {
  PhaseOutcome outcome;
  outcome.facts.plan = request.plan;
  outcome.facts.phase = request.phase;
  Helper helper;
  outcome.facts.our_fault = StartEither(request, &helper);
  if (outcome.facts.our_fault) return outcome;
  outcome.facts.started_ns = helper.started_ns;
  outcome.facts.parked_ns = helper.parked_ns;
  outcome.facts.parked_runtime = helper.runtime;
  if (request.channels > 0) request.on_channels(std::exchange(helper.channels, {}));
  const HostTimes before = ReadHostTimes();  // The helper is busy setting up meanwhile.
  Take(Pump(std::move(helper), request.pump), &outcome);
  const bool long_enough = outcome.facts.ended_ns - outcome.facts.started_ns >= kShortestForHostTimesNs;
  if (long_enough) outcome.facts.host_times = Since(before);
  if (LeftSomething(outcome.facts)) {
    outcome.facts.sweep_fault = Sweep(request.launcher_path, &outcome.facts.swept);
  }
  return outcome;
}

}  // namespace jail::watch
