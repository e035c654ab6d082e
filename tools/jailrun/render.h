// A record for a person: what `explain` prints whole and -v in short. Nothing a jail wrote gets out
// unescaped (visible.h). The parts are shared with doctor.
#ifndef TOOLS_JAILRUN_RENDER_H_
#define TOOLS_JAILRUN_RENDER_H_

#include <string>

#include "jail/v1/result.pb.h"

namespace jail::cli {

// Everything in the record.
std::string RenderRecord(const v1::ResultRecord& record);

// Verdict, use of each phase against its limits, what went wrong.
std::string RenderSummary(const v1::ResultRecord& record);

// "OK: The program ended with status 0." One line.
std::string RenderVerdict(const v1::ResultRecord& record);

// Which step failed, with which errno, and what to do. Empty when there is no failure.
std::string RenderFailure(const v1::ResultRecord& record);

// Layer by layer: state, read back or not, mechanism.
std::string RenderIsolation(const v1::Isolation& isolation);

enum class Detail { kShort, kFull };

// Used, limit, mechanism; one line for each resource. In short: of those that can tell what was used.
std::string RenderLimits(const v1::PhaseResult& phase, Detail detail);

// "PROTECTION_PID_NAMESPACE" -> "pid namespace".
std::string ProtectionLabel(v1::Protection protection);

// "enforced", "UNAVAILABLE".
const char* StateLabel(v1::Isolation::State state);

// VERDICT_WALL_TIME_LIMIT -> "WALL TIME LIMIT".
std::string VerdictLabel(v1::Verdict verdict);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_RENDER_H_
