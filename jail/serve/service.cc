#include "jail/serve/service.h"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <variant>

#include "absl/random/random.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "jail/base/text.h"
#include "jail/serve/config.h"
#include "jail/serve/dialects/dialect.h"
#include "jail/serve/error.h"
#include "jail/serve/json.h"
#include "jail/serve/log.h"
#include "jail/serve/media.h"

namespace jail::serve {
namespace {

constexpr size_t kMostIdBytes = 64;

bool IsRequestId(absl::string_view id) {
  const auto fits = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("._-", c);
  };
  return !id.empty() && id.size() <= kMostIdBytes && std::all_of(id.begin(), id.end(), fits);
}

std::string NewId() {
  thread_local absl::BitGen random;
  return absl::StrFormat("%016x", absl::Uniform<uint64_t>(random));
}

Share ShareOf(const v1::TenantRule& rule) { return {rule.runs(), rule.queue(), rule.weight()}; }

}  // namespace

Service::Service(Engine engine, v1::ServeConfig config)
    : engine_(std::move(engine)),
      config_(std::move(config)),
      access_(config_, geteuid()),
      languages_(engine_, config_),
      workers_(config_.runs(), config_.queue(), absl::Milliseconds(config_.queue_wait_ms())) {}

Service::Begun Service::Begin(Head head) {
  auto exchange = std::make_shared<Exchange>(Exchange{.head = std::move(head)});
  exchange->began = absl::Now();
  const std::string* id = exchange->head.Find("X-Request-Id");
  exchange->id = id != nullptr && IsRequestId(*id) ? *id : NewId();
  std::optional<Response> refusal = Refuse(exchange.get());
  return {std::move(exchange), std::move(refusal)};
}

std::optional<Response> Service::Refuse(Exchange* exchange) {
  const Head& head = exchange->head;
  if (!absl::StartsWith(head.target, "/"))
    return ErrorResponse(Error::kMalformed, "the target is no path", "target");
  const Found found = FindRoute(config_, head.method, head.path());
  exchange->route = found.route;
  std::variant<Caller, Response> admitted = access_.Admit(head);
  const bool nameless = found.route != nullptr && found.route->scope == v1::SCOPE_UNSPECIFIED;
  if (Response* refusal = std::get_if<Response>(&admitted)) {
    // Without a name there is still what needs none; a page that is kept out is kept out of that, too.
    if (!nameless || (refusal->status != StatusOf(Error::kUnauthorized))) return std::move(*refusal);
  } else {
    exchange->caller = std::get<Caller>(std::move(admitted));
  }
  if (found.route == nullptr && found.allowed.empty())
    return ErrorResponse(Error::kNotFound, absl::StrCat("there is no ", Quoted(head.path())));
  if (found.route == nullptr) {
    const bool preflight = head.method == "OPTIONS" && !access_.CorsHeaders(head).empty();
    if (preflight) return Response{.status = 204, .content_type = ""};
    Response response =
        ErrorResponse(Error::kMethodNotAllowed, absl::StrCat(head.path(), " takes ", found.allowed));
    response.headers.emplace_back("Allow", found.allowed);
    return response;
  }
  if (!nameless && !exchange->caller.may(found.route->scope))
    return ErrorResponse(Error::kForbidden, absl::StrCat("this needs ", v1::Scope_Name(found.route->scope)));
  if (auto refusal = RefuseBody(*exchange)) return refusal;
  if (!found.route->runs) return std::nullopt;
  if (draining_) return RetryResponse(Error::kDraining, "the service is shutting down", absl::Seconds(1));
  return RefuseByRate(*exchange, 1);
}

std::optional<Response> Service::RefuseBody(const Exchange& exchange) const {
  const Head& head = exchange.head;
  if (exchange.route->body == Body::kNone) return std::nullopt;
  const std::string type = MediaTypeOf(head);
  const bool fits = type == kJson || (type == kProtobuf && exchange.route->body == Body::kJsonOrProtobuf);
  if (!fits) {
    return ErrorResponse(
        Error::kUnsupportedMedia,
        absl::StrCat("it must be ", kJson,
                     exchange.route->body == Body::kJsonOrProtobuf ? absl::StrCat(" or ", kProtobuf) : ""),
        "Content-Type");
  }
  const std::string* encoding = head.Find("Content-Encoding");
  if (encoding != nullptr && !absl::EqualsIgnoreCase(*encoding, "identity"))
    return ErrorResponse(Error::kUnsupportedMedia, "compressed bodies are not taken", "Content-Encoding");
  int64_t length = 0;
  const std::string* said = head.Find("Content-Length");
  if (said != nullptr && absl::SimpleAtoi(*said, &length) && length > config_.body_bytes())
    return ErrorResponse(Error::kTooLarge,
                         absl::StrCat("the body is over ", FormatBytes(config_.body_bytes())));
  return std::nullopt;
}

