#include "jail/serve/socket.h"

#include <signal.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "jail/base/signals.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/exam/message_json.h"
#include "jail/exam/stream_watch.h"
#include "jail/serve/answers.h"
#include "jail/serve/call.h"
#include "jail/serve/error.h"
#include "jail/serve/execute.h"
#include "jail/serve/json.h"
#include "jail/serve/patterns.h"
#include "jail/serve/routes.h"

namespace jail::serve {
namespace {

absl::StatusOr<v1::ClientMessage> ReadMessage(absl::string_view text, bool first) {
  v1::ClientMessage message;
  JAIL_RETURN_IF_ERROR(exam::ReadMessageJson(text, "the message", &message));
  if (message.kind_case() == v1::ClientMessage::KIND_NOT_SET) return Bad("the message", "says nothing");
  const bool starts = message.has_execute() || message.has_call();
  if (first && !starts) return Bad("the message", "must be \"execute\" or \"call\", the first one");
  if (!first && starts) return Bad("the message", "something is being run already");
  if (message.has_signal()) JAIL_RETURN_IF_ERROR(SignalNumber(message.signal()).status());
  return message;
}

Heard ReadOurs(const Service& /*service*/, absl::string_view text, bool first) {
  return {ReadMessage(text, first)};
}

std::string BeganOurs(const Service& /*service*/, const v1::ClientMessage& /*first*/) { return ""; }

std::string PieceOfOurs(absl::string_view stream, absl::string_view text) {
  if (stream == "stage" || stream == "compiled") return "";
  if (stream == "call") return absl::StrCat("{\"call\":", text, "}");
  return Text(Json{{std::string(stream), std::string(text)}});
}

std::vector<std::string> LastOfOurs(const Response& response) {
  return {absl::StrCat("{\"", response.status == 200 ? "result" : "error", "\":", response.body, "}")};
}

Closing ClosingOfOurs(SocketEnd end) {
  return {end == SocketEnd::kAnswered ? kNormalClosure : kPolicyViolation};
}

// Both ends of every pipe that a live run has: the client's in the exchange, the run's here.
struct RunEnds {
  Fd stdin_pipe, stdout_pipe, stderr_pipe, calls, answers, signals, stages, compiler_pipe;

  // `this` must outlive the run.
  Io ToIo(const Turn& turn) {
    Io io;
    io.stdin_fd = stdin_pipe.get();
    io.stdout_fd = stdout_pipe.get();
    io.stderr_fd = stderr_pipe.get();
    io.compiler_fd = compiler_pipe.get();
    io.cancel_fd = turn.cancel_fd;
    io.signal_fd = signals.get();
    io.on_phase = [this](v1::PhaseResult::Kind kind) { Begin(kind); };
    return io;
  }

