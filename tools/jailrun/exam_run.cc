#include "tools/jailrun/exam_run.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/exam/log/event_json.h"
#include "jail/exam/log/key.h"
#include "jail/exam/log/log.h"
#include "jail/exam/result_json.h"
#include "jail/exam/run.h"
#include "jail/exam/spec_json.h"
#include "tools/jailrun/exam/html.h"
#include "tools/jailrun/exam/summary.h"
#include "tools/jailrun/exit_status.h"
#include "tools/jailrun/files.h"
#include "tools/jailrun/record_text.h"
#include "tools/jailrun/run.h"
#include "tools/jailrun/say.h"

namespace jail::cli {
namespace {

constexpr size_t kMostSourceBytes = size_t{64} << 20;

absl::Status AddSubmission(const ExamLine& exam, const std::string& spec_path, v1::ExamSpec* spec) {
  if (exam.submission_path.empty()) return absl::OkStatus();
  if (exam.submission_path == "-" && spec_path == "-")
    return absl::InvalidArgumentError("standard input can be the spec or the submission, not both");
  if (!spec->code().empty() || !spec->files().empty())
    return absl::InvalidArgumentError("--submission: the spec has one already");
  JAIL_ASSIGN_OR_RETURN(std::string code, ReadInput(exam.submission_path, kMostSourceBytes));
  v1::ExamFile* file = spec->add_files();
  file->set_path(exam.submission_path == "-" ? "" : std::string(BaseName(exam.submission_path)));
  file->set_bytes(std::move(code));
  return absl::OkStatus();
}

absl::StatusOr<v1::ExamSpec> ExamSpecOf(const CommandLine& line, const v1::RuntimeCatalog& catalog) {
  const std::string& path = line.operands.front();
  JAIL_ASSIGN_OR_RETURN(const std::string bytes, ReadInput(path, exam::kMaxSpecBytes));
  absl::StatusOr<v1::ExamSpec> spec = exam::ParseSpec(bytes);
  if (!spec.ok()) return absl::InvalidArgumentError(absl::StrCat(path, ": ", spec.status().message()));
  JAIL_RETURN_IF_ERROR(AddSubmission(line.exam, path, &*spec));
  if (!line.language.empty()) spec->set_language(line.language);
  if (spec->language().empty() && !spec->files().empty()) {
    JAIL_ASSIGN_OR_RETURN(const v1::Runtime* runtime, FindRuntimeForFile(catalog, spec->files(0).path()));
    spec->set_language(runtime->name());
  }
  if (line.exam.jobs > 0) spec->set_jobs(line.exam.jobs);
  if (line.exam.stop_on_first_failure) spec->set_stop_on_first_failure(true);
  if (!line.rootfs.empty()) spec->set_rootfs(line.rootfs);
  if (!line.job_id.empty()) spec->set_exam_id(line.job_id);
  if (line.best_effort) spec->set_enforcement(v1::ENFORCEMENT_BEST_EFFORT);
  return spec;
}

// Who hears of the exam's events while it lives. What cannot be written does not end the exam; it is said
// when all is over.
struct Listeners {
  exam::Log log;
  int events_fd;
  absl::Status events = absl::OkStatus();
  absl::Status logged = absl::OkStatus();

  void Hear(const v1::ExamEvent& event) {
    if (logged.ok()) logged = log.Append(event);
    if (events_fd >= 0 && events.ok())
      events = WriteAll(events_fd, absl::StrCat(exam::EventJson(event, /*with_content=*/true), "\n"));
  }
};

struct ExamTargets {
  Targets usual;  // `more` is the page's.
  Target log, events;
};

absl::StatusOr<ExamTargets> OpenTargetsOf(const CommandLine& line, const StandardStreams& streams) {
  JAIL_ASSIGN_OR_RETURN(Targets usual, OpenTargets(line, line.exam.html, streams));
  JAIL_ASSIGN_OR_RETURN(Target log, Target::Open(line.exam.log, streams.stdout_open));
  JAIL_ASSIGN_OR_RETURN(Target events, Target::Open(line.exam.events, streams.stdout_open));
  return ExamTargets{std::move(usual), std::move(log), std::move(events)};
}

absl::StatusOr<std::optional<exam::SecretKey>> KeyOf(const ExamLine& exam) {
  if (exam.key_path.empty()) return std::nullopt;
  if (!exam.log.wanted()) return absl::InvalidArgumentError("--key signs a log: say --log, too");
  JAIL_ASSIGN_OR_RETURN(exam::SecretKey key, exam::SecretKey::Read(exam.key_path));
  return key;
}

std::string ExamJson(const CommandLine& line, const v1::ExamResult& result) {
  if (!line.verbose) return exam::ResultJson(result) + "\n";
  const auto record_json = [](const v1::ResultRecord& record) { return ToJson(record).value_or("null"); };
  return exam::ResultJson(result, record_json) + "\n";
}

// False when something that was asked for could not be written.
bool Deliver(const CommandLine& line, const v1::ExamResult& result, Targets targets) {
  const absl::Status statuses[] = {
      line.record.wanted() ? std::move(targets.record).Write(result.SerializeAsString()) : absl::OkStatus(),
      line.json.wanted() ? std::move(targets.json).Write(ExamJson(line, result)) : absl::OkStatus(),
      line.exam.html.wanted() ? std::move(targets.more).Write(RenderExamHtml(result)) : absl::OkStatus(),
  };
  const bool delivered = NoneFailed(statuses);
  const bool show = line.json.kind != Destination::Kind::kStdout;
  return (!show || Show(RenderExam(result)) == kExitOk) && delivered;
}

int ExitStatusOfExam(const v1::ExamResult& result) {
  constexpr int kNotPassed = 1;
  if (result.passed()) return kExitOk;
  if (result.has_problem()) return result.problem().field().empty() ? kExitJail : kExitUsage;
  return kNotPassed;
}

}  // namespace

int ExamCommand(const Jail& jail, const CommandLine& line, const StandardStreams& streams) {
  const absl::StatusOr<v1::ExamSpec> spec = ExamSpecOf(line, jail.Runtimes());
  if (!spec.ok()) return Fail(spec.status(), kExitUsage);
  const auto key = KeyOf(line.exam);
  if (!key.ok()) return Fail(key.status(), kExitUsage);
  absl::StatusOr<ExamTargets> targets = OpenTargetsOf(line, streams);
  if (!targets.ok()) return Fail(targets.status(), kExitJail);
  absl::StatusOr<exam::Log> log = exam::Log::Begin(targets->log.fd(), line.exam.log.Name());
  if (!log.ok()) return Fail(log.status(), kExitJail);
  const absl::StatusOr<CancelSignals> cancel = CancelSignals::Block();
  if (!cancel.ok()) return Fail(cancel.status(), kExitJail);

  Listeners listeners = {*std::move(log), targets->events.fd()};
  v1::ExamResult result = exam::Run(
      jail, *spec, [&](const v1::ExamEvent& event) { listeners.Hear(event); }, cancel->fd());
  if (listeners.logged.ok()) listeners.logged = listeners.log.Seal(key->has_value() ? &**key : nullptr);
  if (line.exam.log.wanted()) result.set_log_head(listeners.log.head());

  const bool delivered = Deliver(line, result, std::move(targets->usual));
  const bool heard = NoneFailed({listeners.logged, listeners.events});
  return delivered && heard ? ExitStatusOfExam(result) : kExitJail;
}

}  // namespace jail::cli
