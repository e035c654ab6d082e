// Everything that is known about one phase once its helper has gone: what watch/verdict judges, what
// watch/record writes down. Pure data; the functions only read it.
#ifndef JAIL_WATCH_FACTS_H_
#define JAIL_WATCH_FACTS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "jail/plan/raw_report.h"
#include "jail/v1/plan.pb.h"
#include "jail/watch/capture.h"
#include "jail/watch/fault.h"
#include "jail/watch/output_curve.h"
#include "jail/watch/start.h"
#include "jail/watch/timing.h"

namespace jail::watch {

struct PhaseFacts {
  const v1::RunPlan* plan = nullptr;
  const v1::PhasePlan* phase = nullptr;
  int64_t started_ns = 0;  // CLOCK_MONOTONIC: the helper's start and end
  int64_t ended_ns = 0;
  int64_t parked_ns = 0;        // How long the jail had waited for it by then; 0: it was not parked.
  bool parked_runtime = false;  // In which the language was started.
  Fault our_fault;              // Before or beside the helper.
  Fault sweep_fault;            // The helper died, and what it left could not be removed.
  plan::Swept swept = {};       // What could; no magic: it did not die.
  std::optional<plan::RawReport> report;  // None: the helper died before it sent one.
  HelperEnd helper_end;
  bool cancelled = false;
  Captured stdout_stream;
  Captured stderr_stream;
  std::vector<OutputNote> output_curve;
  HostTimes host_times;  // While the phase ran.

  bool compiling() const { return phase->kind() == v1::PhasePlan::KIND_COMPILE; }
  bool reached_exec() const { return report.has_value() && report->exec_ns != 0; }
};

// The copy of a report out of the helper's memory; none when it is not one of this version.
std::optional<plan::RawReport> ReadReport(int fd);

// The step that failed, ours or the helper's; none when the program was run to an end that counts.
Fault FindFault(const PhaseFacts& facts);

}  // namespace jail::watch

#endif  // JAIL_WATCH_FACTS_H_
