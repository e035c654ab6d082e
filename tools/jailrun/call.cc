#include "tools/jailrun/call.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "jail/base/status_macros.h"
#include "jail/call/call.h"
#include "tools/jailrun/call_text.h"
#include "tools/jailrun/exit_status.h"
#include "tools/jailrun/files.h"
#include "tools/jailrun/handler.h"
#include "tools/jailrun/job.h"
#include "tools/jailrun/run.h"
#include "tools/jailrun/say.h"
#include "tools/jailrun/visible.h"

namespace jail::cli {
namespace {

constexpr size_t kMostCodeBytes = size_t{16} << 20;  // Prepare has the caller's own bound.
constexpr size_t kMostInputBytes = size_t{16} << 20;
constexpr size_t kMostLedgerBytes = size_t{256} << 20;

// "@FILE" or the JSON itself.
absl::StatusOr<std::string> InputJson(const std::string& given) {
  if (!absl::StartsWith(given, "@")) return given;
  return ReadInput(given.substr(1), kMostInputBytes);
}

absl::StatusOr<v1::CallSpec> SpecOf(const CommandLine& line, const v1::RuntimeCatalog& catalog) {
  v1::CallSpec spec = line.call.spec;
  const std::string& file = line.operands.front();
  if (file == "-" && line.call.input == "@-")
    return absl::InvalidArgumentError("standard input can be the code or the input, not both");
  if (!line.language.empty()) {
    spec.set_language(line.language);
  } else {
    JAIL_ASSIGN_OR_RETURN(const v1::Runtime* runtime, FindRuntimeForFile(catalog, file));
    spec.set_language(runtime->name());
  }
  JAIL_ASSIGN_OR_RETURN(*spec.mutable_code(), ReadInput(file, kMostCodeBytes));
  JAIL_ASSIGN_OR_RETURN(*spec.mutable_input_json(), InputJson(line.call.input));
  spec.set_rootfs(line.rootfs);
  spec.set_job_id(line.job_id);
  spec.set_enforcement(line.best_effort ? v1::ENFORCEMENT_BEST_EFFORT : v1::ENFORCEMENT_STRICT);
  return spec;
}

// Whoever answers host functions, for as long as the run lives.
struct Answerer {
  std::optional<Handler> handler;
  call::Host host;
};

absl::StatusOr<Answerer> FindAnswerer(const CallLine& line) {
  Answerer answerer;
  const int ways =
      (line.host_command.empty() ? 0 : 1) + (line.host_fd < 0 ? 0 : 1) + (line.mock_path.empty() ? 0 : 1);
  if (ways > 1)
    return absl::InvalidArgumentError(
        "--host-command, --host-fd and --mock are three ways to answer: choose one");
  if (ways == 0 && line.spec.functions_size() > 0)
    return absl::InvalidArgumentError("--function: who answers? Say --host-command, --host-fd or --mock");
  if (!line.host_command.empty()) {
    JAIL_ASSIGN_OR_RETURN(Handler handler, Handler::Start(line.host_command));
    answerer.host = call::LinesHost(handler.socket(), handler.socket());
    answerer.handler.emplace(std::move(handler));
  } else if (line.host_fd >= 0) {
    answerer.host = call::LinesHost(line.host_fd, line.host_fd);
  } else if (!line.mock_path.empty()) {
    JAIL_ASSIGN_OR_RETURN(const std::string text, ReadSource(line.mock_path, kMostLedgerBytes));
    const absl::StatusOr<v1::CallResult> ledger = ParseLedger(text);
    if (!ledger.ok()) return absl::InvalidArgumentError(absl::StrCat("--mock: ", ledger.status().message()));
    answerer.host = call::ReplayHost(ledger->ledger());
  }
  return answerer;
}

struct KindStatus {
  v1::CallError::Kind kind;
  int exit_status;
};
constexpr KindStatus kExitStatuses[] = {
    {v1::CallError::KIND_INVALID_INPUT, kExitUsage},
    {v1::CallError::KIND_TIMEOUT, kExitTime},
    {v1::CallError::KIND_OUT_OF_MEMORY, kExitMemory},
    {v1::CallError::KIND_JAIL_ERROR, kExitJail},
};

// 1: it is the code's own fault.
int ExitStatusOf(const v1::CallResult& result, int cancel_signal) {
  if (result.success()) return kExitOk;
  const v1::CallError::Kind kind = result.error().kind();
  const bool by_record = kind == v1::CallError::KIND_LIMIT || kind == v1::CallError::KIND_CANCELLED;
  if (by_record) return ExitStatus(result.record(), cancel_signal);
  for (const KindStatus& row : kExitStatuses) {
    if (row.kind == kind) return row.exit_status;
  }
  return 1;
}

void TellPeople(const v1::CallResult& result) {
  for (const v1::LogEntry& entry : result.logs())
    static_cast<void>(
        WriteAll(STDERR_FILENO, absl::StrCat(entry.level(), ": ", Visible(entry.text()), "\n")));
  if (result.logs_dropped() > 0)
    Complain(absl::StrCat(result.logs_dropped(), " more log lines were dropped"));
  for (const std::string& pattern : result.patterns())
    Complain(absl::StrCat("the code has ", Visible(pattern), " in it"));
  if (!result.has_error()) return;
  Complain(Visible(CallErrorText(result.error())));
  for (absl::string_view frame : absl::StrSplit(result.error().stack(), '\n', absl::SkipEmpty()))
    static_cast<void>(WriteAll(STDERR_FILENO, absl::StrCat(Visible(frame), "\n")));
  if (!result.record().failure().hint().empty()) Complain(Visible(result.record().failure().hint()));
}

struct CallTargets {
  Targets usual;  // `more` is the ledger's.
  Target profile;
};

absl::StatusOr<CallTargets> OpenCallTargets(const CommandLine& line, const StandardStreams& streams) {
  JAIL_ASSIGN_OR_RETURN(Targets usual, OpenTargets(line, line.call.ledger, streams));
  JAIL_ASSIGN_OR_RETURN(Target profile, Target::Open(line.call.profile, streams.stdout_open));
  return CallTargets{std::move(usual), std::move(profile)};
}

std::string ProfileText(const v1::CallResult& result) {
  if (result.profile().empty()) Complain("--profile: there is none (the code did not come to its end)");
  return result.profile().empty() ? "" : absl::StrCat(result.profile(), "\n");
}

// The result alone goes to stdout, unless --json has that place.
int Report(const CommandLine& line, const v1::CallResult& result, CallTargets given, int cancel_signal) {
  Targets& targets = given.usual;
  const absl::Status statuses[] = {
      line.record.wanted() ? std::move(targets.record).Write(result.record().SerializeAsString())
                           : absl::OkStatus(),
      line.json.wanted() ? std::move(targets.json).Write(CallJson(result)) : absl::OkStatus(),
      line.call.profile.wanted() ? std::move(given.profile).Write(ProfileText(result)) : absl::OkStatus(),
      line.call.ledger.wanted() ? std::move(targets.more).Write(LedgerText(result)) : absl::OkStatus(),
  };
  bool written = NoneFailed(statuses);
  if (line.json.kind != Destination::Kind::kStdout) {
    TellPeople(result);
    if (result.success() && Show(absl::StrCat(result.result_json(), "\n")) != kExitOk) written = false;
  }
  return written ? ExitStatusOf(result, cancel_signal) : kExitJail;
}

}  // namespace

int CallCommand(const Jail& jail, const CommandLine& line, const StandardStreams& streams) {
  const absl::StatusOr<v1::CallSpec> spec = SpecOf(line, jail.Runtimes());
  if (!spec.ok()) return Fail(spec.status(), kExitUsage);
  absl::StatusOr<CallTargets> targets = OpenCallTargets(line, streams);
  if (!targets.ok()) return Fail(targets.status(), kExitJail);
  const absl::StatusOr<Answerer> answerer = FindAnswerer(line.call);
  if (!answerer.ok()) return Fail(answerer.status(), kExitUsage);
  const absl::StatusOr<CancelSignals> cancel = CancelSignals::Block();
  if (!cancel.ok()) return Fail(cancel.status(), kExitJail);
  Io io;
  io.cancel_fd = cancel->fd();
  const v1::CallResult result = call::Run(jail, *spec, answerer->host, io);
  return Report(line, result, *std::move(targets), cancel->Received());
}

}  // namespace jail::cli
