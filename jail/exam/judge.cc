#include "jail/exam/judge.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "jail/base/text.h"
#include "jail/base/units.h"

namespace jail::exam {
namespace {

using Flag = v1::ExamFlag;

constexpr double kSuspiciousRatio = 0.1;
constexpr double kCriticalRatio = 0.05;
// Of the time on the clock: who computes uses more of it, even at half a core.
constexpr double kPaddedShare = 0.1;
constexpr int64_t kLeastMemoryBytes = kMiB;
constexpr int kSignalBase = 128;

void AddFlag(Flag::Type type, Flag::Severity severity, std::string message, v1::Verification* verification) {
  Flag* flag = verification->add_flags();
  flag->set_type(type);
  flag->set_severity(severity);
  flag->set_message(std::move(message));
}

bool HasFlag(const v1::Verification& verification, Flag::Type type, Flag::Severity severity) {
  return std::any_of(verification.flags().begin(), verification.flags().end(),
                     [&](const Flag& flag) { return flag.type() == type && flag.severity() == severity; });
}

std::string Milliseconds(double ms) { return FormatElapsed(absl::Milliseconds(ms)); }

double DurationMs(const v1::PhaseResult& phase) {
  return static_cast<double>(phase.usage().wall_time_us()) / kUsPerMs;
}

double CpuMs(const v1::PhaseResult& phase) {
  return static_cast<double>(phase.usage().cpu_time_us()) / kUsPerMs;
}

v1::TimingAnalysis Analyse(double actual_ms, double expected_ms) {
  const double ratio = expected_ms > 0 ? actual_ms / expected_ms : 1;
  v1::TimingAnalysis timing;
  timing.set_actual_duration_ms(actual_ms);
  timing.set_expected_duration_ms(expected_ms);
  timing.set_ratio(ratio);
  timing.set_anomaly_score(ratio < kSuspiciousRatio ? 1 - ratio / kSuspiciousRatio : 0);
  timing.set_suspicious(ratio < kSuspiciousRatio);
  return timing;
}

// --- The flags, one function each ----------------------------------------------------------------

void FlagStartAndEnd(const Attempt& attempt, v1::Verification* verification) {
  if (RunPhase(attempt.record) == nullptr) {
    AddFlag(Flag::MISSING_START, Flag::CRITICAL,
            absl::StrCat("The program never ran: ", attempt.record.summary()), verification);
  } else if (!EndedByItself(attempt.record)) {
    AddFlag(Flag::MISSING_END, Flag::CRITICAL,
            absl::StrCat("The program did not come to its end: ", attempt.record.summary()), verification);
  }
}

void FlagHarness(const Attempt& attempt, v1::Verification* verification) {
  if (!attempt.is_call || RunPhase(attempt.record) == nullptr) return;
  const bool misused = attempt.call.error().kind() == v1::CallError::KIND_CHANNEL_MISUSED;
  if (misused || (EndedByItself(attempt.record) && !attempt.call.ended_well()))
    AddFlag(Flag::HARNESS_BYPASSED, Flag::CRITICAL,
            absl::StrCat("Past the harness: ", attempt.call.error().message()), verification);
}

void FlagTiming(const Attempt& attempt, v1::Verification* verification) {
  const v1::TimingAnalysis& timing = verification->timing_analysis();
  if (RunPhase(attempt.record) == nullptr || !timing.suspicious()) return;
  AddFlag(Flag::TIMING_ANOMALY, timing.ratio() < kCriticalRatio ? Flag::CRITICAL : Flag::WARNING,
          absl::StrCat("It took ", Milliseconds(timing.actual_duration_ms()), " where ",
                       Milliseconds(timing.expected_duration_ms()), " were expected"),
          verification);
}

bool LowTrust(const v1::ResultRecord& record) {
  const v1::PhaseResult* phase = RunPhase(record);
  return phase != nullptr && phase->timing().trust() == v1::Timing::TRUST_LOW;
}

void FlagPadding(const Attempt& attempt, v1::Verification* verification) {
  const v1::TimingAnalysis& timing = verification->timing_analysis();
  const v1::PhaseResult* phase = RunPhase(attempt.record);
  if (phase == nullptr || attempt.interactive || timing.expected_duration_ms() <= 0) return;
  const double most_ms = kPaddedShare * std::min(timing.actual_duration_ms(), timing.expected_duration_ms());
  if (timing.suspicious() || LowTrust(attempt.record) || CpuMs(*phase) >= most_ms) return;
  AddFlag(Flag::PADDED_DURATION, Flag::WARNING,
          absl::StrCat("Of ", Milliseconds(timing.actual_duration_ms()), " on the clock it used the CPU for ",
                       Milliseconds(CpuMs(*phase))),
          verification);
}

// What its limit counts leaves out what others have read before it: of a program in C or C++ nearly
// everything.
int64_t PeakMemory(const v1::Usage& usage) {
  return std::max(usage.memory_peak_bytes(), usage.largest_process_bytes());
}

void FlagMemory(const Attempt& attempt, v1::Verification* verification) {
  const v1::PhaseResult* phase = RunPhase(attempt.record);
  if (phase == nullptr || phase->usage().memory_source() == v1::Usage::SOURCE_UNSPECIFIED) return;
  const int64_t peak = PeakMemory(phase->usage());
  if (peak >= kLeastMemoryBytes) return;
  AddFlag(Flag::RESOURCE_ANOMALY, Flag::WARNING,
          absl::StrCat("It used ", FormatBytes(peak), " of memory at most"), verification);
}

// The program's own word that something went wrong.
void FlagError(const Attempt& attempt, v1::Verification* verification) {
  const v1::PhaseResult* phase = RunPhase(attempt.record);
  if (phase == nullptr || !EndedByItself(attempt.record)) return;
  std::string what;
  if (phase->exit_case() == v1::PhaseResult::kTermSignal) {
    what = absl::StrCat("It died of signal ", phase->term_signal());
  } else if (phase->exit_code() != 0) {
    what = absl::StrCat("It ended with status ", phase->exit_code());
  } else if (attempt.is_call && attempt.call.ended_well() && !attempt.call.success()) {
    what = absl::StrCat(attempt.call.error().name(), ": ", attempt.call.error().message());
  }
  if (!what.empty()) AddFlag(Flag::EXECUTION_ERROR, Flag::WARNING, what, verification);
}

void FlagTrust(const Attempt& attempt, v1::Verification* verification) {
  if (!LowTrust(attempt.record)) return;
  AddFlag(Flag::LOW_TIMING_TRUST, Flag::WARNING,
          absl::StrCat("Its time says little: ", RunPhase(attempt.record)->timing().reason()), verification);
}

void FlagJudges(const Attempt& attempt, v1::Verification* verification) {
  if (attempt.deadlock)
    AddFlag(Flag::DEADLOCK, Flag::WARNING, "It waited for the interactor, and the interactor for it",
            verification);
  if (!attempt.not_judged.empty())
    AddFlag(Flag::NOT_JUDGED, Flag::CRITICAL, absl::StrCat("Not judged: ", attempt.not_judged), verification);
}

constexpr void (*kFlaggers[])(const Attempt&, v1::Verification*) = {
    FlagStartAndEnd, FlagHarness, FlagTiming, FlagPadding, FlagMemory, FlagError, FlagTrust, FlagJudges,
};

bool Consistent(const v1::Verification& verification) {
  return std::none_of(verification.flags().begin(), verification.flags().end(),
                      [](const Flag& flag) { return flag.severity() == Flag::CRITICAL; });
}

// --- What is left to be said ---------------------------------------------------------------------

std::string Whole(const v1::Output& output) { return absl::StrCat(output.content(), output.tail()); }

void TakeLogs(const v1::CallResult& call, v1::CaseLogs* logs) {
  for (const v1::LogEntry& entry : call.logs()) {
    const bool bad = entry.level() == "warn" || entry.level() == "error";
    absl::StrAppend(bad ? logs->mutable_stderr() : logs->mutable_stdout(), entry.text(), "\n");
  }
}

void TakeUsage(const v1::PhaseResult& phase, v1::CaseUsage* usage) {
  usage->set_cpu_used_ms(CpuMs(phase));
  usage->set_memory_peak_mb(static_cast<double>(phase.usage().memory_peak_bytes()) / kMiB);
  if (phase.usage().has_io_read_bytes()) usage->set_disk_read_bytes(phase.usage().io_read_bytes());
  if (phase.usage().has_io_write_bytes()) usage->set_disk_write_bytes(phase.usage().io_write_bytes());
}

void TakeOutcome(const Attempt& attempt, v1::CaseLogs* logs) {
  const v1::PhaseResult* phase = RunPhase(attempt.record);
  if (phase == nullptr) return;
  if (attempt.is_call) {
    TakeLogs(attempt.call, logs);
  } else {
    logs->set_stdout(Whole(phase->stdout()));
    logs->set_stderr(Whole(phase->stderr()));
  }
  if (const int code = ExitCode(*phase); code >= 0) logs->set_exit_code(code);
  TakeUsage(*phase, logs->mutable_resource_usage());
}

// Nothing that the case expects is in it.
std::string Summary(const v1::CaseResult& result) {
  if (result.passed()) return "Passed.";
  const auto& flags = result.verification().flags();
  for (const Flag::Severity severity : {Flag::CRITICAL, Flag::WARNING}) {
    for (const Flag& flag : flags) {
      const bool decides = severity == Flag::CRITICAL || flag.type() == Flag::EXECUTION_ERROR;
      if (flag.severity() == severity && decides)
        return absl::StrCat(flag.message(), absl::EndsWith(flag.message(), ".") ? "" : ".");
    }
  }
  return "What came is not what was expected.";
}

}  // namespace

const v1::PhaseResult* RunPhase(const v1::ResultRecord& record) {
  if (record.phases().empty()) return nullptr;
  const v1::PhaseResult& last = record.phases(record.phases_size() - 1);
  return last.kind() == v1::PhaseResult::KIND_RUN ? &last : nullptr;
}

bool EndedByItself(const v1::ResultRecord& record) {
  const v1::PhaseResult* phase = RunPhase(record);
  if (phase == nullptr || phase->exit_case() == v1::PhaseResult::EXIT_NOT_SET) return false;
  const bool limited = std::any_of(phase->limit_hits().begin(), phase->limit_hits().end(),
                                   [](const v1::LimitHit& hit) { return hit.ended_run(); });
  const bool stopped = record.verdict() == v1::VERDICT_CANCELLED ||
                       record.verdict() == v1::VERDICT_SYSCALL_DENIED ||
                       record.verdict() == v1::VERDICT_JAIL_ERROR;
  return !limited && !stopped;
}

int ExitCode(const v1::PhaseResult& phase) {
  if (phase.exit_case() == v1::PhaseResult::kExitCode) return phase.exit_code();
  return phase.exit_case() == v1::PhaseResult::kTermSignal ? kSignalBase + phase.term_signal() : -1;
}

void Judge(Attempt attempt, double expected_duration_ms, v1::CaseResult* result) {
  const v1::PhaseResult* phase = RunPhase(attempt.record);
  v1::Verification* verification = result->mutable_verification();
  *verification->mutable_timing_analysis() =
      Analyse(phase == nullptr ? 0 : DurationMs(*phase), expected_duration_ms);
  for (const auto flag : kFlaggers) flag(attempt, verification);
  verification->set_consistent(Consistent(*verification));
  TakeOutcome(attempt, result->mutable_logs());
  const bool fits = !attempt.comparison.wanted() || attempt.comparison.equal();
  const bool returned = !attempt.is_call || attempt.call.success();
  result->set_passed(verification->consistent() && fits && returned && phase != nullptr &&
                     ExitCode(*phase) == 0);
  result->set_summary(Summary(*result));
  *result->mutable_comparison() = std::move(attempt.comparison);
  if (attempt.is_call) {
    *result->mutable_call() = std::move(attempt.call);
    result->mutable_call()->clear_record();
  }
  if (attempt.judge.verdict() != v1::VERDICT_UNSPECIFIED) *result->mutable_judge() = std::move(attempt.judge);
  *result->mutable_record() = std::move(attempt.record);
}

bool WantsRerun(const v1::CaseResult& result) {
  if (result.passed() || !LowTrust(result.record())) return false;
  const v1::Verdict verdict = result.record().verdict();
  return verdict == v1::VERDICT_WALL_TIME_LIMIT || verdict == v1::VERDICT_CPU_TIME_LIMIT ||
         verdict == v1::VERDICT_IDLE_TIME_LIMIT ||
         HasFlag(result.verification(), Flag::TIMING_ANOMALY, Flag::CRITICAL);
}

}  // namespace jail::exam