std::optional<Response> Service::RefuseByRate(const Exchange& exchange, int count) {
  const v1::TenantRule rule = RuleOf(config_, exchange.caller.tenant);
  if (!rule.has_requests_per_second()) return std::nullopt;
  const absl::Duration wait =
      rates_.Take(exchange.caller.tenant, {rule.requests_per_second(), rule.burst()}, count, absl::Now());
  if (wait == absl::ZeroDuration()) return std::nullopt;
  if (wait == absl::InfiniteDuration())
    return ErrorResponse(Error::kTooLarge, absl::StrCat("that is more than ", rule.burst(), " at once"));
  return RetryResponse(Error::kRateLimited,
                       absl::StrCat("over ", rule.requests_per_second(), " requests per second"), wait);
}

void Service::Handle(const std::shared_ptr<Exchange>& exchange) { exchange->route->handle(*this, exchange); }

void Service::Abandon(const Exchange& exchange) {
  for (const uint64_t id : exchange.tasks) workers_.Cancel(id);
}

Headers Service::CommonHeaders(const Exchange& exchange) const {
  Headers headers = {
      {"X-Request-Id", exchange.id}, {"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}};
  for (auto& header : access_.CorsHeaders(exchange.head)) headers.push_back(std::move(header));
  return headers;
}

bool Service::Submit(const std::shared_ptr<Exchange>& exchange, std::vector<Run> runs, Urgency urgency,
                     const Dropped& dropped) {
  if (runs.size() > 1 && exchange->route->runs) {
    if (auto refusal = RefuseByRate(*exchange, static_cast<int>(runs.size()) - 1)) {
      exchange->answer(*std::move(refusal));
      return false;
    }
  }
  std::vector<Task> tasks;
  for (size_t i = 0; i < runs.size(); ++i) {
    Task task = {.run = std::move(runs[i])};
    task.drop = [exchange, dropped, i](const absl::Status& why) {
      if (dropped) return dropped(i, why);
      exchange->answer(ErrorResponse(why));
    };
    tasks.push_back(std::move(task));
  }
  const std::string& tenant = exchange->caller.tenant;
  absl::StatusOr<std::vector<uint64_t>> ids =
      workers_.Submit(std::move(tasks), tenant, ShareOf(RuleOf(config_, tenant)), urgency);
  if (ids.ok()) {
    exchange->tasks = *std::move(ids);
    return true;
  }
  exchange->answer(ErrorResponse(ids.status()));
  return false;
}

void Service::Note(const Exchange& exchange, absl::string_view kind, const v1::ResultRecord& record,
                   const Turn& turn, std::vector<std::string> patterns) {
  const bool good = record.verdict() != v1::VERDICT_JAIL_ERROR && record.verdict() != v1::VERDICT_REJECTED;
  if (good) last_good_ns_ = absl::ToUnixNanos(absl::Now());
  const RunFacts facts = {kind, turn.waited, absl::Now() - exchange.began, std::move(patterns)};
  metrics_.NoteRun(record, facts);
  summary_.Note(record);
  engine_.log(RunLine(exchange, record, facts));
}

void Service::Finish(const Exchange& exchange, Response* response) {
  NoteAnswer(exchange, response->status);
  if (response->status >= 400 && exchange.route != nullptr) ShapeError(exchange.route->dialect, response);
}

void Service::NoteAnswer(const Exchange& exchange, int status) {
  metrics_.NoteAnswer(exchange.route == nullptr ? "other" : exchange.route->path, status);
  if (status >= 400) engine_.log(RefusedLine(exchange, status));
}

void Service::LogStart(const std::vector<std::string>& listening) const {
  engine_.log(Text(Json{{"time", TimeText(absl::Now())},
                        {"event", "listening"},
                        {"places", listening},
                        {"version", JAIL_VERSION},
                        {"runs", config_.runs()},
                        {"open", access_.open()}}));
}

void Service::LogEnd() const { engine_.log(Text(Json{{"time", TimeText(absl::Now())}, {"event", "ended"}})); }

void Service::Tick() { workers_.Expire(); }

void Service::Drain() {
  draining_ = true;
  workers_.Drain();
}

void Service::CancelAll() {
  languages_.Cancel();
  workers_.CancelAll();
}

void Service::EndRuns() {
  CancelAll();  // Both, before either is waited for.
  languages_.End();
  workers_.End();
}

bool Service::busy() const {
  const Workers::Load load = workers_.load();
  return load.waiting + load.running > 0;
}

}  // namespace jail::serve
