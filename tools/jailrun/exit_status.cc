// One table from verdict to status. To add a verdict: a row here, a case in exit_status_test.cc and
// a line in README's "Exit status".
#include "tools/jailrun/exit_status.h"

#include <signal.h>

#include <algorithm>
#include <cerrno>

namespace jail::cli {
namespace {

enum class Source {
  kFixed,
  kProgram,         // The program's own code, or 128 + its signal.
  kLimitOrProgram,  // `status` when the limit ended the run; otherwise as kProgram.
  kCancelled,       // 128 + the signal that cancelled it.
  kFailure,         // `status` unless it was the exec itself that failed.
};

struct Mirror {
  v1::Verdict verdict;
  Source source;
  int status;
};

constexpr Mirror kMirrors[] = {
    {v1::VERDICT_OK, Source::kProgram, kExitJail},
    {v1::VERDICT_NONZERO_EXIT, Source::kProgram, kExitJail},
    {v1::VERDICT_SIGNALED, Source::kProgram, kExitJail},
    {v1::VERDICT_COMPILE_ERROR, Source::kFixed, kExitCompileError},
    {v1::VERDICT_CPU_TIME_LIMIT, Source::kFixed, kExitTime},
    {v1::VERDICT_WALL_TIME_LIMIT, Source::kFixed, kExitTime},
    {v1::VERDICT_IDLE_TIME_LIMIT, Source::kFixed, kExitTime},
    {v1::VERDICT_MEMORY_LIMIT, Source::kFixed, kExitMemory},
    {v1::VERDICT_OUTPUT_LIMIT, Source::kLimitOrProgram, kExitOverflow},
    {v1::VERDICT_DISK_LIMIT, Source::kLimitOrProgram, kExitOverflow},
    {v1::VERDICT_SYSCALL_DENIED, Source::kFixed, kExitDenied},
    {v1::VERDICT_CANCELLED, Source::kCancelled, 0},
    {v1::VERDICT_REJECTED, Source::kFailure, kExitJail},
    {v1::VERDICT_JAIL_ERROR, Source::kFailure, kExitJail},
};

struct ExecError {
  int error_number;
  int status;
};

constexpr ExecError kExecErrors[] = {
    {ENOENT, kExitNotFound},
    {EACCES, kExitCannotExecute},
    {ENOEXEC, kExitCannotExecute},
};

// The phase that decided: the last one there is.
int ProgramStatus(const v1::ResultRecord& record, int otherwise) {
  if (record.phases().empty()) return otherwise;
  const v1::PhaseResult& phase = record.phases(record.phases_size() - 1);
  switch (phase.exit_case()) {
    case v1::PhaseResult::kExitCode:
      return phase.exit_code() & 0xff;
    case v1::PhaseResult::kTermSignal:
      return 128 + phase.term_signal();
    case v1::PhaseResult::EXIT_NOT_SET:
      return otherwise;
  }
  return otherwise;
}

bool LimitEndedRun(const v1::ResultRecord& record) {
  return std::any_of(record.phases().begin(), record.phases().end(), [](const v1::PhaseResult& phase) {
    return std::any_of(phase.limit_hits().begin(), phase.limit_hits().end(),
                       [](const v1::LimitHit& hit) { return hit.ended_run(); });
  });
}

int FailureStatus(const v1::Failure& failure, int otherwise) {
  if (failure.step() != "exec") return otherwise;
  for (const ExecError& row : kExecErrors) {
    if (row.error_number == failure.error_number()) return row.status;
  }
  return otherwise;
}

int Apply(const Mirror& row, const v1::ResultRecord& record, int cancel_signal) {
  switch (row.source) {
    case Source::kFixed:
      return row.status;
    case Source::kProgram:
      return ProgramStatus(record, row.status);
    case Source::kLimitOrProgram:
      return LimitEndedRun(record) ? row.status : ProgramStatus(record, row.status);
    case Source::kCancelled:
      return 128 + (cancel_signal > 0 ? cancel_signal : SIGTERM);
    case Source::kFailure:
      return FailureStatus(record.failure(), row.status);
  }
  return kExitJail;
}

}  // namespace

int ExitStatus(const v1::ResultRecord& record, int cancel_signal) {
  for (const Mirror& row : kMirrors) {
    if (row.verdict == record.verdict()) return Apply(row, record, cancel_signal);
  }
  return kExitJail;  // No verdict, or one that is newer than this binary.
}

}  // namespace jail::cli
