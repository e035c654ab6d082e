#include "jail/watch/verdict.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "jail/base/text.h"
#include "jail/watch/floors.h"
#include "jail/watch/hints.h"
#include "jail/watch/language_limit.h"
#include "jail/watch/limit_hits.h"

namespace jail::watch {
namespace {

using plan::KillReason;
using F = PhaseFacts;

bool Cancelled(const F& f) { return Killed(f, KillReason::kCancelled) || Killed(f, KillReason::kCallerDied); }
bool EndedForCalls(const F& f) { return Killed(f, KillReason::kDeniedCalls); }
bool EndedForOutput(const F& f) { return Killed(f, KillReason::kOutput); }
bool Signaled(const F& f) { return ExitOf(f).signal != 0; }
bool Failed(const F& f) { return ExitOf(f).signal != 0 || ExitOf(f).code != 0; }
bool Always(const F&) { return true; }

// A program that meets a full disk and copes has not been limited; one that fails with the disk full
// has, as far as anyone can tell from outside.
bool DiskRanOut(const F& f) { return FileSizeReached(f) || (DiskFull(f) && Failed(f)); }
bool OutputCut(const F& f) { return StdoutReached(f) || StderrReached(f); }
// A compiler may babble: what counts is whether it failed.
bool RunOutputCut(const F& f) { return !f.compiling() && OutputCut(f); }
bool CompilerFailed(const F& f) { return f.compiling() && Failed(f); }

// --- Sentences ---

std::string Elapsed(int64_t ns) { return FormatElapsed(absl::Nanoseconds(ns)); }
std::string LimitMs(int64_t ms) { return FormatLimit(absl::Milliseconds(ms)); }
std::string Wall(const F& f) {
  return f.reached_exec() ? Elapsed(f.report->end_ns - f.report->exec_ns) : "0 s";
}

// "signal 11 (SIGSEGV, segmentation fault)"
std::string SignalName(int signal) {
  const char* name = sigabbrev_np(signal);
  const char* words = sigdescr_np(signal);
  if (name == nullptr || words == nullptr) return absl::StrCat("signal ", signal);
  return absl::StrCat("signal ", signal, " (SIG", name, ", ", absl::AsciiStrToLower(words), ")");
}

// "exited with status 1", "died of signal 6 (SIGABRT, aborted)"
std::string HowItEnded(const F& f) {
  const Exit exit = ExitOf(f);
  if (!exit.known) return "was ended";
  return exit.signal != 0 ? absl::StrCat("died of ", SignalName(exit.signal))
                          : absl::StrCat("exited with status ", exit.code);
}

std::string SayCancelled(const F& f) {
  return f.reached_exec() ? absl::StrCat("Cancelled after ", Wall(f))
                          : "Cancelled before the program started";
}
std::string SayMemory(const F& f) {
  const std::string limit = FormatBytes(f.phase->limits().memory_bytes());
  if (!f.reached_exec()) return absl::StrCat("Out of memory before the program started (limit ", limit, ")");
  return absl::StrCat("Out of memory (limit ", limit, "); the program ", HowItEnded(f));
}
std::string SayLanguageMemory(const F& f) {
  return absl::StrCat("Out of memory by the language's own limit (", FindMemorySign(f)->limit(),
                      "; the jail's is ", FormatBytes(f.phase->limits().memory_bytes()), "); the program ",
                      HowItEnded(f));
}
// "; asked to end, it did within 120 ms"
std::string SayGrace(const F& f) {
  const plan::RawReport& report = *f.report;
  if (report.grace_reason == KillReason::kNone || report.grace_error != 0) return "";
  const std::string used = Elapsed(report.end_ns - report.grace_ns);
  return report.kill_reason == KillReason::kNone
             ? absl::StrCat("; asked to end, it did within ", used)
             : absl::StrCat("; asked to end, it went on and was killed ", used, " later");
}
std::string SayCpuTime(const F& f) {
  const bool stopped = f.report->grace_ns > 0 || Killed(f, KillReason::kCpuTime) || ExitOf(f).signal != 0;
  return absl::StrCat(stopped ? "Stopped after " : "Used ", Elapsed(f.report->usage.cpu_ns),
                      " of CPU time (limit ", LimitMs(f.phase->limits().cpu_time_ms()), ")", SayGrace(f));
}
std::string SayWallTime(const F& f) {
  return absl::StrCat("Stopped after ", Wall(f), " of wall time (limit ",
                      LimitMs(f.phase->limits().wall_time_ms()), ")", SayGrace(f));
}
std::string SayIdle(const F& f) {
  return absl::StrCat("Stopped after ", LimitMs(f.phase->limits().idle_time_ms()), " without using the CPU, ",
                      Wall(f), " into the run", SayGrace(f));
}
std::string SayCalls(const F& f) {
  return absl::StrCat("Stopped after ", f.report->denied_calls, " denied system calls");
}
std::string SayOutput(const F& f) {
  const char* stream = StdoutReached(f) ? "stdout" : "stderr";
  const int64_t total = StdoutReached(f) ? f.stdout_stream.total_bytes : f.stderr_stream.total_bytes;
  const std::string limit = FormatBytes(f.phase->limits().output_bytes());
  if (EndedForOutput(f)) return absl::StrCat("Stopped when its ", stream, " passed the limit of ", limit);
  return absl::StrCat("Wrote ", FormatBytes(total), " to ", stream, " (limit ", limit, "); the program ",
                      HowItEnded(f));
}
std::string SayDisk(const F& f) {
  if (FileSizeReached(f)) {
    return absl::StrCat("A file grew past the limit of ", FormatBytes(f.phase->limits().file_bytes()));
  }
  return absl::StrCat("The disk was full (limit ", FormatBytes(f.phase->limits().disk_bytes()), ", ",
                      f.phase->limits().disk_inodes(), " files); the program ", HowItEnded(f));
}
std::string SayCompileError(const F& f) { return absl::StrCat("The compiler ", HowItEnded(f)); }
// "; AddressSanitizer: heap-buffer-overflow"
std::string SayReport(const F& f) {
  const std::string report = FindReport(f);
  return report.empty() ? "" : absl::StrCat("; ", report);
}
std::string SaySignaled(const F& f) {
  if (ExitOf(f).signal == SIGSYS) {
    return absl::StrCat("Died of ", SignalName(SIGSYS),
                        ": a system call that the policy answers with death, or a signal of its own making");
  }
  return absl::StrCat("Died of ", SignalName(ExitOf(f).signal), SayReport(f));
}
std::string SayNonzero(const F& f) {
  return absl::StrCat("Exited with status ", ExitOf(f).code, SayReport(f));
}
std::string SayOk(const F& f) {
  return absl::StrCat(f.compiling() ? "Compiled in " : "Finished in ", Wall(f));
}

// --- The table ---

struct Rule {
  bool (*applies)(const F&);
  v1::Verdict verdict;
  std::string (*say)(const F&);
};

// From the top; the first that applies. Faults come before all of it. Memory stands before time: a
// program whose child was killed for memory often waits for that child until its time is over. What the
// language says of itself stands below all that was counted or done from outside, but above what is
// only inferred.
constexpr Rule kRules[] = {
    {Cancelled, v1::VERDICT_CANCELLED, SayCancelled},
    {MemoryReached, v1::VERDICT_MEMORY_LIMIT, SayMemory},
    {CpuTimeReached, v1::VERDICT_CPU_TIME_LIMIT, SayCpuTime},
    {WallTimeReached, v1::VERDICT_WALL_TIME_LIMIT, SayWallTime},
    {IdleTimeReached, v1::VERDICT_IDLE_TIME_LIMIT, SayIdle},
    {EndedForCalls, v1::VERDICT_SYSCALL_DENIED, SayCalls},
    {EndedForOutput, v1::VERDICT_OUTPUT_LIMIT, SayOutput},
    {LanguageMemoryReached, v1::VERDICT_MEMORY_LIMIT, SayLanguageMemory},
    {DiskRanOut, v1::VERDICT_DISK_LIMIT, SayDisk},
    {CompilerFailed, v1::VERDICT_COMPILE_ERROR, SayCompileError},
    {RunOutputCut, v1::VERDICT_OUTPUT_LIMIT, SayOutput},
    {Signaled, v1::VERDICT_SIGNALED, SaySignaled},
    {Failed, v1::VERDICT_NONZERO_EXIT, SayNonzero},
    {Always, v1::VERDICT_OK, SayOk},
};

// Only the compile phase says where it happened: nobody expects a limit there.
std::string Sentence(const F& facts, std::string words, v1::Verdict verdict) {
  const bool expected = verdict == v1::VERDICT_OK || verdict == v1::VERDICT_COMPILE_ERROR;
  if (facts.compiling() && !expected) {
    words[0] = absl::ascii_tolower(static_cast<unsigned char>(words[0]));
    words = absl::StrCat("While compiling: ", words);
  }
  return absl::StrCat(words, ".");
}

Judgement Refuse(const F& facts, const Fault& fault) {
  const Asked asked = facts.plan->runtime().empty() ? Asked::kCommand : Asked::kLanguage;
  Judgement judgement;
  judgement.failure = Explain(fault, asked);
  // A job that asks for what this host does not have is refused too, whoever mends that.
  const bool refused =
      judgement.failure.origin() == v1::Failure::ORIGIN_CALLER || !judgement.failure.field().empty();
  judgement.verdict = refused ? v1::VERDICT_REJECTED : v1::VERDICT_JAIL_ERROR;
  judgement.summary = Sentence(facts, judgement.failure.message(), judgement.verdict);
  return judgement;
}

}  // namespace

Exit ExitOf(const PhaseFacts& facts) {
  if (!facts.report || facts.report->program_ended != 1 || !facts.reached_exec()) return {};
  const int status = facts.report->program_status;
  if (WIFSIGNALED(status)) return {true, 0, WTERMSIG(status)};
  return {true, WEXITSTATUS(status), 0};
}

Judgement Judge(const PhaseFacts& facts) {
  if (const Fault fault = FindFault(facts)) return Refuse(facts, fault);
  for (const Rule& rule : kRules) {
    if (!rule.applies(facts)) continue;
    const bool by_time =
        rule.verdict == v1::VERDICT_CPU_TIME_LIMIT || rule.verdict == v1::VERDICT_WALL_TIME_LIMIT;
    const std::string why = absl::StrCat(rule.verdict == v1::VERDICT_OK ? "" : SayFloors(facts),
                                         by_time ? SayFullMemory(facts) : "");
    return {rule.verdict, Sentence(facts, absl::StrCat(rule.say(facts), why), rule.verdict), {}};
  }
  return {};  // Not reached: the last rule always applies.
}

}  // namespace jail::watch
