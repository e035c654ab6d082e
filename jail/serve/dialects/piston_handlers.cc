// Piston's routes, and what is said over its WebSocket.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jail/base/status_macros.h"
#include "jail/serve/answers.h"
#include "jail/serve/dialects/dialect.h"
#include "jail/serve/dialects/piston.h"
#include "jail/serve/dialects/versions.h"
#include "jail/serve/error.h"
#include "jail/serve/execute.h"

namespace jail::serve {
namespace {

// They have been asked by the time that the first client of this dialect comes: see main.cc.
absl::StatusOr<v1::LanguageReport> Versions(const Service& service) {
  JAIL_ASSIGN_OR_RETURN(const auto facts, service.languages().Await());
  return facts->report;
}

absl::StatusOr<Json> EveryRuntime(const Service& service, const char* version_name) {
  Json all = Json::array();
  JAIL_ASSIGN_OR_RETURN(const v1::LanguageReport report, Versions(service));
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
  JAIL_ASSIGN_OR_RETURN(const v1::LanguageReport report, Versions(service));
  return ReadPiston(report, body);
}

absl::StatusOr<PistonJob> ReadJobText(const Service& service, absl::string_view text) {
  JAIL_ASSIGN_OR_RETURN(const Json body, ReadObject(text));
  return ReadJob(service, body);
}

// --- The WebSocket: {"type": "init" | "data" | "signal", ...} ---

Heard Wrong(SocketEnd end, absl::string_view words) { return {absl::InvalidArgumentError(words), end}; }

absl::StatusOr<v1::ClientMessage> ReadInit(const Service& service, const Json& body) {
  JAIL_ASSIGN_OR_RETURN(PistonJob job, ReadJob(service, body));
  job.request.clear_input();  // It comes later.
  v1::ClientMessage message;
  *message.mutable_execute() = std::move(job.request);
  return message;
}

Heard ReadTheirs(const Service& service, absl::string_view text, bool first) {
  const absl::StatusOr<Json> body = ReadObject(text);
  if (!body.ok()) return {body.status()};
  const auto word = [&body](const char* name) {
    return body->contains(name) && (*body)[name].is_string() ? std::string((*body)[name]) : std::string();
  };
  const std::string type = word("type");
  if (type == "init")
    return first ? Heard{ReadInit(service, *body)} : Wrong(SocketEnd::kTwice, "Already Initialized");
  if (type != "data" && type != "signal")
    return Wrong(SocketEnd::kError, "type must be init, data or signal");
  if (first) return Wrong(SocketEnd::kNotYet, "Not yet initialized");
  v1::ClientMessage message;
  if (type == "data") {
    if (word("stream") != "stdin") return Wrong(SocketEnd::kNotStdin, "Can only write to stdin");
    message.set_stdin(word("data"));
    return {std::move(message)};
  }
  if (!SignalNumber(word("signal")).ok()) return Wrong(SocketEnd::kBadSignal, "Invalid signal");
  message.set_signal(word("signal"));
  return {std::move(message)};
}

std::string BeganTheirs(const Service& service, const v1::ClientMessage& first) {
  const std::string& language = first.execute().language();
  std::string version;
  const absl::StatusOr<v1::LanguageReport> report = Versions(service);
  if (!report.ok()) return "";
  for (const v1::LanguageState& state : report->languages()) {
    if (state.name() == language) version = VersionIn(state.version());
  }
  return Text(Json{{"type", "runtime"}, {"language", language}, {"version", version}});
}

std::string PieceOfTheirs(absl::string_view stream, absl::string_view text) {
  if (stream == "stage") return Text(Json{{"type", "stage"}, {"stage", std::string(text)}});
  if (stream == "compiled")
    return Text(Json{{"type", "exit"}, {"stage", "compile"}, {"code", 0}, {"signal", nullptr}});
  return Text(Json{{"type", "data"}, {"stream", std::string(stream)}, {"data", std::string(text)}});
}

// One that its client has ended is told of like any other.
Response AnswerOfTheirs(const Service& service, const Exchange& /*exchange*/, const v1::ResultRecord& record,
                        const Extras& /*extras*/) {
  const bool killed = record.verdict() == v1::VERDICT_CANCELLED && !service.draining();
  if (!killed) {
    if (std::optional<Response> failure = FailureResponse(service, record)) return *std::move(failure);
  }
  return JsonResponse(PistonExit(record));
}

std::vector<std::string> LastOfTheirs(const Response& response) {
  if (response.status == 200) return {response.body};
  const Json body = Json::parse(response.body, nullptr, /*allow_exceptions=*/false);
  return {Text(Json{{"type", "error"}, {"message", body.value("error", "")}})};
}

struct ClosingRow {
  SocketEnd end;
  Closing closing;
};
constexpr ClosingRow kClosings[] = {
    {SocketEnd::kTwice, {4000, "Already Initialized", false}},
    {SocketEnd::kSilent, {4001, "Initialization Timeout", false}},
    {SocketEnd::kError, {4002, "Notified Error"}},
    {SocketEnd::kNotYet, {4003, "Not yet initialized", false}},
    {SocketEnd::kNotStdin, {4004, "Can only write to stdin", false}},
    {SocketEnd::kBadSignal, {4005, "Invalid signal", false}},
    {SocketEnd::kAnswered, {4999, "Job Completed"}},
};
Closing ClosingOfTheirs(SocketEnd end) {
  return absl::c_find_if(kClosings, [end](const ClosingRow& row) { return row.end == end; })->closing;
}

}  // namespace

const SocketProtocol kPistonProtocol = {
    ReadTheirs,   BeganTheirs,     PieceOfTheirs,           AnswerOfTheirs,
    LastOfTheirs, ClosingOfTheirs, /*first_within_ms=*/1000};

void PistonRuntimes(Service& service, const ExchangePtr& exchange) {
  const absl::StatusOr<Json> runtimes = EveryRuntime(service, "version");
  exchange->answer(runtimes.ok() ? JsonResponse(*runtimes) : ErrorResponse(runtimes.status()));
}

void PistonPackages(Service& service, const ExchangePtr& exchange) {
  absl::StatusOr<Json> packages = EveryRuntime(service, "language_version");
  if (!packages.ok()) return exchange->answer(ErrorResponse(packages.status()));
  for (Json& package : *packages) {
    package.erase("aliases");
    package["installed"] = true;
  }
  exchange->answer(JsonResponse(*packages));
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
