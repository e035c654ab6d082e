// Opens everything first, runs, then reports: a bad --record costs nothing, and once the program has
// run, every output is attempted even when another one fails.
#include "tools/jailrun/run.h"

#include <signal.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "jail/base/status_macros.h"
#include "tools/jailrun/artifacts.h"
#include "tools/jailrun/exit_status.h"
#include "tools/jailrun/record_text.h"
#include "tools/jailrun/render.h"
#include "tools/jailrun/say.h"
#include "tools/jailrun/timeline.h"
#include "tools/jailrun/visible.h"

namespace jail::cli {
namespace {

// With --json alone, stdout is the record's; the program's output is inside it.
Io Connect(const CommandLine& line, const Request& request, const CancelSignals& cancel) {
  const bool pass_through = line.json.kind != Destination::Kind::kStdout;
  Io io;
  io.stdin_fd = request.stdin_fd;
  io.stdout_fd = pass_through ? STDOUT_FILENO : -1;
  io.stderr_fd = pass_through ? STDERR_FILENO : -1;
  io.cancel_fd = cancel.fd();
  return io;
}

absl::Status WriteJson(const CommandLine& line, const v1::ResultRecord& record, Target target) {
  if (!line.json.wanted()) return absl::OkStatus();
  JAIL_ASSIGN_OR_RETURN(const std::string json, ToJson(record));
  return std::move(target).Write(json);
}

// What did not compile leaves no file, as with any compiler.
absl::Status WriteCompiled(const CommandLine& line, const std::string& compiled, Target target) {
  if (!compiled.empty()) return std::move(target).Write(compiled);
  if (line.compiled.kind == Destination::Kind::kFile) static_cast<void>(unlink(line.compiled.path.c_str()));
  return absl::OkStatus();
}

// Out of the record: it has a place of its own.
std::string TakeCompiled(v1::ResultRecord* record) {
  std::string compiled = record->compiled().SerializeAsString();
  record->clear_compiled();
  return compiled;
}

// False when something that was asked for could not be written.
bool Deliver(const CommandLine& line, const v1::JobSpec& job, const v1::ResultRecord& record,
             const std::string& compiled, Targets targets) {
  const std::vector<std::string> problems = WriteArtifacts(job, record, line.get_directory);
  const absl::Status statuses[] = {
      line.record.wanted() ? std::move(targets.record).Write(record.SerializeAsString()) : absl::OkStatus(),
      WriteJson(line, record, std::move(targets.json)),
      line.compiled.wanted() ? WriteCompiled(line, compiled, std::move(targets.more)) : absl::OkStatus(),
  };
  for (const std::string& problem : problems) Complain(problem);
  return NoneFailed(statuses) && problems.empty();
}

bool IsOurFailure(const v1::ResultRecord& record) {
  return record.verdict() == v1::VERDICT_REJECTED || record.verdict() == v1::VERDICT_JAIL_ERROR;
}

bool EndedByItself(const v1::ResultRecord& record) {
  return record.verdict() == v1::VERDICT_OK || record.verdict() == v1::VERDICT_NONZERO_EXIT ||
         record.verdict() == v1::VERDICT_COMPILE_ERROR;
}

// -v: the summary. Otherwise stderr is the program's, but for our own failures; and a terminal gets
// the line that a shell would print ("Killed"), because nobody parses it there.
void Tell(const CommandLine& line, const v1::ResultRecord& record) {
  if (line.timeline) static_cast<void>(WriteAll(STDERR_FILENO, RenderTimeline(record)));
  if (line.verbose) {
    static_cast<void>(WriteAll(STDERR_FILENO, RenderSummary(record)));
    return;
  }
  const bool worth_a_line = IsOurFailure(record) || (!EndedByItself(record) && isatty(STDERR_FILENO) == 1);
  if (!worth_a_line) return;
  Complain(Visible(record.summary()));
  if (!record.failure().hint().empty()) Complain(Visible(record.failure().hint()));
}

void TellMissing(const v1::JobSpec& job, const v1::ResultRecord& record) {
  if (IsOurFailure(record)) return;
  for (const std::string& name : MissingArtifacts(job, record)) {
    Complain(absl::StrCat("--get: the program left no file ", Visible(name)));
  }
}

int Report(const CommandLine& line, const v1::JobSpec& job, v1::ResultRecord record, Targets targets,
           int cancel_signal) {
  const std::string compiled = TakeCompiled(&record);
  const bool delivered = Deliver(line, job, record, compiled, std::move(targets));
  TellMissing(job, record);
  Tell(line, record);
  return delivered ? ExitStatus(record, cancel_signal) : kExitJail;
}

int ExplainPlan(const Jail& jail, const v1::JobSpec& job, const CommandLine& line) {
  const absl::StatusOr<v1::RunPlan> plan = jail.Resolve(job);
  if (!plan.ok()) {
    Complain(Visible(plan.status().message()));
    return kExitJail;
  }
  if (!line.json.wanted()) return Show(PlanText(*plan));
  const absl::StatusOr<std::string> json = ToJson(*plan);
  return json.ok() ? Show(*json) : kExitJail;
}

}  // namespace

absl::StatusOr<Targets> OpenTargets(const CommandLine& line, const Destination& more,
                                    const StandardStreams& streams) {
  JAIL_ASSIGN_OR_RETURN(Target record, Target::Open(line.record, streams.stdout_open));
  JAIL_ASSIGN_OR_RETURN(Target json, Target::Open(line.json, streams.stdout_open));
  JAIL_ASSIGN_OR_RETURN(Target other, Target::Open(more, streams.stdout_open));
  return Targets{std::move(record), std::move(json), std::move(other)};
}

int RunOrExec(const Jail& jail, const CommandLine& line, const Catalog& catalog,
              const StandardStreams& streams) {
  const absl::StatusOr<Request> request = BuildRequest(line, catalog);
  if (!request.ok()) return Fail(request.status(), kExitUsage);
  if (line.explain_plan) return ExplainPlan(jail, request->job, line);
  absl::StatusOr<Targets> targets = OpenTargets(line, line.compiled, streams);
  if (!targets.ok()) return Fail(targets.status(), kExitJail);
  // Not earlier: until now a signal may end us at once, there is nothing to report.
  const absl::StatusOr<CancelSignals> cancel = CancelSignals::Block();
  if (!cancel.ok()) return Fail(cancel.status(), kExitJail);
  v1::ResultRecord record = jail.Run(request->job, Connect(line, *request, *cancel));
  return Report(line, request->job, std::move(record), *std::move(targets), cancel->Received());
}

int ReportUnusable(const absl::Status& why, const CommandLine& line, const StandardStreams& streams) {
  v1::ResultRecord record;
  record.set_job_id(line.job_id);
  const bool callers = absl::IsInvalidArgument(why);
  record.set_verdict(callers ? v1::VERDICT_REJECTED : v1::VERDICT_JAIL_ERROR);
  record.set_summary(absl::StrCat(why.message(), "."));
  v1::Failure* failure = record.mutable_failure();
  failure->set_origin(callers ? v1::Failure::ORIGIN_CALLER : v1::Failure::ORIGIN_HOST);
  failure->set_step("open_jail");
  failure->set_message(std::string(why.message()));
  if (!callers)
    failure->set_hint("Run make install, or correct the file that is named; jailrun doctor says more");
  absl::StatusOr<Targets> targets = OpenTargets(line, line.compiled, streams);
  if (!targets.ok()) return Fail(targets.status(), kExitJail);
  return Report(line, v1::JobSpec(), std::move(record), *std::move(targets), 0);
}

}  // namespace jail::cli
