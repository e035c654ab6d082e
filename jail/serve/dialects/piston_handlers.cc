// Piston's routes, and what is said over its WebSocket.
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "jail/base/status_macros.h"
#include "jail/serve/answers.h"
#include "jail/serve/dialects/dialect.h"
#include "jail/serve/dialects/piston.h"
#include "jail/serve/dialects/versions.h"
#include "jail/serve/error.h"
#include "jail/serve/execute.h"

namespace jail::serve {
namespace {

constexpr unsigned short kJobCompleted = 4999;

Json EveryRuntime(const Service& service, const char* version_name) {
  Json all = Json::array();
  const v1::LanguageReport report = service.engine().languages(/*with_versions=*/true);
  for (const v1::LanguageState& state : report.languages()) {
    if (!state.installed()) continue;
    Json aliases = Json::array();
    for (const std::string& alias : state.aliases()) aliases.push_back(alias);
    all.push_back({{"language", state.name()},
                   {version_name, VersionIn(state.version())},
                   {"aliases", std::move(aliases)}});
  }
  return all;
}

absl::StatusOr<PistonJob> ReadJob(const Service& service, const Json& body) {
  return ReadPiston(service.engine().languages(/*with_versions=*/true), body);
}

absl::StatusOr<PistonJob> ReadJobText(const Service& service, absl::string_view text) {
  JAIL_ASSIGN_OR_RETURN(const Json body, ReadObject(text));
  return ReadJob(service, body);
}

// --- The WebSocket: {"type": "init" | "data" | "signal", ...} ---

absl::StatusOr<v1::ClientMessage> ReadTheirs(const Service& service, absl::string_view text) {
  JAIL_ASSIGN_OR_RETURN(const Json body, ReadObject(text));
  const Json type = body.value("type", Json());
  const auto word = [&body](const char* name) {
    return body.contains(name) && body[name].is_string() ? std::string(body[name]) : std::string();
  };
  v1::ClientMessage message;
  if (type == "init") {
    JAIL_ASSIGN_OR_RETURN(PistonJob job, ReadJob(service, body));
    job.request.clear_input();  // It comes later.
    *message.mutable_execute() = std::move(job.request);
    return message;
  }
  if (type == "data" && word("stream") != "stdin")
    return absl::InvalidArgumentError("Can only write to stdin");
  if (type == "data") return message.set_stdin(word("data")), message;
  if (type == "signal") return message.set_signal(word("signal")), message;
  return absl::InvalidArgumentError("type must be init, data or signal");
}

std::string BeganTheirs(const Service& service, const v1::ClientMessage& first) {
  const std::string& language = first.execute().language();
  std::string version;
  const v1::LanguageReport report = service.engine().languages(/*with_versions=*/true);
  for (const v1::LanguageState& state : report.languages()) {
    if (state.name() == language) version = VersionIn(state.version());
  }
  return Text(Json{{"type", "runtime"}, {"language", language}, {"version", version}});
}

std::string PieceOfTheirs(absl::string_view stream, absl::string_view text) {
  return Text(Json{{"type", "data"}, {"stream", std::string(stream)}, {"data", std::string(text)}});
}

std::vector<std::string> LastOfTheirs(const Response& response) {
  const Json body = Json::parse(response.body, nullptr, /*allow_exceptions=*/false);
  if (response.status != 200) return {Text(Json{{"type", "error"}, {"message", body.value("error", "")}})};
  constexpr int kBySignal = 128;
  const int code = body.value("exitCode", 0);
  const bool signalled = body.contains("error") && code > kBySignal;
  return {Text(Json{{"type", "exit"},
                    {"stage", "run"},
                    {"code", signalled ? Json() : Json(code)},
                    {"signal", signalled ? Json(SignalName(code - kBySignal)) : Json()}})};
}

}  // namespace

const SocketProtocol kPistonProtocol = {ReadTheirs, BeganTheirs, PieceOfTheirs, LastOfTheirs, kJobCompleted};

void PistonRuntimes(Service& service, const ExchangePtr& exchange) {
  exchange->answer(JsonResponse(EveryRuntime(service, "version")));
}

void PistonPackages(Service& service, const ExchangePtr& exchange) {
  Json packages = EveryRuntime(service, "language_version");
  for (Json& package : packages) {
    package.erase("aliases");
    package["installed"] = true;
  }
  exchange->answer(JsonResponse(packages));
}

void PistonNoInstalling(Service& /*service*/, const ExchangePtr& exchange) {
  exchange->answer(
      ErrorResponse(Error::kNotImplemented, "languages are installed with: jailrun langs install NAME"));
}

void PistonExecute(Service& service, const ExchangePtr& exchange) {
  absl::StatusOr<PistonJob> piston = ReadJobText(service, exchange->body);
  if (!piston.ok()) return exchange->answer(ErrorResponse(piston.status()));
  absl::StatusOr<v1::JobSpec> job = ToJob(piston->request);
  if (!job.ok()) return exchange->answer(ErrorResponse(job.status()));
  RunDialect(service, exchange, *std::move(job),
             [&service, runtime = piston->runtime](const v1::ResultRecord& record) {
               if (std::optional<Response> failure = FailureResponse(service, record))
                 return *std::move(failure);
               return JsonResponse(PistonAnswer(runtime, record));
             });
}

}  // namespace jail::serve