 private:
  // The end of the compiler's pipe comes before the beginning of the run.
  void Begin(v1::PhaseResult::Kind kind) {
    const bool compiles = kind == v1::PhaseResult::KIND_COMPILE;
    if (!compiles) compiler_pipe.Reset();
    const char stage = compiles ? Live::kCompiles : Live::kRuns;
    // There is room for two bytes; that nobody reads them does not matter.
    static_cast<void>(!write(stages.get(), &stage, 1));
  }
};

absl::StatusOr<std::shared_ptr<RunEnds>> MakeEnds(Live* live) {
  auto ends = std::make_shared<RunEnds>();
  const std::pair<Fd*, Fd*> read_write[] = {
      {&ends->stdin_pipe, &live->stdin_pipe},   {&live->stdout_pipe, &ends->stdout_pipe},
      {&live->stderr_pipe, &ends->stderr_pipe}, {&live->calls, &ends->calls},
      {&ends->answers, &live->answers},         {&ends->signals, &live->signals},
      {&live->stages, &ends->stages},           {&live->compiler_pipe, &ends->compiler_pipe},
  };
  for (const auto& [read, write] : read_write) {
    JAIL_ASSIGN_OR_RETURN(exam::Pipe pipe, exam::MakePipe());
    *read = std::move(pipe.read);
    *write = std::move(pipe.write);
  }
  return ends;
}

// A run that its client has ended is told of like any other: he is still there to hear it.
Response LiveResponse(const Service& service, const Exchange& exchange, const v1::ResultRecord& record,
                      const Extras& extras) {
  const bool killed = record.verdict() == v1::VERDICT_CANCELLED && !service.draining();
  return killed ? JsonResponse(RunJson(service, record, extras))
                : RunResponse(service, exchange, record, extras);
}

absl::StatusOr<Service::Run> LiveJob(Service* service, const std::shared_ptr<Exchange>& exchange,
                                     const v1::ExecuteRequest& request,
                                     const std::shared_ptr<RunEnds>& ends) {
  JAIL_ASSIGN_OR_RETURN(v1::JobSpec job, ToJob(request));
  JAIL_RETURN_IF_ERROR(Prepare(*service, *exchange, exchange->id, &job));
  const Extras extras = {request.record(), !job.artifact_globs().empty()};
  return [service, exchange, ends, extras, job = std::move(job)](const Turn& turn) {
    const v1::ResultRecord record = service->engine().run(job, ends->ToIo(turn));
    *ends = RunEnds();
    service->Note(*exchange, "stream", record, turn, SuspiciousPatterns(job));
    exchange->answer(exchange->route->socket->answer(*service, *exchange, record, extras));
  };
}

absl::StatusOr<Service::Run> LiveCall(Service* service, const std::shared_ptr<Exchange>& exchange,
                                      v1::CallSpec spec, const std::shared_ptr<RunEnds>& ends) {
  JAIL_RETURN_IF_ERROR(PrepareCall(*service, *exchange, &spec));
  return [service, exchange, ends, spec = std::move(spec)](const Turn& turn) {
    const call::Host host = call::LinesHost(ends->answers.get(), ends->calls.get());
    Io io = ends->ToIo(turn);
    io.stdin_fd = -1;
    const v1::CallResult result = service->engine().call(spec, host, io, nullptr);
    *ends = RunEnds();
    service->Note(*exchange, "stream", result.record(), turn);
    exchange->answer(CallResponse(*service, *exchange, result));
  };
}

absl::StatusOr<Service::Run> LiveRun(Service* service, const std::shared_ptr<Exchange>& exchange,
                                     const v1::ClientMessage& first) {
  exchange->live.emplace();
  JAIL_ASSIGN_OR_RETURN(const std::shared_ptr<RunEnds> ends, MakeEnds(&*exchange->live));
  if (first.has_execute()) return LiveJob(service, exchange, first.execute(), ends);
  return LiveCall(service, exchange, first.call(), ends);
}

}  // namespace

const SocketProtocol kOurProtocol = {ReadOurs,   BeganOurs,     PieceOfOurs,          LiveResponse,
                                     LastOfOurs, ClosingOfOurs, /*first_within_ms=*/0};

void StartLive(Service& service, const std::shared_ptr<Exchange>& exchange, const v1::ClientMessage& first) {
  absl::StatusOr<Service::Run> run = LiveRun(&service, exchange, first);
  if (!run.ok()) exchange->answer(ErrorResponse(run.status()));
  const bool runs = run.ok() && service.Submit(exchange, {*std::move(run)}, Urgency::kNormal);
  if (!runs) exchange->live.reset();
}

absl::StatusOr<int> SignalNumber(absl::string_view name) {
  if (name == "SIGKILL") return SIGKILL;
  std::string names = "SIGKILL";
  for (const SendableSignal& signal : kSendableSignals) {
    if (name == signal.name) return signal.number;
    absl::StrAppend(&names, ", ", signal.name);
  }
  return Bad("signal", absl::StrCat(Quoted(name), " cannot be sent; there are ", names));
}

}  // namespace jail::serve
