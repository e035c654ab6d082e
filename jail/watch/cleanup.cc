#include "jail/watch/cleanup.h"

#include <string.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "jail/base/errno_name.h"
#include "jail/base/utf8.h"

namespace jail::watch {
namespace {

using plan::KillReason;
using plan::RawReport;
using plan::StepId;
using v1::Cleanup;

bool Finished(const PhaseFacts& facts) { return facts.report && facts.report->finished == 1; }

// init, which every jail ends with, does not count. A jail that ended by itself is taken down by the
// kernel, which does not say of how many; but where there was never more than one, nobody was left.
std::optional<int64_t> AliveAtTheEnd(const RawReport& report) {
  if (report.exec_ns == 0) return 0;  // The program's processes, and there was no program.
  if (report.kill_reason == KillReason::kNone) {
    return report.usage.pids_peak == 1 ? std::optional<int64_t>(0) : std::nullopt;
  }
  if (report.killed_tasks < 0) return std::nullopt;
  return std::max<int64_t>(report.killed_tasks - 1, 0);
}

void Fail(absl::string_view step, int error, absl::string_view detail, Cleanup* cleanup) {
  if (cleanup->state() == Cleanup::STATE_INCOMPLETE) return;  // The first is the one to tell.
  cleanup->set_state(Cleanup::STATE_INCOMPLETE);
  cleanup->set_step(std::string(step));
  cleanup->set_error_number(error);
  if (error != 0) cleanup->set_error_name(ErrnoName(error));
  cleanup->set_detail(ToUtf8(detail));
}

// Unknown once is unknown for good.
void AddKilled(std::optional<int64_t> killed, bool first, Cleanup* cleanup) {
  if (!killed.has_value() || (!first && !cleanup->has_processes_killed())) {
    cleanup->clear_processes_killed();
  } else {
    cleanup->set_processes_killed(cleanup->processes_killed() + static_cast<int32_t>(*killed));
  }
}

// The helper reached its end and says how that went.
void AddOrderlyEnd(const RawReport& report, bool first, Cleanup* cleanup) {
  std::optional<int64_t> killed = AliveAtTheEnd(report);
  if (killed.has_value()) *killed += report.removed.processes;
  AddKilled(killed, first, cleanup);
  cleanup->set_groups_removed(cleanup->groups_removed() + report.removed.groups);
  cleanup->set_dead_runs_swept(cleanup->dead_runs_swept() + report.swept.runs);
  const plan::Trace& unclean = report.unclean;
  if (unclean.step == StepId::kKillAll) cleanup->set_namespaces_gone(false);
  // A figure that could not be read is missing, but nothing is left.
  if (unclean.step == StepId::kNone || unclean.step == StepId::kCollectUsage) return;
  const std::string subject(unclean.subject, strnlen(unclean.subject, sizeof unclean.subject));
  Fail(plan::StepName(unclean.step), unclean.error, subject, cleanup);
}

// The helper died. A program that had started holds no lease, so that a sweep which went well has met its
// groups; before that the lease may have outlived the helper by a moment, and the groups with it.
void AddSweep(const PhaseFacts& facts, bool first, Cleanup* cleanup) {
  const plan::Swept& swept = facts.swept;
  AddKilled(std::nullopt, first, cleanup);
  cleanup->set_groups_removed(cleanup->groups_removed() + swept.removed.groups);
  cleanup->set_namespaces_gone(false);  // They are about to be, but nobody has seen it.
  if (facts.sweep_fault) {
    Fail(kSweep, facts.sweep_fault.error, facts.sweep_fault.detail, cleanup);
  } else if (swept.dying > 0) {
    Fail(kSweep, EBUSY, "processes of a killed run are still dying", cleanup);
  } else if (swept.alive > 0 && !facts.reached_exec()) {
    Fail(kSweep, EBUSY, "the killed run may still have held its lease", cleanup);
  } else if (swept.privileged == 0) {
    Fail(kSweep, 0, "the helper died; its jail ends with it, but nobody has seen it", cleanup);
  }
}

}  // namespace

void AddCleanup(const PhaseFacts& facts, v1::ResultRecord* record) {
  if (facts.started_ns == 0) return;
  const bool first = !record->has_cleanup();
  Cleanup* cleanup = record->mutable_cleanup();
  if (first) {
    cleanup->set_state(Cleanup::STATE_CLEAN);
    cleanup->set_namespaces_gone(true);
  }
  // A helper that ends by itself before it has a report has made nothing yet.
  if (!facts.report && !facts.helper_end.signaled) return;
  if (Finished(facts)) return AddOrderlyEnd(*facts.report, first, cleanup);
  AddSweep(facts, first, cleanup);
}

}  // namespace jail::watch
