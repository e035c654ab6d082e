#include "jail/watch/facts.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "jail/plan/layout.h"

namespace jail::watch {
namespace {

using plan::KillReason;
using plan::RawReport;
using plan::StepId;

std::string SubjectOf(const plan::Trace& trace) {
  return std::string(trace.subject, strnlen(trace.subject, sizeof(trace.subject)));
}

Fault FaultAt(const plan::Trace& trace, int error, std::string detail = {}) {
  return {plan::StepName(trace.step), error, SubjectOf(trace), std::move(detail)};
}

std::string Death(absl::string_view who, bool known, bool signaled, int code) {
  if (!known) return absl::StrCat(who, " died");
  return absl::StrCat(who, signaled ? " died of signal " : " ended with status ", code);
}

std::string HelperDeath(const PhaseFacts& facts) {
  const HelperEnd& end = facts.helper_end;
  std::string death = Death("the helper", end.known, end.signaled, end.code);
  if (facts.sweep_fault) {
    absl::StrAppend(&death, "; removing what it left failed too: ", facts.sweep_fault.subject, " ",
                    facts.sweep_fault.detail);
  }
  return death;
}

// A helper that fails before it has a report says the step by its exit status; its errno is lost.
Fault FaultWithoutReport(const PhaseFacts& facts) {
  const HelperEnd& end = facts.helper_end;
  const int step = end.known && !end.signaled ? end.code - plan::kExitNoReport : 0;
  const bool named = step > 0 && step < plan::kStepCount;
  return {named ? plan::kStepNames[step] : kStartHelper, 0, {}, HelperDeath(facts)};
}

// init stands between the helper and the program; both die of signals when they are made to.
std::string ChildDeath(const RawReport& report) {
  const int status = report.program_ended == 1 ? report.program_status : report.init_status;
  return WIFSIGNALED(status) ? Death("the jail's process", true, true, WTERMSIG(status))
                             : Death("the jail's process", true, false, WEXITSTATUS(status));
}

// What one side gets from the other's end and has no part in.
bool IsConsequence(int error) { return error == EPIPE || error == ECONNRESET || error == ECANCELED; }

bool HasOwnError(const plan::Trace& trace) { return trace.error != 0 && !IsConsequence(trace.error); }

// Of the two processes in the jail, the one that died first: init reaps the program's, whereas nothing
// survives init.
Fault ChildCutShort(const RawReport& report) {
  const bool init_first = report.program_ended != 1 && report.init.step != StepId::kNone;
  const plan::Trace& trace = init_first ? report.init : report.child;
  return {plan::StepName(trace.step), 0, SubjectOf(trace), ChildDeath(report)};
}

Fault ChildFault(const RawReport& report) {
  if (HasOwnError(report.init)) return FaultAt(report.init, report.init.error);
  if (HasOwnError(report.child)) return FaultAt(report.child, report.child.error);
  return ChildCutShort(report);
}

// The cause, when both sides have an error. Until it supervises, the helper goes its own way and its
// error counts, unless it only says that the child is gone; after that the child's error comes first.
Fault FailedStep(const RawReport& report) {
  const bool before_child = report.host.step < StepId::kSupervise;
  if (report.host.error != 0 && before_child) {
    return IsConsequence(report.host.error) ? ChildFault(report) : FaultAt(report.host, report.host.error);
  }
  if (HasOwnError(report.child) || HasOwnError(report.init)) return ChildFault(report);
  // What the helper ends for an error of its own gets errors from its end.
  if (report.host.step == StepId::kSupervise && HasOwnError(report.host))
    return FaultAt(report.host, report.host.error);
  if (report.child.error != 0 || report.init.error != 0) return ChildFault(report);
  if (report.host.error != 0) return FaultAt(report.host, report.host.error);
  return {};
}

// An end that the helper itself decided on, or memory did, whatever the program had come to.
bool EndedOnPurpose(const RawReport& report) {
  return (report.kill_reason != KillReason::kNone && report.kill_reason != KillReason::kSetupTimeout) ||
         report.usage.oom_kills > 0;
}

}  // namespace

std::optional<RawReport> ReadReport(int fd) {
  RawReport report;
  if (pread(fd, &report, sizeof(report), 0) != static_cast<ssize_t>(sizeof(report))) return std::nullopt;
  if (report.magic != plan::kReportMagic || report.version != plan::kVersion) return std::nullopt;
  return report;
}

Fault FindFault(const PhaseFacts& facts) {
  if (facts.our_fault) return facts.our_fault;
  if (!facts.report) return FaultWithoutReport(facts);
  const RawReport& report = *facts.report;
  if (report.finished != 1) return FaultAt(report.host, report.host.error, HelperDeath(facts));
  if (Fault fault = FailedStep(report)) return fault;
  if (report.kill_reason == KillReason::kSetupTimeout) return FaultAt(report.child, ETIMEDOUT);
  if (EndedOnPurpose(report)) return {};
  if (report.exec_ns == 0) return ChildCutShort(report);
  if (report.program_ended != 1) {
    return {plan::StepName(StepId::kSupervise), 0, {}, "the program's status was lost with init"};
  }
  return {};
}

}  // namespace jail::watch
